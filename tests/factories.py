"""Things of the trade, valid by default: name only what a test is about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.adapters import settings as settings_store
from chalicelib.desk.intake import FormRequest
from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Author, AuthorKind, Message
from chalicelib.domain.opening import open_ticket
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.solution import Solution, SolutionStatus
from chalicelib.domain.survey import Survey
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Role, Source, Status
from tests.conftest import ADDRESS, ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR, SUPPORT

CUSTOMER_ADDRESS = "kim@customer.example"
_STEPS = {
    Status.OPEN: (),
    Status.PENDING: (Status.PENDING,),
    Status.ON_HOLD: (Status.ON_HOLD,),
    Status.RESOLVED: (Status.RESOLVED,),
    Status.CLOSED: (Status.RESOLVED, Status.CLOSED),
}


def ids(first: int = 1) -> Iterator[int]:
    return count(first)


def agent(role: str = "agent", **others: Any) -> Agent:
    return replace(Agent(9, "new@desk.example", "New Agent", Role(role), "en"), **others)


def settings(*agents: Agent, **others: Any) -> Settings:
    """A desk open Monday to Friday, nine to six in Seoul, with everybody of conftest unless people are named."""
    people = agents or (ADMIN, SUPERVISOR, AGENT, COLLEAGUE, CONTRIBUTOR)
    desk = Settings(ADDRESS, SUPPORT, "Desk", secret="s" * 32, agents={one.id: one for one in people})
    return replace(desk, **others)


def stored_settings() -> Settings:
    """Those of the desk in the cloud of this test."""
    return settings_store.get()


def customer(**others: Any) -> Customer:
    return replace(Customer(500, CUSTOMER_ADDRESS, "Kim", "en", NOW), **others)


def message(text: str = "The pump is broken.", **others: Any) -> Message:
    author = Author(AuthorKind.CUSTOMER, 500, "Kim")
    return replace(Message(author, text, NOW, Source.EMAIL), **others)


def opened(at: datetime = NOW, number: int = 7, desk: Settings | None = None, **others: Any) -> Change:
    """A ticket of `customer()` that came in at `at`."""
    first = message(at=at)
    return open_ticket(number, "Pump", first, customer(), "en", desk or settings(), at, ids(), **others)


def ticket(status: str = "open", at: datetime = NOW, desk: Settings | None = None, **others: Any) -> Ticket:
    """One that came in at `at` and reached its status ten minutes later; `others` replace fields."""
    desk, made = desk or settings(), replace(opened(at, desk=desk).after, **others)
    for step in _STEPS[Status(status)]:
        made = made.set_status(step, AGENT, desk, at + timedelta(minutes=10), ids(100)).after
    return made


def answered(status: str = "open", at: datetime = NOW, by: Agent = AGENT, **others: Any) -> Ticket:
    """The same after a person's public reply, five minutes after it came in."""
    made = ticket(at=at, **others)
    replied = made.reply("We are on it.", by, made.last_entry, at + timedelta(minutes=5), ids(50)).after
    for step in _STEPS[Status(status)]:
        replied = replied.set_status(step, by, settings(), at + timedelta(minutes=10), ids(100)).after
    return replied


def due_at(made: Ticket, clock: str = "first_response") -> datetime:
    return made.clock(ClockName(clock)).due_at


def survey(**others: Any) -> Survey:
    return replace(Survey(7, 0, AGENT.id, NOW), **others)


def solution(status: str = "approved", **others: Any) -> Solution:
    made = Solution(70, "Pump", "Turn it off and on.", "en", SolutionStatus(status), AGENT.id, NOW, NOW)
    return replace(made, **others)


def form(text: str = "The pump is broken.", **others: Any) -> FormRequest:
    """What the customer sends by the hosted form; each call is another submission unless one is named."""
    sent = FormRequest(f"form-{next(_submissions)}", "Kim", CUSTOMER_ADDRESS, "Pump", text, "en", (), "192.0.2.1")
    return replace(sent, **others)


_submissions = count(1)
