"""Who takes part in a ticket besides its requester: strangers, once an agent accepted them (rule 9)."""

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.agent import Agent
from chalicelib.domain.change import Change
from chalicelib.domain.copies import limited
from chalicelib.domain.entry import Entry, FieldChange, event_entry
from chalicelib.domain.errors import Conflict
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket, author_of
from chalicelib.domain.words import Status


def accept(ticket: Ticket, entry: Entry, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
    """A stranger's message becomes one of a participant: public, and its sender in copy.

    It wakes the ticket as it would have at first, unless we have answered since. Empty when it is accepted.
    Raises Conflict("machine_not_accepted"), InvalidInput("too_many_copies").
    """
    if not entry.is_from_stranger:
        return Change(ticket, ticket)
    if entry.is_automatic:
        raise Conflict("machine_not_accepted", number=ticket.number)
    is_known = not entry.sender or ticket.is_participant(entry.sender)
    after = replace(ticket, cc=ticket.cc if is_known else limited((*ticket.cc, entry.sender)), updated_at=now)
    event = event_entry(next(ids), author_of(by), now, "accepted", FieldChange("participant", "", entry.sender))
    change = Change(ticket, after, (event,), changed=(replace(entry, is_from_stranger=False),))
    if entry.id < ticket.last_reply or ticket.status is Status.CLOSED:
        return change
    return change.then(after.asked(entry.at, settings, entry.author, ids))
