"""The change that a mail makes: a new ticket, a customer's or stranger's message, an agent's reply, a bounce."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import customers, outbox, tickets
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import feedback
from chalicelib.desk.arrivals import Arrival
from chalicelib.desk.changes import new_ids
from chalicelib.desk.matching import Match
from chalicelib.desk.tickets import Upload, keep_uploads
from chalicelib.domain import mail_trouble
from chalicelib.domain import ticket as domain
from chalicelib.domain.address import canonical, is_sendable, normal_address, without_tag
from chalicelib.domain.agent import Agent
from chalicelib.domain.copies import MOST_COPIES
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Attachment, Author, AuthorKind, Mailbox, believable
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.mail_trouble import Failure, FailureKind
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Change, Ids, Message, Ticket
from chalicelib.domain.words import Source, Status

_MOST_TEXT = 150_000
"""Bytes of text, and as many of quotation, kept in an entry; more is kept as an attachment. An item of the table holds
400 KB, in which every attachment has its line as well."""
_BYTES_OF_A_LINE = 600
_ROOM_OF_AN_ENTRY = 380_000


def decide(arrival: Arrival, matched: Match, settings: Settings, now: datetime, ids: Ids, also: Transaction) -> Change:
    """`also` gets what is to be saved along with the change: the customer, flags of addresses, a mail that came back.

    One request for each attachment, one for a new ticket's number, one for the mail that a bounce is about.
    Raises InvalidInput for what can't be taken, such as an agent's reply without a text.
    """
    ticket = matched.ticket
    if ticket and ticket.status is Status.CLOSED and arrival.acts_as_agent(ticket):
        raise InvalidInput("ticket_closed", number=ticket.number)
    attachments = _keep_attachments(arrival)
    if ticket is None or (ticket.status is Status.CLOSED and not arrival.mail.is_automatic):
        return _open(arrival, attachments, matched, settings, now, ids, also)
    if arrival.agent and arrival.acts_as_agent(ticket):
        return _reply(arrival, arrival.agent, attachments, ticket, now, ids)
    change = _receive(arrival, attachments, ticket, matched, settings, now, ids)
    return change.then(_bounce(arrival, matched.outgoing, change.after, settings, now, ids, also))


def announce_flood(also: Transaction, arrival: Arrival, number: int, settings: Settings, now: datetime) -> None:
    """Tells the supervisors, on the ticket of the mail before, that further ones are held (rule 13)."""
    ticket = tickets.get(number)
    for notice in mail_trouble.flood_notices(ticket, "possible_loop", arrival.address, settings, now, new_ids(now)):
        outbox.announce(also, notice)


def _open(
    arrival: Arrival,
    attachments: tuple[Attachment, ...],
    matched: Match,
    settings: Settings,
    now: datetime,
    ids: Ids,
    also: Transaction,
) -> Change:
    """A new ticket, following up a closed one where there is one (rule 16)."""
    mail, follows = arrival.mail, matched.ticket
    known = _known_customer(arrival, follows)
    customer = known or Customer(next(ids), arrival.address, arrival.name, mail.language, now)
    is_answerable = not (arrival.is_silent(settings) or arrival.is_from_agent) and is_sendable(customer.address)
    acknowledge = is_answerable and customer.may_be_acknowledged(now)
    remarks = matched.remarks if acknowledge or not is_answerable else (*matched.remarks, "acknowledgement_limit")
    message = _message(arrival, Author(AuthorKind.CUSTOMER, customer.id, arrival.name), attachments, remarks)
    change = domain.open_ticket(
        tickets.next_number(),
        mail.subject,
        replace(message, forwarded_from=_forwarded_from(arrival, settings)),
        customer,
        mail.language,
        settings,
        now,
        ids,
        cc=_copies(arrival, customer, settings),
        follows=follows.number if follows else 0,
        team=_team(arrival, follows, settings),
        acknowledge=acknowledge,
    )
    if acknowledge:
        customer = customer.acknowledged(now)
    elif is_answerable:
        change, customer = mail_trouble.without_acknowledgement(change, customer, settings, now, ids)
    customers.keep(also, customer, known)
    return change


def _team(arrival: Arrival, follows: Ticket | None, settings: Settings) -> int:
    """That whose address the mail came to, else that of the ticket it follows up; 0 for none."""
    addressed = (settings.team_by_address(without_tag(recipient)) for recipient in arrival.mail.recipients)
    return next((team.id for team in addressed if team), follows.team if follows else 0)


def _known_customer(arrival: Arrival, follows: Ticket | None) -> Customer | None:
    """Who the new ticket belongs to: a follow-up keeps the customer, whichever participant wrote it (rule 16)."""
    if follows and follows.is_participant(arrival.address) and follows.customer_address != arrival.address:
        original = customers.find(follows.customer_address)
        if original:
            return original
    return arrival.known.customer


def _forwarded_from(arrival: Arrival, settings: Settings) -> Mailbox | None:
    """Who wrote what an agent forwards to the desk, to be confirmed by a person (rule 11)."""
    found = arrival.forwarded if arrival.is_from_agent else None
    if found is None:
        return None
    try:
        address = normal_address(found.from_.email)
    except InvalidInput:
        return None
    is_ours = without_tag(address) in settings.own_addresses or address == arrival.address
    return None if is_ours else Mailbox(address, found.from_.name)


def _receive(
    arrival: Arrival,
    attachments: tuple[Attachment, ...],
    ticket: Ticket,
    matched: Match,
    settings: Settings,
    now: datetime,
    ids: Ids,
) -> Change:
    """A message of a customer, or of a stranger, which is marked (rule 9)."""
    customer_id = arrival.known.customer.id if arrival.known.customer else 0
    author = Author(AuthorKind.CUSTOMER, customer_id, arrival.name)
    message = _message(arrival, author, attachments, matched.remarks)
    is_from_stranger = not ticket.is_participant(arrival.address)
    return ticket.receive(replace(message, is_from_stranger=is_from_stranger), settings, now, ids)


def _reply(
    arrival: Arrival, by: Agent, attachments: tuple[Attachment, ...], ticket: Ticket, now: datetime, ids: Ids
) -> Change:
    """An agent's authenticated mail is a public reply (rule 9)."""
    mail = arrival.mail
    change = ticket.reply(mail.reply_text or mail.text, by, ticket.last_entry, now, ids)
    said, *events = change.entries
    came = replace(
        said,
        attachments=attachments,
        source=Source.EMAIL,
        message_id=mail.message_id,
        raw_key=arrival.key,
        sender=arrival.address,
        has_html=bool(mail.html),
        sent_at=believable(mail.date, now),
    )
    return replace(change, entries=(came, *events))


def _bounce(
    arrival: Arrival, outgoing_id: int, ticket: Ticket, settings: Settings, now: datetime, ids: Ids, also: Transaction
) -> Change:
    """What follows when the mail says that one of ours did not arrive. Only a mail that names its Message-ID, which
    strangers don't know, is believed; of a delay nothing follows."""
    facts = arrival.mail.automatic
    outgoing = outbox.find(ticket.number, outgoing_id) if facts.bounce and outgoing_id else None
    if outgoing is None or facts.bounce_temporary:
        return Change(ticket, ticket)
    recipients = tuple(canonical(address) for address in facts.bounce_recipients)
    said = " ".join(arrival.mail.text.split()) or arrival.mail.subject
    failure = Failure(FailureKind.BOUNCE, recipients, facts.bounce_temporary is False, said)
    found = mail_trouble.take_failure(ticket, outgoing, failure, settings, now, ids)
    feedback.keep_consequences(also, ticket, outgoing, found)
    return found.change


def _message(
    arrival: Arrival, author: Author, attachments: tuple[Attachment, ...], remarks: tuple[str, ...]
) -> Message:
    mail = arrival.mail
    text, quoted_text = _kept_halves(arrival)
    unanswerable = () if is_sendable(arrival.address) else ("address_not_sendable",)
    return Message(
        author,
        text,
        arrival.received_at,
        Source.EMAIL,
        quoted_text=quoted_text,
        attachments=attachments,
        message_id=mail.message_id,
        raw_key=arrival.key,
        is_automatic=arrival.mail.is_automatic,
        sender=arrival.address,
        has_html=bool(mail.html),
        sent_at=believable(mail.date, arrival.received_at),
        remarks=(*unanswerable, *remarks),
    )


def _halves(arrival: Arrival) -> tuple[str, str]:
    """What is shown at once, and what on request. What was forwarded is what the mail is about: it is shown."""
    mail = arrival.mail
    if arrival.forwarded:
        return mail.text, ""
    return mail.reply_text or mail.text, mail.quoted_text


def _copies(arrival: Arrival, customer: Customer, settings: Settings) -> tuple[str, ...]:
    """Who takes part besides the customer: sender, To and Cc without our own addresses."""
    apart = {*settings.own_addresses, customer.address}
    named = (arrival.address, *(address.key for address in (*arrival.mail.to, *arrival.mail.cc)))
    return tuple(dict.fromkeys(address for address in named if without_tag(address) not in apart))[:MOST_COPIES]


def _keep_attachments(arrival: Arrival) -> tuple[Attachment, ...]:
    mail = arrival.mail
    uploads = [
        Upload(part.filename, part.content_type, part.content, part.content_id if part.inline else "")
        for part in mail.attachments
    ]
    if _kept_halves(arrival) != _halves(arrival):
        uploads.append(Upload("message.txt", "text/plain; charset=utf-8", mail.text.encode()))
    return keep_uploads(f"mail/{arrival.query.fingerprint}", uploads)


def _kept_halves(arrival: Arrival) -> tuple[str, str]:
    """As much of both as an entry has room for beside its attachments."""
    most = min(_MOST_TEXT, (_ROOM_OF_AN_ENTRY - _BYTES_OF_A_LINE * len(arrival.mail.attachments)) // 2)
    text, quoted_text = (half.encode(errors="replace")[:most].decode(errors="ignore") for half in _halves(arrival))
    return text, quoted_text
