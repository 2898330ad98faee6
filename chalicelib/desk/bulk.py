"""One property of many tickets at once; what could not be done on one of them holds up none of the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.desk import tickets
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import DeskError, InvalidInput
from chalicelib.domain.texts import whole_number
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Status, word_of

MOST_TICKETS = 100
NONE = "none"


class Act(StrEnum):
    """What is set; `TAGS` are all that a ticket has from then on, `ADD_TAGS` those that it has besides."""

    ASSIGNEE = "assignee"
    TEAM = "team"
    STATUS = "status"
    PRIORITY = "priority"
    KIND = "kind"
    ADD_TAGS = "add_tags"
    TAGS = "tags"


@dataclass(frozen=True)
class Outcome:
    """Of one ticket: its value from before, which sets it back, or why it could not be done."""

    number: int
    subject: str = ""
    before: str = ""
    is_changed: bool = False
    error: DeskError | None = None


def apply(act: Act, values: Mapping[int, str], by: Agent, now: datetime) -> tuple[Outcome, ...]:
    """Sets a value for each ticket, two requests a ticket; twice is harmless.

    Raises NotAllowed, InvalidInput("too_many_tickets" | "no_ticket_chosen").
    """
    by.require(Right.CHANGE_PROPERTIES)
    if not values:
        raise InvalidInput("no_ticket_chosen")
    if len(values) > MOST_TICKETS:
        raise InvalidInput("too_many_tickets", limit=MOST_TICKETS)
    return tuple(_apply(act, number, value, by, now) for number, value in values.items())


def _apply(act: Act, number: int, value: str, by: Agent, now: datetime) -> Outcome:
    try:
        change = _VERBS[act](number, value, by, now)
    except DeskError as error:
        return Outcome(number, error=error)
    before = change.before or change.after
    return Outcome(number, before.subject, _value(act, before), not change.is_empty)


def _value(act: Act, ticket: Ticket) -> str:
    """As it is set back."""
    if act in (Act.TAGS, Act.ADD_TAGS):
        return " ".join(ticket.tags)
    return f"{getattr(ticket, act) or (0 if act in (Act.ASSIGNEE, Act.TEAM) else NONE)}"


def _assign(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.assign(number, whole_number(value), by, now)


def _hand_to(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.hand_to_team(number, whole_number(value), by, now)


def _set_status(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.set_status(number, word_of(Status, value), by, now)


def _set_priority(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.set_priority(number, word_of(Priority, value), by, now)


def _set_kind(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.set_kind(number, None if value == NONE else word_of(Kind, value), by, now)


def _add_tags(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.add_tags(number, value.split(), by, now)


def _set_tags(number: int, value: str, by: Agent, now: datetime) -> Change:
    return tickets.set_tags(number, value.split(), by, now)


_VERBS: dict[Act, Callable[[int, str, Agent, datetime], Change]] = {
    Act.ASSIGNEE: _assign,
    Act.TEAM: _hand_to,
    Act.STATUS: _set_status,
    Act.PRIORITY: _set_priority,
    Act.KIND: _set_kind,
    Act.ADD_TAGS: _add_tags,
    Act.TAGS: _set_tags,
}
