"""What stands in a ticket's timeline: public messages, internal notes, and events (the history of changes)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.words import Source


class EntryKind(StrEnum):
    MESSAGE = "message"
    NOTE = "note"
    EVENT = "event"


class AuthorKind(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    DESK = "desk"


@dataclass(frozen=True)
class Author:
    """Who did it. The desk itself acts for a cause (rule 24) that the entry names."""

    kind: AuthorKind
    id: int = 0
    name: str = ""


NOT_PROVEN = "sender_not_proven"
"""The remark on a mail that failed DMARC: who is named as its sender may not have written it."""
DESK = Author(AuthorKind.DESK)
_LONGEST_WAY = timedelta(days=7)
"""For so long servers try to deliver a mail (RFC 5321 4.5.4.1 asks for four to five days)."""


@dataclass(frozen=True)
class Attachment:
    """A file kept under `key` in the files bucket; `size` in bytes."""

    key: str
    filename: str
    content_type: str
    size: int
    is_inline: bool = False
    content_id: str = ""


@dataclass(frozen=True)
class Mailbox:
    """An address and the name that stood beside it, "" for none."""

    address: str
    name: str = ""

    @property
    def written(self) -> str:
        """As people write it."""
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True)
class FieldChange:
    """One line of history; `old` and `new` are words of design section 11, ids or times in RFC 3339, "" for nothing."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """`text` is what is shown first, `quoted_text` what follows on request; together they lose nothing (rule 11).

    `cause` is set on events: a rule, timer, message or person's act that led to `changes`.
    `message_id` is the id under which a mail came (without angle brackets), `raw_key` its object in the mail bucket,
    `sender` the address that wrote it, `has_html` whether the original is worth showing as it was designed.
    `sent_at` is when a mail was written, where its Date can be believed: it sorts what is shown alone (rule 10).
    `is_proven` tells that a mail passed DMARC: its sender's address is surely theirs (rule 9).
    `is_bounce` tells that it came back for a mail of ours on this ticket, so that no stranger wrote it.
    `remarks` are codes of what an agent should know of it, some with a value: "follow_up_of:7".
    `forwarded_from` is the author of a mail that an agent forwarded, until somebody confirms or declines (rule 11).
    """

    id: int
    kind: EntryKind
    at: datetime
    author: Author
    text: str = ""
    quoted_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    source: Source | None = None
    message_id: str = ""
    raw_key: str = ""
    is_automatic: bool = False
    is_from_stranger: bool = False
    sender: str = ""
    has_html: bool = False
    is_proven: bool = False
    is_bounce: bool = False
    remarks: tuple[str, ...] = ()
    sent_at: datetime | None = None
    forwarded_from: Mailbox | None = None
    changes: tuple[FieldChange, ...] = ()
    cause: str = ""

    @property
    def shown_at(self) -> datetime:
        """Where the entry stands in what people read."""
        return self.sent_at or self.at

    @property
    def is_public(self) -> bool:
        """Whether it is part of the conversation: messages, but those of strangers only once accepted (rule 9)."""
        return self.kind is EntryKind.MESSAGE and not self.is_from_stranger

    @property
    def is_shown_to_customer(self) -> bool:
        """Whether it stands among what was said to each other, on their page and in what replies quote: neither what a
        machine wrote nor what somebody may have written in their name."""
        return self.is_public and not self.is_automatic and NOT_PROVEN not in self.remarks


@dataclass(frozen=True)
class Message:
    """What a customer wrote, by form or mail; `at` is when we received it, not what the mail's Date says (rule 10)."""

    author: Author
    text: str
    at: datetime
    source: Source
    quoted_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    message_id: str = ""
    raw_key: str = ""
    is_automatic: bool = False
    is_from_stranger: bool = False
    sender: str = ""
    has_html: bool = False
    is_proven: bool = False
    is_bounce: bool = False
    remarks: tuple[str, ...] = ()
    sent_at: datetime | None = None
    forwarded_from: Mailbox | None = None

    def entry(self, entry_id: int) -> Entry:
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        return Entry(entry_id, EntryKind.MESSAGE, **values)


def event_entry(event_id: int, by: Author, at: datetime, cause: str, *changes: FieldChange) -> Entry:
    """What happened to a ticket besides what was said."""
    return Entry(event_id, EntryKind.EVENT, at, by, changes=changes, cause=cause)


def believable(sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """When a mail was written, as its Date says; None where that lies after its arrival or too long before."""
    is_possible = sent_at is not None and timedelta(0) <= received_at - sent_at <= _LONGEST_WAY
    return sent_at if is_possible else None


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """As people read them: by when they were written; those of one instant as they came."""
    return tuple(sorted(entries, key=lambda entry: entry.shown_at))
