"""Counts that pages show at constant cost: kept exact by the same transactions that change tickets.

Each count is the sum of a few shards, so that transactions of different tickets seldom meet on one item.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pynamodb.expressions.operand import Path

from chalicelib.adapters import action_items
from chalicelib.adapters.items import COUNTS, DAYS, CounterItem, DayItem
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.change import Change
from chalicelib.domain.queue import Queue, queues_of
from chalicelib.domain.survey import Survey

FRESH_FOR = timedelta(seconds=10)
_SHARDS = 8
_cached: dict[str, tuple[datetime, Mapping[str, int]]] = {}


@dataclass(frozen=True)
class Day:
    """What happened on a day of the desk's time zone."""

    on: date
    opened: int = 0
    resolved: int = 0
    scores: int = 0
    score_sum: int = 0


def by_queue(agent_id: int, now: datetime) -> Mapping[Queue, int]:
    """How many tickets each queue holds for this agent; at most 10 seconds old."""
    counts = _all(now)
    return {queue: counts.get(queue.of(agent_id), 0) for queue in Queue}


def open_items(agent_id: int, now: datetime) -> int:
    """How many action items an agent has to do; at most 10 seconds old."""
    return _all(now).get(_items_of(agent_id), 0)


def by_day(since: date, until: date) -> tuple[Day, ...]:
    """One `Day` for every day from `since` to `until`, both included."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for item in DayItem.query(DAYS, DayItem.sk.between(since.isoformat(), f"{until.isoformat()}~")):
        for name in ("opened", "resolved", "scores", "score_sum"):
            sums[item.sk.partition("#")[0]][name] += int(getattr(item, name) or 0)
    days = (since + timedelta(days=offset) for offset in range((until - since).days + 1))
    return tuple(Day(day, **sums[day.isoformat()]) for day in days)


def count_change(transaction: Transaction, change: Change, time_zone: str) -> None:
    """Adds to the transaction what the change does to queues and to the day's numbers."""
    before = queues_of(change.before) if change.before else frozenset()
    after = queues_of(change.after)
    for name in sorted(after - before):
        _add(transaction, name, 1)
    for name in sorted(before - after):
        _add(transaction, name, -1)
    for agent_id, grown in sorted(action_items.counts_of(change).items()):
        _add(transaction, _items_of(agent_id), grown)
    days: dict[str, dict[str, int]] = defaultdict(dict)  # one update a day: a transaction may name an item only once
    if change.before is None:
        days[_day(change.after.created_at, time_zone)]["opened"] = 1
    resolved_at = change.after.resolved_at
    if resolved_at and (change.before is None or change.before.resolved_at != resolved_at):
        days[_day(resolved_at, time_zone)]["resolved"] = 1
    for day, numbers in days.items():
        _count_day(transaction, day, numbers)


def count_score(transaction: Transaction, before: Survey, after: Survey, time_zone: str) -> None:
    """A first answer counts on its day; a changed one moves the sum of the day of the first."""
    if after.answer is None:
        return
    old = before.answer.score if before.answer else 0
    numbers = {"scores": 0 if before.answer else 1, "score_sum": after.answer.score - old}
    _count_day(transaction, _day(after.answers[0].at, time_zone), numbers)


def forget() -> None:
    """Drops the cache of this container, for who has just changed a count and wants to see it."""
    _cached.clear()


def _all(now: datetime) -> Mapping[str, int]:
    if COUNTS in _cached and now - _cached[COUNTS][0] < FRESH_FOR:
        return _cached[COUNTS][1]
    sums: Counter[str] = Counter()
    for item in CounterItem.query(COUNTS):
        sums[item.sk.rpartition("#")[0]] += int(item.total or 0)
    _cached[COUNTS] = (now, sums)
    return sums


def _add(transaction: Transaction, name: str, difference: int) -> None:
    item = CounterItem(COUNTS, f"{name}#{secrets.randbelow(_SHARDS)}")
    transaction.update(item, [Path("total").add(difference), _kind("counter")])


def _items_of(agent_id: int) -> str:
    return f"items:{agent_id}"


def _count_day(transaction: Transaction, day: str, numbers: Mapping[str, int]) -> None:
    added = [Path(name).add(number) for name, number in numbers.items() if number]
    if added:
        transaction.update(DayItem(DAYS, f"{day}#{secrets.randbelow(_SHARDS)}"), [*added, _kind("day")])


def _day(at: datetime, time_zone: str) -> str:
    return at.astimezone(ZoneInfo(time_zone)).date().isoformat()


def _kind(discriminator: str):  # type: ignore[no-untyped-def] # PynamoDB's SetAction is not exported
    """An update that makes an item must say what it is."""
    return Path("kind").set(discriminator)
