"""Whose ticket it is where an agent forwarded a customer's mail: the author's or the agent's, as a person says (rule
11)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain import promises
from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Author, AuthorKind, Entry, FieldChange, event_entry
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket, author_of


def hand_over(
    ticket: Ticket,
    customer: Customer,
    subject: str,
    entry: Entry,
    by: Agent,
    settings: Settings,
    now: datetime,
    ids: Ids,
) -> Change:
    """The author becomes the requester, `entry` theirs, and the ticket gets the subject that their mail had.

    Another policy may hold for them (rule 4).
    """
    after = replace(
        ticket,
        subject=subject,
        customer_id=customer.id,
        customer_name=customer.name,
        customer_address=customer.address,
        cc=tuple(address for address in ticket.cc if address != customer.address),
        updated_at=now,
    ).renewed(settings, now)
    changes = [FieldChange("requester", ticket.customer_address, customer.address)]
    if subject != ticket.subject:
        changes.append(FieldChange("subject", ticket.subject, subject))
    changes += promises.changes(ticket.clocks, after.clocks)
    handed_over = event_entry(next(ids), author_of(by), now, "forwarded", *changes)
    author = Author(AuthorKind.CUSTOMER, customer.id, customer.name)
    confirmed = replace(entry, author=author, sender=customer.address, forwarded_from=None)
    return Change(ticket, after, (handed_over,), changed=(confirmed,))


def keep(ticket: Ticket, entry: Entry, now: datetime) -> Change:
    """The agent who forwarded the mail stays the requester."""
    return Change(ticket, replace(ticket, updated_at=now), changed=(replace(entry, forwarded_from=None),))
