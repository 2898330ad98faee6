"""Where a mail would go, for who asks why one landed there. Reads only: whoever asks changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import arrivals, entries_by_mail, matching
from chalicelib.desk.arrivals import Arrival
from chalicelib.desk.matching import Way
from chalicelib.domain.address import without_tag
from chalicelib.domain.entry import Mailbox
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Status
from chalicelib.mail.message import InboundMail

_NO_KEY = ""


class Sender(StrEnum):
    AGENT = "agent"
    PARTICIPANT = "participant"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Destination:
    """`number` is the ticket that is met, None for a new one; `value` the reply address that led there.

    `came_before` says that this very mail is on the ticket already (rule 10). A mail to a closed ticket makes a
    follow-up of it (rule 16). `bad_addresses` look like reply addresses, but their signature is not the desk's.
    `why_kept_inside` is why an agent's mail would not go out to the customer, as a code, "" when it would.
    `sender` is None where there is no ticket to take part in. `is_blind_copy` means that no automatic answer follows
    (rule 12). `forwarded_from` wrote what an agent passes on to a new ticket (rule 11).
    """

    way: Way
    number: int | None = None
    value: str = ""
    came_before: bool = False
    is_closed: bool = False
    sender: Sender | None = None
    why_kept_inside: str = ""
    is_own_mail: bool = False
    bad_addresses: tuple[str, ...] = ()
    is_blind_copy: bool = False
    forwarded_from: Mailbox | None = None


def destination(mail: InboundMail, now: datetime) -> Destination:
    """Of a mail whose sender has a valid address, or of a bounce: the requests of its arrival.

    Raises InvalidInput("address_missing" | "address_invalid") for any other one.
    """
    settings = settings_store.get()
    arrival = arrivals.look_up(_NO_KEY, mail, now, settings)
    if arrival.known.taken_as:
        return Destination(Way.NONE, arrival.known.taken_as, came_before=True)
    found, signed = matching.match(arrival, settings), matching.reply_addresses(mail, settings)
    number = found.ticket.number if found.ticket else None
    makes_ticket = found.ticket is None or found.ticket.status is Status.CLOSED
    named = next((recipient for recipient, ticket in signed.items() if ticket and ticket == number), "")
    sender = _sender(arrival, found.ticket) if found.ticket else None
    agents_ticket = found.ticket if sender is Sender.AGENT else None
    return Destination(
        found.way,
        number,
        named if found.way is Way.REPLY_ADDRESS else "",
        is_closed=bool(found.ticket and found.ticket.status is Status.CLOSED),
        sender=sender,
        why_kept_inside=arrival.why_not_public(agents_ticket, settings) if agents_ticket else "",
        is_own_mail=without_tag(arrival.address) in settings.own_addresses,
        bad_addresses=tuple(recipient for recipient, ticket in signed.items() if ticket is None),
        is_blind_copy=mail.is_blind_copy_to(settings.own_addresses),
        forwarded_from=entries_by_mail.forwarded_from(arrival, settings) if makes_ticket else None,
    )


def _sender(arrival: Arrival, ticket: Ticket) -> Sender:
    if arrival.acts_as_agent(ticket):
        return Sender.AGENT
    return Sender.PARTICIPANT if ticket.is_participant(arrival.address) else Sender.STRANGER
