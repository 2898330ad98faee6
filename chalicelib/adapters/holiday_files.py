"""Holidays from an iCalendar file (RFC 5545), as offices and calendar programs publish them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from chalicelib.domain.errors import InvalidInput

LARGEST_FILE = 1_000_000
MOST_EVENTS = 2_000
MOST_DAYS = 1_000
YEARS_AHEAD = 5
_LONGEST_EVENT = 366
_LONGEST_NAME = 80
_OLDEST = 200  # years of a recurrence that are gone through before this one
_BY_YEAR = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"}
_UNTIL = re.compile(r"UNTIL=(\d{8})T?\w*")


@dataclass(frozen=True)
class Holidays:
    """`unread` names the entries that are no whole days, recur otherwise than by year, or make no sense."""

    days: frozenset[date]
    unread: tuple[str, ...]


def read(content: bytes, today: date) -> Holidays:
    """All-day entries, those that recur by year for this year and the next five.

    Raises InvalidInput("holidays_unreadable" | "holidays_too_many").
    """
    days: set[date] = set()
    unread = []
    for event in _events(content):
        try:
            days.update(_days_of(event, today))
        except (ValueError, TypeError, AttributeError, OverflowError):
            unread.append(str(event.get("SUMMARY", "") or event.get("UID", "?"))[:_LONGEST_NAME])
        if len(days) > MOST_DAYS:
            raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    return Holidays(frozenset(days), tuple(unread))


def _events(content: bytes) -> list[Any]:
    import icalendar  # takes 80 ms, for this one page only

    if len(content) > LARGEST_FILE:
        raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    try:
        calendars = icalendar.Calendar.from_ical(content.removeprefix(b"\xef\xbb\xbf"), multiple=True)
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise InvalidInput("holidays_unreadable") from error
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not events:
        raise InvalidInput("holidays_unreadable")
    if len(events) > MOST_EVENTS:
        raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    return [event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]


def _days_of(event: Any, today: date) -> Iterator[date]:
    """Raises ValueError, TypeError or AttributeError for what is no whole day or does not recur by year."""
    start = _whole_day(event["DTSTART"].dt) if "DTSTART" in event else _whole_day(None)
    length = _length(event, start)
    for first in {*_starts(event, start, today), *_listed(event, "RDATE")} - {*_listed(event, "EXDATE")}:
        yield from (first + timedelta(days=day) for day in range(length))


def _whole_day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("no whole day")
    return value


def _length(event: Any, start: date) -> int:
    """In days; the end is the day after the last one (RFC 5545, 3.6.1)."""
    if "DTEND" in event:
        length = (_whole_day(event["DTEND"].dt) - start).days
    else:
        length = event["DURATION"].dt.days if "DURATION" in event else 1
    if length > _LONGEST_EVENT:
        raise ValueError("too long")
    return max(length, 1)


def _starts(event: Any, start: date, today: date) -> list[date]:
    if "RRULE" not in event:
        return [start]
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    rule = event["RRULE"].to_ical().decode()
    if event["RRULE"].get("FREQ") != ["YEARLY"] or set(event["RRULE"]) - _BY_YEAR or start.year < today.year - _OLDEST:
        raise ValueError("recurs otherwise")
    recurrence = rrulestr(_UNTIL.sub(r"UNTIL=\1", rule), dtstart=datetime.combine(start, time()))
    first, last = datetime(today.year, 1, 1), datetime(today.year + YEARS_AHEAD, 12, 31)  # noqa: DTZ001 - whole days
    return [at.date() for at in recurrence.between(first, last, inc=True)]


def _listed(event: Any, name: str) -> Iterator[date]:
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        yield from (_whole_day(listed.dt) for listed in one.dts)
