"""One property of many tickets at once; what could not be done on one of them holds up none of the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from chalicelib.desk.tickets import work_on
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import DeskError, InvalidInput
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.words import Kind, Priority, Status

MOST_TICKETS = 100
NONE = "none"
_Word = TypeVar("_Word", bound=StrEnum)


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
    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return _VERBS[act](ticket, value, by, settings, now, ids)

    try:
        change = work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)
    except DeskError as error:
        return Outcome(number, error=error)
    before = change.before or change.after
    return Outcome(number, before.subject, _value(act, before), not change.is_empty)


def _value(act: Act, ticket: Ticket) -> str:
    """As it is set back."""
    if act in (Act.TAGS, Act.ADD_TAGS):
        return " ".join(ticket.tags)
    return f"{getattr(ticket, act) or (0 if act in (Act.ASSIGNEE, Act.TEAM) else NONE)}"


def _assign(ticket: Ticket, value: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    to = settings.agent(_number(value)) if _number(value) else None
    if to and not to.may(Right.WORK_ON_TICKETS):
        raise InvalidInput("agent_not_active", field="assignee")
    return ticket.assign(to, by, now, ids)


def _hand_to(ticket: Ticket, value: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    team = settings.active_team(_number(value))
    if _number(value) and team is None:
        raise InvalidInput("team_not_active", field="team")
    return ticket.hand_to(team, by, settings, now, ids)


def _set_status(ticket: Ticket, value: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    return ticket.set_status(_word(Status, value), by, settings, now, ids)


def _set_priority(ticket: Ticket, value: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    return ticket.set_priority(_word(Priority, value), by, settings, now, ids)


def _set_kind(ticket: Ticket, value: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    return ticket.set_kind(None if value == NONE else _word(Kind, value), by, settings, now, ids)


def _add_tags(ticket: Ticket, value: str, by: Agent, _: Settings, now: datetime, ids: Ids) -> Change:
    return ticket.set_tags((*ticket.tags, *value.split()), by, now, ids)


def _set_tags(ticket: Ticket, value: str, by: Agent, _: Settings, now: datetime, ids: Ids) -> Change:
    return ticket.set_tags(value.split(), by, now, ids)


def _number(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 16):
        raise InvalidInput("form_unreadable")
    return int(value)


def _word(words: type[_Word], value: str) -> _Word:
    if value not in tuple(words):
        raise InvalidInput("form_unreadable")
    return words(value)


_VERBS: dict[Act, Callable[[Ticket, str, Agent, Settings, datetime, Ids], Change]] = {
    Act.ASSIGNEE: _assign,
    Act.TEAM: _hand_to,
    Act.STATUS: _set_status,
    Act.PRIORITY: _set_priority,
    Act.KIND: _set_kind,
    Act.ADD_TAGS: _add_tags,
    Act.TAGS: _set_tags,
}
