"""Every entry point of every function, a few lines each. What they do is in `chalicelib/desk`, pages in `web`.

Event functions stand here and not on blueprints: a blueprint's handler would never import this file in Lambda.
Their triggers are in `infra/template.yaml`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from chalice.app import Chalice, CloudWatchEvent, Rate

from chalicelib.adapters import outbox as outbox_store
from chalicelib.adapters import ses_events
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.inbound_mail import NO_MAIL
from chalicelib.adapters.tickets import told_of as tickets_told_of
from chalicelib.desk import (
    feedback,
    hand_over,
    inbound,
    indexing,
    outbox,
    reconciliation,
    renewal,
    surveys,
    timers,
    upkeep,
)
from chalicelib.domain import timer
from chalicelib.domain.errors import DeskError
from chalicelib.domain.timer import Decision
from chalicelib.log import logger
from chalicelib.web.routes import BLUEPRINTS

app = Chalice(app_name="deskbell")
app.api.binary_types = ["multipart/form-data", "image/*", "font/*"]
for blueprint in BLUEPRINTS:
    app.register_blueprint(blueprint)

_LAST_TRY = 5  # maxReceiveCount of the queues in infra/template.yaml
_SPARE_MILLISECONDS = 30_000

_STEPS: dict[str, Callable[..., None]] = {"renew": renewal.step, "hand_over": hand_over.step}
"""What goes on page by page by the queue of `deliver`, by the key under which its messages name what it is about."""

Event = dict[str, Any]


class RecordFailed(Exception):
    """Says to Lambda which record and what kind of error, without the error's own words: they may hold an address."""


class MailUnhandled(Exception):
    """Makes the alarm go off: mails came in and nothing became of them."""


@app.lambda_function(name="inbound_mail")
def inbound_mail(event: Event, context: Any) -> Event:
    """S3 tells of new mails through the queue; one that fails is tried again by itself."""
    return _batch(event, context, EventType.SQS, _receive_mails)


@app.lambda_function(name="relay")
def relay(event: Event, context: Any) -> Event:
    """The table's stream tells of outbox entries and new promises; each becomes a message for `deliver`."""
    return _batch(event, context, EventType.DynamoDBStreams, _relay_entry)


@app.lambda_function(name="index")
def index(event: Event, context: Any) -> None:
    """The table's stream tells what became of tickets; all of a batch is written at once, or it comes again."""
    indexing.take(tickets_told_of(event["Records"]))


@app.lambda_function(name="deliver")
def deliver(event: Event, context: Any) -> Event:
    """Sends what stands in the outbox, one message an entry; goes on with what concerns many tickets."""
    return _batch(event, context, EventType.SQS, _deliver_entry)


@app.lambda_function(name="mail_events")
def mail_events(event: Event, context: Any) -> None:
    """SES tells through EventBridge that a mail came back or was complained about; a failed call is made again."""
    told = ses_events.feedback(event["detail"])
    if told:
        feedback.take(told, _now())


@app.lambda_function(name="sla_check")
def sla_check(event: Event, context: Any) -> Event:
    """Asked by the state machine what to do next; the answer is the input of its next state."""
    return _next_state(event, timers.check(*_timer_of(event), _now()))


@app.lambda_function(name="sla_escalate")
def sla_escalate(event: Event, context: Any) -> Event:
    """Told by the state machine to fire what is due; answers as `sla_check`."""
    return _next_state(event, timers.escalate(*_timer_of(event), _now()))


@app.lambda_function(name="sla_failed")
def sla_failed(event: Event, context: Any) -> None:
    """Told by the state machine that it gives up."""
    number, timer, _ = _timer_of(event)
    timers.fail(number, timer, event["failure"]["Error"], _now())


@app.schedule(Rate(5, unit=Rate.MINUTES), name="send_surveys")
def send_surveys(event: Any) -> None:
    """Every five minutes: surveys whose time has come."""
    logger.info("surveys sent", count=surveys.send_due(_now()))


@app.schedule(Rate(1, unit=Rate.HOURS), name="upkeep")
def hourly_upkeep(event: Any) -> None:
    """Every hour: tickets resolved 14 days ago are closed; lost timers and stuck mails start again, whatever failed."""
    try:
        logger.info("tickets closed", count=upkeep.close_resolved(_now()))
    finally:
        logger.info("tickets mended", count=upkeep.mend(_now()))


@app.schedule(Rate(1, unit=Rate.DAYS), name="check_mail")
def check_mail(event: CloudWatchEvent) -> None:
    """Every day: mails that nothing became of go to quarantine, and as long as one of them waits there the function
    fails, so that the alarm goes off; tried again it fails again."""
    now = _now()
    found = reconciliation.check(now - reconciliation.LOOK_BACK, now, lambda: _is_time_left(event.context))
    logger.info("mails checked", seen=found.seen, missing=found.missing, waiting=found.waiting)
    if found.waiting:
        raise MailUnhandled(f"{found.waiting} of {found.seen} mails were never handled; they are in quarantine")


def _timer_of(event: Event) -> tuple[int, int, datetime]:
    """A ticket's number, that of its timer, and the instant which the state machine has waited for."""
    return event["ticket"], event["timer"], datetime.fromisoformat(event["wait_until"])


def _next_state(event: Event, decision: Decision) -> Event:
    """`wait_until` goes on from state to state: what was waited for is known to whoever acts then."""
    waits = {"wait_until": timer.written(decision.wait_until)} if decision.wait_until else {}
    return {name: event[name] for name in ("ticket", "timer", "wait_until")} | {"action": decision.action.value} | waits


def _receive_mails(record: SQSRecord) -> None:
    body = json.loads(record.body)
    for entry in body.get("Records", []):  # S3's test event at the creation of the notification has none
        key, received_at = unquote_plus(entry["s3"]["object"]["key"]), _instant(entry["eventTime"]) or _now()
        if key != NO_MAIL:
            _receive_mail(key, received_at, _tries(record))


def _receive_mail(key: str, received_at: datetime, attempt: int) -> None:
    """The last try but one quarantines a mail whose reading raises. Whatever comes once more took all the time or
    memory, which nobody survives to tell: the last try quarantines it without reading it."""
    if attempt >= _LAST_TRY:
        inbound.give_up(key, TimeoutError("reading it has never come to an end"), received_at)
        return
    try:
        inbound.receive(key, received_at, _now())
    except Exception as error:
        if attempt < _LAST_TRY - 1:
            raise
        _log_failure(key, error)
        inbound.give_up(key, error, received_at)


def _relay_entry(record: DynamoDBRecord) -> None:
    announced = outbox_store.announced(record.raw_event)
    if announced:
        outbox_store.enqueue(*announced)
    if version := settings_store.changed_levels(record.raw_event):
        renewal.start(version)


def _deliver_entry(record: SQSRecord) -> None:
    message = json.loads(record.body)
    is_again = bool(message.pop("is_again", False))
    for name, step in _STEPS.items():
        if name in message:
            step(message.pop(name), **message, now=_now())
            return
    outbox.deliver(message["ticket"], message["id"], _tries(record), _now(), is_again=is_again)


def _batch(event: Event, context: Any, kind: EventType, work: Callable[[Any], None]) -> Event:
    """Each record by itself: only those that failed come again. When all did it raises, which counts as an error of the
    function; one that only some records failed in does not.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """

    def logged(record: SQSRecord | DynamoDBRecord) -> None:
        try:
            work(record)
        except Exception as error:
            name = str(record.message_id if isinstance(record, SQSRecord) else record.event_id)
            _log_failure(name, error)
            raise RecordFailed(f"{name}: {type(error).__name__}") from None

    processor = BatchProcessor(event_type=kind, raise_on_entire_batch_failure=True)
    return dict(process_partial_response(event=event, record_handler=logged, processor=processor, context=context))


def _log_failure(name: str, error: Exception) -> None:
    """Where our own errors come from is known, and their parameters may hold an address: only other ones are shown."""
    logger.error("record failed", record=name, error=type(error).__name__, exc_info=not isinstance(error, DeskError))


def _tries(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)


def _is_time_left(context: Any) -> bool:
    """Before Lambda ends the function (https://docs.aws.amazon.com/lambda/latest/dg/python-context.html)."""
    return int(context.get_remaining_time_in_millis()) > _SPARE_MILLISECONDS


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _now() -> datetime:
    return datetime.now(UTC)
