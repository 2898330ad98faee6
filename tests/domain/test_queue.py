from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.queue import Queue, queues_of
from chalicelib.domain.sla import ClockName
from chalicelib.domain.ticket import Ticket
from tests import factories
from tests.conftest import AGENT, NOW


def overdue(ticket: Ticket) -> Ticket:
    """Nobody answered in time."""
    return ticket.with_clock(ticket.clock(ClockName.FIRST_RESPONSE).breach(NOW + timedelta(days=30)))


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        pytest.param(factories.ticket(), {"unassigned", "open"}, id="nobody's"),
        pytest.param(factories.ticket(assignee=AGENT.id), {"mine:3", "open"}, id="an agent's"),
        pytest.param(factories.ticket("on_hold"), {"unassigned", "open"}, id="on hold waits for us, too"),
        pytest.param(factories.ticket("pending", assignee=AGENT.id), {"mine:3", "pending"}, id="pending is still mine"),
        pytest.param(factories.answered("resolved"), {"resolved"}, id="resolved is nobody's any more"),
        pytest.param(factories.answered("closed"), set(), id="closed stands nowhere"),
        pytest.param(overdue(factories.ticket()), {"unassigned", "open", "overdue"}, id="overdue"),
        pytest.param(overdue(factories.ticket("closed")), set(), id="no longer overdue"),
    ],
)
def test_the_queues_that_hold_a_ticket(ticket: Ticket, expected: set[str]) -> None:
    assert queues_of(ticket) == expected


def test_every_agent_has_a_queue_of_their_own() -> None:
    assert Queue.MINE.of(3) != Queue.MINE.of(4)
    assert queues_of(replace(factories.ticket(), assignee=4)) >= {Queue.MINE.of(4)}


def test_the_other_queues_are_the_same_for_everybody() -> None:
    assert {queue.of(3) for queue in Queue if queue is not Queue.MINE} == {
        queue.of(4) for queue in Queue if queue is not Queue.MINE
    }
