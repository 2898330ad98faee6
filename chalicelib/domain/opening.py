"""How a ticket begins: with the first message of a customer, its clocks and its acknowledgement."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import checklist, promises
from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import DESK, Author, Entry, FieldChange, Message, event_entry
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.texts import subject_of
from chalicelib.domain.ticket import Ids, Ticket, author_of
from chalicelib.domain.words import Kind, Priority, Status


def open_ticket(
    number: int,
    subject: str,
    message: Message,
    customer: Customer,
    language: str,
    settings: Settings,
    now: datetime,
    ids: Ids,
    *,
    cc: tuple[str, ...] = (),
    follows: int = 0,
    team: int = 0,
    acknowledge: bool = True,
    is_promised: bool = True,
    priority: Priority = Priority.MEDIUM,
    kind: Kind | None = None,
    taken_by: Agent | None = None,
) -> Change:
    """A new ticket of a customer: clocks start at the first message (rule 1), one acknowledgement leaves (rule 13).

    `acknowledge` is off for mail that must not be answered automatically (rule 12), `is_promised` for what no person
    wrote to us: its clocks start with the first message of one. `subject` may be empty: the first
    line of the message stands in. What an agent took down while they spoke, on the phone say, is `taken_by` them: it is
    their ticket, and its first response is met (rule 1).
    """
    entry = message.entry(next(ids))
    ticket = Ticket(
        number=number,
        subject=subject_of(subject, message.text),
        status=Status.OPEN,
        priority=priority,
        source=message.source,
        language=language,
        customer_id=customer.id,
        customer_name=customer.name,
        customer_address=customer.address,
        created_at=message.at,
        updated_at=now,
        clocks=(),
        cc=cc,
        last_entry=entry.id,
        follows=follows,
        team=team,
        kind=kind,
        assignee=taken_by.id if taken_by else 0,
        last_replier=taken_by.id if taken_by else 0,
    )
    ticket = _promised(ticket, settings, message.at, is_promised=is_promised, is_answered=taken_by is not None)
    opened = _opened(ticket, author_of(taken_by) if taken_by else message.author, now, ids)
    change = Change(None, ticket, (entry, opened))
    if acknowledge:
        mail = Outgoing(next(ids), number, Purpose.ACKNOWLEDGEMENT, now, to=customer.address, entry_id=entry.id)
        change = change.and_send(mail)
    return change.then(checklist.add_by_itself(ticket, DESK, settings, now, ids))


def _promised(ticket: Ticket, settings: Settings, at: datetime, *, is_promised: bool, is_answered: bool) -> Ticket:
    """With its policy, and clocks where there is to be any promise."""
    given = replace(ticket, policy=settings.policy_for(ticket).id)
    clocks = settings.promise_to(given).opened(at) if is_promised else ()
    return replace(given, clocks=promises.answered(clocks, at) if is_answered else clocks)


def _opened(ticket: Ticket, by: Author, now: datetime, ids: Ids) -> Entry:
    cause = "follow_up" if ticket.follows else ticket.source
    changes = [FieldChange("status", "", ticket.status)]
    if ticket.assignee:
        changes.append(FieldChange("assignee", "", f"{ticket.assignee}"))
    return event_entry(next(ids), by, now, cause, *changes, *promises.changes((), ticket.clocks))
