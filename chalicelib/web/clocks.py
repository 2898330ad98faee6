"""A ticket's clocks as agents read them: how long is left, what happens next, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib import i18n
from chalicelib.domain import timer
from chalicelib.domain.auto_close import CloseStep
from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.escalation import Step
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.timer import Coming
from chalicelib.web import spans
from chalicelib.web.shown import Shown


@dataclass(frozen=True)
class ClockShown:
    """`next` is a sentence, "" where nothing comes; `left` the working time of one that is paused before its end."""

    clock: Clock
    next: str
    left: str


def of(ticket: Ticket, settings: Settings, show: Shown) -> dict[str, object]:
    """What the page needs: `clocks` in their order, `nearest` with the next deadline, `closing` for a ticket that waits
    for its customer, or would but for its open action items (rule 15), the policy that counts, the names of all, and
    the deadline set by hand as its form has it."""
    next_steps = {one.clock: _sentence(one, ticket, settings, show) for one in timer.coming(ticket, settings)}
    promise, pinned = settings.promise_to(ticket), ticket.find_clock(ClockName.RESOLUTION)
    rows = (
        ClockShown(clock, next_steps.get(clock.name, ""), _left(clock, promise.hours_of(clock), show))
        for clock in ticket.clocks
    )
    running = (clock for clock in ticket.clocks if clock.is_running)
    return {
        "clocks": tuple(rows),
        "nearest": min(running, key=lambda clock: clock.due_at, default=None),
        "policy": promise.policy,
        "policies": {policy.id: policy.name for policy in settings.policies},
        "pinned_to": written_due(pinned.pinned_to, show.zone) if pinned and pinned.pinned_to else "",
        "closing": next_steps.get(timer.AUTO_CLOSE) or _held(ticket, settings, show),
    }


def read_due(typed: str, zone: str) -> datetime:
    """What a `datetime-local` field gives, in the reader's zone. Raises InvalidInput("due_unreadable")."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("due_unreadable", field="due_at") from None
    return local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local


def written_due(at: datetime, zone: str) -> str:
    """As `read_due` takes it back."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def _left(clock: Clock, hours: BusinessHours, show: Shown) -> str:
    return spans.write(show.language, clock.left(hours)) if clock.is_paused and not clock.breached_at else ""


def _sentence(coming: Coming, ticket: Ticket, settings: Settings, show: Shown) -> str:
    at = show.full(coming.at)
    if isinstance(coming.step, CloseStep):
        since = show.full(ticket.waiting.since) if ticket.waiting else ""
        return i18n.text(show.language, f"next.{coming.step}", at=at, since=since)
    told = ", ".join(agent.name for agent in timer.receivers(coming.step, ticket, settings, coming.at))
    return i18n.text(show.language, "next.told", at=at, who=told or "–", why=_why(coming.step, show))


def _held(ticket: Ticket, settings: Settings, show: Shown) -> str:
    is_held = ticket.waiting and ticket.open_items and settings.close_after.is_on
    return i18n.text(show.language, "next.held", count=len(ticket.open_items)) if is_held else ""


def _why(step: Step, show: Shown) -> str:
    if step.is_warning:
        return i18n.text(show.language, "next.share", percent=step.at)
    if step.after > timedelta(0):
        return i18n.text(show.language, "next.after", span=show.span(step.after))
    return i18n.text(show.language, "next.deadline")
