"""What becomes of mails that were just handed to a desk. Imported only once the environment names it."""

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from chalicelib import i18n
from chalicelib.adapters.inbound_mail import find_fates
from chalicelib.domain.inbound_mail import Fate, FateState
from infra import screen

_PAUSE_SECONDS = 0.3
_PATIENCE_SECONDS = 5
_STARTING = "Still waiting: right after a start the desk's functions take up to half a minute."
_NOT_YET = "not dealt with yet; ./deskbell logs inbound_mail and ./deskbell mail quarantine tell more"


def follow(keys: Sequence[str], at_most: timedelta) -> Iterator[tuple[str, str]]:
    """Each key with what became of its mail, in their order, as soon as all are dealt with or the time is over."""
    fates = _wait_for(keys, at_most)
    for key in keys:
        yield key, _spoken(fates[key]) if key in fates else _NOT_YET


def _wait_for(keys: Sequence[str], at_most: timedelta) -> dict[str, Fate]:
    began = time.monotonic()
    says_why = False
    with screen.complaints.status("Waiting for the desk to read it …"):
        fates = find_fates(keys)
        while len(fates) < len(keys) and (waited := time.monotonic() - began) < at_most.total_seconds():
            if waited > _PATIENCE_SECONDS and not says_why:
                screen.complaints.print(_STARTING)
                says_why = True
            time.sleep(_PAUSE_SECONDS)
            fates = find_fates(keys)
    return fates


def _spoken(fate: Fate) -> str:
    if fate.state is FateState.TICKET:
        return f"on ticket #{fate.ticket}"
    if fate.state is FateState.DUPLICATE:
        return f"on ticket #{fate.ticket} already, the same mail came before"
    key = f"quarantine.{fate.cause}"
    return f"{fate.state}: {i18n.text('en', key) if i18n.has(key) else fate.cause}"
