"""The first report: what came in, what was solved, what is left, and what customers say."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from chalice.app import Response

from chalicelib.adapters import counts
from chalicelib.adapters.counts import Day
from chalicelib.domain.agent import Right
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

DAYS = 30
_CHART_HEIGHT = 120


@dataclass(frozen=True)
class Totals:
    """Over all days of the report; `average` is None without answers."""

    opened: int
    resolved: int
    scores: int
    average: float | None

    @classmethod
    def of(cls, days: tuple[Day, ...]) -> "Totals":
        scores = sum(day.scores for day in days)
        average = sum(day.score_sum for day in days) / scores if scores else None
        return cls(sum(day.opened for day in days), sum(day.resolved for day in days), scores, average)


@dataclass(frozen=True)
class Bar:
    """A day of the chart, heights in units of its view box."""

    day: Day
    opened: int
    resolved: int


@routes.agents("/agent/reports", Right.READ_REPORTS)
def show(visit: Visit) -> Response:
    today = visit.now.astimezone(ZoneInfo(visit.settings.time_zone)).date()
    days = counts.by_day(today - timedelta(days=DAYS - 1), today)
    values = {
        "days": days,
        "totals": Totals.of(days),
        "bars": _bars(days),
        "height": _CHART_HEIGHT,
        "counts": counts.by_queue(visit.agent.id, visit.now),
    }
    return pages.render(visit, "agent/reports.html", values)


def _bars(days: tuple[Day, ...]) -> tuple[Bar, ...]:
    highest = max((max(day.opened, day.resolved) for day in days), default=0) or 1
    return tuple(
        Bar(day, day.opened * _CHART_HEIGHT // highest, day.resolved * _CHART_HEIGHT // highest) for day in days
    )
