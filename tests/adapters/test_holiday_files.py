"""Holidays as iCalendar files tell them."""

from datetime import date

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
        event(";VALUE=DATE:00010505", "RRULE:FREQ=YEARLY"),
        "BEGIN:VEVENT\r\nSUMMARY:Founding day\r\nEND:VEVENT",
    ],
)
def test_what_is_no_holiday_is_named(wrong: str) -> None:
    found = read(wrong, event(";VALUE=DATE:20270101"))
    assert found.unread == ("Founding day",)
    assert found.days == {date(2027, 1, 1)}


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
