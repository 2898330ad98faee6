"""What a ticket would be promised: its policy, when each clock would be due, and when who would be told."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import promises
from chalicelib.domain.escalation import Step
from chalicelib.domain.policy import SlaPolicy
from chalicelib.domain.promises import Promise
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority, Source, Status


@dataclass(frozen=True)
class Forecast:
    """`clocks` with the steps of their ladder, the earliest first, if nobody did anything."""

    policy: SlaPolicy
    clocks: tuple[tuple[Clock, tuple[tuple[Step, datetime], ...]], ...]


def forecast(
    priority: Priority, team: int, source: Source, customer: str, at: datetime, settings: Settings
) -> Forecast:
    """Of a ticket that comes in at `at`; its next response is that to a message which comes in then.

    Raises InvalidSetting where the calendar never opens again.
    """
    ticket = Ticket(0, "", Status.OPEN, priority, source, "", 0, "", customer, at, at, (), team=team)
    policy = settings.policy_for(ticket)
    promise = Promise(policy, priority, settings.calendars)
    opened = promise.opened(at)
    next_response = promises.find(promise.asked(promises.answered(opened, at), at), ClockName.NEXT_RESPONSE)
    clocks = promises.replaced(opened, next_response) if next_response else opened
    return Forecast(policy, tuple((clock, promise.ladder_of(clock).coming(clock)) for clock in clocks))
