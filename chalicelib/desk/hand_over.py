"""Handing an agent's open tickets to somebody else, or to nobody: some at once, the rest in the background."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import counts, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.aws import send_to_queue
from chalicelib.config import config
from chalicelib.desk.changes import change_ticket
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.outgoing import Delivery, Outgoing
from chalicelib.domain.queue import Queue
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket

CAUSE = "handed_over"
_AT_ONCE = 25


def begin(agent_id: int, to_id: int, by: Agent, now: datetime) -> None:
    """`to_id` 0 leaves the tickets to nobody. Harmless when repeated: what is not the agent's any more stays.

    Raises InvalidInput("agent_not_active"), NotFound, and NotAllowed for other people's tickets but to admins.
    """
    by.require(Right.CHANGE_PROPERTIES if by.id == agent_id else Right.CHANGE_SETTINGS)
    check_receiver(agent_id, to_id)
    step(agent_id, to_id, by.id, "", now)


def check_receiver(agent_id: int, to_id: int) -> None:
    """Raises InvalidInput("agent_not_active") for somebody who can't take the tickets, NotFound."""
    settings = settings_store.get(is_fresh=True)
    if to_id == agent_id or (to_id and not settings.agent(to_id).may(Right.WORK_ON_TICKETS)):
        raise InvalidInput("agent_not_active", field="to")


def step(agent_id: int, to_id: int, by_id: int, cursor: str, now: datetime) -> None:
    """Hands on a page of tickets and the rest to the queue; stops where the receiver has left meanwhile."""
    settings = settings_store.get(is_fresh=True)
    to, by = settings.agents.get(to_id), settings.agent(by_id)
    if to_id and not settings.is_active(to_id):
        return
    more = counts.by_queue(agent_id, now)[Queue.MINE] - 1
    page = tickets.list_by_queue(Queue.MINE, agent_id, cursor or None, _AT_ONCE)
    for place, ticket in enumerate(page.items):
        is_told = not cursor and place == 0
        _hand_over(ticket.number, agent_id, to, by, max(more, 0) if is_told else None, now)
    counts.forget()
    if page.cursor:
        rest = {"hand_over": agent_id, "to_id": to_id, "by_id": by_id, "cursor": page.cursor}
        send_to_queue(config().outbox_queue_url, rest)


def _hand_over(number: int, agent_id: int, to: Agent | None, by: Agent, more: int | None, now: datetime) -> None:
    """`more` is how many others the one mail tells of; None for those that it tells of."""

    def decide(ticket: Ticket, _: Settings, ids: Iterator[int]) -> Change:
        if ticket.assignee != agent_id:
            return Change(ticket, ticket)
        change = ticket.assign(to, by, now, ids, CAUSE)
        return replace(change, outgoing=tuple(_told(notice, more, now) for notice in change.outgoing))

    change_ticket(number, decide, now)


def _told(notice: Outgoing, more: int | None, now: datetime) -> Outgoing:
    """One mail for all tickets; the others are among the receiver's notices alone."""
    if more is None:
        return replace(notice, delivery=Delivery.LISTED, finished_at=now)
    return replace(notice, params={"more": f"{more}"} if more else {})
