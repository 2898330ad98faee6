"""What becomes of a mail that came in: an entry on its ticket, a new ticket, or the quarantine; once, never lost."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import customers, inbound_mail, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.inbound_mail import Known, Quarantined
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import links
from chalicelib.desk.changes import new_ids, save, until_saved
from chalicelib.desk.tickets import Upload, keep_uploads
from chalicelib.domain import ticket as domain
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.copies import MOST_COPIES
from chalicelib.domain.customer import Customer, normal_address
from chalicelib.domain.entry import Attachment, Author, AuthorKind
from chalicelib.domain.errors import AlreadyDone, InvalidInput, NotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Change, Ids, Message, Ticket
from chalicelib.domain.words import Source, Status
from chalicelib.mail import threading
from chalicelib.mail.message import InboundMail, without_tag
from chalicelib.mail.read import read

_MOST_TEXT = 150_000
"""Bytes of text, and as many of quotation, kept in an entry (an item holds 400 KB); more is kept as an attachment."""
_LONGEST_NAME = 200


@dataclass(frozen=True)
class _Arrival:
    """A mail on its way: what it says, who sent it, and what the table knows of it."""

    key: str
    mail: InboundMail
    address: str
    fingerprint: str
    received_at: datetime
    known: Known
    agent: Agent | None

    @property
    def name(self) -> str:
        sender = self.mail.sender
        return (sender.name if sender else "")[:_LONGEST_NAME] or self.address


def receive(key: str, received_at: datetime, now: datetime) -> bool:
    """Takes the mail stored under `key`: four requests, and one for each attachment. True when a ticket has it.
    Harmless when repeated.

    A mail that can't be read is quarantined with its cause. Faults of the store escape, so that the queue tries again.
    """
    settings = settings_store.get()
    try:
        mail = read(inbound_mail.read_raw(key))
    except NotFound:
        inbound_mail.quarantine(Quarantined(key, "mail_missing", received_at))
        return False
    cause = _cause_for_quarantine(mail, settings)
    if not cause:
        cause = _take_until_saved(key, mail, received_at, now)
    if cause:
        inbound_mail.quarantine(Quarantined(key, cause, received_at, "; ".join(mail.defects)))
    return not cause


def give_up(key: str, error: Exception, received_at: datetime) -> None:
    """Quarantines a mail that our own code fails on, after the queue's last try (the mail stays as it is)."""
    inbound_mail.quarantine(Quarantined(key, "failed", received_at, f"{type(error).__name__}: {error}"[:500]))


def list_quarantined() -> tuple[Quarantined, ...]:
    """Newest first, at most 100."""
    return inbound_mail.list_quarantined()


def replay(key: str, now: datetime) -> bool:
    """Reads a quarantined mail again; True when it made it to a ticket and left the quarantine. Raises NotFound."""
    is_taken = receive(key, inbound_mail.get_quarantined(key).received_at, now)
    if is_taken:
        inbound_mail.release(key)
    return is_taken


def _cause_for_quarantine(mail: InboundMail, settings: Settings) -> str:
    """A code, "" for a mail that may become a ticket. Our own mail coming back would run in circles (rule 12)."""
    if mail.sender is None or mail.cause:
        return mail.cause
    if mail.is_infected:
        return "virus"
    if without_tag(mail.sender.key) == settings.support_address:
        return "own_mail"
    try:
        normal_address(mail.sender.email)
    except InvalidInput as error:
        return error.code
    return ""


def _take_until_saved(key: str, mail: InboundMail, received_at: datetime, now: datetime) -> str:
    """Gives "", or the code of what makes the mail impossible to take, such as an agent's reply without a text."""
    try:
        until_saved(lambda: _take(_arrival(key, mail, received_at), now))
    except InvalidInput as error:
        return error.code
    except AlreadyDone:
        return ""
    return ""


def _arrival(key: str, mail: InboundMail, received_at: datetime) -> _Arrival:
    address = normal_address(mail.sender.email if mail.sender else "")
    fingerprint = _fingerprint(mail)
    known = inbound_mail.look_up(mail.thread_ids, mail.message_id, address, fingerprint)
    agent = settings_store.get().agent_by_address(address)
    return _Arrival(key, mail, address, fingerprint, received_at, known, agent)


def _take(arrival: _Arrival, now: datetime) -> None:
    if arrival.known.taken_as:
        return
    settings = settings_store.get()
    ids = new_ids(now)
    ticket = _matching_ticket(arrival, settings)
    if ticket and ticket.status is Status.CLOSED and _acts_as_agent(arrival, ticket):
        raise InvalidInput("ticket_closed", number=ticket.number)
    attachments = _keep_attachments(arrival)
    also = Transaction()
    if ticket is None or (ticket.status is Status.CLOSED and not _is_automatic(arrival.mail)):
        change = _open(arrival, attachments, ticket, settings, now, ids, also)
    else:
        change = _add(arrival, attachments, ticket, settings, now, ids)
    number = change.after.number
    also.put_new(inbound_mail.taken(arrival.fingerprint, number), AlreadyDone("mail_taken_before", number=number))
    message_id = arrival.mail.message_id
    if message_id and not arrival.known.is_id_known:
        also.put_new(inbound_mail.message_of(message_id, number))
    save(change, settings, now, ids, also)


def _matching_ticket(arrival: _Arrival, settings: Settings) -> Ticket | None:
    """Signed address, then ids, then the number for participants (rule 8); None makes a new ticket."""
    for number in (*_signed_numbers(arrival.mail, settings), *arrival.known.tickets):
        try:
            return tickets.get(number)
        except NotFound:
            continue
    number_in_subject = threading.subject_number(arrival.mail.subject)
    if number_in_subject is None:
        return None
    try:
        ticket = tickets.get(number_in_subject)
    except NotFound:
        return None
    return ticket if _takes_part(arrival, ticket) else None


def _signed_numbers(mail: InboundMail, settings: Settings) -> tuple[int, ...]:
    tokens = (threading.reply_token(recipient, settings.support_address) for recipient in mail.recipients)
    numbers = (links.read_reply_token(settings, token) for token in tokens if token)
    return tuple(number for number in numbers if number is not None)


def _takes_part(arrival: _Arrival, ticket: Ticket) -> bool:
    return ticket.is_participant(arrival.address) or _acts_as_agent(arrival, ticket)


def _acts_as_agent(arrival: _Arrival, ticket: Ticket) -> bool:
    """Only a mail that passes DMARC does (rule 9): anybody can write an agent's address into From.

    Nor does one that a machine wrote: notices to agents carry the ticket's reply address, absence notes go there.
    """
    if arrival.agent is None or not arrival.agent.may(Right.WORK_ON_TICKETS) or not ticket.is_visible_to(arrival.agent):
        return False
    return arrival.mail.dmarc_pass and not _is_automatic(arrival.mail)


def _open(
    arrival: _Arrival,
    attachments: tuple[Attachment, ...],
    follows: Ticket | None,
    settings: Settings,
    now: datetime,
    ids: Ids,
    also: Transaction,
) -> Change:
    """A new ticket, following up a closed one where there is one (rule 16); `also` keeps its customer."""
    mail = arrival.mail
    customer = _customer(arrival, follows, now, ids)
    acknowledge = not _is_silent(arrival, settings) and customer.may_be_acknowledged(now)
    customers.keep(also, customer.acknowledged(now) if acknowledge else customer, arrival.known.customer)
    return domain.open_ticket(
        tickets.next_number(),
        mail.subject,
        _message(arrival, Author(AuthorKind.CUSTOMER, customer.id, arrival.name), attachments),
        customer,
        mail.language,
        settings,
        now,
        ids,
        cc=_copies(arrival, customer, settings),
        follows=follows.number if follows else 0,
        acknowledge=acknowledge,
    )


def _customer(arrival: _Arrival, follows: Ticket | None, now: datetime, ids: Ids) -> Customer:
    """Who the new ticket belongs to: a follow-up keeps the customer, whichever participant wrote it (rule 16)."""
    if follows and follows.is_participant(arrival.address) and follows.customer_address != arrival.address:
        original = customers.find(follows.customer_address)
        if original:
            return original
    known = arrival.known.customer
    return known or Customer(next(ids), arrival.address, arrival.name, arrival.mail.language, now)


def _add(
    arrival: _Arrival,
    attachments: tuple[Attachment, ...],
    ticket: Ticket,
    settings: Settings,
    now: datetime,
    ids: Ids,
) -> Change:
    """An entry on the ticket: an agent's authenticated mail is a public reply, a stranger's is marked (rule 9)."""
    if arrival.agent and _acts_as_agent(arrival, ticket):
        return _reply(arrival, arrival.agent, attachments, ticket, now, ids)
    customer_id = arrival.known.customer.id if arrival.known.customer else 0
    message = _message(
        arrival,
        Author(AuthorKind.CUSTOMER, customer_id, arrival.name),
        attachments,
        is_from_stranger=not ticket.is_participant(arrival.address),
    )
    return ticket.receive(message, settings, now, ids)


def _reply(
    arrival: _Arrival, by: Agent, attachments: tuple[Attachment, ...], ticket: Ticket, now: datetime, ids: Ids
) -> Change:
    mail = arrival.mail
    change = ticket.reply(mail.reply_text or mail.text, by, ticket.last_entry, now, ids)
    said, *events = change.entries
    came = replace(said, attachments=attachments, source=Source.EMAIL, message_id=mail.message_id, raw_key=arrival.key)
    return replace(change, entries=(came, *events))


def _message(
    arrival: _Arrival, author: Author, attachments: tuple[Attachment, ...], is_from_stranger: bool = False
) -> Message:
    mail = arrival.mail
    return Message(
        author,
        _first_bytes(mail.reply_text or mail.text),
        arrival.received_at,
        Source.EMAIL,
        quoted_text=_first_bytes(mail.quoted_text),
        attachments=attachments,
        message_id=mail.message_id,
        raw_key=arrival.key,
        is_automatic=_is_automatic(mail),
        is_from_stranger=is_from_stranger,
    )


def _copies(arrival: _Arrival, customer: Customer, settings: Settings) -> tuple[str, ...]:
    """Who takes part besides the customer: sender, To and Cc without our own address."""
    apart = {settings.support_address, customer.address}
    named = (arrival.address, *(address.key for address in (*arrival.mail.to, *arrival.mail.cc)))
    return tuple(dict.fromkeys(address for address in named if without_tag(address) not in apart))[:MOST_COPIES]


def _is_automatic(mail: InboundMail) -> bool:
    return mail.automatic.auto_reply or mail.automatic.out_of_office or mail.automatic.bounce


def _is_silent(arrival: _Arrival, settings: Settings) -> bool:
    """Whether no automatic answer may follow (rule 12)."""
    mail = arrival.mail
    is_hidden_copy = mail.is_blind_copy_to({settings.support_address})
    return mail.suppresses_auto_reply or is_hidden_copy or mail.is_spam or bool(mail.loop_header)


def _keep_attachments(arrival: _Arrival) -> tuple[Attachment, ...]:
    mail = arrival.mail
    uploads = [Upload(part.filename, part.content_type, part.content) for part in mail.attachments]
    if any(_first_bytes(text) != text for text in (mail.reply_text or mail.text, mail.quoted_text)):
        uploads.append(Upload("message.txt", "text/plain; charset=utf-8", mail.text.encode()))
    return keep_uploads(f"mail/{arrival.fingerprint}", uploads)


def _first_bytes(text: str) -> str:
    return text.encode(errors="replace")[:_MOST_TEXT].decode(errors="ignore")


def _fingerprint(mail: InboundMail) -> str:
    """The same for one mail however often and on whatever way it came, different for any other one (rule 10)."""
    sender = mail.sender.key if mail.sender else ""
    parts = [mail.message_id, sender, str(mail.date), mail.subject, mail.text, mail.html]
    parts += [f"{attachment.filename}:{attachment.md5}" for attachment in mail.attachments]
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
