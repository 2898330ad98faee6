"""How people open tickets: customers by the form, agents for those who call."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import customers, files, limits, settings
from chalicelib.desk import checklists, intake
from chalicelib.desk import settings as desk_settings
from chalicelib.desk.intake import FORMS_PER_HOUR, Call
from chalicelib.desk.tickets import Upload
from chalicelib.domain.checklist import Checklist, ChecklistStep
from chalicelib.domain.errors import InvalidInput, NotAllowed, TooMany
from chalicelib.domain.words import Kind, Priority, Source
from tests.conftest import ADMIN, AGENT, CONTRIBUTOR, NOW
from tests.desk import journey
from tests.desk.journey import page
from tests.factories import CUSTOMER_ADDRESS, form
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)
CALL = Call("call-1", "Kim Hana", CUSTOMER_ADDRESS, "Pump", "It leaks.", Source.PHONE, "ko")

pytestmark = pytest.mark.usefixtures("cloud")


def opened(**others: object) -> int:
    return intake.open_from_form(form(**others), NOW)


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


class TestCall:
    def test_what_was_taken_down_is_a_ticket_of_the_agent(self) -> None:
        team = desk_settings.add_team("Repairs", "", "", ADMIN, NOW)
        call = replace(CALL, priority=Priority.HIGH, kind=Kind.PROBLEM, team=team.id)
        assert intake.open_by_agent(call, AGENT, NOW) == 1
        ticket, message = page(1).ticket, journey.messages()[0]
        assert (ticket.source, ticket.priority, ticket.kind, ticket.team) == ("phone", "high", "problem", team.id)
        assert (ticket.customer_name, ticket.language, ticket.assignee) == ("Kim Hana", "ko", AGENT.id)
        assert (message.text, message.author.name) == ("It leaks.", "Kim Hana")
        assert message.remarks == (f"taken_by:{AGENT.name}",)

    def test_a_known_customer_keeps_name_and_language(self) -> None:
        opened()
        intake.open_by_agent(CALL, AGENT, NOW)
        ticket = page(2).ticket
        assert (ticket.customer_id, ticket.customer_name, ticket.language) == (page(1).ticket.customer_id, "Kim", "en")

    def test_the_acknowledgement_is_the_agents_choice_and_promises_no_answer(self) -> None:
        intake.open_by_agent(CALL, AGENT, NOW)
        intake.open_by_agent(replace(CALL, submission_id="call-2", acknowledge=False), AGENT, NOW)
        journey.deliver_all()
        (mail,) = journey.sent(CUSTOMER_ADDRESS)
        assert "#1" in mail["Subject"]
        assert "답변 예정" not in journey.text_of(mail)

    def test_answered_at_once_it_is_resolved(self) -> None:
        intake.open_by_agent(replace(CALL, is_answered=True), AGENT, NOW)
        ticket = page(1).ticket
        assert (ticket.status, ticket.resolved_at) == ("resolved", NOW)

    def test_so_it_is_when_a_checklist_comes_with_its_kind_whose_steps_stay_to_be_done(self) -> None:
        steps = (ChecklistStep("Tell the workshop"),)
        checklists.save(Checklist(90, "Known", steps, frozenset({Kind.COMPLAINT}), comes_by_itself=True), ADMIN, NOW)
        intake.open_by_agent(replace(CALL, is_answered=True, kind=Kind.COMPLAINT), AGENT, NOW)
        ticket = page(1).ticket
        assert (ticket.status, [item.title for item in ticket.open_items]) == ("resolved", ["Tell the workshop"])

    def test_pressed_twice_it_is_one_ticket(self) -> None:
        assert [intake.open_by_agent(CALL, AGENT, NOW) for _ in range(2)] == [1, 1]
        assert journey.numbers() == [1]

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_one_whose_answer_was_lost_may_be_sent_again(self, moment: str) -> None:
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                intake.open_by_agent(CALL, AGENT, NOW)
        number = intake.open_by_agent(CALL, AGENT, NOW)
        assert journey.numbers() == [number]

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"address": "kim"}, "address_invalid"),
            ({"address": settings.get}, "address_is_ours"),
            ({"text": " "}, "text_missing"),
            ({"team": 77}, "team_not_active"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong: dict[str, object], code: str) -> None:
        found = {name: value().support_address if callable(value) else value for name, value in wrong.items()}
        with pytest.raises(InvalidInput) as error:
            intake.open_by_agent(replace(CALL, **found), AGENT, NOW)
        assert error.value.code == code
        assert journey.numbers() == []

    def test_a_contributor_opens_none(self) -> None:
        with pytest.raises(NotAllowed):
            intake.open_by_agent(CALL, CONTRIBUTOR, NOW)
