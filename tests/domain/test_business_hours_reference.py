"""Rule 3, against a reference that looks at the clock on the wall at every tick, near changes of the zones' offsets."""

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.business_hours import WEEKDAYS, BusinessHours
from tests.domain import slow_reference

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGES = [
    ("Asia/Seoul", "2025-01-15"),
    ("America/New_York", "2025-03-09"),
    ("America/New_York", "2025-11-02"),
    ("Europe/Dublin", "2025-03-30"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Havana", "2025-11-02"),
    ("Africa/Cairo", "2025-04-25"),
    ("Africa/Casablanca", "2025-04-06"),
    ("America/St_Johns", "2006-04-02"),
    ("America/St_Johns", "2006-10-29"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kathmandu", "1986-01-01"),
]
QUARTERS = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)]
LIMIT = 4 * DAY

slots = st.lists(
    st.tuples(st.sampled_from(QUARTERS), st.sampled_from([*QUARTERS, "24:00"]))
    .filter(lambda slot: slot[0] != slot[1])
    .map(list),
    max_size=3,
)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """A calendar, and an instant (to the minute) within two days of a change of its zone's offset."""
    time_zone, day = draw(st.sampled_from(CHANGES))
    around = [(date.fromisoformat(day) + n * DAY).isoformat() for n in range(-3, 4)]
    calendar = {
        "time_zone": time_zone,
        "hours": {name: draw(slots) for name in WEEKDAYS},
        "holidays": draw(st.lists(st.sampled_from(around), max_size=2)),
        "dates": draw(st.dictionaries(st.sampled_from(around), slots, max_size=2)),
        "breaks": draw(st.dictionaries(st.sampled_from(around), slots, max_size=2)),
    }
    minutes = draw(st.integers(-2 * 1440, 2 * 1440))
    return calendar, datetime.fromisoformat(day).replace(tzinfo=UTC) + minutes * MINUTE


def examples(count: int) -> settings:
    """The same ones at each run; ten times as many, and others each time, with HYPOTHESIS_PROFILE=nightly."""
    is_nightly = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
    return settings(max_examples=count * (10 if is_nightly else 1), derandomize=not is_nightly, deadline=None)


@examples(300)
@given(calendars(), st.integers(0, 59))
def test_is_open_agrees(case: tuple[dict[str, Any], datetime], seconds: int) -> None:
    calendar, minute = case
    instant = minute + timedelta(seconds=seconds)
    assert BusinessHours.from_json(calendar).is_open(instant) == slow_reference.is_open(calendar, instant)


@examples(100)
@given(calendars(), st.integers(0, 3 * 1440))
def test_elapsed_agrees_minute_by_minute(case: tuple[dict[str, Any], datetime], minutes: int) -> None:
    calendar, start = case
    end = start + minutes * MINUTE
    expected = slow_reference.elapsed(calendar, start, end, MINUTE)
    assert BusinessHours.from_json(calendar).elapsed(start, end) == expected


@examples(40)
@given(calendars(), st.integers(0, 59), st.integers(0, 7200))
def test_elapsed_agrees_second_by_second(case: tuple[dict[str, Any], datetime], seconds: int, length: int) -> None:
    calendar, minute = case
    start = minute + timedelta(seconds=seconds)
    end = start + timedelta(seconds=length)
    expected = slow_reference.elapsed(calendar, start, end, timedelta(seconds=1))
    assert BusinessHours.from_json(calendar).elapsed(start, end) == expected


@examples(100)
@given(calendars(), st.integers(0, 2400))
def test_add_agrees(case: tuple[dict[str, Any], datetime], minutes: int) -> None:
    calendar, start = case
    expected = slow_reference.add(calendar, start, minutes * MINUTE, MINUTE, LIMIT)
    assume(expected is not None)
    assert BusinessHours.from_json(calendar).add(start, minutes * MINUTE) == expected


@examples(100)
@given(calendars())
def test_next_open_agrees(case: tuple[dict[str, Any], datetime]) -> None:
    calendar, start = case
    expected = slow_reference.next_open(calendar, start, MINUTE, LIMIT)
    assume(expected is not None)
    assert BusinessHours.from_json(calendar).next_open(start) == expected


@examples(200)
@given(calendars(), st.integers(0, 6))
def test_add_days_agrees(case: tuple[dict[str, Any], datetime], days: int) -> None:
    calendar, start = case
    assume(any(calendar["hours"].values()))
    expected = slow_reference.add_days(calendar, start, days, MINUTE, LIMIT)
    assume(expected is not None)
    assert BusinessHours.from_json(calendar).add_days(start, days) == expected


@examples(200)
@given(calendars(), st.timedeltas(timedelta(microseconds=1), 400 * HOUR))
def test_a_deadline_is_the_smallest_instant_with_the_target_elapsed(
    case: tuple[dict[str, Any], datetime], working: timedelta
) -> None:
    calendar = BusinessHours.from_json(case[0])
    assume(any(calendar.hours))
    due = calendar.add(case[1], working)
    assert calendar.elapsed(case[1], due) == working
    assert calendar.elapsed(case[1], due - timedelta(microseconds=1)) < working


@examples(100)
@given(calendars())
def test_a_calendar_survives_export_and_import(case: tuple[dict[str, Any], datetime]) -> None:
    calendar = BusinessHours.from_json(case[0])
    assert BusinessHours.from_json(calendar.to_json()) == calendar
