"""Asking customers once per resolution whether the answer was good, and keeping what they say (rules 19 and 20)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import counts, customers, limits, surveys, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk.changes import new_ids, save, until_saved
from chalicelib.desk.upkeep import each_by_itself
from chalicelib.domain import survey as domain
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Author, AuthorKind, Entry, EntryKind, FieldChange
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.ticket import Ticket
from chalicelib.log import logger

_AT_ONCE = 100
_MOST_ANSWERS = 20
"""Changes of mind kept for one survey; an item holds 400 KB."""


def send_due(now: datetime) -> int:
    """Sends the surveys whose time has come and returns how many. A ticket changed meanwhile waits for next time.

    Raises as `each_by_itself`.
    """

    def send(due: Ticket) -> bool:
        try:
            return _send(tickets.get(due.number), now)
        except StaleVersion:
            logger.info("survey postponed", number=due.number)
            return False

    return each_by_itself(tickets.list_surveys_due(now, limit=_AT_ONCE), send)


def answer(number: int, resolution: int, score: int, comment: str, now: datetime) -> domain.Survey:
    """Keeps an answer, or a changed one; the same one sent again changes nothing.

    Raises InvalidInput, NotFound, or Conflict when it comes too late.
    """
    return until_saved(lambda: _answer(number, resolution, score, comment, now))


def _answer(number: int, resolution: int, score: int, comment: str, now: datetime) -> domain.Survey:
    settings = settings_store.get()
    survey = surveys.get(number, resolution)
    ticket = tickets.get(number)
    answered = survey.answered(score, comment, ticket.reopened, now)
    if answered == survey:
        return survey
    limits.count(f"survey:{number}:{resolution}", _MOST_ANSWERS, domain.ANSWER_TIME, now)
    old = str(survey.answer.score) if survey.answer else ""
    event = Entry(
        next(new_ids(now)),
        EntryKind.EVENT,
        now,
        Author(AuthorKind.CUSTOMER, ticket.customer_id, ticket.customer_name),
        changes=(FieldChange("score", old, str(score)),),
        cause="survey",
    )
    transaction = Transaction()
    transaction.put(surveys.item_of(answered))
    transaction.put_new(tickets.item_of_entry(number, event))
    counts.count_score(transaction, survey, answered, settings.time_zone)
    transaction.commit()
    return answered


def _send(ticket: Ticket, now: datetime) -> bool:
    if ticket.survey_due_at is None or ticket.survey_due_at > now:
        return False
    settings = settings_store.get()
    ids = new_ids(now)
    after = replace(ticket, survey_due_at=None)
    customer = customers.find(ticket.customer_address)
    if customer is None or not customer.may_be_surveyed(now):
        save(Change(ticket, after), settings, now, ids)
        return False
    resolution = {"resolution": str(ticket.reopened)}
    mail = Outgoing(next(ids), ticket.number, Purpose.SURVEY, now, to=ticket.customer_address, params=resolution)
    also = Transaction()
    also.put_new(surveys.item_of(_survey(ticket, now)))
    also.put(customers.item_of(_surveyed(customer, now)))
    save(Change(ticket, after, outgoing=(mail,)), settings, now, ids, also)
    return True


def _survey(ticket: Ticket, now: datetime) -> domain.Survey:
    return domain.Survey(ticket.number, ticket.reopened, ticket.assignee or ticket.last_replier, now)


def _surveyed(customer: Customer, now: datetime) -> Customer:
    return replace(customer, surveyed_at=now)
