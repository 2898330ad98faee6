"""Working time: when a desk is open, and arithmetic with the time inside its business hours (rule 3).

The one definition everything follows from: a desk is open at an instant exactly when a clock on its wall then shows a
time inside a slot of its calendar. So a slot loses what a DST gap swallows, is open twice where the clock shows a time
twice, and needs no rule of its own for 23- and 25-hour days, half-hour shifts, gaps at midnight or skipped days.

* A slot belongs to the date on which it begins: a holiday cancels the night shift that begins on it, not the end of the
  one that began the evening before.
* `dates` give a date its own hours, instead of the weekday's and even on a holiday; `breaks` close what is open then.

Instants are aware datetimes of any zone; those handed back are in UTC. Spans are working time unless said otherwise.
A calendar goes forty years on from where it is asked, and knows the years 1900 to 2299; its dates end with 2199.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.domain.errors import InvalidSetting

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NOTHING = timedelta(0)
_PATIENCE = timedelta(days=3660)
_REACH = timedelta(days=14610)
_YEARS_OF_DATES = range(1900, 2200)
_YEARS = range(1900, 2300)
_FIELDS = ("time_zone", "hours", "country", "holidays", "dates", "breaks")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")
_COUNTRY = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_LONGEST_SHOWN = 60
_Found = TypeVar("_Found")


class Slot(NamedTuple):
    """A stretch of wall-clock time, each end a span since midnight; overnight when `closes` is more than 24 hours."""

    opens: timedelta
    closes: timedelta


class Opening(NamedTuple):
    """A stretch of real time, in UTC, from `start` until just before `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class BusinessHours:
    """The calendar of a desk. `hours` are seven tuples of slots, Monday first; `country` closes on its public holidays.

    A country is an ISO 3166 code such as "KR" or, for a state's own holidays, "DE-BY". What asks for openings to come
    raises InvalidSetting("calendar_never_opens") when ten years bring none, counted from the last date that the
    calendar names, and InvalidSetting("calendar_too_far") where it would go further than a calendar does.
    """

    time_zone: ZoneInfo
    hours: tuple[tuple[Slot, ...], ...]
    holidays: frozenset[date] = frozenset()
    dates: Mapping[date, tuple[Slot, ...]] = field(default_factory=dict)
    breaks: Mapping[date, tuple[Slot, ...]] = field(default_factory=dict)
    country: str = ""

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The smallest instant at which the working time elapsed since `start` equals `working`; for zero, `start`.

        Time that runs out exactly at closing is due at closing.
        """
        if working < _NOTHING:
            raise ValueError("working time only goes forward")
        start = _in_utc(start)
        if not working:
            return start
        if working > _REACH:
            raise InvalidSetting("calendar_too_far")
        left, openings = working, self._openings_from(start)
        opening = next(openings)
        while (length := opening.end - opening.start) < left:
            left -= length
            opening = next(openings)
        return opening.start + left

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same time of day so many working days later, or the next opening after it.

        A working day is a date on which a slot begins, with the hours after midnight of its overnight slots; the one in
        which `start` lies does not count.
        """
        local = _in_utc(start).astimezone(self.time_zone)
        begun = day = self._day_of_work(local)
        working_days = self._search(begun + _DAY, lambda date: (date,) if self.slots_on(date) else ())
        for _ in range(days):
            day = next(working_days)
        same_time = datetime.combine(day + (local.date() - begun), local.timetz())
        return self.next_open(same_time.astimezone(UTC))

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """The working time from `a` to `b`; zero when `b` is not after `a`."""
        a, b = _in_utc(a), _in_utc(b)
        total, day = _NOTHING, a.date()
        while day <= b.date():
            for start, end in self._openings_on(day):
                total += max(_NOTHING, min(end, b) - max(start, a))
            day += _DAY
        return total

    def is_open(self, at: datetime) -> bool:
        at = _in_utc(at)
        return any(start <= at < end for start, end in self._openings_on(at.date()))

    def next_open(self, at: datetime) -> datetime:
        """`at` itself while the desk is open, else the instant at which it opens next."""
        return next(self._openings_from(_in_utc(at))).start

    def _day_of_work(self, local: datetime) -> date:
        """The date on which the slot begins in which a local time lies, the later one of two; outside of all, its own.
        Breaks belong to their slot."""
        day, wall = local.date(), local.replace(tzinfo=None) - datetime.combine(local.date(), time())
        if any(slot.opens <= wall < slot.closes for slot in self.slots_on(day)):
            return day
        is_night = any(wall < slot.closes for slot in _after_midnight(self.slots_on(day - _DAY)))
        return day - _DAY if is_night else day

    def _openings_from(self, start: datetime) -> Iterator[Opening]:
        """The openings after `start` in order, the first cut to begin no earlier than `start`."""
        for opening in self._search(start.date(), self._openings_on):
            if opening.end > start:
                yield Opening(max(opening.start, start), opening.end)

    def _search(self, first: date, found_on: Callable[[date], Iterable[_Found]]) -> Iterator[_Found]:
        """What is found on the days from `first` on, as far as a calendar goes; see the class for what it raises."""
        day = last = first
        while day <= first + _REACH:
            for found in found_on(day):
                yield found
                last = day
            day += _DAY
            if day > max(last, self._last_named_date) + _PATIENCE:
                raise InvalidSetting("calendar_never_opens", after=last.isoformat())
        raise InvalidSetting("calendar_too_far")

    def _openings_on(self, utc_day: date) -> tuple[Opening, ...]:
        known = self._known.get(utc_day)
        if known is None:
            known = self._known[utc_day] = tuple(self._find_openings(utc_day))
        return known

    @cached_property
    def _known(self) -> dict[date, tuple[Opening, ...]]:
        return {}

    @cached_property
    def _last_named_date(self) -> date:
        return max([date.min, *self.holidays, *self.dates, *self.breaks])

    def _find_openings(self, utc_day: date) -> Iterator[Opening]:
        midnight = datetime.combine(utc_day, time(), UTC)
        for start, end, offset in _constant_offsets(self.time_zone, midnight, midnight + _DAY):
            first, last = (start + offset).date(), (end + offset - _SECOND).date()
            for day in (first, last) if last > first else (first,):
                day_begins = datetime.combine(day, time(), UTC) - offset
                for slot in self._open_on_the_wall(day):
                    opening = Opening(max(start, day_begins + slot.opens), min(end, day_begins + slot.closes))
                    if opening.start < opening.end:
                        yield opening

    def _open_on_the_wall(self, day: date) -> list[Slot]:
        """What of the 24 hours of a local date is open: disjoint slots in order."""
        yesterday = day - _DAY
        slots = [*self.slots_on(day), *_after_midnight(self.slots_on(yesterday))]
        breaks = [*self.breaks.get(day, ()), *_after_midnight(self.breaks.get(yesterday, ()))]
        return _without(_union(slots), breaks)

    def slots_on(self, day: date) -> tuple[Slot, ...]:
        """Those that begin on a local date, breaks not taken out."""
        if day in self.dates:
            return self.dates[day]
        return () if self.is_holiday(day) else self.hours[day.weekday()]

    def is_holiday(self, day: date) -> bool:
        """By the calendar's own list or its country's."""
        return day in self.holidays or (bool(self.country) and day in _public_holidays(self.country))

    @classmethod
    def from_json(cls, calendar: Mapping[str, Any]) -> Self:
        """Reads a calendar file or setting:

        {"time_zone": "Asia/Seoul", "hours": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], …}, "country": "KR",
        "holidays": ["2025-01-27", …], "dates": {"2025-02-03": [["10:00", "15:00"]]}, "breaks": {…}}

        All but the zone may be missing. A slot that ends before it begins is overnight. Raises `InvalidSetting`.
        """
        try:
            return cls._read(calendar)
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise InvalidSetting("calendar_unreadable") from error

    @classmethod
    def _read(cls, calendar: Mapping[str, Any]) -> Self:
        hours = calendar.get("hours", {})
        if unknown := _first_unknown(calendar, _FIELDS):
            raise InvalidSetting("calendar_field", value=_shown(unknown))
        if unknown := _first_unknown(hours, WEEKDAYS):
            raise InvalidSetting("calendar_weekday", value=_shown(unknown))
        return cls(
            time_zone=_zone(calendar.get("time_zone")),
            hours=tuple(_slots(name, hours.get(name, [])) for name in WEEKDAYS),
            holidays=_dates(calendar.get("holidays", [])),
            dates={_date(day): _slots(day, slots) for day, slots in calendar.get("dates", {}).items()},
            breaks={_date(day): _slots(day, slots) for day, slots in calendar.get("breaks", {}).items()},
            country=_country(calendar.get("country", "")),
        )

    def to_json(self) -> dict[str, Any]:
        """The calendar as `from_json` reads it; what is empty is left out."""
        calendar = {
            "time_zone": self.time_zone.key,
            "hours": {name: texts(slots) for name, slots in zip(WEEKDAYS, self.hours, strict=True) if slots},
            "country": self.country,
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "dates": {day.isoformat(): texts(self.dates[day]) for day in sorted(self.dates)},
            "breaks": {day.isoformat(): texts(self.breaks[day]) for day in sorted(self.breaks)},
        }
        return {name: value for name, value in calendar.items() if value}


def _in_utc(at: datetime) -> datetime:
    """Raises InvalidSetting("calendar_too_far") for a year that no calendar knows."""
    if at.year not in _YEARS:
        raise InvalidSetting("calendar_too_far")
    return at.astimezone(UTC)


def _constant_offsets(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cuts a day (UTC) where the zone's offset changes."""
    while start < end:
        offset = _offset(zone, start)
        change = end if _offset(zone, end - _SECOND) == offset else _first_change(zone, start, end)
        yield start, change, offset
        start = change


def _first_change(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    offset = _offset(zone, start)
    while end - start > _SECOND:
        middle = start + (end - start) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == offset:
            start = middle
        else:
            end = middle
    return end


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).replace(tzinfo=UTC) - at


def _after_midnight(slots: Iterable[Slot]) -> list[Slot]:
    """What overnight slots of a date mean for the date after it."""
    return [Slot(_NOTHING, slot.closes - _DAY) for slot in slots if slot.closes > _DAY]


def _union(slots: Iterable[Slot]) -> list[Slot]:
    merged: list[Slot] = []
    for slot in sorted(slots):
        closes = min(slot.closes, _DAY)
        if merged and slot.opens <= merged[-1].closes:
            merged[-1] = Slot(merged[-1].opens, max(merged[-1].closes, closes))
        else:
            merged.append(Slot(slot.opens, closes))
    return merged


def _without(slots: list[Slot], breaks: Iterable[Slot]) -> list[Slot]:
    for pause in breaks:
        halves = (
            (Slot(s.opens, min(s.closes, pause.opens)), Slot(max(s.opens, pause.closes), s.closes)) for s in slots
        )
        slots = [half for pair in halves for half in pair if half.opens < half.closes]
    return slots


@cache
def _public_holidays(country: str) -> Container[date]:
    """Raises NotImplementedError for a country that the library doesn't know."""
    import holidays  # takes 70 ms, for the calendars with a country only

    code, _, subdivision = country.partition("-")
    known: Container[date] = holidays.country_holidays(code, subdivision or None)
    return known


def _first_unknown(given: Iterable[str], known: Iterable[str]) -> str | None:
    return min(set(given).difference(known), default=None)


def _zone(name: Any) -> ZoneInfo:
    if not name:
        raise InvalidSetting("calendar_zone_missing")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidSetting("calendar_time_zone", value=_shown(name)) from error


def _country(code: str) -> str:
    if not code:
        return ""
    if not _COUNTRY.fullmatch(code) or not _is_known(code):
        raise InvalidSetting("calendar_country", value=_shown(code))
    return code


def _is_known(country: str) -> bool:
    try:
        _public_holidays(country)
    except NotImplementedError:
        return False
    return True


def _dates(texts: Any) -> frozenset[date]:
    if not isinstance(texts, list | tuple):
        raise InvalidSetting("calendar_holidays", value=_shown(texts))
    return frozenset(_date(text) for text in texts)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise InvalidSetting("calendar_date", value=_shown(text)) from error
    if day.year not in _YEARS_OF_DATES or day.isoformat() != text:  # one spelling, so that no date is there twice
        raise InvalidSetting("calendar_date", value=_shown(text))
    return day


def _slots(day: str, pairs: Any) -> tuple[Slot, ...]:
    """Of a weekday or a date, by which a refusal names it."""
    if not isinstance(pairs, list | tuple):
        raise InvalidSetting("calendar_slot", value=f"{day} {_shown(pairs)}")
    return tuple(sorted(_slot(day, pair) for pair in pairs))


def _slot(day: str, pair: Any) -> Slot:
    try:
        opens, closes = (_since_midnight(text) for text in pair)
        if opens in (closes, _DAY):
            raise ValueError(pair)
    except (ValueError, TypeError) as error:
        typed = "-".join(map(str, pair)) if isinstance(pair, list | tuple) else pair
        raise InvalidSetting("calendar_slot", value=f"{day} {_shown(typed)}") from error
    return Slot(opens, closes if opens < closes else closes + _DAY)


def _shown(value: Any) -> str:
    """As much of it as a refusal names."""
    return str(value)[:_LONGEST_SHOWN]


def _since_midnight(text: str) -> timedelta:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def texts(slots: Iterable[Slot]) -> list[list[str]]:
    """As `BusinessHours.from_json` reads them."""
    return [[_text(slot.opens), _text(slot.closes if slot.closes <= _DAY else slot.closes - _DAY)] for slot in slots]


def _text(since_midnight: timedelta) -> str:
    hours, rest = divmod(since_midnight, timedelta(hours=1))
    return f"{hours:02}:{rest // timedelta(minutes=1):02}"


_NINE_TO_SIX = (Slot(timedelta(hours=9), timedelta(hours=18)),)

ALWAYS = BusinessHours(ZoneInfo("UTC"), hours=((Slot(_NOTHING, _DAY),),) * 7)
"""24×7: working time is time."""

DEFAULT = BusinessHours(ZoneInfo("Asia/Seoul"), hours=(_NINE_TO_SIX,) * 5 + ((), ()))
"""Monday to Friday, nine to six, in Seoul."""
