import re
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import counts
from chalicelib.desk import intake, links, surveys, tickets
from chalicelib.domain.entry import FieldChange
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW
from tests.desk import journey
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import Lost, on_the_wire

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = NOW + HOUR + DAY

pytestmark = pytest.mark.usefixtures("cloud")


def resolve_new_ticket(at: datetime = NOW, address: str = CUSTOMER_ADDRESS, is_answered: bool = True) -> int:
    """Opened at `at`, answered and resolved an hour later."""
    number = intake.open_from_form(factories.form(address=address), at)
    if is_answered:
        seen = journey.page(number).ticket.last_entry
        tickets.reply(number, "Turn it off.", AGENT, seen, at + HOUR, then=Status.RESOLVED)
    else:
        tickets.set_status(number, Status.RESOLVED, AGENT, at + HOUR)
    return number


def asked(number: int = 1) -> int:
    """How many surveys left for this ticket."""
    return sum(mail.purpose is Purpose.SURVEY for mail in journey.page(number).outgoing)


class TestSending:
    def test_a_survey_is_sent_once_a_day_after_the_resolution(self) -> None:
        resolve_new_ticket()
        assert surveys.send_due(DUE - timedelta(seconds=1)) == 0
        assert surveys.send_due(DUE) == 1
        assert surveys.send_due(DUE + DAY) == 0
        assert asked() == 1

    def test_it_goes_to_the_requester_with_a_link_for_each_face(self) -> None:
        resolve_new_ticket()
        surveys.send_due(DUE)
        journey.deliver_all(DUE)
        mail = journey.sent(CUSTOMER_ADDRESS)[-1]
        settings = factories.stored_settings()
        found = re.findall(r"https://desk\.example/survey/(\S+)\?score=(\d)", journey.text_of(mail))
        assert [(links.read_survey(settings, token), score) for token, score in found] == [((1, 0), s) for s in "12345"]
        assert mail["Auto-Submitted"] in ("auto-generated", "auto-replied")

    def test_not_when_it_was_reopened_meanwhile(self) -> None:
        resolve_new_ticket()
        tickets.set_status(1, Status.OPEN, AGENT, NOW + 2 * HOUR)
        assert surveys.send_due(DUE) == 0

    def test_not_when_it_is_reopened_at_this_very_moment(self) -> None:
        resolve_new_ticket()
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.set_status(1, Status.OPEN, AGENT, DUE))
            assert surveys.send_due(DUE) == 0
        assert asked() == 0

    def test_not_without_a_reply_by_a_person(self) -> None:
        resolve_new_ticket(is_answered=False)
        assert surveys.send_due(DUE) == 0

    def test_also_when_it_was_closed_meanwhile(self) -> None:
        resolve_new_ticket()
        tickets.set_status(1, Status.CLOSED, AGENT, NOW + 2 * HOUR)
        assert surveys.send_due(DUE) == 1

    def test_at_most_one_per_customer_in_14_days(self) -> None:
        for number in (1, 2):
            assert resolve_new_ticket() == number
        resolve_new_ticket(address="park@customer.example")
        assert surveys.send_due(DUE) == 2
        assert sum(asked(number) for number in (1, 2)) == 1
        assert surveys.send_due(DUE + DAY) == 0
        resolve_new_ticket(at=NOW + 14 * DAY)
        assert surveys.send_due(DUE + 14 * DAY) == 1

    def test_again_after_a_second_resolution_two_weeks_later(self) -> None:
        resolve_new_ticket()
        surveys.send_due(DUE)
        tickets.set_status(1, Status.OPEN, AGENT, NOW + 20 * DAY)
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW + 20 * DAY)
        assert surveys.send_due(NOW + 21 * DAY) == 1
        page = journey.page()
        assert page.survey is not None
        assert page.survey.resolution == 1

    def test_the_credit_goes_to_the_assignee_when_resolved(self) -> None:
        number = intake.open_from_form(factories.form(), NOW)
        tickets.assign(number, COLLEAGUE.id, AGENT, NOW)
        seen = journey.page(number).ticket.last_entry
        tickets.reply(number, "Turn it off.", AGENT, seen, NOW + HOUR, then=Status.RESOLVED)
        surveys.send_due(DUE)
        assert journey.page(number).survey == factories.survey(ticket=1, credit=COLLEAGUE.id, sent_at=DUE, version=1)

    def test_one_ticket_that_others_are_changing_does_not_hold_up_the_rest(self) -> None:
        resolve_new_ticket()
        resolve_new_ticket(address="park@customer.example")
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.add_note(1, "Fine.", AGENT, DUE))
            assert surveys.send_due(DUE) == 1
        assert surveys.send_due(DUE) == 1

    def test_one_ticket_that_fails_does_not_hold_up_the_rest_and_rings(self) -> None:
        resolve_new_ticket()
        resolve_new_ticket(address="park@customer.example")
        with on_the_wire() as wire:
            wire.fails_before("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                surveys.send_due(DUE)
        assert sorted((asked(1), asked(2))) == [0, 1]

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_lost_request_sends_neither_two_nor_none(self, moment: str) -> None:
        resolve_new_ticket()
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                surveys.send_due(DUE)
        surveys.send_due(DUE)
        assert asked() == 1


class TestAnswering:
    @pytest.fixture(autouse=True)
    def _asked(self, cloud: None) -> None:
        resolve_new_ticket()
        surveys.send_due(DUE)

    def score_of_day(self, at: datetime = DUE) -> tuple[int, int]:
        (day,) = counts.by_day(at.date(), at.date())
        return day.scores, day.score_sum

    def test_an_answer_is_kept_and_counted(self) -> None:
        surveys.answer(1, 0, 4, "Quick.", DUE)
        survey = journey.page().survey
        assert survey is not None
        assert survey.answer is not None
        assert (survey.answer.score, survey.answer.comment) == (4, "Quick.")
        assert self.score_of_day() == (1, 4)

    def test_it_stands_in_the_history(self) -> None:
        surveys.answer(1, 0, 4, "", DUE)
        surveys.answer(1, 0, 2, "", DUE + HOUR)
        events = [entry for entry in journey.page().entries if entry.cause == "survey"]
        assert [event.changes for event in events] == [
            (FieldChange("score", "", "4"),),
            (FieldChange("score", "4", "2"),),
        ]

    def test_a_changed_answer_counts_once_with_its_last_score_on_its_first_day(self) -> None:
        surveys.answer(1, 0, 4, "", DUE)
        surveys.answer(1, 0, 1, "No.", DUE + DAY)
        assert self.score_of_day() == (1, 1)
        assert self.score_of_day(DUE + DAY) == (0, 0)

    def test_the_button_pressed_twice_is_one_answer(self) -> None:
        for _ in range(2):
            surveys.answer(1, 0, 4, "Quick.", DUE)
        survey = journey.page().survey
        assert survey is not None
        assert len(survey.answers) == 1
        assert self.score_of_day() == (1, 4)
        assert [entry.cause for entry in journey.page().entries].count("survey") == 1

    def test_pressed_twice_at_once_as_well(self) -> None:
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: surveys.answer(1, 0, 4, "", DUE))
            surveys.answer(1, 0, 4, "", DUE)
        assert self.score_of_day() == (1, 4)

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_lost_request_may_be_repeated(self, moment: str) -> None:
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                surveys.answer(1, 0, 5, "", DUE)
        surveys.answer(1, 0, 5, "", DUE)
        assert self.score_of_day() == (1, 5)

    def test_one_after_30_days_comes_too_late(self) -> None:
        with pytest.raises(Conflict, match="survey_expired"):
            surveys.answer(1, 0, 5, "", DUE + 31 * DAY)

    def test_the_survey_of_a_reopened_ticket_is_withdrawn(self) -> None:
        tickets.set_status(1, Status.OPEN, AGENT, DUE)
        with pytest.raises(Conflict, match="survey_withdrawn"):
            surveys.answer(1, 0, 5, "", DUE)

    def test_a_survey_that_was_never_sent(self) -> None:
        with pytest.raises(NotFound, match="survey_not_found"):
            surveys.answer(1, 1, 5, "", DUE)

    def test_a_score_that_is_none_is_not_kept(self) -> None:
        with pytest.raises(InvalidInput, match="score_missing"):
            surveys.answer(1, 0, 9, "", DUE)
        assert self.score_of_day() == (0, 0)
