"""The queues that agents work through, and which of them a ticket stands in."""

from enum import StrEnum

from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Status


class Queue(StrEnum):
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OVERDUE = "overdue"
    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"

    def of(self, agent_id: int) -> str:
        """The name under which the queue is counted; "mine" is another one for each agent."""
        return f"{self}:{agent_id}" if self is Queue.MINE else self.value


def queues_for(agent: Agent) -> tuple[Queue, ...]:
    """The queues that an agent may look into (rule 25)."""
    return tuple(Queue) if agent.may(Right.SEE_ALL_TICKETS) else (Queue.MINE,)


def queues_of(ticket: Ticket) -> frozenset[str]:
    """The names of all queues that hold the ticket. "Open" is all that wait for us, on hold included."""
    names = set()
    if ticket.is_active:
        names.add(Queue.MINE.of(ticket.assignee) if ticket.assignee else Queue.UNASSIGNED.value)
    if ticket.is_overdue:
        names.add(Queue.OVERDUE.value)
    if ticket.status in (Status.OPEN, Status.ON_HOLD):
        names.add(Queue.OPEN.value)
    elif ticket.status in (Status.PENDING, Status.RESOLVED):
        names.add(ticket.status.value)
    return frozenset(names)
