"""A ticket's clocks as agents read them: how long is left, what happens next, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib import i18n
from chalicelib.domain import timer
from chalicelib.domain.auto_close import CloseStep
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.escalation import Step
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.timer import Coming
from chalicelib.web.shown import Shown


@dataclass(frozen=True)
class ClockShown:
    """`next` is a sentence, "" where nothing comes."""

    clock: Clock
    next: str


def of(ticket: Ticket, settings: Settings, show: Shown) -> dict[str, object]:
    """What the panel needs: `clocks` in their order, and `closing` for a ticket that waits for its customer."""
    next_steps = {one.clock: _sentence(one, ticket, settings, show) for one in timer.coming(ticket, settings)}
    return {
        "clocks": tuple(ClockShown(clock, next_steps.get(clock.name, "")) for clock in ticket.clocks),
        "closing": next_steps.get(timer.AUTO_CLOSE, ""),
    }


def read_due(typed: str, zone: str) -> datetime:
    """What a `datetime-local` field gives, in the reader's zone. Raises InvalidInput("due_unreadable")."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("due_unreadable", field="due_at") from None
    return local.replace(tzinfo=ZoneInfo(zone)) if local.tzinfo is None else local


def _sentence(coming: Coming, ticket: Ticket, settings: Settings, show: Shown) -> str:
    at = show.full(coming.at)
    if isinstance(coming.step, CloseStep):
        since = show.full(ticket.waiting.since) if ticket.waiting else ""
        return i18n.text(show.language, f"next.{coming.step}", at=at, since=since)
    told = ", ".join(agent.name for agent in timer.receivers(coming.step, ticket, settings, coming.at))
    return i18n.text(show.language, "next.told", at=at, who=told or "–", why=_why(coming.step, show))


def _why(step: Step, show: Shown) -> str:
    if step.is_warning:
        return i18n.text(show.language, "next.share", percent=step.at)
    if step.after > timedelta(0):
        return i18n.text(show.language, "next.after", span=show.span(step.after))
    return i18n.text(show.language, "next.deadline")
