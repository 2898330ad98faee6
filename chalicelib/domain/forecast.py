"""What a ticket would be promised: its policy, when each clock would be due, and when who would be told."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import promises
from chalicelib.domain.escalation import Step
from chalicelib.domain.policy import ServiceLevels, SlaPolicy
from chalicelib.domain.promises import Promise
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Source, Status


@dataclass(frozen=True)
class Enquiry:
    """What a condition asks of a ticket; `team` 0 is none, `customer` an address."""

    priority: Priority
    team: int
    kind: Kind | None
    source: Source
    customer: str

    def ticket(self, at: datetime) -> Ticket:
        opened = Ticket(0, "", Status.OPEN, self.priority, self.source, "", 0, "", self.customer, at, at, ())
        return replace(opened, team=self.team, kind=self.kind)


@dataclass(frozen=True)
class Forecast:
    """`clocks` with the steps of their ladder, the earliest first, if nobody did anything."""

    policy: SlaPolicy
    clocks: tuple[tuple[Clock, tuple[tuple[Step, datetime], ...]], ...]


def forecast(enquiry: Enquiry, at: datetime, settings: Settings) -> Forecast:
    """Of a ticket that comes in at `at`; its next response is that to a message which comes in then.

    Raises InvalidSetting where the calendar never opens again.
    """
    policy = settings.policy_for(enquiry.ticket(at))
    promise = Promise(policy, enquiry.priority, settings.calendars)
    opened = promise.opened(at)
    next_response = promises.find(promise.asked(promises.answered(opened, at), at), ClockName.NEXT_RESPONSE)
    clocks = promises.replaced(opened, next_response) if next_response else opened
    return Forecast(policy, tuple((clock, promise.ladder_of(clock).coming(clock)) for clock in clocks))


def check_keepable(levels: ServiceLevels, now: datetime) -> None:
    """That every policy can be kept from now on: whatever comes in has its deadlines, and its ladder an end.

    Raises InvalidSetting where a calendar never opens, or opens too seldom.
    """
    for policy in levels.policies:
        for priority in Priority:
            promise = Promise(policy, priority, levels.calendars)
            for clock in promise.opened(now):
                promise.ladder_of(clock).coming(clock)
    for calendar in levels.calendars.values():
        calendar.add_days(now, levels.close_after.resolve)
