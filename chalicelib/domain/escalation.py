"""The ladder: who is told when a promise is near its end, and after it broke (rule 7).

A step is tied to a share of a clock's target or to working time after the breach; its instant follows from the clock
and is never stored. It fires once per generation of the clock, and only while the clock is unmet and not paused.

* A step that fired in an earlier generation fires again only when its instant now lies after the change that began the
  new one. A pause can't bring that about, as it moves the instant no further than the time that was used before; a
  later deadline does, and then the notice is news again.
* In quiet hours nobody is told: a step whose instant lies there fires when they end.
* Reopening rings nobody for what lies behind it (rule 6).
* A warning is void once the deadline has come: late or overtaken by a change of policy, only the breach is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from chalicelib.domain.errors import InvalidSetting

if TYPE_CHECKING:
    from chalicelib.domain.business_hours import BusinessHours
    from chalicelib.domain.sla import Clock


class Receiver(StrEnum):
    ASSIGNEE = "assignee"
    TEAM_LEAD = "team_lead"
    SUPERVISOR = "supervisor"


class Channel(StrEnum):
    """How people are told; what stands in the console can be read up later, so that it always does."""

    CONSOLE = "console"
    MAIL = "mail"


class StepAction(StrEnum):
    """What a step does besides telling people."""

    RAISE_PRIORITY = "raise_priority"
    TO_TEAM_LEAD = "to_team_lead"
    NEXT_LEVEL = "next_level"


@dataclass(frozen=True)
class Step:
    """At `at` percent of the target or, with `after`, that much working time after the breach.

    `key` names it in its ladder, `actions` are done in their order. Raises `InvalidSetting` for a share outside 1–100
    or an `after` on a warning.
    """

    key: str
    receivers: tuple[Receiver, ...]
    at: int = 100
    after: timedelta = timedelta(0)
    actions: tuple[StepAction, ...] = ()
    channels: tuple[Channel, ...] = tuple(Channel)

    def __post_init__(self) -> None:
        if not 1 <= self.at <= 100 or self.after < timedelta(0) or (self.after and self.is_warning):
            raise InvalidSetting("ladder_step", key=self.key)

    @property
    def is_warning(self) -> bool:
        return self.at < 100

    @property
    def marks_breach(self) -> bool:
        return self.at == 100 and not self.after

    @classmethod
    def from_json(cls, step: Mapping[str, Any]) -> Self:
        return cls(
            key=step["key"],
            receivers=tuple(Receiver(receiver) for receiver in step["receivers"]),
            at=step.get("at", 100),
            after=timedelta(minutes=step.get("after", 0)),
            actions=tuple(StepAction(action) for action in step.get("actions", ())),
            channels=tuple(Channel(channel) for channel in step.get("channels", Channel)),
        )

    def to_json(self) -> dict[str, Any]:
        """`at` in percent, `after` in minutes."""
        return {
            "key": self.key,
            "receivers": [receiver.value for receiver in self.receivers],
            "at": self.at,
            "after": in_minutes(self.after),
            "actions": [action.value for action in self.actions],
            "channels": [channel.value for channel in self.channels],
        }


DEFAULT_LADDER = (
    Step("half", (Receiver.ASSIGNEE,), at=50),
    Step("warning", (Receiver.ASSIGNEE,), at=80),
    Step("breach", (Receiver.TEAM_LEAD,)),
    Step("late", (Receiver.SUPERVISOR,), after=timedelta(hours=4)),
    Step("very_late", (Receiver.SUPERVISOR,), after=timedelta(hours=9)),
)


@dataclass(frozen=True)
class Ladder:
    """The steps of a policy over a calendar; `awake` are the hours in which people may be told."""

    steps: tuple[Step, ...]
    hours: BusinessHours
    awake: BusinessHours

    def next_step(self, clock: Clock) -> tuple[Step, datetime] | None:
        """The earliest step still to fire and its instant, which may be past; None when nothing will fire."""
        return min(self._pending(clock), key=lambda pending: pending[1], default=None)

    def coming(self, clock: Clock) -> tuple[tuple[Step, datetime], ...]:
        """All steps still to fire with their instants, the earliest first."""
        return tuple(sorted(self._pending(clock), key=lambda pending: pending[1]))

    def due_step(self, clock: Clock, as_of: datetime) -> Step | None:
        """The first step to fire at `as_of`; no warning any more once the deadline has come."""
        due = sorted(((step, at) for step, at in self._pending(clock) if at <= as_of), key=lambda pending: pending[1])
        is_over = any(not step.is_warning for step, _ in due)
        return next((step for step, _ in due if not (is_over and step.is_warning)), None)

    def _pending(self, clock: Clock) -> Iterator[tuple[Step, datetime]]:
        """The steps that are still to fire in the clock's generation, with their instants."""
        if not clock.is_running:
            return
        for step in self.steps:
            if step.key in clock.steps_done or (step.is_warning and clock.breached_at):
                continue
            at = self._instant(step, clock)
            fired_before = step.key in clock.steps_before and at <= clock.generation_at
            if not (fired_before or _lies_behind_reopening(step, clock, at)):
                yield step, self.awake.next_open(max(at, clock.generation_at))

    def _instant(self, step: Step, clock: Clock) -> datetime:
        """From the deadline on by the deadline itself, which a breach leaves as it is. Of a pinned clock, shares are of
        the working time that it has altogether (rule 5)."""
        if not step.is_warning:
            return clock.counted_from(clock.due_at, clock.overrun + step.after, self.hours)
        if clock.pinned_to:
            share = self.hours.elapsed(clock.started_at, clock.due_at) * step.at / 100
            return self.hours.add(clock.started_at, share)
        return clock.counted_from(clock.started_at, _used_at(step, clock) + clock.granted, self.hours)


def _used_at(step: Step, clock: Clock) -> timedelta:
    """The working time that is used when a step is due."""
    return clock.target * step.at / 100 + clock.overrun + step.after


def _lies_behind_reopening(step: Step, clock: Clock, at: datetime) -> bool:
    if clock.reopened_with is None:
        return False
    return at <= clock.generation_at if clock.pinned_to else _used_at(step, clock) <= clock.reopened_with


def in_minutes(span: timedelta) -> float:
    """How settings write spans; a whole number where it is one."""
    minutes = span / timedelta(minutes=1)
    return int(minutes) if minutes.is_integer() else minutes
