"""Several people at once: nothing is lost, nothing counted twice, whatever the order."""

from datetime import timedelta

import pytest

from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import intake, tickets
from chalicelib.desk.changes import change_ticket, until_saved
from chalicelib.domain.change import Change
from chalicelib.domain.errors import Conflict, StaleVersion
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW
from tests.desk import journey
from tests.wire import on_the_wire

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("cloud")


def test_two_agents_who_save_at_once_both_get_their_way() -> None:
    intake.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.assign(1, COLLEAGUE.id, AGENT, NOW + MINUTE))
        tickets.set_priority(1, Priority.HIGH, AGENT, NOW)
    ticket = ticket_store.get(1)
    assert (ticket.assignee, ticket.priority) == (COLLEAGUE.id, "high")
    assert sum(line.field in ("assignee", "priority") for e in journey.page().entries for line in e.changes) == 2


def test_a_decision_is_made_again_on_what_the_other_one_left() -> None:
    intake.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        wire.meanwhile(
            "dynamodb.TransactWriteItems", lambda: tickets.set_status(1, Status.RESOLVED, COLLEAGUE, NOW + MINUTE)
        )
        with pytest.raises(Conflict, match="status_not_possible"):
            tickets.set_status(1, Status.PENDING, AGENT, NOW)


def test_two_writers_in_one_millisecond_do_not_overwrite_one_another() -> None:
    intake.open_from_form(factories.form(), NOW)
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
    intake.open_from_form(factories.form(), NOW)
    with on_the_wire() as wire:
        change_ticket(1, lambda ticket, *_: Change(ticket, ticket), NOW)
    assert wire.requests == ["dynamodb.GetItem"]


def test_a_change_is_saved_as_a_whole_or_not_at_all() -> None:
    intake.open_from_form(factories.form(), NOW)
    before = journey.page()

    def clashing(ticket: Ticket, *_: object) -> Change:
        changed = ticket.add_note("Mine.", AGENT, NOW, factories.ids(before.entries[0].id))
        return changed.then(changed.after.assign(COLLEAGUE, AGENT, NOW, factories.ids(900)))

    with pytest.raises(Conflict, match="busy"):
        change_ticket(1, clashing, NOW)
    assert journey.page() == before
