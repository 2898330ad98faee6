from datetime import datetime, timedelta

import pytest

from chalicelib.desk import tickets, upkeep
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import AGENT, NOW
from tests.desk import journey
from tests.wire import on_the_wire

DAY = timedelta(days=1)
LATER = NOW + 14 * DAY

pytestmark = pytest.mark.usefixtures("cloud")


def resolved(at: datetime = NOW) -> int:
    number = tickets.open_from_form(factories.form(), at)
    tickets.set_status(number, Status.RESOLVED, AGENT, at)
    return number


def test_what_was_resolved_14_days_ago_is_closed() -> None:
    older, newer = resolved(), resolved(NOW + timedelta(seconds=1))
    assert upkeep.close_resolved(LATER) == 1
    assert (journey.status(older), journey.status(newer)) == (Status.CLOSED, Status.RESOLVED)


def test_the_history_names_the_rule() -> None:
    resolved()
    upkeep.close_resolved(LATER)
    event = journey.page().entries[-1]
    assert (event.author.kind, event.at) == ("desk", LATER)
    assert [(line.field, line.old, line.new) for line in event.changes] == [("status", "resolved", "closed")]
    assert event.cause


def test_running_again_changes_nothing() -> None:
    resolved()
    upkeep.close_resolved(LATER)
    before = journey.page()
    assert upkeep.close_resolved(LATER + DAY) == 0
    assert journey.page() == before


def test_one_that_is_reopened_at_this_very_moment_stays_open() -> None:
    resolved()
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.set_status(1, Status.OPEN, AGENT, LATER))
        upkeep.close_resolved(LATER)
    assert journey.status() == Status.OPEN


def test_active_tickets_are_left_alone_however_old() -> None:
    tickets.open_from_form(factories.form(), NOW - 100 * DAY)
    assert upkeep.close_resolved(LATER) == 0
    assert journey.status() == Status.OPEN
