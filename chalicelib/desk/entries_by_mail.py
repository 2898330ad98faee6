"""The change that a mail makes: a new ticket, a customer's or stranger's message, an agent's reply, a bounce."""

import hashlib
import io
import json
import zipfile
from bisect import bisect_right
from dataclasses import replace
from datetime import datetime
from itertools import accumulate

from chalicelib.adapters import customers, outbox, tickets
from chalicelib.adapters.codec import encode
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import feedback, floods
from chalicelib.desk.arrivals import Arrival
from chalicelib.desk.matching import Match
from chalicelib.desk.tickets import Upload, keep_uploads
from chalicelib.domain import mail_trouble
from chalicelib.domain.address import canonical, is_sendable, normal_address, without_tag
from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.copies import MOST_COPIES
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Attachment, Author, AuthorKind, Mailbox, Message, believable
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.mail_trouble import Failure, FailureKind
from chalicelib.domain.opening import open_ticket
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket, author_of
from chalicelib.domain.words import Source, Status
from chalicelib.mail import answers
from chalicelib.mail.message import InboundMail

_MOST_TEXT = 150_000
"""Bytes of text, and as many of quotation, kept in an entry; more is kept as an attachment. An item of the table holds
400 KB, in which every attachment has its line as well; the reply of an agent may take half of it."""
_ROOM_OF_AN_ENTRY = 380_000
_ROOM_OF_FILES = 170_000
_ROOM_OF_ALL_ELSE = 10_000
_SIZE_OF_A_KEY = 150
_LONGEST_NAME = 200
_BY_NOBODY = frozenset({"silent_spam", "silent_list"})
"""Why there is no acknowledgement, where nobody waits for an answer either: no clock runs, no supervisor is called."""
_LONGEST_CONTENT_ID = 200


def decide(arrival: Arrival, matched: Match, settings: Settings, now: datetime, ids: Ids, also: Transaction) -> Change:
    """`also` gets what is to be saved along with the change: the customer, flags of addresses, a mail that came back.

    One request for each attachment, one for a new ticket's number, one for the mail that a bounce is about or that an
    agent answers.
    Raises InvalidInput for what can't be taken, such as an agent's answer to a closed ticket.
    """
    ticket = matched.ticket
    is_author_known = forwarded_from(arrival, settings) is not None
    if ticket and ticket.status is Status.CLOSED and arrival.acts_as_agent(ticket) and not is_author_known:
        raise InvalidInput("ticket_closed", number=ticket.number)
    attachments = _keep_attachments(arrival)
    if ticket is None or (ticket.status is Status.CLOSED and not _is_by_machine(arrival, matched)):
        return _open(arrival, attachments, _followed(arrival, matched), settings, now, ids, also)
    if arrival.agent and arrival.is_on_agents_side(ticket):
        return _speak(arrival, arrival.agent, attachments, ticket, matched, settings, now, ids)
    change = _receive(arrival, attachments, ticket, matched, settings, now, ids)
    return change.then(_bounce(arrival, matched.outgoing, change.after, settings, now, ids, also))


def forwarded_from(arrival: Arrival, settings: Settings) -> Mailbox | None:
    """Who wrote what an agent forwards to the desk, to be confirmed by a person (rule 11); None for any other mail."""
    found = arrival.forwarded if arrival.is_from_agent else None
    if found is None:
        return None
    try:
        address = normal_address(found.from_.email)
    except InvalidInput:
        return None
    is_ours = settings.receives(address) or address == arrival.address
    return None if is_ours else Mailbox(address, found.from_.name[:_LONGEST_NAME])


def why_kept_inside(arrival: Arrival, ticket: Ticket, matched: Match, settings: Settings) -> str:
    """Why an agent's mail to a ticket must not go to the customer, as a code; "" when it may. One request where it
    answers a mail of ours."""
    if cause := arrival.why_not_public(ticket, settings):
        return cause
    answered = outbox.find(ticket.number, matched.outgoing) if matched.outgoing else None
    return "notice_not_sent" if answered and answered.purpose.is_about_mail else ""


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
    silence = "" if arrival.is_from_agent else arrival.why_silent(settings)
    is_answerable = not (silence or arrival.is_from_agent) and is_sendable(customer.address)
    flood = floods.reached(customer, arrival.is_desk_silent, now) if is_answerable else None
    why = silence or flood
    remarks = (*matched.remarks, why) if why else matched.remarks
    message = _message(arrival, Author(AuthorKind.CUSTOMER, customer.id, arrival.name), attachments, remarks)
    change = open_ticket(
        tickets.next_number(),
        mail.subject,
        replace(message, forwarded_from=forwarded_from(arrival, settings)),
        customer,
        mail.language,
        settings,
        now,
        ids,
        cc=_copies(arrival, customer, settings),
        follows=follows.number if follows else 0,
        team=_team(arrival, follows, settings),
        acknowledge=is_answerable and flood is None,
        is_promised=silence not in _BY_NOBODY and not _is_by_machine(arrival, matched),
    )
    if is_answerable:
        change, customer = floods.count(change, customer, flood, settings, now, ids, also)
    customers.keep(also, customer, known)
    return change


def _followed(arrival: Arrival, matched: Match) -> Match:
    """A stranger's answer to a closed ticket follows nothing up: that it may is a hint for the agent (rule 9)."""
    ticket = matched.ticket
    if ticket is None or arrival.takes_part(ticket):
        return matched
    return Match(remarks=(*matched.remarks, f"follow_up_of:{ticket.number}"))


def _team(arrival: Arrival, follows: Ticket | None, settings: Settings) -> int:
    """That whose address the mail came to, else that of the ticket it follows up; 0 for none."""
    addressed = (settings.team_by_address(without_tag(recipient)) for recipient in arrival.mail.recipients)
    return next((team.id for team in addressed if team), follows.team if follows else 0)


def _known_customer(arrival: Arrival, follows: Ticket | None) -> Customer | None:
    """Who the new ticket belongs to: a follow-up keeps the customer, whichever participant wrote it (rule 16). Whom a
    forward of an agent belongs to, a person says (rule 11)."""
    if follows and not arrival.is_from_agent and arrival.address != follows.customer_address:
        return customers.find(follows.customer_address) or arrival.known.customer
    return arrival.known.customer


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
    marked = replace(
        message,
        is_automatic=_is_by_machine(arrival, matched),
        is_from_stranger=is_from_stranger,
        is_bounce=_is_bounce(arrival, matched),
    )
    return ticket.receive(marked, settings, now, ids)


def _is_by_machine(arrival: Arrival, matched: Match) -> bool:
    return arrival.mail.is_automatic or _is_bounce(arrival, matched)


def _is_bounce(arrival: Arrival, matched: Match) -> bool:
    """Of a mail that is known to be ours."""
    return arrival.mail.automatic.bounce and matched.outgoing != 0


def _speak(
    arrival: Arrival,
    by: Agent,
    attachments: tuple[Attachment, ...],
    ticket: Ticket,
    matched: Match,
    settings: Settings,
    now: datetime,
    ids: Ids,
) -> Change:
    """An agent's mail is a public reply (rule 9), unless it says what no customer may read, or nothing: then it stays
    as a note, whole and with the cause, and nobody gets mail."""
    if cause := why_kept_inside(arrival, ticket, matched, settings):
        message = _message(arrival, author_of(by), attachments, (*matched.remarks, cause))
        return mail_trouble.kept_inside(ticket, message, now, ids)
    return _reply(arrival, by, attachments, ticket, now, ids)


def _reply(
    arrival: Arrival, by: Agent, attachments: tuple[Attachment, ...], ticket: Ticket, now: datetime, ids: Ids
) -> Change:
    mail = arrival.mail
    change = ticket.reply(arrival.answer, by, ticket.last_entry, now, ids)
    said, *events = change.entries
    came = replace(
        said,
        quoted_text=_fitted(arrival, answers.left_out(mail.text, arrival.answer)),
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
    """What follows when the mail says that one of ours did not arrive: it is shown on that one, and somebody is told.
    Of a delay nothing follows.

    Strangers don't know the Message-ID that it must name, but whoever was in copy does, so such a mail ends no further
    mail to anybody (rule 14). SES's events do: it is the return path of all that it sends, so that whatever comes back
    comes to it, at once or later (https://docs.aws.amazon.com/ses/latest/dg/mail-from.html).
    """
    facts = arrival.mail.automatic
    outgoing = outbox.find(ticket.number, outgoing_id) if facts.bounce and outgoing_id else None
    if outgoing is None or facts.bounce_temporary:
        return Change(ticket, ticket)
    recipients = tuple(canonical(address) for address in facts.bounce_recipients)
    said = facts.bounce_diagnosis or " ".join(arrival.mail.text.split()) or arrival.mail.subject
    failure = Failure(FailureKind.BOUNCE, recipients, False, said)
    found = mail_trouble.take_failure(ticket, outgoing, failure, settings, now, ids)
    feedback.keep_consequences(also, ticket, outgoing, found)
    return found.change


def _message(
    arrival: Arrival, author: Author, attachments: tuple[Attachment, ...], remarks: tuple[str, ...]
) -> Message:
    mail = arrival.mail
    text, quoted_text = _kept_halves(arrival)
    is_unanswerable = arrival.address != "" and not is_sendable(arrival.address)
    unanswerable = ("address_not_sendable",) if is_unanswerable else ()
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
        is_proven=mail.dmarc_pass,
    )


def _halves(arrival: Arrival) -> tuple[str, str]:
    """What is shown at once, and what on request. What was forwarded is what the mail is about: it is shown."""
    mail = arrival.mail
    if arrival.forwarded and arrival.forwarded is arrival.attached:
        return arrival.forwarded.written, mail.quoted_text
    if arrival.forwarded:
        return mail.text, ""
    return mail.reply_text or mail.text, mail.quoted_text


def _copies(arrival: Arrival, customer: Customer, settings: Settings) -> tuple[str, ...]:
    """Who takes part besides the customer: sender, To and Cc without our own addresses."""
    named = (arrival.address, *(address.key for address in (*arrival.mail.to, *arrival.mail.cc)))
    others = (address for address in named if address != customer.address and not settings.receives(address))
    return tuple(dict.fromkeys(others))[:MOST_COPIES]


def _keep_attachments(arrival: Arrival) -> tuple[Attachment, ...]:
    listed, others = _uploads(arrival.mail)
    uploads = [*listed]
    if others:
        uploads.append(Upload("more-files.zip", "application/zip", _packed(others)))
    if _kept_halves(arrival) != _halves(arrival):
        uploads.append(Upload("message.txt", "text/plain; charset=utf-8", arrival.mail.text.encode()))
    return keep_uploads(f"mail/{arrival.query.fingerprint}", uploads)


def _uploads(mail: InboundMail) -> tuple[list[Upload], list[Upload]]:
    """The files that an entry has room to list, and those to be packed into one. A Content-ID that no program writes
    stands under its hash; one that the HTML does not show, as Outlook gives to every file, is none."""
    uploads = []
    for part in mail.attachments:
        content_id = _short(part.content_id) if part.content_id in mail.shown_ids else ""
        uploads.append(Upload(part.filename, part.content_type, part.content, content_id))
    most = bisect_right(list(accumulate(map(_size_of_line, uploads))), _ROOM_OF_FILES)
    return uploads[:most], uploads[most:]


def _short(content_id: str) -> str:
    encoded = content_id.encode(errors="replace")
    return content_id if len(encoded) <= _LONGEST_CONTENT_ID else hashlib.sha256(encoded).hexdigest()


def _size_of_line(upload: Upload) -> int:
    """Bytes that the file takes in its entry, a little more rather than less: JSON needs more marks than the table."""
    line = Attachment("", upload.filename, upload.content_type, len(upload.content), True, upload.content_id)
    return _SIZE_OF_A_KEY + len(json.dumps(encode(line), ensure_ascii=False).encode(errors="replace"))


def _packed(uploads: list[Upload]) -> bytes:
    """A ZIP archive, the same however often it is made, in which equal names stand beside one another."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, upload in enumerate(uploads, 1):
            archive.writestr(zipfile.ZipInfo(f"{number}-{upload.filename}"), upload.content)
    return packed.getvalue()


def _kept_halves(arrival: Arrival) -> tuple[str, str]:
    """As much of both as an entry has room for."""
    text, quoted_text = (_fitted(arrival, half) for half in _halves(arrival))
    return text, quoted_text


def _fitted(arrival: Arrival, half: str) -> str:
    """As much of one of two halves as an entry has room for beside its attachments."""
    listed, _ = _uploads(arrival.mail)
    most = min(_MOST_TEXT, (_ROOM_OF_AN_ENTRY - _ROOM_OF_ALL_ELSE - sum(map(_size_of_line, listed))) // 2)
    return half.encode(errors="replace")[:most].decode(errors="ignore")
