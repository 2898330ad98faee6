"""Which ticket a mail belongs to, and why (rule 8): signed address, then ids, then the number for participants."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.adapters import tickets
from chalicelib.desk import links
from chalicelib.desk.arrivals import Arrival
from chalicelib.domain.entry import NOT_PROVEN
from chalicelib.domain.errors import NotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket
from chalicelib.mail import threading
from chalicelib.mail.message import InboundMail


class Way(StrEnum):
    """By what the ticket was found."""

    REPLY_ADDRESS = "reply_address"
    MESSAGE_ID = "message_id"
    NUMBER = "number"
    NONE = "none"


@dataclass(frozen=True)
class Match:
    """`ticket` None makes a new one; `outgoing` is the mail of ours that was answered or came back (0: not known).

    `remarks` tell agents what was ignored: a forged reply address, a number that the sender has no part in;
    and that a mail which joins a ticket may be from somebody else than it says.
    """

    ticket: Ticket | None = None
    way: Way = Way.NONE
    outgoing: int = 0
    remarks: tuple[str, ...] = ()


def match(arrival: Arrival, settings: Settings) -> Match:
    """No request where nothing is named, else one per ticket that must be looked at: nearly always one."""
    signed = reply_addresses(arrival.mail, settings)
    remarks = ("reply_address_forged",) if None in signed.values() else ()
    doubts = (*remarks, NOT_PROVEN) if arrival.mail.fails_dmarc else remarks
    known = [(number, Way.REPLY_ADDRESS) for number in dict.fromkeys(signed.values()) if number is not None]
    known += [(number, Way.MESSAGE_ID) for number in arrival.known.tickets]
    for number, way in known:
        if ticket := _find(number):
            return Match(ticket, way, _outgoing(arrival, number), doubts)
    number_in_subject = threading.subject_number(arrival.mail.subject)
    ticket = _find(number_in_subject) if number_in_subject is not None else None
    if ticket is None:
        return Match(remarks=remarks)
    if arrival.takes_part(ticket):
        return Match(ticket, Way.NUMBER, 0, doubts)
    return Match(remarks=(*remarks, f"follow_up_of:{ticket.number}"))


def reply_addresses(mail: InboundMail, settings: Settings) -> dict[str, int | None]:
    """The receivers that are reply addresses, with the ticket for which this desk signed each; None for a forgery."""
    tokens = {
        recipient: token
        for recipient in mail.recipients
        for own in settings.own_addresses
        if (token := threading.reply_token(recipient, own))
    }
    numbers = {recipient: links.read_reply_token(settings, token) for recipient, token in tokens.items()}
    return {
        recipient: number
        for recipient, number in numbers.items()
        if number is not None or links.looks_signed(tokens[recipient])
    }


def _outgoing(arrival: Arrival, number: int) -> int:
    return next((each.outgoing for each in arrival.known.answered if each.ticket == number and each.outgoing), 0)


def _find(number: int) -> Ticket | None:
    try:
        return tickets.get(number)
    except NotFound:
        return None
