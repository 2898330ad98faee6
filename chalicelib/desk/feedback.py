"""What SES tells of mail that left: it came back, or was called spam (rule 14); and what people do about it.

Its events alone flag an address: a mail that says the same may be forged (see `entries_by_mail`).
"""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import addresses, inbound_mail, outbox, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.ses_events import Feedback
from chalicelib.adapters.transaction import Transaction
from chalicelib.config import region
from chalicelib.desk.changes import new_ids, save, until_saved
from chalicelib.desk.tickets import get_visible, work_on
from chalicelib.domain import mail_trouble
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import NotFound
from chalicelib.domain.mail_trouble import Consequences, Failure
from chalicelib.domain.outgoing import Outgoing
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.mail import threading


def take(told: Feedback, now: datetime) -> None:
    """Marks the mail, flags the address where mail must end, tells the assignee once. Harmless when repeated.

    Raises NotFound("sent_mail_unknown") for a mail that is not known yet: SES may be faster than our own note of it.
    """
    answered = inbound_mail.find_answered(threading.wire_ids(told.ses_id, region()))
    if answered is None or not answered.outgoing:
        raise NotFound("sent_mail_unknown")
    until_saved(lambda: _apply(answered.ticket, answered.outgoing, told.failure, now))


def clear_flag(number: int, address: str, by: Agent, now: datetime) -> None:
    """Lets mail go to the requester or somebody in copy again, as the ticket's history tells.

    Raises NotFound, also for an address that has no part in the ticket, and NotAllowed.
    """
    by.require(Right.CHANGE_PROPERTIES)

    def decide(ticket: Ticket, _: Settings, ids: Ids) -> Change:
        if not ticket.is_participant(address):
            raise NotFound("address_not_on_ticket", address=address)
        return mail_trouble.address_cleared(ticket, address, by, now, ids)

    if addresses.find_flags([address]):
        work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)
        addresses.clear(address)


def send_again(number: int, outgoing_id: int, by: Agent, now: datetime) -> None:
    """Sends a mail to a customer once more that failed or came back; pressed twice, it goes once more.

    Raises NotFound, NotAllowed.
    """
    by.require(Right.WORK_ON_TICKETS)

    def attempt() -> None:
        ticket, outgoing = get_visible(number, by), outbox.find(number, outgoing_id)
        if outgoing is None:
            raise NotFound("ticket_not_found", number=number)
        if outgoing.can_be_repeated:
            ids, also = new_ids(now), Transaction()
            outbox.save_failure(also, outgoing, replace(outgoing, is_repeated=True))
            save(mail_trouble.sent_again(ticket, outgoing, by, now, ids), settings_store.get(), now, ids, also)

    until_saved(attempt)


def _apply(number: int, outgoing_id: int, failure: Failure, now: datetime) -> None:
    ticket, outgoing = tickets.get(number), outbox.find(number, outgoing_id)
    if outgoing is None:
        raise NotFound("sent_mail_unknown")
    ids, also, settings = new_ids(now), Transaction(), settings_store.get()
    found = mail_trouble.take_failure(ticket, outgoing, failure, settings, now, ids)
    if not found.change.is_empty:
        keep_consequences(also, ticket, outgoing, found)
        save(found.change, settings, now, ids, also)


def keep_consequences(also: Transaction, ticket: Ticket, before: Outgoing, found: Consequences) -> None:
    """Adds to the transaction how the mail stands now and which addresses are flagged."""
    if found.outgoing != before:
        outbox.save_failure(also, before, found.outgoing)
    for flag in found.flags:
        addresses.flag(also, flag, ticket.customer_id if flag.address == ticket.customer_address else 0)
