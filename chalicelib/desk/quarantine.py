"""Mails that wait for a person: opened safely, read again one by one or all together, brought back when dismissed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import inbound_mail
from chalicelib.desk import inbound
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import Conflict, NotFound
from chalicelib.domain.inbound_mail import NEVER_ENDS, SETTLED, Fate, FateState
from chalicelib.log import logger
from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read

_SHOWN_BYTES = 200_000


@dataclass(frozen=True)
class Opened:
    """A stored mail. `fate` is None where nothing became of it yet, `mail` where reading it fails; `source` is how the
    original begins."""

    key: str
    fate: Fate | None
    mail: InboundMail | None
    source: str
    is_cut: bool


@dataclass(frozen=True)
class Replayed:
    """How many of the mails that were tried are on a ticket now, how many are being read in the background and how many
    stay; `left` were not tried for want of time, and `cursor` goes on with them.
    """

    taken: int = 0
    enqueued: int = 0
    kept: int = 0
    left: int = 0
    cursor: str | None = None


def open_mail(key: str) -> Opened:
    """A mail and what is known of it. Raises NotFound for keys that are no mail's and mails that are not there.

    One whose reading never came to an end is not read, so that looking at it is safe.
    """
    if not is_mail(key):
        raise NotFound("mail_not_found")
    fate = inbound_mail.find_fates([key]).get(key)
    is_readable = fate is None or fate.cause != NEVER_ENDS
    raw = inbound_mail.read_raw(key, None if is_readable else _SHOWN_BYTES + 1)
    source = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    return Opened(key, fate, _read(key, raw) if is_readable else None, source, len(raw) > _SHOWN_BYTES)


def is_mail(key: str) -> bool:
    """Whether this may be the key of a stored mail: S3's keys hold 1,024 bytes."""
    is_below = key.startswith(inbound_mail.PREFIX) and key != inbound_mail.PREFIX
    return is_below and len(key.encode(errors="replace")) <= 1_024


def try_again(key: str, now: datetime) -> Fate:
    """Reads a mail once more, as `inbound.replay`, for somebody who waits for a page: one whose reading never came to
    an end goes to the queue instead and keeps its fate until it is read there. What fails leaves everything as it is.

    Harmless when repeated. Raises NotFound.
    """
    fate = inbound_mail.get_fate(key)
    if fate.state is FateState.QUARANTINED and fate.cause == NEVER_ENDS:
        inbound_mail.enqueue(key, fate.received_at)
        return fate
    try:
        return inbound.replay(key, now)
    except Exception as error:
        logger.error("mail failed again", key=key, error=type(error).__name__)
        return fate


def replay_all(
    state: FateState, now: datetime, cursor: str | None = None, is_time_left: Callable[[], bool] = lambda: True
) -> Replayed:
    """Tries the held or quarantined mails again, newest first, as many as there is time for and at least one."""
    done = Replayed()
    page = inbound_mail.list_in_hand(state, cursor)
    while True:
        for fate in page.items:
            done = _counted(done, try_again(fate.key, now))
            if not is_time_left():
                left = inbound_mail.count_in_hand(state, before=fate.received_at)
                return replace(done, left=left, cursor=inbound_mail.place_after(fate) if left else None)
        if page.cursor is None:
            return done
        page = inbound_mail.list_in_hand(state, page.cursor)


def restore(key: str, by: Agent) -> Fate:
    """Undoes a dismissal; a mail that isn't dismissed stays as it is. Raises as `inbound.dismiss`."""
    by.require(Right.SEE_QUARANTINE)
    fate = inbound_mail.get_fate(key)
    if fate.state is not FateState.DISMISSED or fate.dismissed_from is None:
        return fate
    restored = replace(fate, state=fate.dismissed_from, dismissed_by="", dismissed_from=None)
    if not inbound_mail.keep_fate(restored):
        raise Conflict("mail_on_ticket", number=inbound_mail.get_fate(key).ticket)
    return restored


def _read(key: str, raw: bytes) -> InboundMail | None:
    try:
        return read(raw)
    except Exception as error:
        logger.error("mail failed again", key=key, error=type(error).__name__)
        return None


def _counted(done: Replayed, fate: Fate) -> Replayed:
    if fate.state in SETTLED:
        return replace(done, taken=done.taken + 1)
    if fate.cause == NEVER_ENDS:
        return replace(done, enqueued=done.enqueued + 1)
    return replace(done, kept=done.kept + 1)
