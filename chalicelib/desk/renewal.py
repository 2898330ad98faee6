"""What a change of promises does to open tickets: shown before it is saved, done in the background (rule 4)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import counts, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.aws import send_to_queue
from chalicelib.config import config
from chalicelib.desk import audit
from chalicelib.desk.changes import new_ids, until_saved
from chalicelib.domain import timer
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import InvalidSetting
from chalicelib.domain.forecast import check_keepable
from chalicelib.domain.policy import ServiceLevels
from chalicelib.domain.queue import Queue
from chalicelib.domain.renewal import Renewal
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket

MOST_SHOWN = 1_000
LARGEST = 300_000  # bytes as JSON; an item of DynamoDB takes 400 KB, in its own notation
_AT_ONCE = 25
_QUEUES = (Queue.OPEN, Queue.PENDING)


@dataclass(frozen=True)
class Preview:
    """`changed` are tickets as they are and as they would be, `retimed` how many others would only have people told, or
    their customer reminded, at another time; `looked_at` is MOST_SHOWN where there are more."""

    changed: tuple[tuple[Ticket, Ticket], ...]
    looked_at: int
    retimed: int = 0


def preview(levels: ServiceLevels, by: Agent, now: datetime) -> Preview:
    """Nothing is saved. A query for each hundred open tickets. Raises InvalidSetting, NotAllowed."""
    by.require(Right.CHANGE_SETTINGS)
    check_keepable(levels, now)
    known = settings_store.get(is_fresh=True)
    settings = known.promising(levels)
    pairs = []
    looked_at = retimed = 0
    for ticket in _open_tickets():
        looked_at += 1
        renewed = ticket.renewed(settings, now)
        if renewed.clocks != ticket.clocks or renewed.policy != ticket.policy:
            pairs.append((ticket, renewed))
        elif timer.next_wake(ticket, known) != timer.next_wake(ticket, settings):
            retimed += 1
        if looked_at == MOST_SHOWN:
            break
    return Preview(tuple(pairs), looked_at, retimed)


def save(levels: ServiceLevels, by: Agent, now: datetime) -> None:
    """What was promised before this moment is renewed in the background. Saving the same twice is harmless.

    Raises StaleVersion, InvalidSetting for what no ticket could be promised and for more than an item of the table
    takes, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    check_keepable(levels, now)
    if len(json.dumps(levels.to_json(), ensure_ascii=False).encode()) > LARGEST:
        raise InvalidSetting("promises_too_large")
    known = settings_store.get(is_fresh=True).levels
    if replace(known, version=levels.version) != levels:
        settings_store.save_levels(levels, audit.of_levels(known, levels, by, now))


def start(version: int) -> None:
    """Called when the table's stream tells of new promises; twice is harmless."""
    _go_on({"renew": version, "queue": 0, "cursor": "", "looked_at": 0, "changed": 0})


def step(version: int, queue: int, cursor: str, looked_at: int, changed: int, now: datetime) -> None:
    """Renews a page of open tickets and hands on the rest; does nothing for promises that were overtaken by others.

    Harmless when repeated: a ticket that counts by the promises already is left as it is. What moves between the pages
    of the index is found by `upkeep`.
    """
    settings = settings_store.get(is_fresh=True)
    if settings.levels_version != version:
        return
    page = tickets.list_by_queue(_QUEUES[queue], 0, cursor or None, _AT_ONCE)
    changed += sum(renew(ticket.number, now) for ticket in page.items)
    looked_at += len(page.items)
    queue, cursor = (queue, page.cursor) if page.cursor else (queue + 1, "")
    is_finished = queue == len(_QUEUES)
    of = max(looked_at, sum(counts.by_queue(0, now)[name] for name in _QUEUES))
    settings_store.keep_renewal(Renewal(version, looked_at, of, changed, now, is_finished))
    if not is_finished:
        _go_on({"renew": version, "queue": queue, "cursor": cursor, "looked_at": looked_at, "changed": changed})


def resume(now: datetime) -> None:
    """Begins again with what never came to its end, or was never begun."""
    version, last = settings_store.get(is_fresh=True).levels_version, settings_store.find_renewal()
    if version and (last is None or last.version != version or last.is_stuck(now)):
        start(version)


def renew(number: int, now: datetime) -> bool:
    """Whether the ticket counted by other promises until now, or slept too long for those that hold."""

    def attempt() -> bool:
        ids, settings = new_ids(now), settings_store.get()
        change = renewed(tickets.get(number), settings, now, ids)
        if not change.is_empty:
            tickets.save(change, settings.time_zone)
        return not change.is_empty

    return until_saved(attempt)


def renewed(ticket: Ticket, settings: Settings, now: datetime, ids: Ids) -> Change:
    """By the promises as they are now, with a timer that wakes for them: another ladder moves no deadline, but its
    steps. Empty where nothing is to be done."""
    return timer.plan(ticket.renew(settings, now, ids), settings, now, ids)


def _open_tickets() -> Iterator[Ticket]:
    for queue in _QUEUES:
        page = tickets.list_by_queue(queue, 0, limit=100)
        yield from page.items
        while page.cursor:
            page = tickets.list_by_queue(queue, 0, page.cursor, 100)
            yield from page.items


def _go_on(message: dict[str, object]) -> None:
    send_to_queue(config().outbox_queue_url, message)
