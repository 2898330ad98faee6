"""Whether every mail that was stored has its fate; one that has none would be lost without anybody missing it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.adapters import inbound_mail
from chalicelib.domain.inbound_mail import NEVER_HANDLED, Fate, FateState
from chalicelib.log import logger

LOOK_BACK = timedelta(days=3)
"""Of the daily check: a mail is looked at three times, in case a run fails."""
_HANDLED_WITHIN = timedelta(hours=1)
"""Five tries take half an hour at most."""


@dataclass(frozen=True)
class Checked:
    """How many mails were looked at, how many had no fate, and how many such ones, found now or before, still wait.

    `too_young` came so lately that they may still be on their way; they were not looked at.
    """

    seen: int = 0
    missing: int = 0
    waiting: int = 0
    too_young: int = 0


def check(since: datetime, now: datetime, is_time_left: Callable[[], bool] = lambda: True) -> Checked:
    """Quarantines every mail stored since then that nothing became of within an hour, and returns what it found.

    Lists all mails there are, whatever `since` says, a thousand a request: with a million mails it takes some minutes
    and half a US cent. Memory stays the same at any number. Harmless when repeated; a ticket that is made meanwhile
    wins. Raises TimeoutError when there is no time left before the end: what was found until then is kept.
    """
    checked = Checked()
    for came in inbound_mail.list_raw(since):
        mails = {key: at for key, at in came.items() if at < now - _HANDLED_WITHIN}
        if not is_time_left():
            raise TimeoutError(f"only {checked.seen} mails could be checked, {checked.missing} of them had no fate")
        fates = inbound_mail.find_fates(mails) if mails else {}
        missing = [key for key in mails if key not in fates and _quarantine(key, mails[key])]
        known = sum(fate.state is FateState.QUARANTINED and fate.cause == NEVER_HANDLED for fate in fates.values())
        checked = replace(
            checked,
            seen=checked.seen + len(mails),
            missing=checked.missing + len(missing),
            waiting=checked.waiting + len(missing) + known,
            too_young=checked.too_young + len(came) - len(mails),
        )
    return checked


def _quarantine(key: str, received_at: datetime) -> bool:
    """False when something became of it meanwhile."""
    is_missing = inbound_mail.keep_first_fate(Fate(key, FateState.QUARANTINED, received_at, NEVER_HANDLED))
    if is_missing:
        logger.warning("mail had no fate", key=key)
    return is_missing
