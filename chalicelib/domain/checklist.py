"""Checklists: the steps that a kind of ticket takes, prepared once and put onto tickets as action items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain import action_item
from chalicelib.domain.action_item import MOST_ITEMS, ActionItem, to_the_minute
from chalicelib.domain.change import Change
from chalicelib.domain.entry import Author, FieldChange
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import Kind

if TYPE_CHECKING:
    from chalicelib.domain.settings import Settings
    from chalicelib.domain.ticket import Ticket

LONGEST_NAME = 100
MOST_STEPS = 30


@dataclass(frozen=True)
class ChecklistStep:
    """`due_after` is a span of working time from when the step comes onto a ticket, None for no due time."""

    title: str
    due_after: timedelta | None = None


@dataclass(frozen=True)
class Checklist:
    """For tickets of these kinds, of any where none is named. One that `comes_by_itself` is on a ticket as soon as that
    has such a kind, the others when somebody asks for them. Raises InvalidInput("checklist_without_kind").
    """

    id: int
    name: str
    steps: tuple[ChecklistStep, ...]
    kinds: frozenset[Kind] = frozenset()
    comes_by_itself: bool = False
    is_active: bool = True
    version: int = 0

    def __post_init__(self) -> None:
        if self.comes_by_itself and not self.kinds:
            raise InvalidInput("checklist_without_kind", field="kinds")

    def fits(self, ticket: Ticket) -> bool:
        return self.is_active and (not self.kinds or ticket.kind in self.kinds)


def offered(ticket: Ticket, settings: Settings) -> tuple[Checklist, ...]:
    """Those that fit a ticket which is worked on, and are not on it yet, by name."""
    fitting = (one for one in settings.checklists.values() if one.fits(ticket) and one.id not in ticket.checklists)
    return tuple(sorted(fitting, key=lambda one: (one.name, one.id))) if ticket.is_active else ()


def add(
    ticket: Ticket,
    checklist: Checklist,
    by: Author,
    settings: Settings,
    now: datetime,
    ids: Iterator[int],
    cause: str = "agent",
) -> Change:
    """All its steps as action items of whoever has the ticket, due by the hours of its promise. Empty when they came
    before. Raises Conflict("too_many_items").
    """
    if checklist.id in ticket.checklists:
        return Change(ticket, ticket)
    items = [_item(ticket, step, checklist, settings, now, ids) for step in checklist.steps]
    told = FieldChange("checklist", "", checklist.name)
    noted = replace(ticket, checklists=(*ticket.checklists, checklist.id))
    return Change(ticket, noted).then(action_item.add_all(noted, items, by, now, ids, cause, told))


def add_by_itself(ticket: Ticket, by: Author, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    """Every checklist that comes with the ticket's kind; one for which there is no room stays on offer."""
    change = Change(ticket, ticket)
    for checklist in offered(ticket, settings):
        has_room = len(change.after.action_items) + len(checklist.steps) <= MOST_ITEMS
        if checklist.comes_by_itself and has_room:
            change = change.then(add(change.after, checklist, by, settings, now, ids, "checklist"))
    return change


def _item(
    ticket: Ticket, step: ChecklistStep, checklist: Checklist, settings: Settings, now: datetime, ids: Iterator[int]
) -> ActionItem:
    hours = settings.promise_to(ticket).hours
    due_at = to_the_minute(hours.add(now, step.due_after)) if step.due_after else None
    return ActionItem(next(ids), ticket.number, step.title, now, due_at=due_at, checklist=checklist.id)
