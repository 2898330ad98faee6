"""Dead letters as AWS leaves them, and what stands in a queue."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters import aws
from chalicelib.config import config
from chalicelib.domain.dead_letter import LetterQueue


def bury(queue: LetterQueue, body: Mapping[str, Any] | str, **noted: str) -> str:
    """Puts a letter into a dead-letter queue, with the attributes that Lambda or EventBridge notes; returns its id."""
    url = {
        LetterQueue.INBOUND: config().inbound_dead_letters_url,
        LetterQueue.OUTBOX: config().outbox_dead_letters_url,
        LetterQueue.RELAY: config().relay_dead_letters_url,
        LetterQueue.SCHEDULE: config().schedule_dead_letters_url,
    }[queue]
    text = body if isinstance(body, str) else json.dumps(body)
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in noted.items()}
    answer = aws.client("sqs").send_message(QueueUrl=url, MessageBody=text, MessageAttributes=attributes)
    return str(answer["MessageId"])


def bodies(url: str) -> list[dict[str, Any]]:
    """What stands in a queue that can be seen now; it stays there."""
    answer = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def mail_letter(*keys: str) -> dict[str, Any]:
    """What S3 tells of mails."""
    return {"Records": [{"eventTime": "2026-11-23T01:00:00Z", "s3": {"object": {"key": key}}} for key in keys]}
