"""Business hours the slow way: look at the clock on the wall at every tick. Reads the calendar's JSON, shares no code.

Instants must lie on a tick, calendars must not name a country. `add` gives None when it finds nothing within `limit`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Calendar = dict[str, Any]
DAY = timedelta(days=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar["time_zone"]))
    wall, today = local.strftime("%H:%M"), local.date()
    slots, breaks = calendar["hours"], calendar.get("breaks", {})
    is_working = _covers(_slots(calendar, slots, today), _slots(calendar, slots, today - DAY), wall)
    return is_working and not _covers(_of(breaks, today), _of(breaks, today - DAY), wall)


def elapsed(calendar: Calendar, a: datetime, b: datetime, tick: timedelta) -> timedelta:
    total = timedelta(0)
    while a < b:
        total += tick * is_open(calendar, a)
        a += tick
    return total


def add(calendar: Calendar, start: datetime, working: timedelta, tick: timedelta, limit: timedelta) -> datetime | None:
    at = start
    while working > timedelta(0):
        if at >= start + limit:
            return None
        working -= tick * is_open(calendar, at)
        at += tick
    return at


def next_open(calendar: Calendar, at: datetime, tick: timedelta, limit: timedelta) -> datetime | None:
    ticks = (at + tick * n for n in range(limit // tick))
    return next((instant for instant in ticks if is_open(calendar, instant)), None)


def add_days(calendar: Calendar, start: datetime, days: int, tick: timedelta, limit: timedelta) -> datetime | None:
    """Counted in dates on which a slot begins, from the date of the slot in which `start` lies; today's before that of
    yesterday evening."""
    local = start.astimezone(ZoneInfo(calendar["time_zone"]))
    wall, day, nights = local.strftime("%H:%M"), local.date(), 0
    today, yesterday = (_slots(calendar, calendar["hours"], date) for date in (day, day - DAY))
    if not _covers(today, (), wall) and _covers((), yesterday, wall):
        day, nights = day - DAY, 1
    while days:
        day += DAY
        days -= _slots(calendar, calendar["hours"], day) != []
    same_time = datetime.combine(day + nights * DAY, local.timetz())
    return next_open(calendar, same_time.astimezone(UTC), tick, limit)


def _slots(calendar: Calendar, hours: dict[str, list[list[str]]], day: date) -> list[list[str]]:
    if day.isoformat() in calendar.get("dates", {}):
        return _of(calendar["dates"], day)
    return [] if day.isoformat() in calendar.get("holidays", []) else hours.get(NAMES[day.weekday()], [])


def _of(dates: dict[str, list[list[str]]], day: date) -> list[list[str]]:
    return dates.get(day.isoformat(), [])


def _covers(today: Iterable[list[str]], yesterday: Iterable[list[str]], wall: str) -> bool:
    begun_today = any(opens <= wall and (wall < closes or closes < opens) for opens, closes in today)
    return begun_today or any(closes < opens and wall < closes for opens, closes in yesterday)
