"""Holidays as iCalendar files tell them."""

from datetime import date, timedelta
from time import perf_counter

import pytest

from chalicelib.adapters import holiday_files
from chalicelib.domain.errors import InvalidInput

TODAY = date(2027, 3, 1)


def event(start: str, *lines: str, name: str = "Founding day") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{name}", f"SUMMARY:{name}", f"DTSTART{start}", *lines, "END:VEVENT"])


def read(*events: str) -> holiday_files.Holidays:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test", *events, "END:VCALENDAR", ""]
    return holiday_files.read("\r\n".join(lines).encode(), TODAY)


def days(*events: str) -> list[str]:
    return sorted(day.isoformat() for day in read(*events).days)


def test_a_whole_day_is_a_holiday() -> None:
    assert days(event(";VALUE=DATE:20270505")) == ["2027-05-05"]


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20270209", "DURATION:P3D"])
def test_several_days_in_a_row_end_before_their_end(end: str) -> None:
    assert days(event(";VALUE=DATE:20270206", end)) == ["2027-02-06", "2027-02-07", "2027-02-08"]


def test_what_recurs_by_year_is_there_for_this_year_and_the_next_five() -> None:
    found = days(event(";VALUE=DATE:19990505", "RRULE:FREQ=YEARLY"))
    assert found == [f"{year}-05-05" for year in range(2027, 2033)]


@pytest.mark.parametrize("until", ["20280505", "20280505T000000Z"])
def test_a_recurrence_ends_and_leaves_dates_out(until: str) -> None:
    rule = (f"RRULE:FREQ=YEARLY;UNTIL={until}", "EXDATE;VALUE=DATE:20270505", "RDATE;VALUE=DATE:20270506")
    assert days(event(";VALUE=DATE:20200505", *rule)) == ["2027-05-06", "2028-05-05"]


def test_the_fourth_thursday_is_found() -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=20"
    assert days(event(";VALUE=DATE:20251127", rule))[:2] == ["2027-11-25", "2028-11-23"]


@pytest.mark.parametrize(
    "wrong",
    [
        event(":20270505T090000Z"),
        event(";VALUE=DATE:2027"),
        event(";VALUE=DATE:20270505", "RRULE:FREQ=WEEKLY"),
        event(";VALUE=DATE:20270505", "RRULE:FREQ=YEARLY;BYSECOND=1"),
        event(";VALUE=DATE:20270505", "DTEND;VALUE=DATE:20290505"),
        event(";VALUE=DATE:00010505", "RRULE:FREQ=YEARLY;COUNT=9999"),
        event(";VALUE=DATE:20270505", "RRULE:FREQ=YEARLY;INTERVAL=0"),
        event(";VALUE=DATE:20270505", "RRULE:FREQ=YEARLY;INTERVAL=-1"),
        "BEGIN:VEVENT\r\nSUMMARY:Founding day\r\nEND:VEVENT",
    ],
)
def test_what_is_no_holiday_is_named(wrong: str) -> None:
    found = read(wrong, event(";VALUE=DATE:20270101"))
    assert found.unread == ("Founding day",)
    assert found.days == {date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("start", "rule", "found"),
    [
        ("20250505", "INTERVAL=2", ["2027-05-05", "2029-05-05", "2031-05-05"]),
        ("20250505", "INTERVAL=2;COUNT=3", ["2027-05-05", "2029-05-05"]),
        ("20200229", "", ["2028-02-29", "2032-02-29"]),
        ("20200229", "COUNT=3", ["2028-02-29"]),
        ("20270505", "BYMONTH=1,6;COUNT=2", ["2027-06-05", "2028-01-05"]),
        ("19990101", "BYMONTH=5;BYDAY=-1MO;UNTIL=20290101", ["2027-05-31", "2028-05-29"]),
        ("20260505", "BYMONTH=2;BYMONTHDAY=30", []),
        ("20260505", "BYMONTH=2;BYMONTHDAY=30;COUNT=3", []),
        ("20400505", "", []),
    ],
)
def test_a_recurrence_gives_the_days_of_its_rule(start: str, rule: str, found: list[str]) -> None:
    assert days(event(f";VALUE=DATE:{start}", f"RRULE:FREQ=YEARLY;{rule}".rstrip(";"))) == found


def test_the_year_until_which_endless_recurrences_were_read_is_told() -> None:
    def until(*lines: str) -> int | None:
        return read(event(";VALUE=DATE:20200505", *lines)).yearly_until

    assert until("RRULE:FREQ=YEARLY") == until("RRULE:FREQ=YEARLY;UNTIL=20400101") == 2032
    assert until() is until("RRULE:FREQ=YEARLY;UNTIL=20300101") is until("RRULE:FREQ=YEARLY;COUNT=30") is None


def test_a_file_of_rules_that_never_come_true_is_read_soon() -> None:
    never = (
        event(";VALUE=DATE:20270505", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", name=f"{number}")
        for number in range(holiday_files.MOST_EVENTS)
    )
    began = perf_counter()
    assert read(*never).days == frozenset()
    assert perf_counter() - began < 5


def test_what_was_cancelled_is_left_out() -> None:
    assert days(event(";VALUE=DATE:20270505", "STATUS:CANCELLED"), event(";VALUE=DATE:20270506")) == ["2027-05-06"]


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="holidays_unreadable"):
        holiday_files.read(content, TODAY)


def test_more_than_a_calendar_may_hold_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holidays_too_many"):
        holiday_files.read(b" " * (holiday_files.LARGEST_FILE + 1), TODAY)
    many = (event(f";VALUE=DATE:{year}0101", "DURATION:P300D") for year in range(2027, 2031))
    with pytest.raises(InvalidInput, match="holidays_too_many"):
        read(*many)


def test_many_long_ones_are_refused_before_their_days_are_counted() -> None:
    dates = ",".join((date(2027, 1, 1) + timedelta(days=n)).strftime("%Y%m%d") for n in range(20_000))
    long = event(";VALUE=DATE:20270101", "DTEND;VALUE=DATE:20280101", f"RDATE;VALUE=DATE:{dates}")
    began = perf_counter()
    with pytest.raises(InvalidInput, match="holidays_too_many"):
        read(long)
    assert perf_counter() - began < 2
