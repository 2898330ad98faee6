"""What must leave the desk after a change was saved: mails, timers to be started. Saved with the change (outbox)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Purpose(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    ASSIGNED = "assigned"
    SLA_WARNING = "sla_warning"
    SLA_BREACH = "sla_breach"
    CLOSE_REMINDER = "close_reminder"
    CLOSE_LAST_REMINDER = "close_last_reminder"
    AUTO_RESOLVED = "auto_resolved"
    SURVEY = "survey"
    ITEM_DUE = "item_due"
    MAIL_FAILED = "mail_failed"
    MAIL_FLOOD = "mail_flood"
    TIMER = "timer"

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it, so that it carries the headers of rule 12."""
        return self is not Purpose.REPLY

    @property
    def is_about_mail(self) -> bool:
        """Whether it tells agents of mail that goes wrong: what they answer is no customer's business."""
        return self in (Purpose.MAIL_FAILED, Purpose.MAIL_FLOOD)


class Delivery(StrEnum):
    QUEUED = "queued"
    LISTED = "listed"  # among an agent's notices, and nowhere else
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True)
class Outgoing:
    """`to` is an address, `agent_id` the receiving agent (0: the customer), `entry_id` the message carried (0: none).

    `cc` are further receivers of an agent's words; automatic mail has none (rule 12). `params` are the purpose's own
    values, e.g. the clock of a warning; `wire_id` is the Message-ID that SES sent it under, `failed_for` are the
    receivers it came back from, `ended_for` those of them that nothing more was sent to for its sake.
    `finished_at` is when it was listed, sent, failed for good or, after that, came back.
    `is_repeated` tells that somebody had it sent again, as another one.
    `maybe_left` says that a try ended without an answer: the mail may have left once more than is known.
    """

    id: int
    ticket: int
    purpose: Purpose
    created_at: datetime
    to: str = ""
    cc: tuple[str, ...] = ()
    agent_id: int = 0
    entry_id: int = 0
    params: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.QUEUED
    attempts: int = 0
    error: str = ""
    wire_id: str = ""
    failed_for: tuple[str, ...] = ()
    ended_for: tuple[str, ...] = ()
    maybe_left: bool = False
    is_repeated: bool = False
    finished_at: datetime | None = None

    @property
    def can_be_repeated(self) -> bool:
        """Whether a customer did not get it, and nobody has had it sent again yet."""
        is_for_customer = not self.agent_id and self.purpose is not Purpose.TIMER
        return is_for_customer and self.delivery in (Delivery.FAILED, Delivery.BOUNCED) and not self.is_repeated

    def again(self, outgoing_id: int, now: datetime) -> "Outgoing":
        """The same mail as one that has still to be sent."""
        return Outgoing(
            outgoing_id, self.ticket, self.purpose, now, self.to, self.cc, entry_id=self.entry_id, params=self.params
        )

    def at_try(self, number: int, *, is_again: bool = False) -> "Outgoing":
        """As the try of this number, from 1, finds it: one of those before that left no word may have sent the mail.

        `is_again` says that it was handed over once more after all tries: at least the last of them left no word.
        """
        if number <= self.attempts + 1 and not is_again:
            return self
        return replace(self, attempts=max(self.attempts, number - 1), maybe_left=True)

    def sent(self, wire_id: str, now: datetime) -> "Outgoing":
        return replace(
            self, delivery=Delivery.SENT, attempts=self.attempts + 1, wire_id=wire_id, error="", finished_at=now
        )

    def refused(self, error: str, now: datetime, is_last: bool, maybe_left: bool = False) -> "Outgoing":
        """After a failed try: queued again, or failed for good, which the ticket shows."""
        delivery = Delivery.FAILED if is_last else Delivery.QUEUED
        return replace(
            self,
            delivery=delivery,
            attempts=self.attempts + 1,
            error=error,
            maybe_left=self.maybe_left or maybe_left,
            finished_at=now if is_last else None,
        )
