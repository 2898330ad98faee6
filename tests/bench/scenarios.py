"""What the functions of the mails' and the timers' way are made to do while requests fail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import app
from chalicelib.adapters import aws, inbound_mail, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.items import Item
from chalicelib.adapters.transaction import Transaction
from chalicelib.config import config
from chalicelib.desk import action_items, arrivals, inbound
from chalicelib.desk import tickets as desk
from chalicelib.desk.tickets import Upload
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.words import Status
from chalicelib.mail.read import read
from tests.bench.faults import Crash
from tests.conftest import AGENT, COLLEAGUE, MAIL_BUCKET, TABLE
from tests.desk import journey
from tests.factories import CUSTOMER_ADDRESS

START = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
"""A Monday, 10:00 in Seoul, so long ago that nothing of the scenario itself is later than the functions' clock."""

LAST_TRY = 5
CONTEXT = SimpleNamespace(function_name="bench", aws_request_id="1", get_remaining_time_in_millis=lambda: 30_000)
Record = dict[str, Any]
Entry = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True)
class Scenario:
    """`prepare` makes the desk as it was before and returns the records of each event, one event after the other.

    `function` is the one whose requests fail, `then` what follows from it on its own.
    """

    name: str
    function: Entry
    prepare: Callable[[], Sequence[Sequence[Record]]]
    then: Callable[[], None]

    @property
    def handler(self) -> str:
        return self.name.partition(":")[0]


def hand_over(function: Entry, records: Sequence[Record], tries: int = LAST_TRY) -> None:
    """Delivers an event as AWS does: what failed comes again with a higher count, at most five times."""
    left = list(records)
    for number in range(1, tries + 1):
        left = _failed(function, [_at_try(record, number) for record in left])
        if not left:
            return


def relay_all() -> None:
    """The stream tells of all that waits in the outbox, the queue of all that was relayed."""
    hand_over(app.relay, stream_records(*journey_queued()))
    deliver_all()


def deliver_all() -> None:
    """Until the queue is empty."""
    sqs = aws.client("sqs")
    while messages := sqs.receive_message(QueueUrl=config().outbox_queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            hand_over(app.deliver, [_queue_record(message["MessageId"], message["Body"])])
            sqs.delete_message(QueueUrl=config().outbox_queue_url, ReceiptHandle=message["ReceiptHandle"])


def journey_queued() -> list[tuple[int, int]]:
    return [(entry.ticket, entry.id) for entry in journey.queued()]


def stream_records(*entries: tuple[int, int]) -> list[Record]:
    """As the table's stream shows the insertion of these outbox entries."""
    images = Item._get_connection().connection.client.scan(TableName=TABLE)["Items"]
    wanted = {(f"TICKET#{number}", f"OUT#{identifier:016d}") for number, identifier in entries}
    return [
        {
            "eventID": image["sk"]["S"],
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"NewImage": image, "SequenceNumber": image["sk"]["S"].removeprefix("OUT#")},
        }
        for image in images
        if (image["pk"]["S"], image["sk"]["S"]) in wanted
    ]


def _failed(function: Entry, records: Sequence[Record]) -> list[Record]:
    """Those that the function did not get done; all when it raised or died."""
    try:
        answer = function({"Records": list(records)}, CONTEXT)
    except (Exception, Crash):
        return list(records)
    names = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    return [record for record in records if _name(record) in names]


def _name(record: Record) -> str:
    return str(record["messageId"] if "messageId" in record else record["dynamodb"]["SequenceNumber"])


def _at_try(record: Record, number: int) -> Record:
    if "attributes" not in record:
        return record
    return record | {"attributes": record["attributes"] | {"ApproximateReceiveCount": str(number)}}


def _queue_record(name: str, body: str) -> Record:
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1741568400000"}
    return {"messageId": name, "body": body, "attributes": attributes, "eventSource": "aws:sqs"}


def _came(key: str, minutes: int = 0) -> list[Record]:
    """What the queue tells of a mail in the bucket."""
    at = (START + timedelta(minutes=minutes)).isoformat()
    entry = {"eventTime": at, "s3": {"bucket": {"name": MAIL_BUCKET}, "object": {"key": key}}}
    return [_queue_record(f"message-{key}", json.dumps({"Records": [entry]}))]


def _store(key: str, text: str, *files: tuple[str, bytes], **headers: str | None) -> list[Record]:
    usual: dict[str, str | None] = {"message_id": f"<{key}@customer.example>"}
    journey.store(journey.raw_mail(text, *files, **(usual | headers)), key)
    return _came(key, minutes=60)


def _new_mail() -> Sequence[Sequence[Record]]:
    return [_store("new", "The pump is broken.", ("a.pdf", b"a"), ("b.pdf", b"b"))]


def _under_two_keys() -> Sequence[Sequence[Record]]:
    journey.store(journey.raw_mail("The pump is broken.", message_id="<twice@customer.example>"), "second")
    first = _store("first", "The pump is broken.", message_id="<twice@customer.example>")
    return [first, _came("second", minutes=61)]


def _opened(*, is_drained: bool = True) -> None:
    """A ticket that came by mail an hour before."""
    journey.store(journey.raw_mail("It drips.", message_id="<opened@customer.example>"), "opened")
    hand_over(app.inbound_mail, _came("opened"))
    if is_drained:
        relay_all()


def _reply_to_a_resolved_one() -> Sequence[Sequence[Record]]:
    _opened()
    desk.reply(1, "Off?", AGENT, tickets.get(1).last_entry, _now(), Status.RESOLVED)
    relay_all()
    return [_store("reply", "It is wet again.", in_reply_to="<opened@customer.example>")]


def _unreadable() -> Sequence[Sequence[Record]]:
    return [_store("unreadable", "Hello.", from_=None)]


def _agents_reply() -> Sequence[Sequence[Record]]:
    _opened()
    headers = {"from_": f"Min <{AGENT.address}>", "authentication_results": journey.PASSED}
    return [_store("agent", "Turn it off.", to=journey.reply_address(1), **headers)]


def _automatic_reply() -> Sequence[Sequence[Record]]:
    _opened()
    headers = {"auto_submitted": "auto-replied", "in_reply_to": "<opened@customer.example>"}
    return [_store("absent", "I am away.", subject="Out of office", **headers)]


def _bounce() -> Sequence[Sequence[Record]]:
    """The acknowledgement came back for good: its address is flagged, somebody is told."""
    _opened()
    (acknowledgement,) = (mail for mail in journey.page().outgoing if mail.purpose is Purpose.ACKNOWLEDGEMENT)
    report = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "From: mailer-daemon@mx.example\r\nSubject: Undeliverable\r\nMessage-ID: <bounce@mx.example>\r\n"
        f"In-Reply-To: <{acknowledgement.wire_id}>\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {CUSTOMER_ADDRESS}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    journey.store(report.encode(), "bounce")
    return [_came("bounce", minutes=60)]


def _one_too_many() -> Sequence[Sequence[Record]]:
    """As many mails of this sender with this subject came within the hour as are taken: this one is held."""
    _opened()
    records = _store("flood", "Alarm.")
    mail = read(inbound_mail.read_raw("flood"))
    query = arrivals.look_up("flood", mail, START + timedelta(minutes=60), settings_store.get()).query
    for _ in range(inbound.MOST_ALIKE):
        counted = Transaction()
        inbound_mail.count_alike(counted, query, 1)
        counted.commit()
    return [records]


def _one_record() -> Sequence[Sequence[Record]]:
    _opened(is_drained=False)
    return [stream_records(journey_queued()[0])]


def _several_records() -> Sequence[Sequence[Record]]:
    _opened(is_drained=False)
    return [stream_records(*journey_queued())]


def _to_deliver(purpose: Purpose) -> Sequence[Sequence[Record]]:
    """The message of the one entry of this purpose that waits; others leave before."""
    waiting = journey.queued()
    (wanted,) = (entry for entry in waiting if entry.purpose is purpose)
    for entry in waiting:
        message = json.dumps({"ticket": entry.ticket, "id": entry.id})
        if entry is not wanted:
            hand_over(app.deliver, [_queue_record(str(entry.id), message)])
    return [[_queue_record("wanted", json.dumps({"ticket": wanted.ticket, "id": wanted.id}))]]


def _acknowledgement() -> Sequence[Sequence[Record]]:
    _opened(is_drained=False)
    return _to_deliver(Purpose.ACKNOWLEDGEMENT)


def _timer() -> Sequence[Sequence[Record]]:
    _opened(is_drained=False)
    return _to_deliver(Purpose.TIMER)


def _reply() -> Sequence[Sequence[Record]]:
    _opened()
    upload = Upload("manual.pdf", "application/pdf", b"%PDF")
    desk.reply(1, "Turn it off.", AGENT, tickets.get(1).last_entry, _now(), uploads=(upload,))
    return _to_deliver(Purpose.REPLY)


def _notice() -> Sequence[Sequence[Record]]:
    _opened()
    desk.assign(1, COLLEAGUE.id, AGENT, _now())
    return _to_deliver(Purpose.ASSIGNED)


def called(function: Callable[[dict[str, Any], Any], Any]) -> Entry:
    """A function that the state machine calls, as one that gets its input in a record: what fails comes again."""

    def entry(event: dict[str, Any], context: Any) -> dict[str, Any]:
        for record in event["Records"]:
            function(json.loads(record["body"]), context)
        return {"batchItemFailures": []}

    return entry


def _woken(**more: object) -> Sequence[Sequence[Record]]:
    """The first timer, long after the instant it waited for."""
    message = {"ticket": 1, "timer": 1, "wait_until": "2025-03-10T05:30:00.000000Z", **more}
    return [[_queue_record("woken", json.dumps(message))]]


def _silence() -> Sequence[Sequence[Record]]:
    _opened()
    return _woken()


def _in_time() -> Sequence[Sequence[Record]]:
    """Answered, and asked nothing since: there is something to wait for, but nothing to do."""
    _opened()
    desk.reply(1, "Off?", AGENT, tickets.get(1).last_entry, _now(), Status.PENDING)
    relay_all()
    return _woken()


def _resolved() -> Sequence[Sequence[Record]]:
    _opened()
    desk.reply(1, "Off?", AGENT, tickets.get(1).last_entry, _now(), Status.RESOLVED)
    relay_all()
    return _woken()


def _no_answer() -> Sequence[Sequence[Record]]:
    """The customer has been waited for since long ago."""
    _opened()
    desk.reply(1, "Off?", AGENT, tickets.get(1).last_entry, START + timedelta(minutes=5), Status.PENDING)
    relay_all()
    return _woken()


def _item_due() -> Sequence[Sequence[Record]]:
    """Its time comes before that of any clock, so that a second timer watches."""
    _opened()
    made_at = START + timedelta(minutes=5)
    action_items.add(1, "Call", COLLEAGUE.id, made_at + timedelta(hours=1), AGENT, made_at)
    relay_all()
    return _woken(timer=2)


def _given_up() -> Sequence[Sequence[Record]]:
    _opened()
    return _woken(failure={"Error": "States.Timeout", "Cause": "too long"})


def _now() -> datetime:
    """The functions' own clock, so that ids of what people do here and there keep their order."""
    return datetime.now(UTC)


def _nothing() -> None:
    """What was delivered leads to nothing further."""


SCENARIOS = (
    Scenario("inbound_mail: new ticket, two files", app.inbound_mail, _new_mail, relay_all),
    Scenario("inbound_mail: one mail, two keys", app.inbound_mail, _under_two_keys, relay_all),
    Scenario("inbound_mail: reply, resolved", app.inbound_mail, _reply_to_a_resolved_one, relay_all),
    Scenario("inbound_mail: quarantined", app.inbound_mail, _unreadable, relay_all),
    Scenario("inbound_mail: agent's reply", app.inbound_mail, _agents_reply, relay_all),
    Scenario("inbound_mail: automatic reply", app.inbound_mail, _automatic_reply, relay_all),
    Scenario("inbound_mail: bounce", app.inbound_mail, _bounce, relay_all),
    Scenario("inbound_mail: held", app.inbound_mail, _one_too_many, relay_all),
    Scenario("relay: one record", app.relay, _one_record, deliver_all),
    Scenario("relay: several records", app.relay, _several_records, deliver_all),
    Scenario("deliver: acknowledgement", app.deliver, _acknowledgement, _nothing),
    Scenario("deliver: agent's reply, a file", app.deliver, _reply, _nothing),
    Scenario("deliver: timer", app.deliver, _timer, _nothing),
    Scenario("deliver: notice to an agent", app.deliver, _notice, _nothing),
    Scenario("sla_check: something is due", called(app.sla_check), _silence, relay_all),
    Scenario("sla_check: nothing is due", called(app.sla_check), _in_time, relay_all),
    Scenario("sla_check: resolved", called(app.sla_check), _resolved, relay_all),
    Scenario("sla_escalate: breach", called(app.sla_escalate), _silence, relay_all),
    Scenario("sla_escalate: reminder", called(app.sla_escalate), _no_answer, relay_all),
    Scenario("sla_escalate: action item", called(app.sla_escalate), _item_due, relay_all),
    Scenario("sla_failed: said on the ticket", called(app.sla_failed), _given_up, relay_all),
)
