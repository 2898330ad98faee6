"""When mail goes wrong: what we sent comes back, too much comes in, or what an agent wrote must not leave. Who is told
of it, once (rules 13 and 14)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.customer import AddressFlag
from chalicelib.domain.entry import DESK, Author, AuthorKind, Entry, EntryKind, FieldChange, Message
from chalicelib.domain.inbound_mail import Act
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket, author_of

_LONGEST_DETAIL = 200
_NOTICES_OF_TROUBLE = {Purpose.MAIL_FAILED, Purpose.MAIL_FLOOD}


class FailureKind(StrEnum):
    BOUNCE = "bounce"
    COMPLAINT = "complaint"  # it arrived, and the receiver called it spam


class Flood(StrEnum):
    """The limits of rule 13, as codes of remarks and notices."""

    SENDER = "acknowledgement_limit"  # one sender has had many acknowledgements
    DESK = "desk_limit"  # all senders together
    ALIKE = "possible_loop"  # many mails of one sender with one subject


@dataclass(frozen=True)
class Failure:
    """What the other side said of a mail that we sent. `recipients` are canonical; none means its only receiver.

    `ends_mail` tells that nothing more goes to them: SES itself tells of a permanent failure or of who complained.
    """

    kind: FailureKind
    recipients: tuple[str, ...]
    ends_mail: bool
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
    each receiver, however often it is reported. One of which a mail told before SES did ends further mail without a
    second notice. Receivers that the mail did not have are not believed."""
    receivers = (outgoing.to, *outgoing.cc)
    named = failure.recipients or (receivers if len(receivers) == 1 else ())
    failed = tuple(address for address in dict.fromkeys(named) if address in receivers)
    new = tuple(address for address in failed if address not in outgoing.failed_for)
    ended = tuple(address for address in failed if failure.ends_mail and address not in outgoing.ended_for)
    if not (new or ended):
        return Consequences(outgoing, Change(ticket, ticket), ())
    is_bounce = failure.kind is FailureKind.BOUNCE
    detail = failure.detail[:_LONGEST_DETAIL]
    after = replace(
        outgoing,
        delivery=Delivery.BOUNCED if is_bounce else Delivery.COMPLAINED,
        error=detail or outgoing.error,
        failed_for=(*outgoing.failed_for, *new),
        ended_for=(*outgoing.ended_for, *ended),
        finished_at=now if new else outgoing.finished_at,
    )
    event = Entry(
        next(ids),
        EntryKind.EVENT,
        now,
        DESK,
        changes=tuple(FieldChange("delivery", address, detail) for address in dict.fromkeys((*new, *ended))),
        cause=failure.kind,
    )
    told = _responsible(ticket, outgoing, settings) if new else ()
    params = {"address": ", ".join(new), "cause": failure.kind.value, "detail": detail}
    notices = _notices(Purpose.MAIL_FAILED, told, ticket, params | ({"is_ended": "1"} if ended else {}), now, ids)
    change = Change(ticket, replace(ticket, updated_at=now), (event,), notices)
    flags = tuple(AddressFlag(address, failure.kind, now, detail, ticket.number) for address in ended)
    return Consequences(after, change, flags)


def flood_notices(
    ticket: Ticket, flood: Flood, sender: str, mails: int, settings: Settings, now: datetime, ids: Ids
) -> tuple[Outgoing, ...]:
    """Tells the supervisors that too much comes: from which sender ("": from many), and how many mails reached the
    limit."""
    params = {"cause": flood.value, "address": sender, "mails": str(mails)}
    return _notices(Purpose.MAIL_FLOOD, settings.supervisors(), ticket, params, now, ids)


def kept_inside(ticket: Ticket, message: Message, now: datetime, ids: Ids) -> Change:
    """What an agent mailed, as a note: no customer gets it, and no clock notices it. Its remarks say why."""
    note = replace(message.entry(next(ids)), kind=EntryKind.NOTE)
    return Change(ticket, replace(ticket, last_entry=note.id, updated_at=now), (note,))


def sent_again(ticket: Ticket, outgoing: Outgoing, by: Agent, now: datetime, ids: Ids) -> Change:
    """A mail that did not arrive goes once more, as the history tells."""
    repeated = FieldChange("sent_again", "", outgoing.to)
    event = Entry(next(ids), EntryKind.EVENT, now, author_of(by), changes=(repeated,), cause="agent")
    return Change(ticket, replace(ticket, updated_at=now), (event,), (outgoing.again(next(ids), now),))


def taken_from_quarantine(ticket: Ticket, act: Act, ids: Ids) -> Change:
    """A person had a mail read again that had waited, and it is on this ticket now."""
    author = Author(AuthorKind.AGENT, act.agent_id, act.name)
    released = FieldChange("mail", "quarantined", "taken")
    return Change(
        ticket, ticket, (Entry(next(ids), EntryKind.EVENT, act.at, author, changes=(released,), cause="agent"),)
    )


def address_cleared(ticket: Ticket, address: str, by: Agent, now: datetime, ids: Ids) -> Change:
    """An agent says that mail reaches the address again."""
    cleared = FieldChange("delivery", address, "")
    event = Entry(next(ids), EntryKind.EVENT, now, author_of(by), changes=(cleared,), cause="agent")
    return Change(ticket, replace(ticket, updated_at=now), (event,))


def _responsible(ticket: Ticket, outgoing: Outgoing, settings: Settings) -> tuple[Agent, ...]:
    """Nobody is told by mail that mail to themselves comes back, nor that a notice of such trouble does: where several
    are told, notices of notices would have no end."""
    if outgoing.purpose in _NOTICES_OF_TROUBLE:
        return ()
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
