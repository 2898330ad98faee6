"""When a ticket's timer must wake, and what it does then. Timers are alarm clocks: every decision reads the ticket.

At most one execution of the state machine sleeps for a ticket. It waits for the earliest next step of all clocks, of
the auto-close ladder and of its action items; when that moves later nothing is started, when it moves earlier a new
execution with the next number takes over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chalicelib.domain import action_item, promises
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.agent import Agent
from chalicelib.domain.auto_close import CloseStep
from chalicelib.domain.change import Change
from chalicelib.domain.entry import DESK, FieldChange, event_entry
from chalicelib.domain.escalation import Channel, Receiver, Step, StepAction
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket, Timer
from chalicelib.domain.words import Priority, Status

AUTO_CLOSE = "auto_close"
ACTION_ITEM = "action_item"
LOST_AFTER = timedelta(hours=1)
LONGEST_EXECUTION = timedelta(days=300)
"""Step Functions ends what runs for a year: before that another execution takes over.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""


class Action(StrEnum):
    DONE = "done"
    WAIT = "wait"
    ESCALATE = "escalate"


@dataclass(frozen=True)
class Decision:
    """What an execution does next; `wait_until` only with WAIT."""

    action: Action
    wait_until: datetime | None = None


@dataclass(frozen=True)
class Coming:
    """What a ticket's timer does next for a clock, or for a customer who does not answer (`clock` "auto_close")."""

    clock: str
    step: Step | CloseStep
    at: datetime


def coming(ticket: Ticket, settings: Settings) -> tuple[Coming, ...]:
    """The next step of every clock and of the auto-close ladder, in the order of their instants."""
    if not ticket.is_active:
        return ()
    promise = settings.promise_to(ticket)
    steps = ((clock.name.value, promise.ladder_of(clock).next_step(clock)) for clock in ticket.clocks)
    found = [Coming(name, *step) for name, step in (*steps, (AUTO_CLOSE, _close_step(ticket, settings))) if step]
    return tuple(sorted(found, key=lambda one: one.at))


def next_wake(ticket: Ticket, settings: Settings) -> datetime | None:
    """The earliest step that is still before any clock or the customer, or the earliest time at which an action item is
    due; None when nothing is left to wait for.

    A deadline is one of them: in quiet hours nobody is told of it before they end, but it breaks when it comes.
    """
    ahead = (one.at for one in coming(ticket, settings)[:1])
    deadlines = (clock.due_at for clock in ticket.clocks if ticket.is_active and _can_break(clock))
    reminders = (item.reminds_at for item in ticket.action_items if item.reminds_at)
    return min((*ahead, *deadlines, *reminders), default=None)


def plan(change: Change, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    """The change with a new timer when its ticket needs one earlier than the one that sleeps, or has lost it."""
    ticket, wakes_at = change.after, change.after.timer.wakes_at
    wake = next_wake(ticket, settings)
    if wake is None:
        return change
    if wakes_at is None or wake < wakes_at:
        return change.then(_start(ticket, wake, now, ids))
    if wakes_at + LOST_AFTER < now:
        lost = FieldChange("timer", wakes_at.isoformat(), min(wake, now + LONGEST_EXECUTION).isoformat())
        event = event_entry(next(ids), DESK, now, "timer_lost", lost)
        return change.then(Change(ticket, ticket, (event,))).then(_start(ticket, wake, now, ids))
    return change


def _start(ticket: Ticket, wake: datetime, now: datetime, ids: Iterator[int]) -> Change:
    number, wakes_at = ticket.timer.number + 1, min(wake, now + LONGEST_EXECUTION)
    params = {"timer": str(number), "wait_until": written(wakes_at)}
    start = Outgoing(next(ids), ticket.number, Purpose.TIMER, now, params=params)
    return Change(ticket, replace(ticket, timer=Timer(number, wakes_at, now)), outgoing=(start,))


def written(at: datetime) -> str:
    """An instant as a Wait state of Step Functions takes it: RFC 3339 in UTC, with Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def decide(ticket: Ticket, timer_number: int, settings: Settings, as_of: datetime) -> Decision:
    """What the execution `timer_number` does as of an instant; one that was superseded is done."""
    if timer_number != ticket.timer.number:
        return Decision(Action.DONE)
    wake = next_wake(ticket, settings)
    if wake is None:
        return Decision(Action.DONE)
    return Decision(Action.WAIT, wake) if wake > as_of else Decision(Action.ESCALATE)


def sleep(ticket: Ticket, settings: Settings, as_of: datetime, ids: Iterator[int]) -> Change:
    """The ticket remembers when its timer, which is awake, wakes next (None: it ends); when the execution is old,
    another one takes over. Empty when all that is known already."""
    wake = next_wake(ticket, settings)
    if wake is None:
        return Change(ticket, replace(ticket, timer=replace(ticket.timer, wakes_at=None)))
    ends_at = (ticket.timer.started_at or as_of) + LONGEST_EXECUTION
    if wake > ends_at <= as_of:
        return _start(ticket, wake, as_of, ids)
    return Change(ticket, replace(ticket, timer=replace(ticket.timer, wakes_at=min(wake, ends_at))))


def fail(ticket: Ticket, error: str, now: datetime, ids: Iterator[int]) -> Change:
    """An execution gave up: said on the ticket, which has no timer any more until one is started again. Empty where it
    has none already."""
    if ticket.timer.wakes_at is None:
        return Change(ticket, ticket)
    event = event_entry(next(ids), DESK, now, "timer_failed", FieldChange("timer", "", error))
    gone = replace(ticket.timer, wakes_at=None)
    return Change(ticket, replace(ticket, timer=gone, updated_at=now), (event,))


def escalate(ticket: Ticket, settings: Settings, as_of: datetime, now: datetime, ids: Iterator[int]) -> Change:
    """Fires every step that is due, each once per clock generation (rule 7). An empty change when there is none."""
    change = Change(ticket, ticket)
    for name in (clock.name for clock in ticket.clocks):
        while (step := _due_step(change.after, name, settings, as_of)) is not None:
            change = change.then(_fire(change.after, step, name, settings, now, ids))
        change = change.then(_broken(change.after, name, as_of, now, ids))
    change = replace(change, outgoing=_news_alone(change.outgoing))
    change = change.then(_wait_on(change.after, settings, as_of, now, ids))
    for item in ticket.action_items:
        if item.reminds_at and item.reminds_at <= as_of:
            change = change.then(_remind_of(item, change.after, settings, now, ids))
    return change


def receivers(step: Step, ticket: Ticket, settings: Settings, at: datetime) -> tuple[Agent, ...]:
    """People behind the roles, each once (rule 7): the assignee is told whenever somebody is, and who stands in while
    they are away. Where nobody acts for an assignee the notice goes to the team's lead, or who stands in there, and
    without one to the supervisors."""
    told = list(_responsible(ticket, settings, at)) if step.receivers else []
    if Receiver.TEAM_LEAD in step.receivers:
        told += _above(ticket, settings, at)
    if Receiver.SUPERVISOR in step.receivers:
        told += settings.supervisors()
    if StepAction.NEXT_LEVEL in step.actions:
        told += filter(None, [settings.acting_for(settings.lead_of(_next_level(ticket, settings)), at)])
    return tuple({agent.id: agent for agent in told}.values())


def _responsible(ticket: Ticket, settings: Settings, at: datetime) -> tuple[Agent, ...]:
    """The assignee and who acts for them at an instant, with those above where nobody does."""
    assignee = settings.agents.get(ticket.assignee)
    acting = settings.acting_for(assignee, at)
    told = tuple({one.id: one for one in (assignee, acting) if one and one.is_active}.values())
    return told if acting else (*told, *_above(ticket, settings, at))


def _above(ticket: Ticket, settings: Settings, at: datetime) -> tuple[Agent, ...]:
    lead = settings.acting_for(settings.lead_of(ticket.team), at)
    return (lead,) if lead else settings.supervisors()


def _due_step(ticket: Ticket, name: ClockName, settings: Settings, as_of: datetime) -> Step | None:
    if not ticket.is_active:
        return None
    clock = ticket.clock(name)
    return settings.promise_to(ticket).ladder_of(clock).due_step(clock, as_of)


def _news_alone(notices: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """Where several steps of a clock are due at once, each person hears of the last one; it says all that is to say."""
    last = {(notice.agent_id, notice.params.get("clock")): notice for notice in notices}
    return tuple(notice for notice in notices if notice is last[notice.agent_id, notice.params.get("clock")])


def _can_break(clock: Clock) -> bool:
    return clock.is_running and not clock.breached_at


def _broken(ticket: Ticket, name: ClockName, as_of: datetime, now: datetime, ids: Iterator[int]) -> Change:
    """A deadline that has come while nobody may be told. Empty where there is none."""
    clock = ticket.clock(name)
    broken = clock.breach(as_of) if ticket.is_active and _can_break(clock) else clock
    if broken == clock:
        return Change(ticket, ticket)
    changes = promises.changes((clock,), (broken,))
    event = event_entry(next(ids), DESK, now, f"timer:{name}:deadline", *changes)
    return Change(ticket, replace(ticket.with_clock(broken), updated_at=now), (event,))


def _close_step(ticket: Ticket, settings: Settings) -> tuple[CloseStep, datetime] | None:
    """None while an action item is open as well: then the ticket does not wait for the customer alone (rule 15)."""
    if ticket.waiting is None or ticket.open_items:
        return None
    return ticket.waiting.next_step(settings.close_after, settings.promise_to(ticket).hours)


def _wait_on(ticket: Ticket, settings: Settings, as_of: datetime, now: datetime, ids: Iterator[int]) -> Change:
    """Reminds a customer who does not answer, and in the end resolves the ticket (rule 15)."""
    found = _close_step(ticket, settings)
    if found is None or ticket.waiting is None or found[1] > as_of:
        return Change(ticket, ticket)
    step, due_at = found
    cause = f"timer:{AUTO_CLOSE}:{step}"
    waiting = ticket.waiting.took(due_at, now)
    resolves_at = waiting.ends_at(settings.close_after, settings.promise_to(ticket).hours)
    params = {"resolves_at": resolves_at.isoformat()}
    mail = Outgoing(next(ids), ticket.number, _CLOSE_MAILS[step], now, ticket.customer_address, params=params)
    if step is CloseStep.RESOLVE:
        return ticket.set_status(Status.RESOLVED, DESK, settings, now, ids, cause).and_send(mail)
    event = event_entry(next(ids), DESK, now, cause, FieldChange("reminded", "", step))
    return Change(ticket, replace(ticket, waiting=waiting, updated_at=now), (event,), (mail,))


def _remind_of(item: ActionItem, ticket: Ticket, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    """Its owner is told that it is due, or who answers for the ticket where it has none or they left."""
    is_owned = settings.is_active(item.owner)
    told = (settings.agent(item.owner),) if is_owned else _responsible(ticket, settings, now)
    changes = (
        FieldChange("item_overdue", "", item.title),
        FieldChange("told", "", ", ".join(agent.name for agent in told)),
    )
    event = event_entry(next(ids), DESK, now, f"timer:{ACTION_ITEM}:due", *changes)
    params = {"item": f"{item.id}", "title": item.title, "due_at": item.due_at.isoformat() if item.due_at else ""}
    notices = tuple(
        Outgoing(next(ids), ticket.number, Purpose.ITEM_DUE, now, to=agent.address, agent_id=agent.id, params=params)
        for agent in told
    )
    return Change(ticket, action_item.told(ticket, item, now), (event,), notices)


def _fire(ticket: Ticket, step: Step, name: ClockName, settings: Settings, now: datetime, ids: Iterator[int]) -> Change:
    clock, cause = ticket.clock(name), f"timer:{name}:{step.key}"
    fired = clock.fired(step.key)
    if step.marks_breach and not clock.breached_at:
        fired = fired.breach(clock.due_at)
    told = receivers(step, ticket, settings, now)
    changes = [FieldChange("told", "", ", ".join(agent.name for agent in told))] if told else []
    changes += promises.changes((clock,), (fired,))
    event = event_entry(next(ids), DESK, now, cause, *changes)
    notices = tuple(_notice(agent, step, clock, ticket, now, ids) for agent in told)
    change = Change(ticket, replace(ticket.with_clock(fired), updated_at=now), (event,), notices)
    for action in step.actions:
        change = change.then(_ACTIONS[action](change.after, settings, now, ids, cause))
    return change


def _notice(agent: Agent, step: Step, clock: Clock, ticket: Ticket, now: datetime, ids: Iterator[int]) -> Outgoing:
    is_mailed = Channel.MAIL in step.channels
    return Outgoing(
        next(ids),
        ticket.number,
        Purpose.SLA_WARNING if step.is_warning else Purpose.SLA_BREACH,
        now,
        to=agent.address,
        agent_id=agent.id,
        params={"clock": clock.name, "due_at": clock.due_at.isoformat(), "step": step.key},
        delivery=Delivery.QUEUED if is_mailed else Delivery.LISTED,
        finished_at=None if is_mailed else now,
    )


def _next_level(ticket: Ticket, settings: Settings) -> int:
    team = settings.active_team(ticket.team)
    return team.next_level if team else 0


def _raise_priority(ticket: Ticket, settings: Settings, now: datetime, ids: Iterator[int], cause: str) -> Change:
    higher = list(Priority)[list(Priority).index(ticket.priority) + 1 :]
    return ticket.set_priority(higher[0] if higher else ticket.priority, DESK, settings, now, ids, cause)


def _to_team_lead(ticket: Ticket, settings: Settings, now: datetime, ids: Iterator[int], cause: str) -> Change:
    """Or to who stands in: nothing goes by itself to somebody who is away."""
    lead = settings.acting_for(settings.lead_of(ticket.team), now)
    return ticket.assign(lead, DESK, now, ids, cause) if lead else Change(ticket, ticket)


def _to_next_level(ticket: Ticket, settings: Settings, now: datetime, ids: Iterator[int], cause: str) -> Change:
    """The team of the next support level takes over, and nobody of the one before keeps the ticket."""
    team = settings.active_team(_next_level(ticket, settings))
    if team is None:
        return Change(ticket, ticket)
    handed = ticket.hand_to(team, DESK, settings, now, ids, cause)
    return handed.then(handed.after.assign(None, DESK, now, ids, cause))


_ACTIONS: dict[StepAction, Callable[[Ticket, Settings, datetime, Iterator[int], str], Change]] = {
    StepAction.RAISE_PRIORITY: _raise_priority,
    StepAction.TO_TEAM_LEAD: _to_team_lead,
    StepAction.NEXT_LEVEL: _to_next_level,
}
_CLOSE_MAILS = {
    CloseStep.REMINDER: Purpose.CLOSE_REMINDER,
    CloseStep.LAST_REMINDER: Purpose.CLOSE_LAST_REMINDER,
    CloseStep.RESOLVE: Purpose.AUTO_RESOLVED,
}
