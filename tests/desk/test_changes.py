"""Several people at once: nothing is lost, nothing counted twice, whatever the order."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import counts
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.items import TicketItem
from chalicelib.desk import tickets
from chalicelib.desk.changes import change_ticket, until_saved
from chalicelib.domain.errors import Conflict, StaleVersion
from chalicelib.domain.queue import Queue, queues_of
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Change, Ticket
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW
from tests.desk import journey
from tests.wire import on_the_wire

MINUTE = timedelta(minutes=1)
PEOPLE = (0, AGENT.id, COLLEAGUE.id)

pytestmark = pytest.mark.usefixtures("cloud")


def stored() -> list[Ticket]:
    return [ticket_store.get(item.body["number"]) for item in TicketItem.scan()]


def listed(queue: Queue, agent_id: int) -> list[int]:
    return sorted(one.number for one in ticket_store.list_by_queue(queue, agent_id, limit=500).items)


def test_two_agents_who_save_at_once_both_get_their_way() -> None:
    tickets.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.assign(1, COLLEAGUE.id, AGENT, NOW + MINUTE))
        tickets.set_priority(1, Priority.HIGH, AGENT, NOW)
    ticket = ticket_store.get(1)
    assert (ticket.assignee, ticket.priority) == (COLLEAGUE.id, "high")
    assert sum(line.field in ("assignee", "priority") for e in journey.page().entries for line in e.changes) == 2


def test_a_decision_is_made_again_on_what_the_other_one_left() -> None:
    tickets.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        wire.meanwhile(
            "dynamodb.TransactWriteItems", lambda: tickets.set_status(1, Status.RESOLVED, COLLEAGUE, NOW + MINUTE)
        )
        with pytest.raises(Conflict, match="status_not_possible"):
            tickets.set_status(1, Status.PENDING, AGENT, NOW)


def test_two_writers_in_one_millisecond_do_not_overwrite_one_another() -> None:
    tickets.open_from_form(factories.form(), NOW)
    for text in ("One.", "Two.", "Three."):
        tickets.add_note(1, text, AGENT, NOW)
    assert {entry.text for entry in journey.page().entries} >= {"One.", "Two.", "Three."}


def test_a_ticket_that_is_never_free_says_so_in_the_end() -> None:
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise StaleVersion("stale_version")

    with pytest.raises(Conflict, match="busy"):
        until_saved(attempt)
    assert len(tries) == 5


def test_an_empty_change_is_not_saved() -> None:
    tickets.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        change_ticket(1, lambda ticket, *_: Change(ticket, ticket), NOW)
    assert wire.requests == ["dynamodb.GetItem"]


def test_a_change_is_saved_as_a_whole_or_not_at_all() -> None:
    tickets.open_from_form(factories.form(), NOW)
    before = journey.page()

    def clashing(ticket: Ticket, *_: object) -> Change:
        changed = ticket.add_note("Mine.", AGENT, NOW, factories.ids(before.entries[0].id))
        return changed.then(changed.after.assign(COLLEAGUE, AGENT, NOW, factories.ids(900)))

    with pytest.raises(Conflict, match="busy"):
        change_ticket(1, clashing, NOW)
    assert journey.page() == before


def test_counts_stay_exact_whatever_happens() -> None:
    """200 random acts on four tickets, some of them at the same time; then everything is counted again."""
    chance = random.Random(20261123)
    for _ in range(4):
        tickets.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        for act in range(200):
            at = NOW + act * MINUTE
            if chance.random() < 0.15:
                wire.meanwhile("dynamodb.TransactWriteItems", random_act(chance, at))
            random_act(chance, at)()
            wire.forget_plans()
    recount = Counter(name for ticket in stored() for name in queues_of(ticket))
    later = NOW + 201 * MINUTE
    for agent_id in PEOPLE[1:]:
        shown = counts.by_queue(agent_id, later)
        assert shown == {queue: recount[queue.of(agent_id)] for queue in Queue}
        assert shown == {queue: len(listed(queue, agent_id)) for queue in Queue}


def random_act(chance: random.Random, at: datetime) -> Callable[[], object]:
    """Any change there is, be it possible or refused; without its timeline, which no count looks at."""
    number, agent, to = chance.randint(1, 4), chance.choice((AGENT, COLLEAGUE)), chance.choice((None, AGENT, COLLEAGUE))
    status, priority, kind = chance.choice(list(Status)), chance.choice(list(Priority)), chance.randrange(5)

    def decide(ticket: Ticket, settings: Settings, ids: Iterator[int]) -> Change:
        change = (
            lambda: ticket.assign(to, agent, at, ids),
            lambda: ticket.set_status(status, agent, settings, at, ids),
            lambda: ticket.set_priority(priority, agent, settings, at, ids),
            lambda: ticket.reply("Done.", agent, ticket.last_entry, at, ids),
            lambda: ticket.receive(factories.message(at=at), settings, at, ids),
        )[kind]()
        return replace(change, entries=(), outgoing=())

    def act() -> None:
        with suppress(Conflict):
            change_ticket(number, decide, at)

    return act
