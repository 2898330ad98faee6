import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.adapters import counts, tickets
from chalicelib.adapters.counts import Day
from chalicelib.domain.change import Change
from chalicelib.domain.errors import Conflict, StaleVersion
from chalicelib.domain.queue import Queue, queues_of
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW
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
        step = tickets.get(7).set_status(Status(status), AGENT, factories.settings(), NOW, factories.ids(50))
        tickets.save(Change(step.before, step.after), "Asia/Seoul")
        if status == "resolved":
            later = tickets.get(7).add_note("Fine.", AGENT, NOW, factories.ids(90))
            tickets.save(Change(later.before, later.after), "Asia/Seoul")
    assert counts.by_day(MONDAY, MONDAY) == (Day(MONDAY, opened=1, resolved=2),)


def test_counts_stay_exact_whatever_happens() -> None:
    """200 random changes of five tickets, a fifth of them by somebody who was too late; then all is counted again."""
    chance = random.Random(20261123)
    for number in range(1, 6):
        open_ticket(number)
    current = {number: tickets.get(number) for number in range(1, 6)}
    for act in range(200):
        number, at = chance.randint(1, 5), NOW + timedelta(minutes=act)
        change = random_change(chance, current[number], at)
        tickets.save(change, "Asia/Seoul")
        saved = replace(change.after, version=current[number].version + 1)
        if chance.random() < 0.2:
            with pytest.raises(StaleVersion):
                tickets.save(random_change(chance, current[number], at), "Asia/Seoul")
        current[number] = saved
    recount = Counter(name for ticket in current.values() for name in queues_of(ticket))
    for agent_id in (AGENT.id, COLLEAGUE.id):
        shown = counts.by_queue(agent_id, NOW + timedelta(days=1))
        assert shown == {queue: recount[queue.of(agent_id)] for queue in Queue}
        assert shown == {queue: len(tickets.list_by_queue(queue, agent_id).items) for queue in Queue}


def random_change(chance: random.Random, ticket: Ticket, at: datetime) -> Change:
    """Any act on the ticket, possible or refused; without its timeline, which no count looks at."""
    agent, to = chance.choice((AGENT, COLLEAGUE)), chance.choice((None, AGENT, COLLEAGUE))
    status, priority, desk = chance.choice(list(Status)), chance.choice(list(Priority)), factories.settings()
    acts = (
        lambda: ticket.assign(to, agent, at, factories.ids()),
        lambda: ticket.set_status(status, agent, desk, at, factories.ids()),
        lambda: ticket.set_priority(priority, agent, desk, at, factories.ids()),
        lambda: ticket.reply("Done.", agent, ticket.last_entry, at, factories.ids()),
        lambda: ticket.receive(factories.message(at=at), desk, at, factories.ids()),
    )
    try:
        after = chance.choice(acts)().after
    except Conflict:
        after = ticket
    return Change(ticket, after)
