"""What is promised to one ticket, and what each event does to its clocks (rules 1–6).

| event | first response | next response | resolution |
|---|---|---|---|
| the ticket comes in, by a machine's mail only with the first message of a person | starts | | starts |
| the customer writes | | starts, unless one waits already | |
| a person replies in public | met | met | |
| pending, or another status in which the policy pauses | runs on | runs on | pauses |
| resolved | stops unmet | stops unmet | met |
| reopened | runs on | runs on; afresh where the customer's message reopened it | runs on |
| another priority, policy or calendar | moves | moves | moves |

What was stopped or met excludes the time between, and has an hour left at least.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.business_hours import ALWAYS, BusinessHours
from chalicelib.domain.entry import FieldChange
from chalicelib.domain.escalation import Ladder
from chalicelib.domain.policy import SlaPolicy
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.words import Priority, Status

Clocks = tuple[Clock, ...]
_OVER = frozenset({Status.RESOLVED, Status.CLOSED})
MOMENTS = ("due_at", "pinned_to", "paused_at", "met_at", "breached_at")


@dataclass(frozen=True)
class Promise:
    """The policy that holds for a ticket, its priority, and every calendar by its id."""

    policy: SlaPolicy
    priority: Priority
    calendars: Mapping[str, BusinessHours]

    @property
    def hours(self) -> BusinessHours:
        return self.calendars[self.policy.calendar]

    def hours_of(self, clock: Clock) -> BusinessHours:
        """The calendar a clock runs by; one that was deleted is replaced by the policy's."""
        return self.calendars.get(clock.calendar) or self.hours

    def ladder_of(self, clock: Clock) -> Ladder:
        return Ladder(self.policy.ladder, self.hours_of(clock), self.calendars.get(self.policy.awake, ALWAYS))

    def opened(self, at: datetime) -> Clocks:
        return self._start(ClockName.FIRST_RESPONSE, at), self._start(ClockName.RESOLUTION, at)

    def asked(self, clocks: Clocks, at: datetime, *, is_afresh: bool = False) -> Clocks:
        """The customer wrote, and waits from the oldest unanswered message on (rule 1); with `is_afresh` from this one.

        Until the first response it is that which waits; without any clock it is the first message of a person. Messages
        may be processed in another order than received.
        """
        if not clocks:
            return self.opened(at)
        first, last = find(clocks, ClockName.FIRST_RESPONSE), find(clocks, ClockName.NEXT_RESPONSE)
        if first and not first.is_met:
            return clocks
        if last and not last.is_met and not is_afresh:
            return replaced(clocks, last.backdate(at, self.hours_of(last)))
        return replaced(clocks, self._start(ClockName.NEXT_RESPONSE, at, last.generation + 1 if last else 1))

    def moved(self, clocks: Clocks, old: Status, new: Status, at: datetime) -> Clocks:
        """From one status to another (rules 2 and 6)."""
        is_reopening = old in _OVER and new not in _OVER
        return tuple(self._moved(clock, is_reopening, new, at) for clock in clocks)

    def renewed(self, clocks: Clocks, status: Status, at: datetime) -> Clocks:
        """After a change of what is promised: each unmet clock counts from its original start (rule 4)."""
        targets = self.policy.targets[self.priority]
        moved = (clock.retarget(targets.of(clock.name), self.hours, at, self.policy.calendar) for clock in clocks)
        return tuple(self._paused(clock, status, at) for clock in moved)

    def _moved(self, clock: Clock, is_reopening: bool, new: Status, at: datetime) -> Clock:
        is_kept = clock.is_met and clock.name is not ClockName.RESOLUTION
        if is_reopening and not is_kept:
            clock = self._as_promised_now(clock)
            clock = clock.reopen(at, self.hours_of(clock))
        if clock.name is not ClockName.RESOLUTION:
            return clock.pause(at) if new in _OVER else clock
        return clock.meet(at) if new in _OVER else self._paused(clock, new, at)

    def _as_promised_now(self, clock: Clock) -> Clock:
        """What changed while it was stopped holds from its reopening on, which never breaks it (rules 4 and 6)."""
        if clock.breached_at:
            return clock
        target = self.policy.targets[self.priority].of(clock.name)
        return replace(clock, target=target, calendar=self.policy.calendar)

    def _paused(self, clock: Clock, status: Status, at: datetime) -> Clock:
        """The resolution's clock paused where the policy says so, running elsewhere; the others never pause."""
        if clock.name is not ClockName.RESOLUTION or status in _OVER:
            return clock
        return clock.pause(at) if status in self.policy.pauses_in else clock.resume(at, self.hours_of(clock))

    def _start(self, name: ClockName, at: datetime, generation: int = 1) -> Clock:
        target = self.policy.targets[self.priority].of(name)
        return Clock.start(name, at, target, self.hours, self.policy.calendar, generation)


def answered(clocks: Clocks, at: datetime) -> Clocks:
    """A person replied in public (rule 1)."""
    return tuple(clock if clock.name is ClockName.RESOLUTION else clock.meet(at) for clock in clocks)


def waits_for_answer(clocks: Clocks) -> bool:
    """Whether a customer's message is unanswered."""
    return any(clock.name is not ClockName.RESOLUTION and not clock.is_met for clock in clocks)


def waits_since(clocks: Clocks) -> datetime | None:
    """When the oldest unanswered message came; None where none waits."""
    waiting = (clock.started_at for clock in clocks if clock.name is not ClockName.RESOLUTION and not clock.is_met)
    return min(waiting, default=None)


def find(clocks: Clocks, name: ClockName) -> Clock | None:
    """None for what was never asked for."""
    return next((clock for clock in clocks if clock.name is name), None)


def replaced(clocks: Clocks, changed: Clock) -> Clocks:
    """With a clock in the place of that of its name, in the order of the names."""
    others = (clock for clock in clocks if clock.name is not changed.name)
    return tuple(sorted((*others, changed), key=lambda clock: list(ClockName).index(clock.name)))


def changes(before: Clocks, after: Clocks) -> tuple[FieldChange, ...]:
    """What history tells of the clocks, each line named after clock and moment: `resolution_due_at`."""
    old = {clock.name: clock for clock in before}
    return tuple(
        FieldChange(f"{clock.name}_{moment}", _written(old.get(clock.name), moment), _written(clock, moment))
        for clock in after
        for moment in MOMENTS
        if _written(old.get(clock.name), moment) != _written(clock, moment)
    )


def _written(clock: Clock | None, moment: str) -> str:
    at: datetime | None = getattr(clock, moment, None)
    return at.isoformat() if at else ""
