"""Holidays from an iCalendar file (RFC 5545), as offices and calendar programs publish them."""

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
_OLDEST_COUNT = 30  # years of a counted recurrence that are gone through before this one
_BY_DAY = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"}
_BY_YEAR = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", *_BY_DAY}
_NEVER_AGAIN = 10_000  # years, and so behind the last one that there is


@dataclass(frozen=True)
class Holidays:
    """`unread` names the entries that are no whole days, recur otherwise than by year, or make no sense.

    `yearly_until` is the last year that was read of entries that go on behind it, None when there are none.
    """

    days: frozenset[date]
    unread: tuple[str, ...]
    yearly_until: int | None = None


def read(content: bytes, today: date) -> Holidays:
    """All-day entries, those that recur by year for this year and the next five.

    Raises InvalidInput("holidays_unreadable" | "holidays_too_many").
    """
    days: set[date] = set()
    unread, goes_on, last_year = [], False, today.year + YEARS_AHEAD
    for event in _events(content):
        try:
            days.update(_days_of(event, range(today.year, last_year + 1)))
            goes_on |= _is_endless(event, last_year)
        except (ValueError, TypeError, AttributeError, OverflowError):
            unread.append(str(event.get("SUMMARY", "") or event.get("UID", "?"))[:_LONGEST_NAME])
        if len(days) > MOST_DAYS:
            raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    return Holidays(frozenset(days), tuple(unread), last_year if goes_on else None)


def _events(content: bytes) -> list[Any]:
    import icalendar  # takes 80 ms, for this one page only

    if len(content) > LARGEST_FILE:
        raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    try:
        calendars = icalendar.Calendar.from_ical(content.removeprefix(b"\xef\xbb\xbf"), multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, TypeError, IndexError, KeyError, RecursionError) as error:
        raise InvalidInput("holidays_unreadable") from error
    if not events:
        raise InvalidInput("holidays_unreadable")
    if len(events) > MOST_EVENTS:
        raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    return [event for event in events if str(event.get("STATUS", "")).upper() != "CANCELLED"]


def _days_of(event: Any, years: range) -> Iterator[date]:
    """Raises ValueError, TypeError or AttributeError for what is no whole day or does not recur by year."""
    start = _whole_day(event["DTSTART"].dt) if "DTSTART" in event else _whole_day(None)
    length = _length(event, start)
    firsts = {*_starts(event, start, years), *_listed(event, "RDATE")} - {*_listed(event, "EXDATE")}
    if len(firsts) * length > MOST_DAYS:
        raise InvalidInput("holidays_too_many", limit=MOST_DAYS)
    return (first + timedelta(days=day) for first in firsts for day in range(length))


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


def _starts(event: Any, start: date, years: range) -> list[date]:
    """Those of a recurrence in these years; a counted one is gone through from its beginning."""
    if "RRULE" not in event:
        return [start]
    rule = event["RRULE"]
    count, interval = rule.get("COUNT", [None])[0], rule.get("INTERVAL", [1])[0]
    is_old = count is not None and start.year < years[0] - _OLDEST_COUNT
    if rule.get("FREQ") != ["YEARLY"] or set(rule) - _BY_YEAR or interval < 1 or is_old:
        raise ValueError("recurs otherwise")
    skipped = 0 if count else max(0, years[0] - start.year) // interval * interval
    asked = range(start.year + skipped, years[-1] + 1, interval)
    until = _until(rule)
    found = [day for day in _in_years(rule, start, asked) if day <= until]
    return [day for day in found[:count] if day.year in years]


def _in_years(rule: Any, start: date, years: range) -> Iterator[date]:
    """Each year is asked for by itself, as a rule that never comes true is looked for until the year 9999 otherwise."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    parts = {name: values for name, values in rule.items() if name not in ("COUNT", "UNTIL")}
    if not _BY_DAY & parts.keys():
        parts = {"BYMONTH": [start.month], "BYMONTHDAY": [start.day], **parts}
    text = type(rule)({**parts, "INTERVAL": [_NEVER_AGAIN]}).to_ical().decode()
    by_year = rrulestr(text, dtstart=datetime.combine(start, time()))
    for year in years:
        first = max(start, date(year, 1, 1))
        yield from (at.date() for at in by_year.replace(dtstart=datetime.combine(first, time())))


def _until(rule: Any) -> date:
    end = rule.get("UNTIL", [date.max])[0]
    return end.date() if isinstance(end, datetime) else _whole_day(end)


def _is_endless(event: Any, year: int) -> bool:
    """Whether a recurrence goes on behind a year, as far as its rule tells."""
    return "RRULE" in event and "COUNT" not in event["RRULE"] and _until(event["RRULE"]).year > year


def _listed(event: Any, name: str) -> Iterator[date]:
    lists = event.get(name, [])
    for one in lists if isinstance(lists, list) else [lists]:
        yield from (_whole_day(listed.dt) for listed in one.dts)
