"""A ticket and what can happen to it. Each verb gives a `Change`: the ticket after, new entries, what must leave.

Nothing is saved or sent here; `desk` does that with the change. Times are aware UTC.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain import checklist, promises
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.auto_close import Waiting
from chalicelib.domain.change import Change
from chalicelib.domain.entry import (
    DESK,
    Attachment,
    Author,
    AuthorKind,
    Entry,
    EntryKind,
    FieldChange,
    Message,
    event_entry,
)
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.texts import checked_tags, checked_text
from chalicelib.domain.words import Kind, Priority, Source, Status

Ids = Iterator[int]
"""The identifiers that one change may use, in order (see `ids`)."""

Actor = Agent | Author
"""A person of the desk, or the desk itself."""

CLOSED_AFTER = timedelta(days=14)
LONGEST_PIN = timedelta(days=3 * 365)
"""How far ahead a person may set a deadline: whoever types another century means something else."""
_WOKEN_BY_CUSTOMERS = frozenset({Status.PENDING, Status.RESOLVED})
_ENDED = frozenset({Status.RESOLVED, Status.CLOSED})
ACTIVE = frozenset({Status.OPEN, Status.PENDING, Status.ON_HOLD})
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.PENDING, Status.ON_HOLD, Status.RESOLVED}),
    Status.PENDING: frozenset({Status.OPEN, Status.ON_HOLD, Status.RESOLVED}),
    Status.ON_HOLD: frozenset({Status.OPEN, Status.PENDING, Status.RESOLVED}),
    Status.RESOLVED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset(),
}


@dataclass(frozen=True)
class Timer:
    """The one sleeping execution of a ticket: its number, when it will wake (None: none sleeps), when it started."""

    number: int = 0
    wakes_at: datetime | None = None
    started_at: datetime | None = None


@dataclass(frozen=True)
class Ticket:
    """`assignee` and `team` 0 are none, `policy` is that of its promises, `follows` another one.

    `last_entry` is the newest message or note (rule 21), `last_reply` that of a person of the desk, `waiting` since
    when only the customer can go on (rule 15). `checklists` are those that were put onto it.
    """

    number: int
    subject: str
    status: Status
    priority: Priority
    source: Source
    language: str
    customer_id: int
    customer_name: str
    customer_address: str
    created_at: datetime
    updated_at: datetime
    clocks: tuple[Clock, ...]
    assignee: int = 0
    cc: tuple[str, ...] = ()
    last_entry: int = 0
    last_reply: int = 0
    last_replier: int = 0
    resolved_at: datetime | None = None
    survey_due_at: datetime | None = None
    reopened: int = 0
    follows: int = 0
    team: int = 0
    kind: Kind | None = None
    tags: tuple[str, ...] = ()
    policy: str = ""
    waiting: Waiting | None = None
    timer: Timer = Timer()
    action_items: tuple[ActionItem, ...] = ()
    checklists: tuple[int, ...] = ()
    version: int = 0

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_overdue(self) -> bool:
        """Whether a promise is broken and still to be kept."""
        return self.is_active and any(clock.breached_at and not clock.is_met for clock in self.clocks)

    @property
    def due_at(self) -> datetime | None:
        """The nearest deadline that is still running, None when nothing runs."""
        return min((clock.due_at for clock in self.clocks if clock.is_running), default=None)

    @property
    def open_items(self) -> tuple[ActionItem, ...]:
        return tuple(item for item in self.action_items if item.is_open)

    @property
    def waits_for_answer(self) -> bool:
        """Whether a message of the customer is unanswered."""
        return promises.waits_for_answer(self.clocks)

    @property
    def waits_since(self) -> datetime | None:
        """Since when the oldest message of the customer is unanswered, None when none is."""
        return promises.waits_since(self.clocks)

    def clock(self, name: ClockName) -> Clock:
        """Raises LookupError for what was never asked for."""
        found = self.find_clock(name)
        if found is None:
            raise LookupError(name)
        return found

    def find_clock(self, name: ClockName) -> Clock | None:
        """None for a next response that nobody waits for, and in a ticket that only machines wrote to."""
        return promises.find(self.clocks, name)

    def with_clock(self, changed: Clock) -> "Ticket":
        return replace(self, clocks=promises.replaced(self.clocks, changed))

    def is_participant(self, address: str) -> bool:
        """Requester or in copy (rule 8c); agents are known to the settings, not to the ticket."""
        return address == self.customer_address or address in self.cc

    def is_visible_to(self, agent: Agent) -> bool:
        """Contributors see only what is assigned to them (rule 25)."""
        return agent.may(Right.SEE_ALL_TICKETS) or agent.id == self.assignee

    def receive(self, message: Message, settings: Settings, now: datetime, ids: Ids) -> Change:
        """A customer's or stranger's message: reopens a resolved ticket, ends `pending` (rules 2, 16) at `message.at`.

        Automatic mail changes nothing but the timeline (rule 14), be it that of a closed ticket. For a person's message
        to a closed one raises Conflict("ticket_closed"): make a follow-up.
        """
        if self.status is Status.CLOSED and not message.is_automatic:
            raise Conflict("ticket_closed", number=self.number)
        entry = message.entry(next(ids))
        added = Change(self, replace(self, last_entry=entry.id, updated_at=now), (entry,))
        if message.is_automatic or message.is_from_stranger:
            return added
        return added.then(added.after.asked(message.at, settings, message.author, ids))

    def reply(
        self,
        text: str,
        by: Agent,
        seen: int,
        now: datetime,
        ids: Ids,
        *,
        attachments: tuple[Attachment, ...] = (),
        cc: tuple[str, ...] | None = None,
    ) -> Change:
        """A public reply by a person: answers the first-response clock (rule 1) and goes to the customer by mail.

        An unassigned ticket becomes the replier's. `seen` is the newest entry the writer saw (rule 21). `cc` are from
        now on the ticket's participants besides the requester; None leaves them as they are.
        Raises InvalidInput, Conflict("stale_reply" | "ticket_closed").
        """
        checked = checked_text(text)
        if self.status is Status.CLOSED:
            raise Conflict("ticket_closed", number=self.number)
        if seen < self.last_entry:
            raise Conflict("stale_reply", number=self.number)
        entry = Entry(next(ids), EntryKind.MESSAGE, now, author_of(by), checked, attachments=attachments)
        copies = self.cc if cc is None else tuple(address for address in cc if address != self.customer_address)
        mail = Outgoing(next(ids), self.number, Purpose.REPLY, now, self.customer_address, copies, entry_id=entry.id)
        waiting = Waiting(now) if self.status is Status.PENDING else None
        said = replace(self, last_entry=entry.id, last_reply=entry.id, last_replier=by.id, waiting=waiting)
        said = replace(said, updated_at=now)
        change = Change(self, said, (entry,), (mail,))
        change = change.then(said._with_clocks(promises.answered(self.clocks, now), author_of(by), now, ids, "reply"))
        change = change.then(change.after._copied_to(copies, by, now, ids))
        return change if self.assignee else change.then(change.after.assign(by, by, now, ids, "reply"))

    def _copied_to(self, cc: tuple[str, ...], by: Agent, now: datetime, ids: Ids) -> Change:
        if cc == self.cc:
            return Change(self, self)
        changed = FieldChange("cc", ", ".join(self.cc), ", ".join(cc))
        event = event_entry(next(ids), author_of(by), now, "reply", changed)
        return Change(self, replace(self, cc=cc), (event,))

    def add_note(self, text: str, by: Agent, now: datetime, ids: Ids) -> Change:
        """An internal remark; no clock, status or customer notices it. Raises InvalidInput."""
        entry = Entry(next(ids), EntryKind.NOTE, now, author_of(by), checked_text(text))
        return Change(self, replace(self, last_entry=entry.id, updated_at=now), (entry,))

    def assign(self, to: Agent | None, by: Actor, now: datetime, ids: Ids, cause: str = "agent") -> Change:
        """To an agent, who is told by mail unless it was their own act, or to nobody. Empty when it is so already."""
        assignee = to.id if to else 0
        if assignee == self.assignee:
            return Change(self, self)
        after = replace(self, assignee=assignee, updated_at=now)
        changed = FieldChange("assignee", _word(self.assignee), _word(assignee))
        event = event_entry(next(ids), author_of(by), now, cause, changed)
        if to is None or to.id == by.id:
            return Change(self, after, (event,))
        notice = Outgoing(next(ids), self.number, Purpose.ASSIGNED, now, to=to.address, agent_id=to.id)
        return Change(self, after, (event,), (notice,))

    def hand_to(
        self, team: Team | None, by: Actor, settings: Settings, now: datetime, ids: Ids, cause: str = "agent"
    ) -> Change:
        """To a team, whose address and name its mails carry from now on, or to none. Empty when it is so already.

        Another policy may hold there (rule 4).
        """
        team_id = team.id if team else 0
        if team_id == self.team:
            return Change(self, self)
        after = replace(self, team=team_id, updated_at=now).renewed(settings, now)
        changed = FieldChange("team", _word(self.team), _word(team_id))
        return self._became(after, author_of(by), now, ids, cause, changed)

    def set_status(
        self,
        status: Status,
        by: Actor,
        settings: Settings,
        now: datetime,
        ids: Ids,
        cause: str = "agent",
        *,
        despite_items: bool = False,
    ) -> Change:
        """Raises Conflict("status_not_possible") for a step that TRANSITIONS does not name, and Conflict("items_open")
        for the end of a ticket with open action items, unless it is to end `despite_items`.
        """
        if status is self.status:
            return Change(self, self)
        if status not in TRANSITIONS[self.status]:
            raise Conflict("status_not_possible", old=self.status, new=status)
        if status in _ENDED and self.open_items and not despite_items:
            raise Conflict("items_open", count=len(self.open_items))
        return self._moved(status, now, settings, author_of(by), ids, cause)

    def set_priority(
        self, priority: Priority, by: Actor, settings: Settings, now: datetime, ids: Ids, cause: str = "agent"
    ) -> Change:
        """Recomputes each unmet target from the original start (rule 4)."""
        if priority is self.priority:
            return Change(self, self)
        after = replace(self, priority=priority, updated_at=now).renewed(settings, now)
        return self._became(after, author_of(by), now, ids, cause, FieldChange("priority", self.priority, priority))

    def set_kind(
        self, kind: Kind | None, by: Actor, settings: Settings, now: datetime, ids: Ids, cause: str = "agent"
    ) -> Change:
        """What the customer wants, None for not said yet. Its policy (rule 4) and checklists come with it."""
        if kind is self.kind:
            return Change(self, self)
        after = replace(self, kind=kind, updated_at=now).renewed(settings, now)
        changed = FieldChange("kind", self.kind or "", kind or "")
        change = self._became(after, author_of(by), now, ids, cause, changed)
        return change.then(checklist.add_by_itself(after, author_of(by), settings, now, ids))

    def set_tags(self, tags: Iterable[str], by: Actor, now: datetime, ids: Ids, cause: str = "agent") -> Change:
        """All that it has from now on. Raises InvalidInput("tags_too_many" | "text_too_long")."""
        checked = checked_tags(tags)
        if checked == self.tags:
            return Change(self, self)
        changed = FieldChange("tags", ", ".join(self.tags), ", ".join(checked))
        return self._became(replace(self, tags=checked, updated_at=now), author_of(by), now, ids, cause, changed)

    def pin_due(self, due_at: datetime, reason: str, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
        """A resolution deadline set by hand, with its reason, until it is cleared (rule 5).

        Raises InvalidInput, and Conflict("clock_ended") for a ticket that is resolved.
        """
        said = checked_text(reason, field="reason")
        if due_at <= now:
            raise InvalidInput("due_in_past", field="due_at")
        if due_at - now > LONGEST_PIN:
            raise InvalidInput("due_too_far", field="due_at")
        clock = self.find_clock(ClockName.RESOLUTION)
        if clock is None or clock.is_met:
            raise Conflict("clock_ended", number=self.number)
        pinned = self.with_clock(clock.pin(due_at, now, settings.promise_to(self).hours_of(clock)))
        changed = FieldChange("reason", "", said)
        return self._became(replace(pinned, updated_at=now), author_of(by), now, ids, "agent", changed)

    def unpin_due(self, by: Agent, settings: Settings, now: datetime, ids: Ids) -> Change:
        """Due again when its working time runs out. Empty when no deadline was set by hand."""
        clock = self.find_clock(ClockName.RESOLUTION)
        if clock is None:
            return Change(self, self)
        cleared = self.with_clock(clock.unpin(now, settings.promise_to(self).hours_of(clock)))
        return self._with_clocks(cleared.clocks, author_of(by), now, ids, "agent")

    def close(self, settings: Settings, now: datetime, ids: Ids) -> Change:
        """What was resolved 14 days ago is closed (rule 15): the next mail makes a follow-up. Empty before that."""
        if self.status is not Status.RESOLVED or self.resolved_at is None or now - self.resolved_at < CLOSED_AFTER:
            return Change(self, self)
        return self._moved(Status.CLOSED, now, settings, DESK, ids, "closed_after_resolved")

    def _moved(self, status: Status, at: datetime, settings: Settings, by: Author, ids: Ids, cause: str) -> Change:
        """A ticket that is reopened stays with its agent, but not with one who left (rule 16)."""
        is_reopening = self.status is Status.RESOLVED and status is Status.OPEN
        by_policy = replace(self, policy=settings.policy_for(self).id) if is_reopening else self
        has_left = is_reopening and self.assignee != 0 and not settings.is_active(self.assignee)
        after = replace(
            by_policy,
            clocks=settings.promise_to(by_policy).moved(self.clocks, self.status, status, at),
            status=status,
            assignee=0 if has_left else self.assignee,
            updated_at=at,
            resolved_at=at if status is Status.RESOLVED else None if is_reopening else self.resolved_at,
            survey_due_at=self._survey_due_at(status, at, settings),
            waiting=self._waiting(status, at),
            reopened=self.reopened + is_reopening,
        )
        also = [FieldChange("assignee", _word(self.assignee), "")] if has_left else []
        if status in _ENDED and self.open_items:
            also.append(FieldChange("items_left_open", "", f"{len(self.open_items)}"))
        return self._became(after, by, at, ids, cause, FieldChange("status", self.status, status), *also)

    def _waiting(self, status: Status, at: datetime) -> Waiting | None:
        """For the customer, whom a person has answered (rule 15)."""
        is_answered = self.last_replier and not self.waits_for_answer
        return Waiting(at) if status is Status.PENDING and is_answered else None

    def asked(self, at: datetime, settings: Settings, by: Author, ids: Ids) -> Change:
        """A customer waits for an answer from `at` on, which wakes a ticket that waited for them (rules 1, 2, 16)."""
        is_reopening = self.status is Status.RESOLVED
        woken = Change(self, self)
        if self.status in _WOKEN_BY_CUSTOMERS:
            woken = self._moved(Status.OPEN, at, settings, by, ids, "customer_message")
        ticket = woken.after
        clocks = settings.promise_to(ticket).asked(ticket.clocks, at, is_afresh=is_reopening)
        return woken.then(ticket._with_clocks(clocks, by, at, ids, "customer_message"))

    def renew(self, settings: Settings, now: datetime, ids: Ids) -> Change:
        """Counts by the promises as they are now (rules 3 and 4); empty where it does already, or nothing runs."""
        after = self.renewed(settings, now)
        if (after.policy, after.clocks) == (self.policy, self.clocks):
            return Change(self, self)
        return self._became(replace(after, updated_at=now), DESK, now, ids, "promises_changed")

    def renewed(self, settings: Settings, at: datetime) -> "Ticket":
        """With the policy that fits the ticket as it is now, and its clocks by it (rule 4).

        What is over counts by it from its reopening on.
        """
        if not self.is_active:
            return self
        given = replace(self, policy=settings.policy_for(self).id)
        return replace(given, clocks=settings.promise_to(given).renewed(given.clocks, given.status, at))

    def _with_clocks(self, clocks: tuple[Clock, ...], by: Author, at: datetime, ids: Ids, cause: str) -> Change:
        if clocks == self.clocks:
            return Change(self, self)
        return self._became(replace(self, clocks=clocks), by, at, ids, cause)

    def _became(self, after: "Ticket", by: Author, at: datetime, ids: Ids, cause: str, *changed: FieldChange) -> Change:
        """The ticket in a new state, with an event that tells what changed and how the clocks moved along."""
        policy = [FieldChange("policy", self.policy, after.policy)] if after.policy != self.policy else []
        changes = (*changed, *policy, *promises.changes(self.clocks, after.clocks))
        return Change(self, after, (event_entry(next(ids), by, at, cause, *changes),))

    def _survey_due_at(self, status: Status, at: datetime, settings: Settings) -> datetime | None:
        """Asked once per resolution, after a reply by a person, also when it is closed before that (rule 19)."""
        if status is Status.RESOLVED and self.last_replier:
            return at + settings.survey_delay
        return self.survey_due_at if status is Status.CLOSED else None


def author_of(actor: Actor) -> Author:
    return actor if isinstance(actor, Author) else Author(AuthorKind.AGENT, actor.id, actor.name)


def _word(identifier: int) -> str:
    return str(identifier) if identifier else ""
