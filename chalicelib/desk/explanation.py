"""Where a mail would go, for who asks why one landed there. Reads only: whoever asks changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from chalicelib.adapters import inbound_mail, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import links
from chalicelib.domain.agent import Right
from chalicelib.domain.customer import normal_address
from chalicelib.domain.errors import NotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Status
from chalicelib.mail import threading
from chalicelib.mail.message import InboundMail, without_tag


class Match(StrEnum):
    """What leads to a ticket, in the order of rule 8; a mail that came before is on its ticket already (rule 10)."""

    CAME_BEFORE = "came_before"
    REPLY_ADDRESS = "reply_address"
    ID = "id"
    SUBJECT_NUMBER = "subject_number"
    NOTHING = "nothing"


class Sender(StrEnum):
    AGENT = "agent"
    PARTICIPANT = "participant"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Destination:
    """`number` is the ticket that is met, None for a new one; `value` the address or id that led there.

    A mail to a closed ticket makes a follow-up of it (rule 16). `bad_addresses` look like reply addresses, but their
    signature is not the desk's. `sender` is None where there is no ticket to take part in.
    """

    match: Match
    number: int | None = None
    value: str = ""
    is_closed: bool = False
    sender: Sender | None = None
    is_own_mail: bool = False
    bad_addresses: tuple[str, ...] = ()


def destination(mail: InboundMail) -> Destination:
    """Of a mail whose sender has a valid address: one request for each id until one is known, one for the ticket.

    Raises InvalidInput("address_missing" | "address_invalid") for any other one.
    """
    settings = settings_store.get()
    address = normal_address(mail.sender.email if mail.sender else "")
    bad = tuple(recipient for recipient, number in _reply_addresses(mail, settings) if number is None)
    met = next(_met(mail, address, settings), Destination(Match.NOTHING))
    is_own_mail = without_tag(address) == settings.support_address
    return replace(met, is_own_mail=is_own_mail, bad_addresses=bad)


def _met(mail: InboundMail, address: str, settings: Settings) -> Iterator[Destination]:
    """What leads to a ticket that is there, the first being the one that counts."""
    for match, value, number in _candidates(mail, address, settings):
        try:
            ticket = tickets.get(number)
        except NotFound:
            continue
        sender = _sender(mail, address, ticket, settings)
        if match is not Match.SUBJECT_NUMBER or sender is not Sender.STRANGER:
            yield Destination(match, number, value, ticket.status is Status.CLOSED, sender)


def _candidates(mail: InboundMail, address: str, settings: Settings) -> Iterator[tuple[Match, str, int]]:
    if mail.message_id:
        for number in _tickets_of(mail.message_id, address):
            yield Match.CAME_BEFORE, mail.message_id, number
    for recipient, signed in _reply_addresses(mail, settings):
        if signed is not None:
            yield Match.REPLY_ADDRESS, recipient, signed
    for identifier in mail.thread_ids:
        for number in _tickets_of(identifier, address):
            yield Match.ID, identifier, number
    in_subject = threading.subject_number(mail.subject)
    if in_subject is not None:
        yield Match.SUBJECT_NUMBER, mail.subject, in_subject


def _tickets_of(identifier: str, address: str) -> tuple[int, ...]:
    return inbound_mail.look_up((identifier,), identifier, address, identifier).tickets


def _reply_addresses(mail: InboundMail, settings: Settings) -> Iterator[tuple[str, int | None]]:
    """Recipients with a token behind the plus, and the ticket for which this desk signed it."""
    for recipient in mail.recipients:
        token = threading.reply_token(recipient, settings.support_address)
        if token:
            yield recipient, links.read_reply_token(settings, token)


def _sender(mail: InboundMail, address: str, ticket: Ticket, settings: Settings) -> Sender:
    """Rule 9: an agent by mail is who passes DMARC and is no machine."""
    agent, automatic = settings.agent_by_address(address), mail.automatic
    is_person = not (automatic.auto_reply or automatic.out_of_office or automatic.bounce)
    if agent and agent.may(Right.WORK_ON_TICKETS) and ticket.is_visible_to(agent) and mail.dmarc_pass and is_person:
        return Sender.AGENT
    return Sender.PARTICIPANT if ticket.is_participant(address) else Sender.STRANGER
