"""A ticket that waits for its customer is reminded of, once more, and then resolved (rule 15).

Each step comes a number of working days after the one before, at the same time of day: one that was late moves those
behind it, so that nobody is reminded and resolved in one breath.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.errors import InvalidSetting

_IN_TIME = timedelta(hours=1)


class CloseStep(StrEnum):
    REMINDER = "reminder"
    LAST_REMINDER = "last_reminder"
    RESOLVE = "resolve"


@dataclass(frozen=True)
class CloseAfter:
    """Working days from a person's last public reply to each step. Raises `InvalidSetting` when out of order.

    With `is_on` false tickets wait for ever.
    """

    reminder: int = 3
    last_reminder: int = 6
    resolve: int = 7
    is_on: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.reminder < self.last_reminder < self.resolve:
            raise InvalidSetting("auto_close_order")

    def days_to(self, step: CloseStep) -> int:
        """From the step before, or from the reply."""
        days = (0, self.reminder, self.last_reminder, self.resolve)
        place = list(CloseStep).index(step)
        return days[place + 1] - days[place]


@dataclass(frozen=True)
class Waiting:
    """For the customer, who was answered; `since` the last step, of which there were `steps`, or the answer."""

    since: datetime
    steps: int = 0

    def next_step(self, after: CloseAfter, hours: BusinessHours) -> tuple[CloseStep, datetime] | None:
        """And its instant, which may be past; None when all were taken or none shall be."""
        if not after.is_on or self.steps >= len(CloseStep):
            return None
        step = list(CloseStep)[self.steps]
        return step, hours.add_days(self.since, after.days_to(step))

    def ends_at(self, after: CloseAfter, hours: BusinessHours) -> datetime:
        """When the ticket is resolved if the customer goes on saying nothing."""
        end = self.since
        for step in list(CloseStep)[self.steps :]:
            end = hours.add_days(end, after.days_to(step))
        return end

    def took(self, due_at: datetime, now: datetime) -> "Waiting":
        """After a step that was due at an instant."""
        return replace(self, since=due_at if now - due_at < _IN_TIME else now, steps=self.steps + 1)
