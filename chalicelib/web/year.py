"""The picture of a calendar's year: every day with what it is, in words and by a mark, so that no colour is needed."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib import i18n
from chalicelib.domain.business_hours import BusinessHours, texts


class DayKind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    OWN = "own"


@dataclass(frozen=True)
class Day:
    """`told` is the day in words: what it is, and its hours."""

    number: int
    kind: DayKind
    told: str


@dataclass(frozen=True)
class Month:
    """`weeks` begin on Monday, None for days of the neighbouring months."""

    number: int
    weeks: tuple[tuple[Day | None, ...], ...]


def months(hours: BusinessHours, year: int, language: str) -> tuple[Month, ...]:
    return tuple(_month(hours, year, month, language) for month in range(1, 13))


def kind_of(hours: BusinessHours, day: date) -> DayKind:
    """A date with hours or breaks of its own is that, even where it would be a holiday; one without any is closed."""
    if hours.slots_on(day):
        return DayKind.OWN if day in hours.dates or day in hours.breaks else DayKind.OPEN
    return DayKind.CLOSED if day in hours.dates or not hours.is_holiday(day) else DayKind.HOLIDAY


def _month(hours: BusinessHours, year: int, month: int, language: str) -> Month:
    weeks = (
        tuple(_day(hours, day, language) if day.month == month else None for day in week)
        for week in Calendar().monthdatescalendar(year, month)
    )
    return Month(month, tuple(weeks))


def _day(hours: BusinessHours, day: date, language: str) -> Day:
    kind = kind_of(hours, day)
    slots = ", ".join(f"{opens}–{closes}" for opens, closes in texts(hours.slots_on(day)))
    breaks = ", ".join(f"{opens}–{closes}" for opens, closes in texts(hours.breaks.get(day, ())))
    told = i18n.text(language, f"day_kind.{kind}")
    if slots:
        told = f"{told}: {slots}"
    if breaks:
        told = f"{told}; " + i18n.text(language, "time.breaks", slots=breaks)
    return Day(day.day, kind, f"{day.isoformat()} {told}")
