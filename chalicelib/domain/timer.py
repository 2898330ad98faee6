"""When a ticket's timer must wake, and what it does then. Timers are alarm clocks: every decision reads the ticket.

At most one execution of the state machine sleeps for a ticket. It waits for the earliest next step of all clocks; when
that moves later nothing is started, when it moves earlier a new execution with the next number takes over.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain import escalation
from chalicelib.domain.agent import Agent
from chalicelib.domain.entry import DESK, Entry, EntryKind, FieldChange
from chalicelib.domain.escalation import Receiver, Step
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock
from chalicelib.domain.ticket import Change, Ticket, Timer

LOST_AFTER = timedelta(hours=1)


class Action(StrEnum):
    DONE = "done"
    WAIT = "wait"
    ESCALATE = "escalate"


@dataclass(frozen=True)
class Decision:
    """What an execution does next; `wait_until` only with WAIT."""

    action: Action
    wait_until: datetime | None = None


def next_wake(ticket: Ticket, settings: Settings) -> datetime | None:
    """The earliest step that any clock still has before it, None when nothing is left to wait for."""
    if not ticket.is_active:
        return None
    steps = (escalation.next_step(clock, settings.policy.ladder, settings.hours_of(clock)) for clock in ticket.clocks)
    return min((at for _, at in filter(None, steps)), default=None)


def plan(change: Change, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    """The change with a new timer when its ticket needs one earlier than the one that sleeps, or has lost it."""
    ticket = change.after
    wake = next_wake(ticket, settings)
    if wake is None or not _needs_timer(ticket.timer, wake, now):
        return change
    timer = Timer(ticket.timer.number + 1, wake)
    start = Outgoing(next(ids), ticket.number, Purpose.TIMER, now, params={"timer": str(timer.number)})
    return change.then(Change(ticket, replace(ticket, timer=timer), outgoing=(start,)))


def decide(ticket: Ticket, timer_number: int, settings: Settings, as_of: datetime) -> Decision:
    """What the execution `timer_number` does as of an instant; one that was superseded is done."""
    if timer_number != ticket.timer.number:
        return Decision(Action.DONE)
    wake = next_wake(ticket, settings)
    if wake is None:
        return Decision(Action.DONE)
    return Decision(Action.WAIT, wake) if wake > as_of else Decision(Action.ESCALATE)


def escalate(ticket: Ticket, settings: Settings, as_of: datetime, now: datetime, ids: Iterator[int]) -> Change:
    """Fires every step that is due, each once per clock generation (rule 7). An empty change when there is none."""
    change = Change(ticket, ticket)
    if not ticket.is_active:
        return change
    for clock in ticket.clocks:
        for step in escalation.due_steps(clock, settings.policy.ladder, settings.hours_of(clock), as_of):
            change = change.then(_fire(change.after, step, change.after.clock(clock.name), settings, now, ids))
    return change


def _needs_timer(timer: Timer, wake: datetime, now: datetime) -> bool:
    if timer.wakes_at is None or wake < timer.wakes_at:
        return True
    return timer.wakes_at + LOST_AFTER < now


def _fire(ticket: Ticket, step: Step, clock: Clock, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    fired = clock.fired(step.key)
    breaks = step.marks_breach and not clock.breached_at
    if breaks:
        fired = fired.breach(clock.due_at)
    told = _receivers(step.receivers, ticket, settings)
    changes = [FieldChange("told", "", ", ".join(agent.name for agent in told))] if told else []
    if breaks:
        changes.append(FieldChange(f"{clock.name}_breached_at", "", clock.due_at.isoformat()))
    event = Entry(next(ids), EntryKind.EVENT, now, DESK, changes=tuple(changes), cause=f"timer:{clock.name}:{step.key}")
    purpose = Purpose.SLA_BREACH if step.marks_breach else Purpose.SLA_WARNING
    notices = tuple(
        Outgoing(
            next(ids),
            ticket.number,
            purpose,
            now,
            to=agent.address,
            agent_id=agent.id,
            params={"clock": clock.name, "due_at": clock.due_at.isoformat()},
        )
        for agent in told
    )
    return Change(ticket, replace(ticket.with_clock(fired), updated_at=now), (event,), notices)


def _receivers(wanted: Iterable[Receiver], ticket: Ticket, settings: Settings) -> tuple[Agent, ...]:
    """People behind the roles, each once (rule 7): without an active assignee the notice goes a level up, and where
    somebody above is told the assignee is told too."""
    assignee = settings.agents.get(ticket.assignee)
    told = [assignee] if assignee and assignee.is_active else []
    if not told or set(wanted) - {Receiver.ASSIGNEE}:
        told += settings.supervisors()
    return tuple({agent.id: agent for agent in told}.values())
