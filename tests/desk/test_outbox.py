import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import aws
from chalicelib.adapters.items import MessageItem
from chalicelib.desk import outbox, tickets
from chalicelib.domain.errors import NotSent
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from tests.conftest import AGENT, COLLEAGUE, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import deliver_all, page, receive_mail, sent
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def entry(purpose: Purpose = Purpose.ACKNOWLEDGEMENT, number: int = 1) -> Outgoing:
    return next(entry for entry in page(number).outgoing if entry.purpose is purpose)


def deliver(purpose: Purpose = Purpose.ACKNOWLEDGEMENT, attempt: int = 1) -> None:
    outbox.deliver(1, entry(purpose).id, attempt, NOW)


def refuse_all_mail() -> None:
    """SES takes mail of verified senders only."""
    aws.client("sesv2").delete_email_identity(EmailIdentity="desk.example")


def take_mail_again() -> None:
    aws.client("sesv2").create_email_identity(EmailIdentity="desk.example")


class TestSending:
    def test_an_acknowledgement_has_number_status_link_and_promised_time(self) -> None:
        receive_mail()
        deliver()
        (mail,) = sent()
        text = journey.text_of(mail)
        assert (mail["To"], mail["From"]) == (CUSTOMER_ADDRESS, f"Desk <{SUPPORT}>")
        assert "#1" in str(mail["Subject"])
        assert "https://desk.example/status/" in text
        assert "Tue 24 Nov 2026, 10:00 KST" in text

    def test_a_reply_has_the_agents_words(self) -> None:
        receive_mail()
        tickets.reply(1, "Turn it **off**.", AGENT, page().ticket.last_entry, NOW)
        deliver(Purpose.REPLY)
        (mail,) = sent(CUSTOMER_ADDRESS)
        assert "Turn it **off**." in journey.text_of(mail)
        assert "<strong>off</strong>" in str(mail.get_body(("html",)))

    def test_a_link_to_a_page_of_ours_gets_the_whole_address(self) -> None:
        receive_mail()
        tickets.reply(1, "See [the form](/new) or [that](//x.example).", AGENT, page().ticket.last_entry, NOW)
        deliver(Purpose.REPLY)
        html = sent(CUSTOMER_ADDRESS)[0].get_body(("html",)).get_content()
        assert 'href="https://desk.example/new"' in html
        assert "https://desk.example//x.example" not in html

    def test_two_deliveries_at_the_same_time_keep_the_outcome_of_the_first(self) -> None:
        receive_mail()
        first: list[Outgoing] = []

        def deliver_faster() -> None:
            deliver()
            first.append(entry())

        with on_the_wire() as wire:
            wire.meanwhile("sesv2.SendEmail", deliver_faster)
            deliver()
        assert [replace(entry(), maybe_left=False)] == first
        assert (entry().delivery, entry().maybe_left, len(sent())) == (Delivery.SENT, True, 2)

    def test_the_new_assignee_is_told_in_their_own_language(self) -> None:
        receive_mail()
        tickets.assign(1, COLLEAGUE.id, AGENT, NOW)
        deliver(Purpose.ASSIGNED)
        assert "https://desk.example/agent/tickets/1" in journey.text_of(sent(COLLEAGUE.address)[0])
        assert "담당" in journey.text_of(sent(COLLEAGUE.address)[0])

    def test_how_it_ended_stands_on_the_ticket(self) -> None:
        receive_mail()
        deliver()
        ended = entry()
        assert (ended.delivery, ended.attempts, ended.finished_at, ended.error) == (Delivery.SENT, 1, NOW, "")

    def test_what_was_sent_is_not_sent_again(self) -> None:
        receive_mail()
        deliver()
        deliver()
        assert len(sent()) == 1

    def test_an_entry_that_does_not_exist_is_no_error(self) -> None:
        receive_mail()
        outbox.deliver(1, 4711, 1, NOW)
        assert sent() == []


class TestHeaders:
    def test_automatic_mail_says_so(self) -> None:
        receive_mail()
        deliver()
        (mail,) = sent()
        assert mail["Auto-Submitted"] == "auto-replied"
        assert mail["X-Auto-Response-Suppress"] == "All"
        assert mail["X-Deskbell-Loop"] == SUPPORT

    def test_a_reply_by_a_person_does_not(self) -> None:
        receive_mail()
        tickets.reply(1, "Turn it off.", AGENT, page().ticket.last_entry, NOW)
        deliver(Purpose.REPLY)
        (mail,) = sent()
        assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "X-Deskbell-Loop"} & set(mail.keys())

    def test_automatic_mail_goes_to_the_requester_only(self) -> None:
        receive_mail(cc="park@customer.example")
        deliver()
        assert [(mail["To"], mail["Cc"]) for mail in sent()] == [(CUSTOMER_ADDRESS, None)]

    def test_a_reply_continues_the_customers_thread(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        deliver()
        tickets.reply(1, "Turn it off.", AGENT, page().ticket.last_entry, NOW + HOUR)
        deliver(Purpose.REPLY)
        mail = sent()[-1]
        acknowledged = f"<{entry().wire_id}>"
        assert str(mail["References"]).split() == ["<one@customer.example>", acknowledged]
        assert mail["In-Reply-To"] == acknowledged

    def test_a_strangers_mail_is_no_part_of_the_customers_thread(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        receive_mail(
            from_="eve@elsewhere.example", in_reply_to="<one@customer.example>", message_id="<eve@else.example>"
        )
        deliver()
        assert "eve" not in str(sent()[0]["References"])

    def test_the_reply_address_leads_back_to_the_ticket(self) -> None:
        receive_mail()
        deliver()
        receive_mail("It is wet.", to=str(sent()[0]["Reply-To"]))
        assert journey.texts() == ["The pump is broken.", "It is wet."]

    def test_both_ids_that_ses_may_put_on_the_wire_are_stored(self) -> None:
        receive_mail()
        deliver()
        ses_id = entry().wire_id.removesuffix("@ap-northeast-2.amazonses.com")
        stored = {item.pk: item.body["ticket"] for item in MessageItem.scan()}
        assert stored[f"MESSAGE#{ses_id}@ap-northeast-2.amazonses.com"] == 1
        assert stored[f"MESSAGE#{ses_id}@email.amazonses.com"] == 1


class TestRefused:
    def test_it_is_tried_again_and_the_ticket_says_why(self) -> None:
        receive_mail()
        refuse_all_mail()
        with pytest.raises(NotSent):
            deliver(attempt=1)
        refused = entry()
        assert (refused.delivery, refused.attempts) == (Delivery.QUEUED, 1)
        assert "MessageRejected" in refused.error
        take_mail_again()
        deliver(attempt=2)
        assert (entry().delivery, entry().attempts, entry().error) == (Delivery.SENT, 2, "")

    def test_at_the_last_try_it_has_failed_visibly(self) -> None:
        receive_mail()
        refuse_all_mail()
        for attempt in range(1, 5):
            with pytest.raises(NotSent):
                deliver(attempt=attempt)
        deliver(attempt=5)
        failed = entry()
        assert (failed.delivery, failed.attempts, failed.finished_at) == (Delivery.FAILED, 5, NOW)
        assert "MessageRejected" in failed.error

    def test_what_has_failed_is_not_sent_later(self) -> None:
        receive_mail()
        refuse_all_mail()
        deliver(attempt=5)
        take_mail_again()
        deliver(attempt=6)
        assert sent() == []

    def test_an_address_that_mail_can_not_carry_fails_at_once(self) -> None:
        receive_mail(from_="k..im@customer.example")
        tickets.reply(1, "Hello.", AGENT, page().ticket.last_entry, NOW)
        deliver(Purpose.REPLY)
        assert (entry(Purpose.REPLY).delivery, entry(Purpose.REPLY).error) == (Delivery.FAILED, "bad_address")

    def test_a_throttled_mail_is_tried_again(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 429, "TooManyRequestsException")
            with pytest.raises(NotSent):
                deliver()
        assert "TooManyRequestsException" in entry().error
        deliver(attempt=2)
        assert len(sent()) == 1


class TestFaults:
    def test_a_mail_whose_try_was_never_made_leaves_at_the_next_one(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.fails_before("dynamodb.Query")
            with pytest.raises(Lost):
                outbox.deliver(1, journey.queued()[0].id, 1, NOW)
            deliver_all()
        assert len(sent()) == 1

    def test_a_mail_is_marked_as_sent_even_when_the_answer_to_that_is_lost(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.fails_after("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                deliver()
            deliver(attempt=2)
        assert len(sent()) == 1

    def test_one_that_left_before_its_try_ended_without_a_word_leaves_again_and_says_so(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.fails_after("sesv2.SendEmail")
            with pytest.raises(Lost):
                deliver()
        assert (entry().delivery, entry().attempts) == (Delivery.QUEUED, 0)
        outbox.deliver(1, entry().id, 2, NOW + timedelta(minutes=3))
        first, second = sent()
        assert first.as_bytes() == second.as_bytes()
        assert (entry().delivery, entry().attempts, entry().maybe_left) == (Delivery.SENT, 2, True)

    def test_what_ses_refused_has_surely_not_left(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 429, "TooManyRequestsException")
            with pytest.raises(NotSent):
                deliver()
        deliver(attempt=2)
        assert not entry().maybe_left

    def test_what_ses_broke_down_over_may_have_left(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 500, "InternalServiceError")
            with pytest.raises(NotSent):
                deliver()
        assert (entry().delivery, entry().maybe_left) == (Delivery.QUEUED, True)

    def test_one_that_is_handed_over_again_after_all_its_tries_may_have_left(self) -> None:
        """Each try ended without a word, so that none of them could be counted."""
        receive_mail()
        for attempt in range(1, 6):
            with on_the_wire() as wire:
                wire.fails_after("sesv2.SendEmail")
                with pytest.raises(Lost):
                    deliver(attempt=attempt)
        outbox.deliver(1, entry().id, 1, NOW + HOUR, is_again=True)
        assert (entry().delivery, entry().attempts, entry().maybe_left) == (Delivery.SENT, 1, True)

    def test_a_refusal_of_such_a_one_is_counted_on(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 429, "TooManyRequestsException")
            with pytest.raises(NotSent):
                outbox.deliver(1, entry().id, 1, NOW, is_again=True)
        deliver(attempt=2)
        assert (entry().attempts, entry().maybe_left) == (2, True)


class TestTimers:
    def test_a_timer_starts_an_execution_named_after_ticket_and_timer(self) -> None:
        receive_mail()
        deliver(Purpose.TIMER)
        (execution,) = journey.executions()
        message = json.loads(execution["input"])
        assert (execution["name"], message["ticket"], message["timer"]) == ("ticket-1-1", 1, 1)
        assert datetime.fromisoformat(message["wait_until"]) == journey.page().ticket.timer.wakes_at
        assert entry(Purpose.TIMER).delivery is Delivery.SENT

    @pytest.mark.parametrize("lost", ["sfn.StartExecution", "dynamodb.TransactWriteItems"])
    def test_starting_twice_starts_one(self, lost: str) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.fails_after(lost)
            with pytest.raises(Lost):
                deliver(Purpose.TIMER)
        deliver(Purpose.TIMER, attempt=2)
        assert len(journey.executions()) == 1
        assert entry(Purpose.TIMER).delivery is Delivery.SENT

    def test_one_that_has_ended_already_is_not_started_again(self) -> None:
        receive_mail()
        with on_the_wire() as wire:
            wire.fails_before("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                deliver(Purpose.TIMER)
        aws.client("stepfunctions").stop_execution(executionArn=journey.executions()[0]["executionArn"])
        deliver(Purpose.TIMER, attempt=2)
        assert len(journey.executions()) == 1
