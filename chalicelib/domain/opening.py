"""How a ticket begins: with the first message of a customer, its clocks and its acknowledgement."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import promises
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import FieldChange, Message, event_entry
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.texts import subject_of
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.words import Priority, Status


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
) -> Change:
    """A new ticket of a customer: clocks start at the first message (rule 1), one acknowledgement leaves (rule 13).

    `acknowledge` is off for mail that must not be answered automatically (rule 12), `is_promised` for what no person
    wrote to us: its clocks start with the first message of one. `subject` may be empty: the first
    line of the message stands in.
    """
    entry = message.entry(next(ids))
    ticket = Ticket(
        number=number,
        subject=subject_of(subject, message.text),
        status=Status.OPEN,
        priority=Priority.MEDIUM,
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
    )
    ticket = replace(ticket, policy=settings.policy_for(ticket).id)
    if is_promised:
        ticket = replace(ticket, clocks=settings.promise_to(ticket).opened(message.at))
    changes = (FieldChange("status", "", Status.OPEN), *promises.changes((), ticket.clocks))
    opened = event_entry(next(ids), message.author, now, "follow_up" if follows else message.source, *changes)
    if not acknowledge:
        return Change(None, ticket, (entry, opened))
    mail = Outgoing(next(ids), number, Purpose.ACKNOWLEDGEMENT, now, to=customer.address, entry_id=entry.id)
    return Change(None, ticket, (entry, opened), (mail,))
