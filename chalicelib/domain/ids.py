"""Identifiers. Tickets are numbered by a counter (people read the numbers aloud); everything else is made here."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_TAIL_BITS = 12


def new_id(now: datetime, tail: int) -> int:
    """A time-ordered integer below 2^53 (JSON-safe): milliseconds since 2020 and `tail`, 12 random bits; until 2089.

    Two ids of one millisecond may be equal by chance: whoever stores one does so on condition that it is new.
    """
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    return (milliseconds << _TAIL_BITS) | (tail % (1 << _TAIL_BITS))


def ids_from(now: datetime, tail: int) -> Iterator[int]:
    """Consecutive identifiers, so that what one change writes keeps its order."""
    return count(new_id(now, tail))


def made_at(identifier: int) -> datetime:
    """The instant (UTC, to the millisecond) at which `new_id` made the identifier."""
    return datetime.fromtimestamp((identifier >> _TAIL_BITS) / 1000 + _EPOCH.timestamp(), UTC)
