"""One step of a ticket's life, ready to be saved as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.entry import Entry, EntryKind, FieldChange
from chalicelib.domain.outgoing import Outgoing

if TYPE_CHECKING:
    from chalicelib.domain.ticket import Ticket


@dataclass(frozen=True)
class Change:
    """`before` is None for a new ticket, `entries` are new, `changed` are earlier ones with another content now."""

    before: Ticket | None
    after: Ticket
    entries: tuple[Entry, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    changed: tuple[Entry, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.before == self.after and not (self.entries or self.outgoing or self.changed)

    def and_send(self, *mails: Outgoing) -> Change:
        """The same step with mails that leave because of it."""
        return replace(self, outgoing=self.outgoing + mails)

    def then(self, following: Change) -> Change:
        """Both steps as one; `following` must start where this one ends."""
        return Change(
            self.before,
            following.after,
            self.entries + following.entries,
            self.outgoing + following.outgoing,
            self.changed + following.changed,
        )

    def in_one_event(self, cause: str) -> Change:
        """The same step told by a single event: of what changed several times, from what it was to what it is now."""
        events = tuple(entry for entry in self.entries if entry.kind is EntryKind.EVENT)
        told: dict[str, FieldChange] = {}
        for change in (change for event in events for change in event.changes):
            told[change.field] = replace(change, old=told.get(change.field, change).old)
        changes = tuple(change for change in told.values() if change.old != change.new)
        others = tuple(entry for entry in self.entries if entry.kind is not EntryKind.EVENT)
        told_of = (replace(events[0], cause=cause, changes=changes),) if changes else ()
        return replace(self, entries=others + told_of)
