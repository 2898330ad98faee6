"""The dead-letter queues: looked into without taking anything out, drawn from, put back."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.adapters.aws import client
from chalicelib.config import config
from chalicelib.domain.dead_letter import Letter, LetterQueue

_AT_ONCE = 10  # as many as one request brings
_MOST_LOOKS = 5
_HIDDEN_SECONDS = 60
_ERRORS = ("ErrorMessage", "ERROR_MESSAGE", "ErrorCode", "ERROR_CODE")
"""Attributes of a message: Lambda writes them its way, EventBridge its own.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""


def count(queue: LetterQueue) -> int:
    """About how many letters there are, those among them that somebody is working on; one request."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=_url(queue), AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def list_letters(queue: LetterQueue) -> tuple[Letter, ...]:
    """Letters as they lie there, oldest first; of very many some, since a queue can only be drawn from at random."""
    found: dict[str, Letter] = {}
    for _ in range(_MOST_LOOKS):
        known = len(found)
        found |= {letter.id: letter for letter in _receive(queue, hidden_seconds=0)}
        if len(found) == known:
            break
    return tuple(sorted(found.values(), key=lambda letter: letter.sent_at))


def draw(queue: LetterQueue) -> Iterator[Letter]:
    """Each letter once. Nobody else sees it for a minute; unless it is deleted or let go, it comes back after that."""
    while letters := _receive(queue, _HIDDEN_SECONDS):
        yield from letters


def put_back(letter: Letter) -> None:
    """Into the queue that it died in, with all its tries. First sent, then deleted: what happens in between makes two
    of it, which is harmless, and never none.
    """
    targets = {
        LetterQueue.INBOUND: config().inbound_queue_url,
        LetterQueue.OUTBOX: config().outbox_queue_url,
    }
    client("sqs").send_message(QueueUrl=targets[letter.queue], MessageBody=letter.again)
    remove(letter)


def remove(letter: Letter) -> None:
    """Harmless when repeated."""
    client("sqs").delete_message(QueueUrl=_url(letter.queue), ReceiptHandle=letter.receipt)


def let_go(letter: Letter) -> None:
    """Lets others see the letter again at once."""
    client("sqs").change_message_visibility(
        QueueUrl=_url(letter.queue), ReceiptHandle=letter.receipt, VisibilityTimeout=0
    )


def _receive(queue: LetterQueue, hidden_seconds: int) -> tuple[Letter, ...]:
    """Waiting for a second makes SQS ask all of its servers.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
    """
    answer = client("sqs").receive_message(
        QueueUrl=_url(queue),
        MaxNumberOfMessages=_AT_ONCE,
        VisibilityTimeout=hidden_seconds,
        WaitTimeSeconds=1,
        MessageSystemAttributeNames=["SentTimestamp"],
        MessageAttributeNames=["All"],
    )
    return tuple(_letter_of(queue, message) for message in answer.get("Messages", ()))


def _letter_of(queue: LetterQueue, message: Mapping[str, Any]) -> Letter:
    sent_at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    noted = message.get("MessageAttributes", {})
    error = next((str(noted[name].get("StringValue", "")) for name in _ERRORS if name in noted), "")
    return Letter(queue, message["MessageId"], message["ReceiptHandle"], message["Body"], sent_at, error)


def _url(queue: LetterQueue) -> str:
    urls = {
        LetterQueue.INBOUND: config().inbound_dead_letters_url,
        LetterQueue.OUTBOX: config().outbox_dead_letters_url,
        LetterQueue.RELAY: config().relay_dead_letters_url,
        LetterQueue.SCHEDULE: config().schedule_dead_letters_url,
    }
    return urls[queue]
