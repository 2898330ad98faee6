"""An agent's day in its order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.domain import day
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.sla import ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority
from tests import factories
from tests.conftest import NOW

HOUR = timedelta(hours=1)
_, ENDS_AT = day.bounds(NOW, "Asia/Seoul")


def ticket(number: int, due_at: datetime, priority: Priority = Priority.MEDIUM) -> Ticket:
    made = factories.ticket()
    clock = replace(made.clock(ClockName.FIRST_RESPONSE), due_at=due_at)
    return replace(made, number=number, priority=priority, clocks=(clock,))


def item(number: int, due_at: datetime | None, of: int = 1) -> ActionItem:
    return ActionItem(number, of, f"Item {number}", NOW, due_at=due_at)


def test_tickets_and_items_stand_in_one_order_by_due_time_then_priority() -> None:
    low, urgent = ticket(1, NOW + 2 * HOUR, Priority.LOW), ticket(2, NOW + 2 * HOUR, Priority.URGENT)
    late = item(40, NOW - HOUR, of=1)
    planned = day.plan([late, item(41, NOW + HOUR, of=2)], [low, urgent], {1: low, 2: urgent}, ENDS_AT)
    assert [(task.ticket.number, task.item.id if task.item else 0) for task in planned.now] == [
        (1, 40),
        (2, 41),
        (2, 0),
        (1, 0),
    ]
    assert planned.later == ()


def test_what_is_due_after_today_or_never_comes_later() -> None:
    one = ticket(1, NOW)
    planned = day.plan([item(40, None), item(41, ENDS_AT), item(42, ENDS_AT - HOUR)], [], {1: one}, ENDS_AT)
    assert [task.item.id for task in planned.now if task.item] == [42]
    assert [task.item.id for task in planned.later if task.item] == [41, 40]


def test_items_of_tickets_that_the_agent_may_not_see_are_left_out() -> None:
    assert day.plan([item(40, NOW, of=9)], [], {}, ENDS_AT) == day.Day((), ())


def test_a_day_is_one_of_the_readers_zone() -> None:
    assert day.bounds(NOW, "Asia/Seoul") == (
        datetime(2026, 11, 22, 15, tzinfo=UTC),
        datetime(2026, 11, 23, 15, tzinfo=UTC),
    )
    spring = datetime(2026, 3, 29, 12, tzinfo=UTC)
    began_at, ends_at = day.bounds(spring, "Europe/Berlin")
    assert ends_at - began_at == timedelta(hours=23)
