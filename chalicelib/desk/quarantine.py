"""Mails that wait for a person: opened safely, read again one by one or all together, brought back when dismissed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import inbound_mail
from chalicelib.desk import inbound
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import Conflict, DeskError, NotFound
from chalicelib.domain.inbound_mail import IN_HAND, SETTLED, ActKind, Fate, FateState
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
    is_readable = fate is None or not fate.never_ends
    raw = inbound_mail.read_raw(key, None if is_readable else _SHOWN_BYTES + 1)
    source = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    return Opened(key, fate, _read(key, raw) if is_readable else None, source, len(raw) > _SHOWN_BYTES)


def read_designed(key: str) -> bytes:
    """The whole mail, to be shown as designed. Raises NotFound, also for one whose reading never came to an end."""
    fate = inbound_mail.find_fates([key]).get(key) if is_mail(key) else None
    if not is_mail(key) or (fate and fate.never_ends):
        raise NotFound("mail_not_found")
    return inbound_mail.read_raw(key)


def is_mail(key: str) -> bool:
    """Whether this may be the key of a stored mail: S3's keys hold 1,024 bytes, SES's no control characters."""
    is_below = key.startswith(inbound_mail.PREFIX) and key != inbound_mail.PREFIX
    return is_below and key.isprintable() and len(key.encode(errors="replace")) <= 1_024


def try_again(key: str, by: Agent, now: datetime, sender: str = "") -> Fate:
    """Reads a mail once more, as `inbound.replay`, for somebody who waits for a page: one whose reading never came to
    an end goes to the queue instead, where it waits in quarantine until it is read. What fails leaves the mail where
    it is.

    Harmless when repeated. Raises NotFound, NotAllowed and InvalidInput.
    """
    fate = inbound_mail.get_fate(key)
    if fate.never_ends:
        return _enqueue(fate, by, now)
    try:
        return inbound.replay(key, by, now, sender)
    except DeskError:
        raise
    except Exception as error:
        logger.error("mail failed again", key=key, error=type(error).__name__)
        return inbound_mail.get_fate(key)


def replay_all(
    state: FateState,
    by: Agent,
    now: datetime,
    cursor: str | None = None,
    is_time_left: Callable[[], bool] = lambda: True,
) -> Replayed:
    """Tries the held or quarantined mails again, newest first, as many as there is time for and at least one."""
    done = Replayed()
    page = inbound_mail.list_in_hand(state, cursor)
    while True:
        for fate in page.items:
            done = _counted(done, try_again(fate.key, by, now))
            if not is_time_left():
                left = inbound_mail.count_in_hand(state, before=fate.received_at)
                return replace(done, left=left, cursor=inbound_mail.place_after(fate) if left else None)
        if page.cursor is None:
            return done
        page = inbound_mail.list_in_hand(state, page.cursor)


def restore(key: str, by: Agent, now: datetime) -> Fate:
    """Undoes a dismissal; a mail that waits already stays as it is. Raises as `inbound.dismiss`."""
    by.require(Right.SEE_QUARANTINE)
    fate = inbound_mail.get_fate(key)
    if fate.state in IN_HAND:
        return fate
    restored = fate.restored().after(ActKind.RESTORED, by, now)
    if not inbound_mail.keep_fate(restored):
        raise Conflict("mail_on_ticket", number=inbound_mail.get_fate(key).ticket)
    return restored


def _enqueue(fate: Fate, by: Agent, now: datetime) -> Fate:
    """Its note comes first: who reads the queue leaves a dismissed mail alone."""
    by.require(Right.SEE_QUARANTINE)
    noted = fate.restored().after(ActKind.REPLAYED, by, now)
    if not inbound_mail.keep_fate(noted):
        return inbound_mail.get_fate(fate.key)
    inbound_mail.enqueue(fate.key, fate.received_at)
    return noted


def _read(key: str, raw: bytes) -> InboundMail | None:
    try:
        return read(raw)
    except Exception as error:
        logger.error("mail failed again", key=key, error=type(error).__name__)
        return None


def _counted(done: Replayed, fate: Fate) -> Replayed:
    if fate.state in SETTLED:
        return replace(done, taken=done.taken + 1)
    if fate.never_ends:
        return replace(done, enqueued=done.enqueued + 1)
    return replace(done, kept=done.kept + 1)
