"""A view: which tickets an agent wants to see, and in which order. The same question is put to the facts of all
tickets (`adapters/facts`) and, as they are now, to the few that were found."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import day
from chalicelib.domain.texts import folded
from chalicelib.domain.ticket import ACTIVE, Ticket
from chalicelib.domain.words import Kind, Priority, Source, Status

ME = -1
"""Stands among a view's assignees for whoever looks; 0 is nobody."""


class Sort(StrEnum):
    TIME_LEFT = "time_left"
    IMPORTANCE = "importance"
    WAITING = "waiting"
    NEWEST = "newest"


class Due(StrEnum):
    """When the nearest deadline that runs is due."""

    OVERDUE = "overdue"
    TODAY = "today"  # what is overdue already is too
    WEEK = "week"
    NONE = "none"


@dataclass(frozen=True)
class View:
    """All that is named must fit, what is empty fits everything; `tags` fits a ticket that has one of them.

    `customer` is an address, or a domain such as "@customer.example"; `text` stands in the subject, the customer's name
    or address; `created_within` and `updated_within` are days back from now, 0 for any time.
    """

    statuses: frozenset[Status] = ACTIVE
    priorities: frozenset[Priority] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    teams: frozenset[int] = frozenset()
    assignees: frozenset[int] = frozenset()
    sources: frozenset[Source] = frozenset()
    languages: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    customer: str = ""
    due: Due | None = None
    text: str = ""
    created_within: int = 0
    updated_within: int = 0
    sort: Sort = Sort.TIME_LEFT

    def seen_by(self, agent_id: int) -> "View":
        """With the agent in the place of `ME`."""
        named = frozenset(agent_id if one == ME else one for one in self.assignees)
        return replace(self, assignees=named)

    def due_until(self, now: datetime, zone: str) -> datetime | None:
        """The end of the day, or of the seventh from today, in the desk's zone; None for any other."""
        if self.due not in (Due.TODAY, Due.WEEK):
            return None
        return day.bounds(now, zone, days=1 if self.due is Due.TODAY else 7)[1]

    def fits(self, ticket: Ticket, now: datetime, zone: str) -> bool:
        """Whether a ticket is one of those, as it is now."""
        return (
            (not self.statuses or ticket.status in self.statuses)
            and (not self.priorities or ticket.priority in self.priorities)
            and (not self.kinds or ticket.kind in self.kinds)
            and (not self.teams or ticket.team in self.teams)
            and (not self.assignees or ticket.assignee in self.assignees)
            and (not self.sources or ticket.source in self.sources)
            and (not self.languages or ticket.language in self.languages)
            and (not self.tags or not self.tags.isdisjoint(ticket.tags))
            and self._fits_customer(ticket)
            and folded(self.text) in words_of(ticket)
            and (not self.created_within or ticket.created_at >= now - timedelta(days=self.created_within))
            and (not self.updated_within or ticket.updated_at >= now - timedelta(days=self.updated_within))
            and self._fits_due(ticket, now, zone)
        )

    def _fits_customer(self, ticket: Ticket) -> bool:
        return self.customer in ("", ticket.customer_address, domain_of(ticket.customer_address))

    def _fits_due(self, ticket: Ticket, now: datetime, zone: str) -> bool:
        if self.due is None:
            return True
        if self.due is Due.NONE:
            return ticket.due_at is None
        until = self.due_until(now, zone) or now
        return ticket.is_overdue or (ticket.due_at is not None and ticket.due_at <= until)


@dataclass(frozen=True)
class SavedView:
    """A view under a name: its owner's, or everybody's (`owner` 0)."""

    id: int
    name: str
    owner: int
    view: View
    version: int = 0

    def is_for(self, agent_id: int) -> bool:
        return self.owner in (0, agent_id)


def words_of(ticket: Ticket) -> str:
    """Where a view's `text` is looked for."""
    return folded(f"{ticket.subject}\n{ticket.customer_name}\n{ticket.customer_address}")


def domain_of(address: str) -> str:
    """With its "@"."""
    return f"@{address.rpartition('@')[2]}"
