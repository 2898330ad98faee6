"""What agents do often, kept under a name: words of a reply, changes of the ticket, or both at once.

A macro with words alone is a canned reply. None of them sends anything: an agent does, with what was prepared before
their eyes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain import variables
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.settings import Settings
from chalicelib.domain.texts import checked_name, folded
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.words import Kind, Priority, Status

LONGEST_NAME = 100
LONGEST_TEXT = 20_000
LONGEST_NOTE = 5_000
ME, NOBODY = "me", "nobody"


class Visibility(StrEnum):
    PERSONAL = "personal"
    TEAM = "team"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class Macro:
    """`owner` is who wrote it. One of a team is for the tickets of that `team`, 0 for the others.

    `text` is the reply and `note` an internal note, both Markdown with variables. What changes nothing is None or "":
    `to_team` 0 takes the ticket from its team, `assignee` is ME, NOBODY or an agent's id in digits.
    One that was deleted is kept for a while, so that it can be brought back.
    """

    id: int
    name: str
    owner: int
    visibility: Visibility = Visibility.PERSONAL
    team: int = 0
    text: str = ""
    note: str = ""
    status: Status | None = None
    priority: Priority | None = None
    kind: Kind | None = None
    to_team: int | None = None
    assignee: str = ""
    deleted_at: datetime | None = None
    version: int = 0

    @property
    def cause(self) -> str:
        """Under which the history tells what it changed, for as long as there is a history."""
        return f"macro:{self.name}"

    @property
    def changes_properties(self) -> bool:
        return bool(self.status or self.priority or self.kind or self.assignee) or self.to_team is not None

    @property
    def is_canned_reply(self) -> bool:
        """Whether it has words for the customer and nothing else."""
        return bool(self.text) and not (self.note or self.changes_properties)

    @property
    def right(self) -> Right:
        """What an agent needs to use it (rule 25)."""
        return Right.CHANGE_PROPERTIES if self.changes_properties else Right.WORK_ON_TICKETS

    def is_seen_by(self, agent: Agent) -> bool:
        """Personal ones are nobody else's business, an admin's neither."""
        return self.deleted_at is None and (self.visibility is not Visibility.PERSONAL or self.owner == agent.id)

    def is_for(self, ticket: Ticket, agent: Agent) -> bool:
        """Whether this agent may use it there."""
        is_for_ticket = self.visibility is not Visibility.TEAM or self.team == ticket.team
        return is_for_ticket and self.is_seen_by(agent) and agent.may(self.right)

    def may_be_changed_by(self, agent: Agent) -> bool:
        """One's own by whoever changes tickets, shared ones by supervisors and admins."""
        if self.visibility is Visibility.PERSONAL:
            return self.owner == agent.id and agent.may(Right.CHANGE_PROPERTIES)
        return agent.may(Right.SHARE_MACROS)

    def has(self, words: str) -> bool:
        """Whether each of the words stands in it, however it is written."""
        text = folded(f"{self.name}\n{self.text}\n{self.note}")
        return all(word in text for word in folded(words).split())

    def checked(self, settings: Settings) -> "Macro":
        """As it may be kept. Raises InvalidInput with the field that is to be mended."""
        text, note = _checked(self.text, "text", LONGEST_TEXT), _checked(self.note, "note", LONGEST_NOTE)
        wanted = replace(self, name=checked_name(self.name, LONGEST_NAME, "name"), text=text, note=note)
        if not (text or note or self.changes_properties):
            raise InvalidInput("macro_empty", field="text")
        if self.visibility is Visibility.TEAM and settings.active_team(self.team) is None:
            raise InvalidInput("team_not_active", field="team")
        wanted._check_receivers(settings)
        return replace(wanted, team=self.team if self.visibility is Visibility.TEAM else 0)

    def after(
        self, change: Change, by: Agent, settings: Settings, now: datetime, ids: Ids, *, despite_items: bool = False
    ) -> Change:
        """A change, of which a reply may be part, and all that the macro sets besides, told by one event that names it.
        It ends a ticket with open action items only with `despite_items`.

        Raises InvalidInput("agent_not_active" | "team_not_active") for who is gone by now, and what the ticket refuses.
        """
        self._check_receivers(settings)
        for step in self._steps(by, settings, now, ids, despite_items=despite_items):
            change = change.then(step(change.after))
        return change.in_one_event(self.cause)

    def _steps(
        self, by: Agent, settings: Settings, now: datetime, ids: Ids, *, despite_items: bool
    ) -> Iterator[Callable[[Ticket], Change]]:
        """In their order: the status comes last, as an agent would set it."""
        note, priority, kind, status = self.note, self.priority, self.kind, self.status
        if note:
            yield lambda ticket: ticket.add_note(note, by, now, ids)
        if self.to_team is not None:
            team = settings.active_team(self.to_team)
            yield lambda ticket: ticket.hand_to(team, by, settings, now, ids)
        if self.assignee:
            assignee = self._assignee(by, settings)
            yield lambda ticket: ticket.assign(assignee, by, now, ids)
        if kind:
            yield lambda ticket: ticket.set_kind(kind, by, settings, now, ids)
        if priority:
            yield lambda ticket: ticket.set_priority(priority, by, settings, now, ids)
        if status:
            yield lambda ticket: ticket.set_status(status, by, settings, now, ids, despite_items=despite_items)

    def _assignee(self, by: Agent, settings: Settings) -> Agent | None:
        if self.assignee in (ME, NOBODY):
            return by if self.assignee == ME else None
        return settings.agents[int(self.assignee)]

    def _check_receivers(self, settings: Settings) -> None:
        if self.to_team and settings.active_team(self.to_team) is None:
            raise InvalidInput("team_not_active", field="to_team")
        if self.assignee not in ("", ME, NOBODY) and not settings.is_active(int(self.assignee)):
            raise InvalidInput("agent_not_active", field="assignee")


def _checked(text: str, field: str, limit: int) -> str:
    stripped = text.strip()
    if len(stripped) > limit:
        raise InvalidInput("text_too_long", field=field, limit=limit)
    variables.check(stripped, field)
    return stripped
