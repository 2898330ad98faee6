"""Load, decide, save: how every change of a ticket is made, and made again when somebody else was faster."""

import random
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from chalicelib.adapters import settings as settings_store
from chalicelib.adapters import tickets
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain import timer
from chalicelib.domain.change import Change
from chalicelib.domain.errors import Conflict, StaleVersion
from chalicelib.domain.ids import ids_from
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket

Decide = Callable[[Ticket, Settings, Iterator[int]], Change]
Beside = Callable[[Transaction], None]
T = TypeVar("T")
_TRIES = 5
_LONGEST_PAUSE_SECONDS = 0.05


def change_ticket(number: int, decide: Decide, now: datetime, beside: Beside | None = None) -> Change:
    """Applies a pure decision to a ticket and saves it: two requests when nobody is in the way.

    `beside` adds what is to be saved with it, or not at all. An empty change is not saved.
    Raises what `decide` raises, NotFound, or Conflict("busy").
    """

    def change() -> Change:
        ids, settings = new_ids(now), settings_store.get()
        decided = decide(tickets.get(number), settings, ids)
        if not decided.is_empty:
            also = Transaction()
            if beside:
                beside(also)
            save(decided, settings, now, ids, also)
        return decided

    return until_saved(change)


def until_saved(attempt: Callable[[], T]) -> T:
    """What the first attempt gives that nobody was in the way of. Raises Conflict("busy") after five."""
    for tried in range(_TRIES):
        try:
            return attempt()
        except StaleVersion:
            time.sleep(random.uniform(0, _LONGEST_PAUSE_SECONDS * (tried + 1)))  # noqa: S311 - only to spread tries
    raise Conflict("busy")


def save(
    change: Change, settings: Settings, now: datetime, ids: Iterator[int], also: Transaction | None = None
) -> None:
    """Saves a change with the timer that it needs. Raises as `tickets.save`."""
    tickets.save(timer.plan(change, settings, now, ids), settings.time_zone, also)


def new_ids(now: datetime) -> Iterator[int]:
    """Identifiers for one change; a collision with another one makes the save fail and be tried again."""
    return ids_from(now, secrets.randbits(12))
