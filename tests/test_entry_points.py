"""The functions as AWS calls them, with events as AWS sends them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from samtranslator.yaml_helper import yaml_parse

import app
from chalicelib.adapters import aws, facts, tickets
from chalicelib.adapters.items import EntryItem, Item, TicketItem
from chalicelib.config import config
from chalicelib.desk import inbound, intake
from chalicelib.desk import tickets as desk
from chalicelib.domain.inbound_mail import Fate, FateState
from chalicelib.domain.outgoing import Delivery
from chalicelib.domain.view import View
from chalicelib.domain.words import Status
from chalicelib.log import logger
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW
from tests.desk import journey
from tests.wire import Lost, on_the_wire

HERE = Path(__file__).parent
CONTEXT = SimpleNamespace(function_name="test", aws_request_id="1", get_remaining_time_in_millis=lambda: 60_000)
NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
FIRST, SECOND = "059f36b4-87a3-44ab-83d2-661975830a7d", "2e1424d4-f796-459a-8184-9c92662be6da"

pytestmark = pytest.mark.usefixtures("cloud")


def event(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((HERE / "events" / f"{name}.json").read_text("utf-8"))
    return read


def on_try(number: int, name: str) -> dict[str, Any]:
    again = event(name)
    for record in again["Records"]:
        record["attributes"]["ApproximateReceiveCount"] = str(number)
    return again


def quarantined() -> tuple[Fate, ...]:
    return inbound.list_in_hand(FateState.QUARANTINED)


def failed(*ids: str) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": one} for one in ids]}


class Log:
    """What the functions wrote into their log."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    def lines(self, message: str) -> list[dict[str, Any]]:
        written = (json.loads(line) for line in self._stream.getvalue().splitlines())
        return [line for line in written if line["message"] == message]


@pytest.fixture
def log() -> Iterator[Log]:
    """Powertools keeps the stream that it found at import, so ours stands in for it."""
    stream = StringIO()
    before = logger.registered_handler.setStream(stream)  # type: ignore[attr-defined] # a StreamHandler
    yield Log(stream)
    logger.registered_handler.setStream(before)  # type: ignore[attr-defined]


class TestInboundMail:
    def store(self) -> None:
        journey.store(journey.raw_mail("First."), "inbound/first")
        journey.store(journey.raw_mail("Second.", from_="park@customer.example"), "inbound/second mail=펌프")

    def test_each_mail_becomes_a_ticket_as_of_when_it_came(self) -> None:
        self.store()
        assert app.inbound_mail(event("received_mails"), CONTEXT) == NOTHING_FAILED
        assert [journey.texts(number) for number in journey.numbers()] == [["First."], ["Second."]]
        came = [journey.page(number).ticket.created_at for number in (1, 2)]
        assert came == [NOW, datetime.fromisoformat("2026-11-23T00:59:30.123Z")]

    def test_the_test_event_of_s3_is_no_mail(self) -> None:
        assert app.inbound_mail(event("s3_test_event"), CONTEXT) == NOTHING_FAILED
        assert (journey.numbers(), quarantined()) == ([], ())

    def test_one_that_fails_comes_again_alone(self) -> None:
        self.store()
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            assert app.inbound_mail(event("received_mails"), CONTEXT) == failed(FIRST)
        assert journey.texts() == ["Second."]
        assert app.inbound_mail(on_try(2, "received_mails"), CONTEXT) == NOTHING_FAILED
        assert journey.numbers() == [1, 2]

    def test_all_may_fail_without_losing_any(self) -> None:
        self.store()
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject", times=2)
            with pytest.raises(BatchProcessingError):
                app.inbound_mail(event("received_mails"), CONTEXT)
        assert app.inbound_mail(on_try(2, "received_mails"), CONTEXT) == NOTHING_FAILED
        assert journey.numbers() == [1, 2]

    def test_a_failure_is_logged_with_its_trace(self, log: Log) -> None:
        self.store()
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            app.inbound_mail(event("received_mails"), CONTEXT)
        (line,) = log.lines("record failed")
        assert (line["level"], line["record"], line["error"]) == ("ERROR", FIRST, "Lost")
        assert "read_raw" in line["exception"]

    def test_what_ses_writes_when_the_receipt_rule_is_made_is_no_mail(self) -> None:
        journey.store(b"Hello from SES.", "inbound/AMAZON_SES_SETUP_NOTIFICATION")
        announced = json.dumps(event("received_mails")).replace(
            "inbound/first", "inbound/AMAZON_SES_SETUP_NOTIFICATION"
        )
        journey.store(journey.raw_mail("Second."), "inbound/second mail=펌프")
        assert app.inbound_mail(json.loads(announced), CONTEXT) == NOTHING_FAILED
        assert (journey.numbers(), quarantined()) == ([1], ())

    def test_one_that_ended_the_function_at_each_try_is_quarantined_unread(self) -> None:
        self.store()
        with on_the_wire() as wire:
            assert app.inbound_mail(on_try(5, "received_mails"), CONTEXT) == NOTHING_FAILED
        assert "s3.GetObject" not in wire.requests
        assert {(mail.key, mail.cause, mail.detail.partition(":")[0]) for mail in quarantined()} == {
            ("inbound/first", "never_ends", "TimeoutError"),
            ("inbound/second mail=펌프", "never_ends", "TimeoutError"),
        }
        assert inbound.replay("inbound/first", ADMIN, NOW)

    def test_one_that_still_raises_at_the_fourth_try_is_quarantined_and_not_tried_for_ever(self) -> None:
        self.store()
        for number in range(1, 5):
            with on_the_wire() as wire:
                wire.fails_before("s3.GetObject")
                answer = app.inbound_mail(on_try(number, "received_mails"), CONTEXT)
            assert answer == (failed(FIRST) if number < 4 else NOTHING_FAILED)
        (mail,) = quarantined()
        assert (mail.key, mail.cause, mail.received_at) == ("inbound/first", "failed", NOW)
        assert "Lost" in mail.detail
        assert inbound.replay("inbound/first", ADMIN, NOW)
        assert "First." in [text for number in journey.numbers() for text in journey.texts(number)]


class TestRelay:
    def queued(self) -> list[dict[str, Any]]:
        answer = aws.client("sqs").receive_message(QueueUrl=config().outbox_queue_url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def test_only_new_entries_of_the_outbox_are_handed_over(self) -> None:
        assert app.relay(event("stream"), CONTEXT) == NOTHING_FAILED
        assert self.queued() == [{"ticket": 7, "id": 891120844800588}]

    def test_one_that_fails_comes_again(self) -> None:
        with on_the_wire() as wire:
            wire.fails_before("sqs.SendMessage")
            assert app.relay(event("stream"), CONTEXT) == failed("111100000000000000001")
        assert self.queued() == []
        assert app.relay(event("stream"), CONTEXT) == NOTHING_FAILED
        assert len(self.queued()) == 1


class TestDeliver:
    def outbox_event(self, tries: int = 1) -> dict[str, Any]:
        """Two acknowledgements, of tickets 1 and 2."""
        made = on_try(tries, "outbox")
        for record, number in zip(made["Records"], (1, 2), strict=True):
            entry = journey.page(number).outgoing[0]
            record["body"] = json.dumps({"ticket": number, "id": entry.id})
        return made

    @pytest.fixture(autouse=True)
    def _two_tickets(self, cloud: None) -> None:
        intake.open_from_form(factories.form(), NOW)
        intake.open_from_form(factories.form(address="park@customer.example"), NOW)

    def deliveries(self) -> list[Delivery]:
        return [journey.page(number).outgoing[0].delivery for number in (1, 2)]

    def test_each_is_sent(self) -> None:
        assert app.deliver(self.outbox_event(), CONTEXT) == NOTHING_FAILED
        assert self.deliveries() == [Delivery.SENT, Delivery.SENT]

    def test_one_that_was_handed_over_before_may_have_left_already(self) -> None:
        made = self.outbox_event()
        first = made["Records"][0]
        first["body"] = json.dumps(json.loads(first["body"]) | {"is_again": True})
        app.deliver(made, CONTEXT)
        assert [journey.page(number).outgoing[0].maybe_left for number in (1, 2)] == [True, False]

    def test_one_that_is_refused_does_not_delay_the_other(self) -> None:
        first = self.outbox_event()["Records"][0]["messageId"]
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 400, "MessageRejected")
            assert app.deliver(self.outbox_event(), CONTEXT) == failed(first)
        assert self.deliveries() == [Delivery.QUEUED, Delivery.SENT]
        assert app.deliver(self.outbox_event(2), CONTEXT) == NOTHING_FAILED
        assert self.deliveries() == [Delivery.SENT, Delivery.SENT]
        assert len(journey.sent()) == 2

    def test_the_log_and_lambda_are_not_told_the_words_of_a_refusal(self, log: Log) -> None:
        """SES names the customer's address in them."""
        only_one = self.outbox_event()
        del only_one["Records"][1]
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 400, "MessageRejected")
            with pytest.raises(BatchProcessingError) as raised:
                app.deliver(only_one, CONTEXT)
        (line,) = log.lines("record failed")
        assert line["error"] == "NotSent"
        assert "not now" not in str(raised.value) + json.dumps(line)

    def test_at_the_fifth_try_it_has_failed_and_the_queue_is_rid_of_it(self) -> None:
        with on_the_wire() as wire:
            wire.refuses("sesv2.SendEmail", 400, "MessageRejected")
            assert app.deliver(self.outbox_event(5), CONTEXT) == NOTHING_FAILED
        assert self.deliveries() == [Delivery.FAILED, Delivery.SENT]

    @pytest.mark.parametrize("again", [{}, {"is_again": True}], ids=["the first time", "from the dead letters"])
    def test_tickets_of_who_leaves_are_handed_on(self, again: dict[str, bool]) -> None:
        desk.assign(1, AGENT.id, ADMIN, NOW)
        made = self.outbox_event()
        rest = {"hand_over": AGENT.id, "to_id": COLLEAGUE.id, "by_id": ADMIN.id, "cursor": ""}
        made["Records"][0]["body"] = json.dumps(rest | again)
        assert app.deliver(made, CONTEXT) == NOTHING_FAILED
        assert journey.page(1).ticket.assignee == COLLEAGUE.id


class TestTimer:
    """Input and output as `infra/sla.asl.json` passes them on; the functions' clock is the real one."""

    @pytest.fixture(autouse=True)
    def _opened(self, cloud: None) -> None:
        a_monday_to_come = NOW.replace(year=2037)
        intake.open_from_form(factories.form(), a_monday_to_come)

    def woken(self, timer: int = 1, **others: object) -> dict[str, object]:
        return {"ticket": 1, "timer": timer, "wait_until": "2037-11-23T05:30:00.000000Z", **others}

    def test_it_is_told_until_when_to_wait(self) -> None:
        early = self.woken(wait_until="2037-11-23T05:29:00.000000Z")
        answer = app.sla_check(early, CONTEXT)
        assert answer == self.woken(action="wait")
        assert datetime.fromisoformat(answer["wait_until"]) == tickets.get(1).timer.wakes_at

    def test_it_escalates_what_it_waited_for_and_waits_on(self) -> None:
        assert app.sla_check(self.woken(), CONTEXT) == self.woken(action="escalate")
        next_one = {"action": "wait", "wait_until": "2037-11-23T08:12:00.000000Z"}
        assert app.sla_escalate(self.woken(action="escalate"), CONTEXT) == self.woken() | next_one
        assert app.sla_check(self.woken(), CONTEXT) == self.woken() | next_one

    def test_it_is_done_when_another_timer_took_over(self) -> None:
        assert app.sla_check(self.woken(timer=0), CONTEXT) == self.woken(timer=0, action="done")

    def test_that_it_gave_up_stands_on_the_ticket(self) -> None:
        app.sla_failed(self.woken(failure={"Error": "States.Timeout", "Cause": "too long"}), CONTEXT)
        told = [entry.changes[0].new for entry in tickets.get_page(1).entries if entry.cause == "timer_failed"]
        assert told == ["States.Timeout"]

    def test_the_answers_can_be_written_as_json(self) -> None:
        assert json.dumps(app.sla_check(self.woken(), CONTEXT))


def call(function: Callable[..., Any]) -> None:
    """Chalice hands schedules through its own event class, as Lambda would."""
    function(
        {"id": "x", "time": "2026-11-23T01:00:00Z", "region": "x", "resources": [], "version": "0"}
        | {"account": "123456789012", "detail": {}, "detail-type": "Scheduled Event", "source": "aws.events"},
        CONTEXT,
    )


class TestSchedules:
    def test_surveys_that_are_due_leave(self) -> None:
        long_ago = NOW - timedelta(days=3 * 365)
        intake.open_from_form(factories.form(), long_ago)
        desk.reply(1, "Off.", AGENT, journey.page().ticket.last_entry, long_ago, then=Status.RESOLVED)
        call(app.send_surveys)
        assert journey.page().survey

    def test_what_was_resolved_long_ago_is_closed(self) -> None:
        long_ago = NOW - timedelta(days=3 * 365)
        intake.open_from_form(factories.form(), long_ago)
        desk.set_status(1, Status.RESOLVED, AGENT, long_ago)
        call(app.hourly_upkeep)
        assert journey.status() == "closed"

    def test_a_lost_timer_is_started_again_though_closing_failed(self) -> None:
        long_ago = NOW - timedelta(days=3 * 365)
        intake.open_from_form(factories.form(), long_ago)
        desk.set_status(1, Status.RESOLVED, AGENT, long_ago)
        intake.open_from_form(factories.form(), long_ago)
        with on_the_wire() as wire:
            wire.fails_before("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                call(app.hourly_upkeep)
        assert tickets.get(2).timer.number == 2


class TestCheckOfMail:
    """The store's own clock dates the mails, so the functions' clock goes ahead instead."""

    @pytest.fixture(autouse=True)
    def _in_two_hours(self, cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(app, "_now", lambda: datetime.now(UTC) + timedelta(hours=2))

    def test_a_mail_that_was_lost_makes_it_fail_and_fail_again(self, log: Log) -> None:
        """Only what fails at every try of AWS reaches the dead letters and their alarm."""
        journey.receive_mail()
        key = journey.store(journey.raw_mail("Lost."))
        for _ in range(3):
            with pytest.raises(app.MailUnhandled, match="1 of 2 mails were never handled") as raised:
                call(app.check_mail)
            assert key not in str(raised.value)
        assert [(mail.key, mail.cause) for mail in quarantined()] == [(key, "never_handled")]
        inbound.replay(key, ADMIN, NOW)
        call(app.check_mail)
        assert [line["missing"] for line in log.lines("mails checked")] == [1, 0, 0, 0]

    def test_it_stops_before_lambda_does(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(CONTEXT, "get_remaining_time_in_millis", lambda: 20_000)
        journey.receive_mail()
        with pytest.raises(TimeoutError, match="only 0 mails could be checked"):
            call(app.check_mail)


def test_the_last_try_is_the_last_of_the_queues() -> None:
    resources = yaml_parse((HERE.parent / "infra" / "template.yaml").read_text("utf-8"))["Resources"]
    for name in ("InboundQueue", "OutboxQueue"):
        assert resources[name]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == app._LAST_TRY


def test_a_mail_never_shares_an_invocation() -> None:
    resources = yaml_parse((HERE.parent / "infra" / "template.yaml").read_text("utf-8"))["Resources"]
    assert resources["InboundMailSource"]["Properties"]["BatchSize"] == 1


class TestIndex:
    def test_what_the_stream_tells_of_tickets_is_found_by_views(self, cloud: None) -> None:
        intake.open_from_form(factories.form(), NOW)
        app.index(records_of(TicketItem.get("TICKET#1", "TICKET")), CONTEXT)
        assert facts.find(View(), NOW, "Asia/Seoul", 10).numbers == (1,)

    def test_other_items_are_nothing_to_it(self, cloud: None) -> None:
        with on_the_wire() as wire:
            app.index(records_of(EntryItem("TICKET#1", "ENTRY#1", body={})), CONTEXT)
        assert wire.requests == []

    def test_a_batch_that_fails_comes_again_as_a_whole(self, cloud: None) -> None:
        intake.open_from_form(factories.form(), NOW)
        records = records_of(TicketItem.get("TICKET#1", "TICKET"))
        with on_the_wire() as wire:
            wire.fails_before("s3.PutObject")
            with pytest.raises(Lost):
                app.index(records, CONTEXT)
        app.index(records, CONTEXT)
        assert facts.count(View(), NOW, "Asia/Seoul") == 1


def records_of(*items: Item) -> dict[str, Any]:
    """As the stream tells of them."""
    return {"Records": [{"eventName": "MODIFY", "dynamodb": {"NewImage": item.serialize()}} for item in items]}
