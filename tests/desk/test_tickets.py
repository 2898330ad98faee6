from datetime import timedelta

import pytest

from chalicelib.adapters import counts
from chalicelib.desk import intake, tickets
from chalicelib.domain.entry import EntryKind, FieldChange
from chalicelib.domain.errors import Conflict, NotAllowed, NotFound
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.queue import Queue
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, CONTRIBUTOR, NOW
from tests.desk import journey
from tests.desk.journey import page
from tests.factories import CUSTOMER_ADDRESS, form
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)
GONE = factories.agent(is_active=False)

pytestmark = pytest.mark.usefixtures("cloud")


def opened(**others: object) -> int:
    return intake.open_from_form(form(**others), NOW)


def reply(text: str = "Turn it off.", then: Status | None = None, number: int = 1) -> None:
    tickets.reply(number, text, AGENT, page(number).ticket.last_entry, NOW + HOUR, then)


class TestReply:
    def test_it_joins_the_timeline_and_leaves_by_mail(self) -> None:
        opened()
        reply()
        assert journey.texts() == ["The pump is broken.", "Turn it off."]
        journey.deliver_all()
        assert "Turn it off." in journey.text_of(journey.sent(CUSTOMER_ADDRESS)[-1])

    def test_a_new_status_comes_with_it_in_one_step(self) -> None:
        opened()
        reply(then=Status.PENDING)
        assert (journey.status(), page().ticket.assignee) == ("pending", AGENT.id)

    def test_an_impossible_status_sends_nothing(self) -> None:
        opened()
        with pytest.raises(Conflict, match="status_not_possible"):
            reply(then=Status.CLOSED)
        assert journey.texts() == ["The pump is broken."]

    def test_one_that_a_customer_overtook_is_not_sent(self) -> None:
        """Even when the customer's mail comes in between reading and writing."""
        opened()
        seen = page().ticket.last_entry
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.add_note(1, "Wait.", COLLEAGUE, NOW + HOUR))
            with pytest.raises(Conflict, match="stale_reply"):
                tickets.reply(1, "Turn it off.", AGENT, seen, NOW + HOUR)
        assert Purpose.REPLY not in {mail.purpose for mail in journey.queued()}

    def test_one_whose_answer_was_lost_is_not_sent_twice(self) -> None:
        opened()
        seen = page().ticket.last_entry
        with on_the_wire() as wire:
            wire.fails_after("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                tickets.reply(1, "Turn it off.", AGENT, seen, NOW + HOUR)
        with pytest.raises(Conflict, match="stale_reply"):
            tickets.reply(1, "Turn it off.", AGENT, seen, NOW + 2 * HOUR)
        assert [mail.purpose for mail in journey.queued()].count(Purpose.REPLY) == 1

    def test_a_ticket_that_does_not_exist(self) -> None:
        with pytest.raises(NotFound) as error:
            tickets.reply(9, "Turn it off.", AGENT, 0, NOW)
        assert (error.value.code, error.value.params) == ("ticket_not_found", {"number": 9})


class TestWorking:
    def test_a_note_stays_inside(self) -> None:
        opened()
        tickets.add_note(1, "Ask Lee.", AGENT, NOW)
        assert [entry.text for entry in page().entries if entry.kind is EntryKind.NOTE] == ["Ask Lee."]
        assert [mail.purpose for mail in journey.queued()] == ["acknowledgement", "timer"]

    def test_assigning_moves_a_ticket_from_queue_to_queue(self) -> None:
        opened()
        tickets.assign(1, COLLEAGUE.id, AGENT, NOW)
        assert counts.by_queue(COLLEAGUE.id, NOW)[Queue.MINE] == 1
        assert counts.by_queue(AGENT.id, NOW)[Queue.UNASSIGNED] == 0
        tickets.assign(1, 0, AGENT, NOW)
        assert counts.by_queue(AGENT.id, NOW)[Queue.UNASSIGNED] == 1

    def test_who_acted_sees_the_counts_change_at_once(self) -> None:
        opened()
        assert counts.by_queue(AGENT.id, NOW)[Queue.RESOLVED] == 0
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW)
        assert counts.by_queue(AGENT.id, NOW)[Queue.RESOLVED] == 1

    def test_every_change_stands_in_the_history(self) -> None:
        opened()
        tickets.assign(1, COLLEAGUE.id, AGENT, NOW + timedelta(minutes=1))
        tickets.set_priority(1, Priority.HIGH, AGENT, NOW + timedelta(minutes=2))
        tickets.set_status(1, Status.ON_HOLD, AGENT, NOW + timedelta(minutes=3))
        lines = [(line, entry.author.name, entry.at) for entry in page().entries for line in entry.changes[:1]]
        assert lines[1:] == [
            (FieldChange("assignee", "", str(COLLEAGUE.id)), AGENT.name, NOW + timedelta(minutes=1)),
            (FieldChange("priority", "medium", "high"), AGENT.name, NOW + timedelta(minutes=2)),
            (FieldChange("status", "open", "on_hold"), AGENT.name, NOW + timedelta(minutes=3)),
        ]

    def test_what_is_so_already_is_not_written_again(self) -> None:
        opened()
        with on_the_wire() as wire:
            tickets.set_status(1, Status.OPEN, AGENT, NOW)
            tickets.set_priority(1, Priority.MEDIUM, AGENT, NOW)
            tickets.assign(1, 0, AGENT, NOW)
        assert "dynamodb.TransactWriteItems" not in wire.requests

    def test_an_agent_who_does_not_exist_can_not_have_it(self) -> None:
        opened()
        with pytest.raises(NotFound, match="agent_not_found"):
            tickets.assign(1, 404, AGENT, NOW)

    def test_contributors_work_on_their_tickets_and_see_no_others(self) -> None:
        opened()
        with pytest.raises(NotFound, match="ticket_not_found"):
            tickets.add_note(1, "From the workshop.", CONTRIBUTOR, NOW)
        tickets.assign(1, CONTRIBUTOR.id, AGENT, NOW)
        tickets.add_note(1, "From the workshop.", CONTRIBUTOR, NOW)
        assert "From the workshop." in {entry.text for entry in page().entries}

    def test_who_left_may_do_nothing(self) -> None:
        opened()
        before = page()
        for attempt in (
            lambda: tickets.reply(1, "x", GONE, 2**53, NOW),
            lambda: tickets.add_note(1, "x", GONE, NOW),
            lambda: tickets.assign(1, AGENT.id, GONE, NOW),
            lambda: tickets.set_status(1, Status.RESOLVED, GONE, NOW),
            lambda: tickets.set_priority(1, Priority.URGENT, GONE, NOW),
        ):
            with pytest.raises(NotAllowed):
                attempt()
        assert page() == before
