"""The clock of a promise: how it starts, pauses, is met, breaks, runs on and moves (rules 1–6).

A clock is a value: each verb gives the clock afterwards, and one that finds nothing to do gives the clock itself, so
that repeating it is harmless. How long it may run is said in `policy`, which event of a ticket moves which clock in
`promises`, who is told about it in `escalation`. Instants are aware UTC; `target`, `granted` and `overrun` are working
time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from chalicelib.domain.business_hours import BusinessHours

LEFT_AFTER_REOPENING = timedelta(hours=1)
"""What a reopened clock has left at least, or its whole target if that is less: it never breaches at once (rule 6)."""


class ClockName(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    """A breached clock runs on behind its deadline; one that was met too late is met, and has a `breached_at`."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"


@dataclass(frozen=True)
class Pause:
    """A stretch of real time that does not count: how much working time it takes out is the calendar's to say."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Clock:
    """`calendar` is the id of the business hours it runs by, `pauses` are those that are over, in their order.

    `granted` is what reopening gave it beyond its target, `reopened_with` how much had been used then.
    A breach is dated to the deadline, but one by a change of policy to the change, `overrun` after the new deadline.
    From a breach on, `due_at` stays as it is. `pinned_to` is a deadline set by hand: it holds whatever is paused or
    retargeted, until it is cleared (rule 5). `generation` counts the changes that may have moved steps of the ladder:
    `steps_done` are those fired in this one, which began at `generation_at`, `steps_before` those of earlier ones.
    """

    name: ClockName
    started_at: datetime
    target: timedelta
    due_at: datetime
    calendar: str
    generation_at: datetime
    generation: int = 1
    paused_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    granted: timedelta = timedelta(0)
    met_at: datetime | None = None
    breached_at: datetime | None = None
    overrun: timedelta = timedelta(0)
    pinned_to: datetime | None = None
    reopened_with: timedelta | None = None
    steps_done: frozenset[str] = frozenset()
    steps_before: frozenset[str] = frozenset()

    @classmethod
    def start(
        cls,
        name: ClockName,
        at: datetime,
        target: timedelta,
        hours: BusinessHours,
        calendar: str,
        generation: int = 1,
    ) -> Self:
        """Outside the business hours it begins to run at the next opening."""
        return cls(name, at, target, hours.add(at, target), calendar, at, generation)

    @property
    def is_met(self) -> bool:
        return self.met_at is not None

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None and not self.is_met and self.pinned_to is None

    @property
    def is_running(self) -> bool:
        """Whether time counts, be it before or after the deadline."""
        return not self.is_met and not self.is_paused

    @property
    def is_breached_by_policy(self) -> bool:
        """Whether a change of priority, policy or calendar put the deadline into the past (rule 4)."""
        return self.breached_at is not None and self.breached_at > self.due_at

    @property
    def state(self) -> ClockState:
        if self.is_met:
            return ClockState.MET
        if self.is_paused:
            return ClockState.PAUSED
        return ClockState.BREACHED if self.breached_at else ClockState.RUNNING

    def pause(self, at: datetime) -> Self:
        """From now on no time counts and no step fires, but for one that is pinned."""
        if self.is_met or self.paused_at:
            return self
        return replace(self._breached_if_late(at), paused_at=at)

    def resume(self, at: datetime, hours: BusinessHours) -> Self:
        """Adds exactly the working time of the pause; `at` is when the cause was received, not processed (rule 2).

        What was received before the pause began ends it where it began.
        """
        if self.paused_at is None or self.is_met:
            return self
        resumed = replace(self._without(self.paused_at, at), paused_at=None)
        return resumed._next_generation(max(at, self.paused_at), hours)

    def meet(self, at: datetime) -> Self:
        """The promise is kept, too late when `at`, or the pause in which it is met, began after the deadline."""
        if self.is_met:
            return self
        return replace(self._breached_if_late(self._counted_until(at)), met_at=at)

    def reopen(self, at: datetime, hours: BusinessHours) -> Self:
        """Runs on, without the time since it was paused or met (rule 6). A breach stays a breach.

        `at` is when the cause was received, as in `resume`.
        A deadline set by hand that has passed by then holds no more.
        """
        stopped_at = self.paused_at or self.met_at
        if stopped_at is None:
            return self
        used = self._counted(self.started_at, stopped_at, hours) - self.granted
        most = used if self.breached_at else self.target - min(LEFT_AFTER_REOPENING, self.target)
        reopened = replace(
            self._without(stopped_at, at),
            met_at=None,
            paused_at=None,
            pinned_to=self.pinned_to if self.pinned_to and self.pinned_to > at else None,
            granted=self.granted + max(timedelta(0), used - most),
            reopened_with=min(used, most),
        )
        return reopened._next_generation(max(at, self.met_at or stopped_at), hours)

    def retarget(self, target: timedelta, hours: BusinessHours, at: datetime, calendar: str = "") -> Self:
        """Recomputes an unmet promise from its original start (rule 4), also after `hours` were edited.

        `calendar` is the id of `hours` where that is another one. A deadline that is now past is breached at `at`.
        """
        moved = replace(self, target=target, calendar=calendar or self.calendar)
        if self.is_met or self.breached_at or (moved == self and moved._due_at(hours) == self.due_at):
            return self
        stopped_at = self._counted_until(at)
        late = self._breached_if_late(stopped_at)
        if late.breached_at:
            return late
        return moved if self.pinned_to else moved._next_generation(at, hours)._broken_by_change(stopped_at, at, hours)

    def backdate(self, started_at: datetime, hours: BusinessHours) -> Self:
        """Begins earlier than was known, when what started it came in after something later.

        Whoever was told already is not told again: a deadline that comes earlier is no news to them.
        """
        if self.is_met or self.breached_at or started_at >= self.started_at:
            return self
        earlier = replace(self, started_at=started_at)
        return replace(earlier, due_at=earlier._due_at(hours))

    def pin(self, due_at: datetime, at: datetime, hours: BusinessHours) -> Self:
        """Due at an instant that a person set, until it is cleared (rule 5). A breach stays a breach."""
        if self.is_met or self.pinned_to == due_at:
            return self
        return replace(self._breached_if_late(self._counted_until(at)), pinned_to=due_at)._next_generation(at, hours)

    def unpin(self, at: datetime, hours: BusinessHours) -> Self:
        """Due again when its working time runs out; breached at `at`, by that change, where this is past."""
        if self.is_met or self.pinned_to is None:
            return self
        cleared = replace(self._breached_if_late(at), pinned_to=None)
        return cleared._next_generation(at, hours)._broken_by_change(cleared._counted_until(at), at, hours)

    def breach(self, at: datetime) -> Self:
        """Marks the promise as broken if its deadline has come by `at`."""
        if self.is_met or self.breached_at or at < self.due_at:
            return self
        return replace(self, breached_at=self.due_at)

    def fired(self, step_key: str) -> Self:
        """Notes that a step of the ladder was taken in this generation (rule 7)."""
        return replace(self, steps_done=self.steps_done | {step_key})

    def counted_from(self, since: datetime, working: timedelta, hours: BusinessHours) -> datetime:
        """The instant at which so much working time has counted since another one, without the pauses."""
        at = hours.add(since, working)
        for pause in self.pauses:
            if pause.end > since and pause.start <= at:
                at = hours.add(at, hours.elapsed(max(pause.start, since), pause.end))
        return at

    def _counted(self, since: datetime, until: datetime, hours: BusinessHours) -> timedelta:
        """The working time between two instants, without the pauses."""
        paused = (hours.elapsed(max(pause.start, since), min(pause.end, until)) for pause in self.pauses)
        return hours.elapsed(since, until) - sum(paused, timedelta(0))

    def _counted_until(self, at: datetime) -> datetime:
        """The instant up to which time has counted by `at`."""
        return self.paused_at if self.paused_at and not self.pinned_to else at

    def _without(self, start: datetime, end: datetime) -> Self:
        return replace(self, pauses=(*self.pauses, Pause(start, end))) if start < end else self

    def _breached_if_late(self, at: datetime) -> Self:
        return self.breach(at) if at > self.due_at else self

    def _broken_by_change(self, stopped_at: datetime, at: datetime, hours: BusinessHours) -> Self:
        """After a change at `at` put the deadline before the instant up to which time has counted."""
        if self.breached_at or self.due_at >= stopped_at:
            return self
        return replace(self, breached_at=at, overrun=self._counted(self.due_at, stopped_at, hours))

    def _next_generation(self, at: datetime, hours: BusinessHours) -> Self:
        return replace(
            self,
            due_at=self._due_at(hours),
            generation=self.generation + 1,
            generation_at=at,
            steps_done=frozenset(),
            steps_before=self.steps_before | self.steps_done,
        )

    def _due_at(self, hours: BusinessHours) -> datetime:
        if self.pinned_to or self.breached_at:
            return self.pinned_to or self.due_at
        return self.counted_from(self.started_at, self.target + self.granted, hours)
