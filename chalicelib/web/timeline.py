"""A ticket's timeline as agents read it: messages and notes with their mails' fate, the changes between them folded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from chalicelib.domain.entry import Entry, EntryKind, FieldChange, in_order
from chalicelib.domain.outgoing import Outgoing, Purpose

_FOLLOWS_FROM_OTHERS = ("_due_at", "_paused_at", "_met_at", "policy")


@dataclass(frozen=True)
class Said:
    """A message or note; `mails` are those that carried it, `is_news` whether it came in while a reply was written."""

    entry: Entry
    mails: tuple[Outgoing, ...] = ()
    is_news: bool = False

    @property
    def brings_pictures(self) -> bool:
        """Whether the words alone are not what was said: pictures stand among them or come along."""
        return any(attachment.content_type.startswith("image/") for attachment in self.entry.attachments)


@dataclass(frozen=True)
class Changed:
    """Events without a message between them, oldest first."""

    events: tuple[Entry, ...]

    @property
    def headlines(self) -> tuple[tuple[Entry, FieldChange], ...]:
        """What people look for; deadlines and the policy that moved along stand in the history."""
        return tuple(
            (event, change)
            for event in self.events
            for change in event.changes
            if not change.field.endswith(_FOLLOWS_FROM_OTHERS)
        )


def of(entries: Iterable[Entry], outgoing: Iterable[Outgoing], seen: int | None = None) -> tuple[Said | Changed, ...]:
    """`seen` is the newest message that the writer of an overtaken reply had before their eyes (rule 21)."""
    return tuple(_pieces(in_order(entries), tuple(outgoing), seen))


def notices(outgoing: Iterable[Outgoing]) -> tuple[Outgoing, ...]:
    """Mails that belong to no message: those to agents, surveys. Timers are no mails."""
    return tuple(mail for mail in outgoing if not mail.entry_id and mail.purpose is not Purpose.TIMER)


def history(entries: Iterable[Entry]) -> tuple[tuple[Entry, FieldChange], ...]:
    """Every change, newest first; those of one event in the order it tells them."""
    return tuple((entry, change) for entry in reversed(tuple(entries)) for change in entry.changes)


def _pieces(entries: Iterable[Entry], outgoing: tuple[Outgoing, ...], seen: int | None) -> Iterator[Said | Changed]:
    for is_event, group in groupby(entries, lambda entry: entry.kind is EntryKind.EVENT):
        if is_event:
            changed = Changed(tuple(group))
            if changed.headlines:
                yield changed
            continue
        for entry in group:
            mails = tuple(mail for mail in outgoing if mail.entry_id == entry.id)
            yield Said(entry, mails, seen is not None and entry.id > seen)
