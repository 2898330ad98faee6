"""What is to be done for a ticket besides answering it, and what can happen to it. Each verb gives a `Change` of the
ticket, with an event in its history (rule 24).

Items stay on their ticket whatever becomes of that. Times are aware UTC, due times to the minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.domain.change import Change
from chalicelib.domain.entry import Author, FieldChange, event_entry
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.texts import checked_name

if TYPE_CHECKING:
    from chalicelib.domain.ticket import Ticket

MOST_ITEMS = 50
"""On one ticket: with all their records they must go into one transaction of a hundred writes."""
LONGEST_TITLE = 200


@dataclass(frozen=True)
class ActionItem:
    """`owner` 0 is whoever has the ticket, `checklist` the one that it comes from (0: none).

    `told_at` is when somebody was told that it is due.
    """

    id: int
    ticket: int
    title: str
    created_at: datetime
    owner: int = 0
    due_at: datetime | None = None
    checklist: int = 0
    done_at: datetime | None = None
    done_by: int = 0
    told_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    @property
    def reminds_at(self) -> datetime | None:
        """When somebody must be told that it is due, None where that was done or nothing is."""
        return self.due_at if self.is_open and self.told_at is None else None


def add(
    ticket: Ticket,
    title: str,
    by: Author,
    now: datetime,
    ids: Iterator[int],
    *,
    owner: int = 0,
    due_at: datetime | None = None,
    cause: str = "agent",
) -> Change:
    """One more thing to do. Raises InvalidInput, Conflict("too_many_items")."""
    item = ActionItem(next(ids), ticket.number, checked_title(title), now, owner, _ahead(due_at, now))
    return add_all(ticket, (item,), by, now, ids, cause)


def add_all(
    ticket: Ticket,
    items: Iterable[ActionItem],
    by: Author,
    now: datetime,
    ids: Iterator[int],
    cause: str,
    *told: FieldChange,
) -> Change:
    """Several at once in one event, which begins with what is `told`. Raises Conflict("too_many_items")."""
    added = tuple(items)
    if len(ticket.action_items) + len(added) > MOST_ITEMS:
        raise Conflict("too_many_items", limit=MOST_ITEMS)
    changes = (*told, *(FieldChange("item_added", "", item.title) for item in added))
    return _with(ticket, (*ticket.action_items, *added), by, now, ids, *changes, cause=cause)


def tick(ticket: Ticket, item_id: int, by: Author, now: datetime, ids: Iterator[int]) -> Change:
    """It is done. Empty when it was already. Raises NotFound("item_not_found")."""
    item = find(ticket, item_id)
    if not item.is_open:
        return Change(ticket, ticket)
    done = replace(item, done_at=now, done_by=by.id)
    return _with(ticket, _replaced(ticket, done), by, now, ids, FieldChange("item_done", "", item.title))


def untick(ticket: Ticket, item_id: int, by: Author, now: datetime, ids: Iterator[int]) -> Change:
    """It is to be done after all. Empty when it is so already. Raises NotFound("item_not_found")."""
    item = find(ticket, item_id)
    if item.is_open:
        return Change(ticket, ticket)
    undone = replace(item, done_at=None, done_by=0)
    return _with(ticket, _replaced(ticket, undone), by, now, ids, FieldChange("item_undone", "", item.title))


def change(
    ticket: Ticket,
    item_id: int,
    title: str,
    owner: int,
    due_at: datetime | None,
    by: Author,
    now: datetime,
    ids: Iterator[int],
) -> Change:
    """Whose it is, until when, or what. A due time that stays may be past; for another one, or another owner, somebody
    is told anew. Empty where nothing is different. Raises InvalidInput, NotFound("item_not_found").
    """
    item = find(ticket, item_id)
    due_at = due_at if due_at == item.due_at else _ahead(due_at, now)
    wanted = replace(item, title=checked_title(title), owner=owner, due_at=due_at)
    if wanted == item:
        return Change(ticket, ticket)
    if (owner, due_at) != (item.owner, item.due_at):
        wanted = replace(wanted, told_at=None)
    return _with(ticket, _replaced(ticket, wanted), by, now, ids, *_differences(item, wanted))


def delete(ticket: Ticket, item_id: int, by: Author, now: datetime, ids: Iterator[int]) -> Change:
    """Empty when it is gone already."""
    item = next((item for item in ticket.action_items if item.id == item_id), None)
    if item is None:
        return Change(ticket, ticket)
    rest = tuple(other for other in ticket.action_items if other.id != item_id)
    return _with(ticket, rest, by, now, ids, FieldChange("item_deleted", "", item.title))


def restore(ticket: Ticket, item: ActionItem, by: Author, now: datetime, ids: Iterator[int]) -> Change:
    """What was deleted, in its old place. Empty when it is there. Raises Conflict("too_many_items")."""
    if any(known.id == item.id for known in ticket.action_items):
        return Change(ticket, ticket)
    if len(ticket.action_items) >= MOST_ITEMS:
        raise Conflict("too_many_items", limit=MOST_ITEMS)
    items = tuple(sorted((*ticket.action_items, item), key=lambda one: one.id))
    return _with(ticket, items, by, now, ids, FieldChange("item_restored", "", item.title))


def find(ticket: Ticket, item_id: int) -> ActionItem:
    """Raises NotFound("item_not_found")."""
    item = next((item for item in ticket.action_items if item.id == item_id), None)
    if item is None:
        raise NotFound("item_not_found")
    return item


def told(ticket: Ticket, item: ActionItem, now: datetime) -> Ticket:
    """The ticket after somebody was told that an item of it is due."""
    return replace(ticket, action_items=_replaced(ticket, replace(item, told_at=now)), updated_at=now)


def checked_title(title: str) -> str:
    """Raises InvalidInput("item_untitled" | "text_too_long" | "name_unseen")."""
    if not title.strip():
        raise InvalidInput("item_untitled", field="title")
    return checked_name(title, LONGEST_TITLE, "title")


def to_the_minute(at: datetime) -> datetime:
    """In UTC, as forms can show it."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _with(
    ticket: Ticket,
    items: tuple[ActionItem, ...],
    by: Author,
    now: datetime,
    ids: Iterator[int],
    *changes: FieldChange,
    cause: str = "agent",
) -> Change:
    """When the last open item goes, the wait for the customer begins: until then it was us who had something to do
    (rule 15)."""
    after = replace(ticket, action_items=items, updated_at=now)
    if ticket.waiting and ticket.open_items and not after.open_items:
        after = replace(after, waiting=replace(ticket.waiting, since=now))
    return Change(ticket, after, (event_entry(next(ids), by, now, cause, *changes),))


def _replaced(ticket: Ticket, changed: ActionItem) -> tuple[ActionItem, ...]:
    return tuple(changed if item.id == changed.id else item for item in ticket.action_items)


def _differences(old: ActionItem, new: ActionItem) -> Iterator[FieldChange]:
    is_renamed = old.title != new.title
    yield FieldChange("item_changed", old.title if is_renamed else "", new.title)
    if old.owner != new.owner:
        yield FieldChange("item_owner", f"{old.owner or ''}", f"{new.owner or ''}")
    if old.due_at != new.due_at:
        yield FieldChange("item_due", _written(old.due_at), _written(new.due_at))


def _written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _ahead(due_at: datetime | None, now: datetime) -> datetime | None:
    if due_at is None:
        return None
    if due_at <= now:
        raise InvalidInput("due_in_past", field="due_at")
    return to_the_minute(due_at)
