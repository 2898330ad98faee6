from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.adapters import counts, tickets
from chalicelib.adapters.counts import Day
from chalicelib.domain.queue import Queue
from chalicelib.domain.ticket import Change
from tests import factories
from tests.conftest import AGENT, NOW
from tests.wire import on_the_wire

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)

pytestmark = pytest.mark.usefixtures("cloud")


def open_ticket(number: int = 7, at: datetime = NOW, zone: str = "Asia/Seoul") -> None:
    tickets.save(factories.opened(at, number), zone)


def test_an_empty_desk_counts_nothing() -> None:
    assert counts.by_queue(AGENT.id, NOW) == dict.fromkeys(Queue, 0)


def test_counts_are_at_most_ten_seconds_old() -> None:
    counts.by_queue(AGENT.id, NOW)
    open_ticket()
    with on_the_wire() as wire:
        assert counts.by_queue(AGENT.id, NOW + timedelta(seconds=9))[Queue.OPEN] == 0
        assert wire.requests == []
        assert counts.by_queue(AGENT.id, NOW + timedelta(seconds=10))[Queue.OPEN] == 1


def test_many_tickets_are_counted_over_several_items() -> None:
    for number in range(1, 11):
        open_ticket(number)
    assert counts.by_queue(AGENT.id, NOW)[Queue.UNASSIGNED] == 10


def test_a_day_is_one_of_the_desks_own_time_zone() -> None:
    """Half past eight in the evening in Berlin is the next day in Seoul."""
    late = datetime.fromisoformat("2026-11-23T20:30:00+01:00")
    open_ticket(1, late, "Asia/Seoul")
    open_ticket(2, late, "Europe/Berlin")
    assert counts.by_day(MONDAY, TUESDAY) == (Day(MONDAY, opened=1), Day(TUESDAY, opened=1))


def test_every_day_asked_for_is_there_and_no_other() -> None:
    open_ticket(1, NOW - timedelta(days=1))
    open_ticket(2, NOW + timedelta(days=2))
    assert counts.by_day(MONDAY, TUESDAY) == (Day(MONDAY), Day(TUESDAY))


def test_a_ticket_that_is_resolved_as_it_is_opened_counts_as_both() -> None:
    """Ten of them, so that no lucky choice of the item hides that both numbers meet on one."""
    for number in range(1, 11):
        tickets.save(Change(None, replace(factories.answered("resolved"), number=number)), "Asia/Seoul")
    assert counts.by_day(MONDAY, MONDAY) == (Day(MONDAY, opened=10, resolved=10),)


def test_a_ticket_resolved_twice_counts_each_time() -> None:
    """Work that had to be done again is work; a change of what is resolved already is none."""
    open_ticket()
    for status in ("resolved", "open", "resolved", "closed"):
        step = tickets.get(7).set_status(factories.Status(status), AGENT, factories.settings(), NOW, factories.ids(50))
        tickets.save(Change(step.before, step.after), "Asia/Seoul")
        if status == "resolved":
            later = tickets.get(7).add_note("Fine.", AGENT, NOW, factories.ids(90))
            tickets.save(Change(later.before, later.after), "Asia/Seoul")
    assert counts.by_day(MONDAY, MONDAY) == (Day(MONDAY, opened=1, resolved=2),)
