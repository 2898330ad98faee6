from datetime import timedelta

import pytest

from chalicelib.adapters import counts, customers, files, limits
from chalicelib.desk import intake, tickets
from chalicelib.desk.intake import FORMS_PER_HOUR
from chalicelib.desk.tickets import Upload
from chalicelib.domain.entry import EntryKind, FieldChange
from chalicelib.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
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


class TestForm:
    def test_a_form_becomes_a_ticket_with_a_number(self) -> None:
        assert [opened(), opened()] == [1, 2]
        ticket = page(1).ticket
        assert (ticket.subject, ticket.source, ticket.customer_address) == ("Pump", "form", CUSTOMER_ADDRESS)
        assert journey.texts() == ["The pump is broken."]

    def test_pressed_twice_it_is_one_ticket(self) -> None:
        twice = form()
        assert intake.open_from_form(twice, NOW) == intake.open_from_form(twice, NOW + HOUR) == 1
        assert journey.numbers() == [1]

    def test_pressed_twice_at_once_as_well(self) -> None:
        twice = form()
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: intake.open_from_form(twice, NOW))
            number = intake.open_from_form(twice, NOW)
        assert journey.numbers() == [number]

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_form_whose_answer_was_lost_may_be_sent_again(self, moment: str) -> None:
        again = form()
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                intake.open_from_form(again, NOW)
        number = intake.open_from_form(again, NOW)
        assert journey.numbers() == [number]
        assert [mail.purpose for mail in journey.queued()] == ["acknowledgement", "timer"]

    def test_one_place_may_send_thirty_forms_an_hour(self) -> None:
        for _ in range(FORMS_PER_HOUR - 1):
            limits.count("form:192.0.2.1", FORMS_PER_HOUR, HOUR, NOW)
        opened()
        with pytest.raises(TooMany) as error:
            opened()
        assert error.value.params == {"retry_after": 3600}
        assert journey.numbers() == [1]
        opened(remote_address="192.0.2.2")
        intake.open_from_form(form(), NOW + HOUR)

    def test_a_form_sent_twice_counts_once(self) -> None:
        for _ in range(FORMS_PER_HOUR - 2):
            limits.count("form:192.0.2.1", FORMS_PER_HOUR, HOUR, NOW)
        twice = form()
        for _ in range(3):
            intake.open_from_form(twice, NOW)
        opened()
        with pytest.raises(TooMany):
            opened()

    def test_files_are_kept(self) -> None:
        opened(uploads=(Upload("사진.png", "image/png", b"PNG"), Upload("a.txt", "text/plain", b"")))
        kept = journey.messages()[0].attachments
        assert [(file.filename, file.content_type, file.size) for file in kept] == [
            ("사진.png", "image/png", 3),
            ("a.txt", "text/plain", 0),
        ]
        assert [files.read(file.key) for file in kept] == [b"PNG", b""]

    @pytest.mark.parametrize("content_type", ["", "text/한글", "a/b\r\nx: y", "x" * 5000])
    def test_whatever_a_browser_calls_a_file_it_is_kept(self, content_type: str) -> None:
        opened(uploads=(Upload("a.txt", content_type, b"abc"),))
        assert files.read(journey.messages()[0].attachments[0].key) == b"abc"

    def test_a_customer_is_known_by_the_address_however_it_is_written(self) -> None:
        opened()
        opened(address="  KIM@Customer.example ", name="")
        assert page(1).ticket.customer_id == page(2).ticket.customer_id
        assert page(2).ticket.customer_name == "Kim"

    def test_two_first_forms_of_one_customer_at_once_make_one_customer(self) -> None:
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", opened)
            opened()
        assert len({page(number).ticket.customer_id for number in journey.numbers()}) == 1

    def test_the_customers_panel_shows_the_latest_tickets(self) -> None:
        for _ in range(3):
            opened()
        panel = customers.get_panel(page().ticket.customer_id, limit=2)
        assert (panel.customer.address, [one.number for one in panel.tickets]) == (CUSTOMER_ADDRESS, [3, 2])

    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            ({"address": ""}, "address_missing", "email"),
            ({"address": "kim"}, "address_invalid", "email"),
            ({"text": " "}, "text_missing", "text"),
            ({"text": "x" * 5_000_000}, "text_too_long", "text"),
        ],
        ids=["no address", "bad address", "no text", "five megabytes of text"],
    )
    def test_what_must_be_mended(self, wrong: dict[str, str], code: str, field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            opened(**wrong)
        assert (error.value.code, error.value.field) == (code, field)
        assert journey.numbers() == []


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
