"""When mail goes wrong: what we sent comes back, or too much comes in. Who is told of it, once (rules 13 and 14)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.agent import Agent
from chalicelib.domain.customer import AddressFlag, Customer
from chalicelib.domain.entry import DESK, Entry, EntryKind, FieldChange
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Change, Ids, Ticket, author_of

_LONGEST_DETAIL = 200


class FailureKind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"  # it arrived, and the receiver called it spam


@dataclass(frozen=True)
class Failure:
    """What the other side said of a mail that we sent. `recipients` are canonical; none means its only receiver.

    A permanent failure, and every complaint, ends further mail to the address.
    """

    kind: FailureKind
    recipients: tuple[str, ...]
    is_permanent: bool
    detail: str = ""


@dataclass(frozen=True)
class Consequences:
    """What a failure leads to: the mail as it stands now, a change of its ticket, addresses to be flagged."""

    outgoing: Outgoing
    change: Change
    flags: tuple[AddressFlag, ...]


def take_failure(
    ticket: Ticket, outgoing: Outgoing, failure: Failure, settings: Settings, now: datetime, ids: Ids
) -> Consequences:
    """The failure on the ticket's history, and a notice to the assignee (without one, to the supervisors): once for
    each receiver, however often it is reported. Receivers that the mail did not have are not believed."""
    receivers = (outgoing.to, *outgoing.cc)
    failed = failure.recipients or (receivers if len(receivers) == 1 else ())
    new = tuple(address for address in failed if address in receivers and address not in outgoing.failed_for)
    if not new:
        return Consequences(outgoing, Change(ticket, ticket), ())
    is_bounce = failure.kind is FailureKind.BOUNCE
    detail = failure.detail[:_LONGEST_DETAIL]
    after = replace(
        outgoing,
        delivery=Delivery.BOUNCED if is_bounce else Delivery.COMPLAINED,
        error=detail or outgoing.error,
        failed_for=(*outgoing.failed_for, *new),
    )
    event = Entry(
        next(ids),
        EntryKind.EVENT,
        now,
        DESK,
        changes=tuple(FieldChange("delivery", address, detail) for address in new),
        cause=failure.kind,
    )
    params = {"address": ", ".join(new), "cause": failure.kind.value, "detail": detail}
    notices = _notices(Purpose.MAIL_FAILED, _responsible(ticket, outgoing, settings), ticket, params, now, ids)
    change = Change(ticket, replace(ticket, updated_at=now), (event,), notices)
    ends_mail = failure.is_permanent or not is_bounce
    flags = tuple(AddressFlag(address, failure.kind, now, detail, ticket.number) for address in new)
    return Consequences(after, change, flags if ends_mail else ())


def without_acknowledgement(
    opened: Change, customer: Customer, settings: Settings, now: datetime, ids: Ids
) -> tuple[Change, Customer]:
    """A new ticket whose customer has had as many acknowledgements as the limits allow: supervisors are told of it,
    once in the longest of them."""
    if not customer.is_to_be_alerted_of(now):
        return opened, customer
    notices = flood_notices(opened.after, "acknowledgement_limit", customer.address, settings, now, ids)
    told = opened.then(Change(opened.after, opened.after, outgoing=notices))
    return told, replace(customer, alerted_at=now)


def flood_notices(
    ticket: Ticket, cause: str, sender: str, settings: Settings, now: datetime, ids: Ids
) -> tuple[Outgoing, ...]:
    """Tells the supervisors that a sender writes too much; `cause` is a code of rule 13's two limits."""
    params = {"cause": cause, "address": sender}
    return _notices(Purpose.MAIL_FLOOD, settings.supervisors(), ticket, params, now, ids)


def sent_again(ticket: Ticket, outgoing: Outgoing, by: Agent, now: datetime, ids: Ids) -> Change:
    """A mail that did not arrive goes once more, as the history tells."""
    repeated = FieldChange("sent_again", "", outgoing.to)
    event = Entry(next(ids), EntryKind.EVENT, now, author_of(by), changes=(repeated,), cause="agent")
    return Change(ticket, replace(ticket, updated_at=now), (event,), (outgoing.again(next(ids), now),))


def address_cleared(ticket: Ticket, address: str, by: Agent, now: datetime, ids: Ids) -> Change:
    """An agent says that mail reaches the address again."""
    cleared = FieldChange("delivery", address, "")
    event = Entry(next(ids), EntryKind.EVENT, now, author_of(by), changes=(cleared,), cause="agent")
    return Change(ticket, replace(ticket, updated_at=now), (event,))


def _responsible(ticket: Ticket, outgoing: Outgoing, settings: Settings) -> tuple[Agent, ...]:
    """Nobody is told by mail that mail to themselves comes back."""
    assignee = settings.agents.get(ticket.assignee)
    told = (assignee,) if assignee and assignee.is_active and assignee.id != outgoing.agent_id else ()
    return told or tuple(agent for agent in settings.supervisors() if agent.id != outgoing.agent_id)


def _notices(
    purpose: Purpose, to: Iterable[Agent], ticket: Ticket, params: dict[str, str], now: datetime, ids: Ids
) -> tuple[Outgoing, ...]:
    return tuple(
        Outgoing(next(ids), ticket.number, purpose, now, to=agent.address, agent_id=agent.id, params=params)
        for agent in to
    )
