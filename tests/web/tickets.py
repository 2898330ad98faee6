"""Tickets for pages to show, made as the desk makes them, at the time at which the pages are looked at."""

from datetime import timedelta
from typing import Any

from chalicelib.adapters import aws, surveys, tickets
from chalicelib.adapters.transaction import put
from chalicelib.desk import changes, intake
from chalicelib.desk import tickets as desk
from chalicelib.domain.agent import Agent
from chalicelib.domain.entry import Author, AuthorKind, Message
from chalicelib.domain.survey import Survey
from chalicelib.domain.words import Source, Status
from tests import factories
from tests.conftest import AGENT, FILES_BUCKET
from tests.web.visitor import now


def open_ticket(text: str = "The pump is broken.", **form: Any) -> int:
    return intake.open_from_form(factories.form(text, **form), now())


def reply(number: int, text: str = "We are on it.", by: Agent = AGENT, then: Status | None = None) -> None:
    desk.reply(number, text, by, seen=tickets.get(number).last_entry, now=now(), then=then)


def receive(number: int, text: str, name: str = "Kim", **message: Any) -> None:
    """A mail of the customer, or with `is_from_stranger` of somebody else."""
    received = Message(Author(AuthorKind.CUSTOMER, 500, name), text, now(), Source.EMAIL, **message)
    changes.change_ticket(number, lambda ticket, settings, ids: ticket.receive(received, settings, now(), ids), now())


def ask_for_score(number: int, days_ago: int = 0) -> Survey:
    """A survey that went out, as `send_surveys` makes it."""
    survey = Survey(number, tickets.get(number).reopened, AGENT.id, now() - timedelta(days=days_ago))
    put(surveys.item_of(survey))
    return survey


def stored_files() -> list[str]:
    return [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=FILES_BUCKET).get("Contents", [])]
