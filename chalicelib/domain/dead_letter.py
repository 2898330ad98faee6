"""What no function could do, as its dead-letter queue keeps it: what it is, and what would mend it."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import unquote_plus


class LetterQueue(StrEnum):
    """The queues of `infra/template.yaml` whose names end in DeadLetters."""

    INBOUND = "inbound"
    OUTBOX = "outbox"
    RELAY = "relay"
    SCHEDULE = "schedule"


class LetterKind(StrEnum):
    MAIL = "mail"  # S3 told of mails that came in
    OUTGOING = "outgoing"  # a mail or timer that a ticket should send
    CHANGES = "changes"  # of the table, which the stream could not pass on; the letter names places in it, no content
    TASK = "task"  # a schedule
    FEEDBACK = "feedback"  # SES told what became of a mail


class Outcome(StrEnum):
    """Of a letter that was tried again."""

    PUT_BACK = "put_back"  # it stands in its queue again, with all its tries
    DONE = "done"
    WAITS = "waits"  # the hourly upkeep does it; until then the letter stays
    FAILED = "failed"


_KINDS = {
    LetterQueue.INBOUND: LetterKind.MAIL,
    LetterQueue.OUTBOX: LetterKind.OUTGOING,
    LetterQueue.RELAY: LetterKind.CHANGES,
    LetterQueue.SCHEDULE: LetterKind.TASK,
}


@dataclass(frozen=True)
class Letter:
    """One message of a dead-letter queue. `receipt` is what the queue wants to hear when it is to be deleted; `error`
    is what Lambda or EventBridge noted, "" where they note nothing.
    """

    queue: LetterQueue
    id: str
    receipt: str
    text: str
    sent_at: datetime
    error: str = ""

    @cached_property
    def body(self) -> dict[str, Any]:
        """Empty when it is no JSON object."""
        try:
            read = json.loads(self.text)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def again(self) -> str:
        """What is put back into its queue: of a mail to be sent it says that one of its tries may have sent it."""
        is_outgoing = self.kind is LetterKind.OUTGOING and "ticket" in self.body
        return json.dumps(self.body | {"is_again": True}) if is_outgoing else self.text

    @property
    def kind(self) -> LetterKind:
        is_feedback = self.queue is LetterQueue.SCHEDULE and self.body.get("source") == "aws.ses"
        return LetterKind.FEEDBACK if is_feedback else _KINDS[self.queue]

    @property
    def mail_keys(self) -> tuple[str, ...]:
        """Of the mails that S3 told of."""
        records = self.body.get("Records", ()) if self.kind is LetterKind.MAIL else ()
        try:
            return tuple(unquote_plus(record["s3"]["object"]["key"]) for record in records)
        except (KeyError, TypeError):
            return ()

    @property
    def ticket(self) -> int:
        """Whose mail or timer it is, 0 for none."""
        number = self.body.get("ticket", 0)
        return number if isinstance(number, int) else 0

    @property
    def rule(self) -> str:
        """The name of the schedule, "" for none.

        https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-schedule.html
        """
        resources = self.body.get("resources")
        is_named = self.kind is LetterKind.TASK and isinstance(resources, list) and bool(resources)
        return str(resources[0]).rpartition("/")[2] if is_named and resources else ""
