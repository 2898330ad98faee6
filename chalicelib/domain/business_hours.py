"""Working time: when a desk is open, and arithmetic with the time inside its business hours (rule 3).

The one definition everything follows from: a desk is open at an instant exactly when a clock on its wall then shows a
time inside a slot of its calendar. So a slot loses what a DST gap swallows, is open twice where the clock shows a time
twice, and needs no rule of its own for 23- and 25-hour days, half-hour shifts, gaps at midnight or skipped days.

* A slot belongs to the date on which it begins: a holiday cancels the night shift that begins on it, not the end of the
  one that began the evening before.
* `dates` give a date its own hours, instead of the weekday's and even on a holiday; `breaks` close what is open then.

Instants are aware datetimes of any zone; those handed back are in UTC. Spans are working time unless said otherwise.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.domain.errors import InvalidSetting

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NOTHING = timedelta(0)
_PATIENCE = timedelta(days=3660)
_FIELDS = ("time_zone", "hours", "country", "holidays", "dates", "breaks")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


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

    A country is an ISO 3166 code such as "KR" or, for a state's own holidays, "DE-BY". Asking for the next opening
    raises `InvalidSetting` when none comes within ten years, counted from the last date that the calendar names.
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
        start = start.astimezone(UTC)
        if not working:
            return start
        left, openings = working, self._openings_from(start)
        opening = next(openings)
        while (length := opening.end - opening.start) < left:
            left -= length
            opening = next(openings)
        return opening.start + left

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same time of day so many working days later, or the next opening after it.

        A working day is a date on which a slot begins; the one of `start` itself does not count.
        """
        local = start.astimezone(self.time_zone)
        day, latest = local.date(), max(local.date(), self._last_named_date) + _PATIENCE
        while days:
            day += _DAY
            if day > latest:
                raise InvalidSetting("calendar_never_opens", after=local.date().isoformat())
            days -= bool(self.slots_on(day))
        return self.next_open(datetime.combine(day, local.timetz()).astimezone(UTC))

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        """The working time from `a` to `b`; zero when `b` is not after `a`."""
        a, b = a.astimezone(UTC), b.astimezone(UTC)
        total, day = _NOTHING, a.date()
        while day <= b.date():
            for start, end in self._openings_on(day):
                total += max(_NOTHING, min(end, b) - max(start, a))
            day += _DAY
        return total

    def is_open(self, at: datetime) -> bool:
        at = at.astimezone(UTC)
        return any(start <= at < end for start, end in self._openings_on(at.date()))

    def next_open(self, at: datetime) -> datetime:
        """`at` itself while the desk is open, else the instant at which it opens next."""
        return next(self._openings_from(at.astimezone(UTC))).start

    def _openings_from(self, start: datetime) -> Iterator[Opening]:
        """The openings after `start` in order, the first cut to begin no earlier than `start`; without end."""
        day = last_open = start.date()
        while day <= max(last_open, self._last_named_date) + _PATIENCE:
            for opening in self._openings_on(day):
                if opening.end > start:
                    yield Opening(max(opening.start, start), opening.end)
                    last_open = day
            day += _DAY
        raise InvalidSetting("calendar_never_opens", after=last_open.isoformat())

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
        except (AttributeError, TypeError, ValueError) as error:
            raise InvalidSetting("calendar_unreadable") from error

    @classmethod
    def _read(cls, calendar: Mapping[str, Any]) -> Self:
        hours = calendar.get("hours", {})
        if unknown := _first_unknown(calendar, _FIELDS):
            raise InvalidSetting("calendar_field", value=unknown)
        if unknown := _first_unknown(hours, WEEKDAYS):
            raise InvalidSetting("calendar_weekday", value=unknown)
        return cls(
            time_zone=_zone(calendar.get("time_zone")),
            hours=tuple(_slots(hours.get(name, ())) for name in WEEKDAYS),
            holidays=frozenset(_date(day) for day in calendar.get("holidays", ())),
            dates={_date(day): _slots(slots) for day, slots in calendar.get("dates", {}).items()},
            breaks={_date(day): _slots(slots) for day, slots in calendar.get("breaks", {}).items()},
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
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise InvalidSetting("calendar_time_zone", value=name) from error


def _country(code: str) -> str:
    if not code:
        return ""
    try:
        _public_holidays(code)
    except NotImplementedError as error:
        raise InvalidSetting("calendar_country", value=code) from error
    return code


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise InvalidSetting("calendar_date", value=text) from error


def _slots(pairs: Iterable[Any]) -> tuple[Slot, ...]:
    return tuple(sorted(_slot(pair) for pair in pairs))


def _slot(pair: Any) -> Slot:
    try:
        opens, closes = (_since_midnight(text) for text in pair)
    except (ValueError, TypeError) as error:
        raise InvalidSetting("calendar_slot", value=pair) from error
    if opens in (closes, _DAY):
        raise InvalidSetting("calendar_slot", value=pair)
    return Slot(opens, closes if opens < closes else closes + _DAY)


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
