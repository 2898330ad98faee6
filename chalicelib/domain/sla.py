"""Promises: the clocks of a ticket, and the policy that says how long each may run (rules 1–7).

A clock is a value: each verb gives the clock afterwards, and one that finds nothing to do gives the clock itself, so
that repeating it is harmless. Which event of a ticket starts, pauses or meets which clock is decided in `ticket`, who
is told about it in `escalation`. Instants are aware UTC; `target`, `paused` and `overrun` are working time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.errors import InvalidSetting
from chalicelib.domain.escalation import DEFAULT_LADDER, Step, in_minutes
from chalicelib.domain.words import Priority, Status

LEFT_AFTER_REOPENING = timedelta(hours=1)
"""What a reopened clock has left at least, or its whole target if that is less: it never breaches at once (rule 6)."""


class ClockName(StrEnum):
    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


class ClockState(StrEnum):
    """A breached clock runs on behind its deadline; one that was met too late is met, and has a `breached_at`."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"


@dataclass(frozen=True)
class Clock:
    """`calendar` is the id of the business hours it runs by, `paused` the time excluded by pauses that are over.

    A breach is dated to the deadline, but one by a change of policy to the change, `overrun` after the new deadline.
    From a breach on, `due_at` stays as it is. `generation` counts the changes that may have moved steps of the ladder:
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
    paused: timedelta = timedelta(0)
    met_at: datetime | None = None
    breached_at: datetime | None = None
    overrun: timedelta = timedelta(0)
    reopened_at: datetime | None = None
    steps_done: frozenset[str] = frozenset()
    steps_before: frozenset[str] = frozenset()

    @classmethod
    def start(cls, name: ClockName, at: datetime, target: timedelta, hours: BusinessHours, calendar: str) -> Self:
        """Outside the business hours it begins to run at the next opening."""
        return cls(name, at, target, hours.add(at, target), calendar, generation_at=at)

    @property
    def is_met(self) -> bool:
        return self.met_at is not None

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None and not self.is_met

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
        """From now on no time counts and no step fires. The first response never pauses (rule 2)."""
        if self.name is ClockName.FIRST_RESPONSE or not self.is_running:
            return self
        return replace(self._breached_if_late(at), paused_at=at)

    def resume(self, at: datetime, hours: BusinessHours) -> Self:
        """Adds exactly the working time of the pause; `at` is when the cause was received, not processed (rule 2).

        What was received before the pause began ends it where it began.
        """
        if self.paused_at is None or self.is_met:
            return self
        paused = self.paused + hours.elapsed(self.paused_at, at)
        resumed = replace(self, paused_at=None, paused=paused)
        return resumed._next_generation(max(at, self.paused_at), hours)

    def meet(self, at: datetime) -> Self:
        """The promise is kept, too late when `at`, or the pause in which it is met, began after the deadline."""
        if self.is_met:
            return self
        return replace(self._breached_if_late(self.paused_at or at), met_at=at)

    def reopen(self, at: datetime, hours: BusinessHours) -> Self:
        """Runs on, without the time since it was met or paused before that (rule 6). A breach stays a breach.

        `at` is when the cause was received, as in `resume`.
        """
        if self.met_at is None:
            return self
        stopped_at = self.paused_at or self.met_at
        excluded = self.paused + hours.elapsed(stopped_at, at)
        if not self.breached_at:
            left = self.target + self.paused - hours.elapsed(self.started_at, stopped_at)
            excluded += max(timedelta(0), min(LEFT_AFTER_REOPENING, self.target) - left)
        reopened_at = max(at, self.met_at)
        reopened = replace(self, met_at=None, paused_at=None, paused=excluded, reopened_at=reopened_at)
        return reopened._next_generation(reopened_at, hours)

    def retarget(self, target: timedelta, hours: BusinessHours, at: datetime, calendar: str = "") -> Self:
        """Recomputes an unmet promise from its original start (rule 4), also after `hours` were edited.

        `calendar` is the id of `hours` where that is another one. A deadline that is now past is breached at `at`.
        """
        stopped_at = self.paused_at or at
        current = self._breached_if_late(stopped_at)
        if current.is_met or current.breached_at:
            return current
        moved = replace(self, target=target, calendar=calendar or self.calendar)._next_generation(at, hours)
        if moved.due_at < stopped_at:
            return replace(moved, breached_at=at, overrun=hours.elapsed(moved.due_at, stopped_at))
        is_same = (moved.target, moved.calendar, moved.due_at) == (self.target, self.calendar, self.due_at)
        return self if is_same else moved

    def breach(self, at: datetime) -> Self:
        """Marks the promise as broken if its deadline has come by `at`."""
        if self.is_met or self.breached_at or at < self.due_at:
            return self
        return replace(self, breached_at=self.due_at)

    def fired(self, step_key: str) -> Self:
        """Notes that a step of the ladder was taken in this generation (rule 7)."""
        return replace(self, steps_done=self.steps_done | {step_key})

    def _breached_if_late(self, at: datetime) -> Self:
        return self.breach(at) if at > self.due_at else self

    def _next_generation(self, at: datetime, hours: BusinessHours) -> Self:
        return replace(
            self,
            due_at=self.due_at if self.breached_at else hours.add(self.started_at, self.target + self.paused),
            generation=self.generation + 1,
            generation_at=at,
            steps_done=frozenset(),
            steps_before=self.steps_before | self.steps_done,
        )


@dataclass(frozen=True)
class Targets:
    """How much working time each clock may take; a field per clock, named as it is."""

    first_response: timedelta
    resolution: timedelta

    def of(self, name: ClockName) -> timedelta:
        target: timedelta = getattr(self, name)
        return target

    @classmethod
    def from_json(cls, minutes: Mapping[str, float]) -> Self:
        return cls(**{name: timedelta(minutes=minutes[name]) for name in ClockName})

    def to_json(self) -> dict[str, float]:
        """In minutes."""
        return {name.value: in_minutes(self.of(name)) for name in ClockName}


@dataclass(frozen=True)
class SlaPolicy:
    """What is promised to whom it applies; a target for each priority, and a ladder that has a step for the breach.

    `pauses_in` are the statuses in which the resolution is not the desk's to drive (rule 2). Raises `InvalidSetting`.
    """

    id: str
    name: str
    calendar: str
    targets: Mapping[Priority, Targets]
    ladder: tuple[Step, ...] = DEFAULT_LADDER
    pauses_in: frozenset[Status] = frozenset({Status.PENDING})

    def __post_init__(self) -> None:
        if missing := [priority for priority in Priority if priority not in self.targets]:
            raise InvalidSetting("policy_without_target", policy=self.name, priority=missing[0].value)
        if any(targets.of(name) <= timedelta(0) for targets in self.targets.values() for name in ClockName):
            raise InvalidSetting("policy_target", policy=self.name)
        if len({step.key for step in self.ladder}) < len(self.ladder):
            raise InvalidSetting("ladder_key_twice", policy=self.name)
        if not any(step.marks_breach for step in self.ladder):
            raise InvalidSetting("ladder_without_breach", policy=self.name)

    @classmethod
    def from_json(cls, policy: Mapping[str, Any]) -> Self:
        """Reads what `to_json` gives: targets and spans in minutes, shares in percent. Raises `InvalidSetting`."""
        try:
            return cls._read(policy)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidSetting("policy_unreadable") from error

    @classmethod
    def _read(cls, policy: Mapping[str, Any]) -> Self:
        return cls(
            id=policy["id"],
            name=policy["name"],
            calendar=policy["calendar"],
            targets={Priority(name): Targets.from_json(minutes) for name, minutes in policy["targets"].items()},
            ladder=tuple(Step.from_json(step) for step in policy["ladder"]),
            pauses_in=frozenset(Status(status) for status in policy["pauses_in"]),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "calendar": self.calendar,
            "targets": {priority.value: self.targets[priority].to_json() for priority in Priority},
            "ladder": [step.to_json() for step in self.ladder],
            "pauses_in": sorted(status.value for status in self.pauses_in),
        }


DEFAULT_POLICY = SlaPolicy(
    id="default",
    name="Default",
    calendar="default",
    targets={
        Priority.URGENT: Targets(timedelta(hours=1), timedelta(hours=4)),
        Priority.HIGH: Targets(timedelta(hours=4), timedelta(hours=9)),
        Priority.MEDIUM: Targets(timedelta(hours=9), timedelta(hours=27)),
        Priority.LOW: Targets(timedelta(hours=18), timedelta(hours=45)),
    },
)
