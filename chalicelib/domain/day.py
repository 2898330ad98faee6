"""An agent's day: what is due until its end, in one order, what comes later, and what was done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority

_NEVER = datetime.max.replace(tzinfo=UTC)
_PRIORITIES = tuple(reversed(Priority))


@dataclass(frozen=True)
class Task:
    """A ticket to be answered or resolved, or with `item` something to be done for it."""

    ticket: Ticket
    due_at: datetime | None
    item: ActionItem | None = None


@dataclass(frozen=True)
class Day:
    """`now` is what is late or due until the end of the day, `later` are the other items."""

    now: tuple[Task, ...]
    later: tuple[Task, ...]


def plan(items: Iterable[ActionItem], due: Iterable[Ticket], tickets: Mapping[int, Ticket], ends_at: datetime) -> Day:
    """`due` are tickets due until the end of the day, `tickets` those of the items; an item without its ticket, which
    the agent may not see, is left out. By due time, then by priority.
    """
    tasks = [Task(ticket, ticket.due_at) for ticket in due]
    tasks += [Task(tickets[item.ticket], item.due_at, item) for item in items if item.ticket in tickets]
    ordered = sorted(tasks, key=_order)
    now = tuple(task for task in ordered if task.due_at and task.due_at < ends_at)
    return Day(now, tuple(task for task in ordered if task.item and task not in now))


def bounds(now: datetime, zone: str, days: int = 1) -> tuple[datetime, datetime]:
    """When the day of an instant began in a time zone, and when it, or that many days from it, are over."""
    local = now.astimezone(ZoneInfo(zone))
    began = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return began.astimezone(UTC), (began + timedelta(days=days)).astimezone(UTC)


def _order(task: Task) -> tuple[datetime, int, int]:
    return task.due_at or _NEVER, _PRIORITIES.index(task.ticket.priority), task.ticket.number
