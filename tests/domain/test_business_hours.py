"""Rule 3. Times in the tables are local unless they end in Z."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.business_hours import ALWAYS, DEFAULT, WEEKDAYS, BusinessHours
from chalicelib.domain.errors import InvalidSetting

SEOUL = "Asia/Seoul"
NEW_YORK = "America/New_York"
SATURDAY = {"2025-01-18": [["10:00", "12:00"]]}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = {day: [["09:00", "18:00"]] for day in WEEKDAYS[:5]}
NIGHT = [["22:00", "06:00"]]
ALL_DAY = {day: [["00:00", "24:00"]] for day in WEEKDAYS}


def hours(time_zone: str = SEOUL, **calendar: Any) -> BusinessHours:
    return BusinessHours.from_json({"time_zone": time_zone, "hours": OFFICE, **calendar})


def at(text: str, time_zone: str = SEOUL) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(time_zone))


class TestADeadline:
    @pytest.mark.parametrize(
        ("calendar", "start", "minutes", "due"),
        [
            pytest.param({}, "2025-01-15T10:00", 60, "2025-01-15T11:00", id="within a day"),
            pytest.param({}, "2025-01-15T17:30", 60, "2025-01-16T09:30", id="over night"),
            pytest.param({}, "2025-01-17T17:30", 60, "2025-01-20T09:30", id="over the weekend"),
            pytest.param({}, "2025-01-15T17:00", 60, "2025-01-15T18:00", id="running out at closing is due at closing"),
            pytest.param({}, "2025-01-15T18:00", 60, "2025-01-16T10:00", id="written at closing"),
            pytest.param({}, "2025-01-15T03:00", 60, "2025-01-15T10:00", id="written before opening"),
            pytest.param({}, "2025-01-18T12:00", 60, "2025-01-20T10:00", id="written on Saturday"),
            pytest.param({}, "2025-01-18T12:00", 0, "2025-01-18T12:00", id="no time at all is due at once"),
            pytest.param({}, "2025-01-15T09:00", 45 * 60, "2025-01-21T18:00", id="a week of work"),
            pytest.param(
                {"hours": {"wed": [["09:00", "12:00"], ["13:00", "18:00"]]}},
                "2025-01-15T11:30",
                60,
                "2025-01-15T13:30",
                id="over lunch",
            ),
            pytest.param(
                {"hours": {"wed": [["13:00", "18:00"], ["09:00", "14:00"]]}},
                "2025-01-15T09:00",
                9 * 60,
                "2025-01-15T18:00",
                id="overlapping slots count once, in any order",
            ),
            pytest.param(
                {"hours": {"fri": [["22:00", "06:00"]]}},
                "2025-01-17T23:00",
                6 * 60,
                "2025-01-18T05:00",
                id="a night shift goes on after midnight",
            ),
            pytest.param(
                {"hours": {"fri": [["22:00", "06:00"]]}},
                "2025-01-18T05:00",
                2 * 60,
                "2025-01-24T23:00",
                id="the end of a night shift belongs to the evening before",
            ),
            pytest.param(
                {"hours": {"fri": [["20:00", "24:00"]], "sat": [["00:00", "02:00"]]}},
                "2025-01-17T20:00",
                5 * 60,
                "2025-01-18T01:00",
                id="24:00 joins the next day",
            ),
            pytest.param(
                {"holidays": ["2025-01-16"]},
                "2025-01-15T17:30",
                60,
                "2025-01-17T09:30",
                id="over a holiday",
            ),
            pytest.param(
                {"hours": {"thu": [["22:00", "06:00"]], "fri": [["22:00", "06:00"]]}, "holidays": ["2025-01-17"]},
                "2025-01-17T05:00",
                2 * 60,
                "2025-01-23T23:00",
                id="a holiday ends no night shift and begins none",
            ),
            pytest.param(
                {"dates": {"2025-01-16": [["10:00", "11:00"]]}},
                "2025-01-15T17:30",
                120,
                "2025-01-17T09:30",
                id="a date with hours of its own",
            ),
            pytest.param(
                {"dates": {"2025-01-16": [["10:00", "11:00"]]}, "holidays": ["2025-01-16"]},
                "2025-01-15T17:30",
                60,
                "2025-01-16T10:30",
                id="a date's own hours hold on a holiday too",
            ),
            pytest.param(
                {"dates": {"2025-01-16": []}}, "2025-01-15T17:30", 60, "2025-01-17T09:30", id="a date without hours"
            ),
            pytest.param(
                {"breaks": {"2025-01-15": [["12:00", "14:00"]]}},
                "2025-01-15T11:30",
                60,
                "2025-01-15T14:30",
                id="over a break",
            ),
            pytest.param(
                {"breaks": {"2025-01-15": [["12:00", "13:00"], ["12:30", "14:00"]]}},
                "2025-01-15T11:30",
                60,
                "2025-01-15T14:30",
                id="over overlapping breaks",
            ),
            pytest.param(
                {"hours": ALL_DAY, "breaks": {"2025-01-15": [["23:00", "01:00"]]}},
                "2025-01-15T22:30",
                60,
                "2025-01-16T01:30",
                id="over a break at midnight",
            ),
        ],
    )
    def test_comes_when_the_working_time_has_run_out(
        self, calendar: dict[str, Any], start: str, minutes: int, due: str
    ) -> None:
        assert hours(**calendar).add(at(start), minutes * MINUTE) == at(due)

    def test_is_in_utc(self) -> None:
        assert DEFAULT.add(at("2025-01-15T10:00"), HOUR).isoformat() == "2025-01-15T02:00:00+00:00"

    def test_is_exact_to_the_microsecond(self) -> None:
        start = at("2025-01-15T17:59:59.999999")
        assert DEFAULT.add(start, timedelta(microseconds=2)) == at("2025-01-16T09:00:00.000001")

    def test_never_lies_before_the_start(self) -> None:
        with pytest.raises(ValueError, match="forward"):
            DEFAULT.add(at("2025-01-15T10:00"), -MINUTE)

    def test_of_round_the_clock_hours_is_plain_addition(self) -> None:
        start = at("2025-03-08T12:00", NEW_YORK)
        assert ALWAYS.add(start, timedelta(days=4000)) == start.astimezone(UTC) + timedelta(days=4000)

    def test_is_found_ten_thousand_times_a_second(self) -> None:
        calendar = hours(holidays=["2025-01-28", "2025-01-29", "2025-01-30"])
        began = perf_counter()
        for n in range(10_000):
            calendar.add(datetime(2025, 1, 1, tzinfo=UTC) + n * timedelta(minutes=52), n % 2700 * MINUTE)
        assert perf_counter() - began < 1


class TestDaylightSaving:
    """A slot is what the clock on the wall shows: shorter by what a gap swallows, longer by what is shown twice."""

    @pytest.mark.parametrize(
        ("time_zone", "day", "slot", "open_for"),
        [
            pytest.param(NEW_YORK, "2025-03-09", "00:00-24:00", 23 * HOUR, id="a day of 23 hours"),
            pytest.param(NEW_YORK, "2025-11-02", "00:00-24:00", 25 * HOUR, id="a day of 25 hours"),
            pytest.param(NEW_YORK, "2025-03-09", "09:00-18:00", 9 * HOUR, id="office hours are untouched"),
            pytest.param(NEW_YORK, "2025-03-09", "01:00-05:00", 3 * HOUR, id="gap inside"),
            pytest.param(NEW_YORK, "2025-03-09", "02:30-05:00", 2 * HOUR, id="opening in the gap"),
            pytest.param(NEW_YORK, "2025-03-09", "01:00-02:30", 1 * HOUR, id="closing in the gap"),
            pytest.param(NEW_YORK, "2025-03-09", "02:00-03:00", 0 * HOUR, id="swallowed by the gap"),
            pytest.param(NEW_YORK, "2025-11-02", "00:00-03:00", 4 * HOUR, id="overlap inside"),
            pytest.param(NEW_YORK, "2025-11-02", "01:15-01:45", 1 * HOUR, id="shown twice, open twice"),
            pytest.param("Australia/Lord_Howe", "2025-10-05", "01:00-03:00", 90 * MINUTE, id="gap of 30 minutes"),
            pytest.param("Australia/Lord_Howe", "2025-04-06", "01:00-03:00", 150 * MINUTE, id="overlap of 30 minutes"),
            pytest.param("America/Sao_Paulo", "2018-11-04", "00:00-03:00", 2 * HOUR, id="gap at midnight"),
            pytest.param("America/Sao_Paulo", "2018-02-17", "22:00-24:00", 3 * HOUR, id="overlap before midnight"),
            pytest.param("America/Havana", "2025-11-02", "00:00-02:00", 3 * HOUR, id="overlap after midnight"),
            pytest.param("America/St_Johns", "2006-10-28", "20:00-24:00", 299 * MINUTE, id="back into yesterday"),
            pytest.param("Pacific/Apia", "2011-12-30", "00:00-24:00", 0 * HOUR, id="a day that never was"),
        ],
    )
    def test_a_slot_is_as_long_as_the_clock_shows_it(
        self, time_zone: str, day: str, slot: str, open_for: timedelta
    ) -> None:
        calendar = hours(time_zone, hours={}, dates={day: [slot.split("-")]})
        noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
        assert calendar.elapsed(noon - 2 * DAY, noon + 2 * DAY) == open_for

    @pytest.mark.parametrize(
        ("time_zone", "evening", "open_for"),
        [
            pytest.param(NEW_YORK, "2025-03-08", 7 * HOUR, id="the night of the gap"),
            pytest.param(NEW_YORK, "2025-11-01", 9 * HOUR, id="the night of the overlap"),
            pytest.param("Africa/Cairo", "2025-04-24", 7 * HOUR, id="gap at midnight"),
        ],
    )
    def test_a_night_shift_works_through_the_change(self, time_zone: str, evening: str, open_for: timedelta) -> None:
        calendar = hours(time_zone, hours={}, dates={evening: [["22:00", "06:00"]]})
        start = at(f"{evening}T22:00", time_zone)
        assert calendar.add(start, open_for) == start.astimezone(UTC) + open_for
        assert calendar.elapsed(start, start + 2 * DAY) == open_for

    def test_the_day_opens_at_one_when_midnight_is_skipped(self) -> None:
        calendar = hours("America/Sao_Paulo", hours={"sun": [["00:00", "03:00"]]})
        assert calendar.next_open(at("2018-11-03T12:00", "America/Sao_Paulo")) == at("2018-11-04T03:00Z")


class TestOpen:
    @pytest.mark.parametrize(
        ("instant", "is_open", "opens"),
        [
            pytest.param("2025-01-15T08:59:59", False, "2025-01-15T09:00", id="just before opening"),
            pytest.param("2025-01-15T09:00", True, "2025-01-15T09:00", id="at opening"),
            pytest.param("2025-01-15T12:34:56", True, "2025-01-15T12:34:56", id="during the day"),
            pytest.param("2025-01-15T18:00", False, "2025-01-16T09:00", id="at closing"),
            pytest.param("2025-01-18T12:00", False, "2025-01-20T09:00", id="on Saturday"),
        ],
    )
    def test_from_opening_until_just_before_closing(self, instant: str, is_open: bool, opens: str) -> None:
        assert DEFAULT.is_open(at(instant)) is is_open
        assert DEFAULT.next_open(at(instant)) == at(opens)

    def test_always_when_round_the_clock(self) -> None:
        assert ALWAYS.is_open(at("2025-01-01T00:00"))
        assert ALWAYS.next_open(at("2025-01-01T00:00")) == at("2025-01-01T00:00")

    def test_elapsed_time_is_zero_backwards(self) -> None:
        assert DEFAULT.elapsed(at("2025-01-15T12:00"), at("2025-01-15T10:00")) == timedelta(0)
        assert DEFAULT.elapsed(at("2025-01-16T12:00"), at("2025-01-15T10:00")) == timedelta(0)


class TestPublicHolidays:
    def test_chuseok_is_not_a_business_day(self) -> None:
        calendar = hours(country="KR")
        assert calendar.add(at("2025-10-02T17:30"), HOUR) == at("2025-10-10T09:30")

    def test_a_state_has_holidays_of_its_own(self) -> None:
        epiphany = at("2025-01-06T10:00", "Europe/Berlin")
        assert hours("Europe/Berlin", country="DE").is_open(epiphany)
        assert not hours("Europe/Berlin", country="DE-BY").is_open(epiphany)

    def test_without_a_country_every_weekday_is_one(self) -> None:
        assert DEFAULT.is_open(at("2025-10-06T10:00"))


class TestACalendarThatNeverOpens:
    @pytest.mark.parametrize(
        "calendar",
        [
            pytest.param({"hours": {}}, id="no hours"),
            pytest.param({"hours": {}, "dates": {"2024-12-31": [["09:00", "18:00"]]}}, id="only days gone by"),
            pytest.param(
                {
                    "hours": {},
                    "dates": {"2025-06-02": [["09:00", "18:00"]]},
                    "breaks": {"2025-06-02": [["00:00", "24:00"]]},
                },
                id="a break all day",
            ),
        ],
    )
    def test_is_refused_when_it_is_asked_to_open(self, calendar: dict[str, Any]) -> None:
        never = hours(**calendar)
        with pytest.raises(InvalidSetting, match="calendar_never_opens"):
            never.add(at("2025-01-15T10:00"), MINUTE)
        with pytest.raises(InvalidSetting, match="calendar_never_opens"):
            never.next_open(at("2025-01-15T10:00"))

    def test_runs_dry_in_the_middle_of_a_target(self) -> None:
        calendar = hours(hours={}, dates={"2025-06-02": [["09:00", "18:00"]]})
        assert calendar.add(at("2025-01-15T10:00"), 9 * HOUR) == at("2025-06-02T18:00")
        with pytest.raises(InvalidSetting, match="calendar_never_opens"):
            calendar.add(at("2025-01-15T10:00"), 9 * HOUR + MINUTE)

    def test_is_simply_closed_otherwise(self) -> None:
        assert not hours(hours={}).is_open(at("2025-01-15T10:00"))
        assert hours(hours={}).elapsed(at("2025-01-15T10:00"), at("2026-01-15T10:00")) == timedelta(0)

    def test_is_told_from_one_that_opens_too_rarely(self) -> None:
        rare = hours(hours={"mon": [["09:00", "09:01"]]})
        began = perf_counter()
        with pytest.raises(InvalidSetting, match="calendar_too_far"):
            rare.add(at("2025-01-15T10:00"), 9_999 * HOUR)
        assert perf_counter() - began < 1
        assert rare.add(at("2025-01-15T10:00"), 2_000 * MINUTE).year == 2063

    def test_a_far_date_is_waited_for(self) -> None:
        calendar = hours(hours={}, dates={"2060-01-01": [["09:00", "18:00"]]})
        assert calendar.next_open(at("2025-01-15T10:00")) == at("2060-01-01T09:00")


class TestTheEndOfACalendar:
    START = at("2025-01-15T10:00")

    @pytest.mark.parametrize("far", ["1899-12-31", "2200-01-01", "9999-12-31", "0001-01-01"])
    @pytest.mark.parametrize("part", ["holidays", "dates", "breaks"])
    def test_dates_beyond_it_are_refused(self, part: str, far: str) -> None:
        with pytest.raises(InvalidSetting, match="calendar_date"):
            hours(**{part: [far] if part == "holidays" else {far: []}})

    @pytest.mark.parametrize("last", ["1900-01-01", "2199-12-31"])
    def test_its_last_dates_are_dates_as_others(self, last: str) -> None:
        calendar = hours(holidays=[last], dates={last: []}, breaks={last: []})
        assert calendar.add(self.START, HOUR) == self.START + HOUR
        assert calendar.add_days(self.START, 1) == self.START + DAY

    @pytest.mark.parametrize(
        "instant", ["0001-01-01T00:00+14:00", "1899-12-31T12:00Z", "2300-01-01T12:00Z", "9999-12-31T23:59-12:00"]
    )
    def test_an_instant_beyond_it_is_told(self, instant: str) -> None:
        for asked in (
            lambda: DEFAULT.add(at(instant), HOUR),
            lambda: DEFAULT.add_days(at(instant), 1),
            lambda: DEFAULT.next_open(at(instant)),
            lambda: DEFAULT.is_open(at(instant)),
            lambda: DEFAULT.elapsed(self.START, at(instant)),
        ):
            with pytest.raises(InvalidSetting, match="calendar_too_far"):
                asked()

    def test_comes_after_forty_years(self) -> None:
        assert ALWAYS.add(self.START, 14_610 * DAY) == self.START.astimezone(UTC) + 14_610 * DAY
        for working in (14_611 * DAY, timedelta.max):
            with pytest.raises(InvalidSetting, match="calendar_too_far"):
                ALWAYS.add(self.START, working)
        with pytest.raises(InvalidSetting, match="calendar_too_far"):
            ALWAYS.add_days(self.START, 20_000)

    def test_what_it_still_reaches_can_be_asked_about(self) -> None:
        due = ALWAYS.add(at("2199-12-31T12:00"), 14_000 * DAY)
        assert ALWAYS.is_open(due)
        assert ALWAYS.elapsed(due - DAY, due) == DAY


class TestTheCalendarFile:
    COMPLETE: ClassVar = {
        "time_zone": SEOUL,
        "hours": {
            "mon": [["09:00", "12:00"], ["13:00", "18:00"]],
            "fri": [["22:00", "06:00"]],
            "sun": [["00:00", "24:00"]],
        },
        "country": "KR",
        "holidays": ["2025-01-27", "2025-12-31"],
        "dates": {"2025-02-03": [["10:00", "15:00"]]},
        "breaks": {"2025-02-04": [["12:00", "14:00"]]},
    }

    def test_is_exported_as_it_was_imported(self) -> None:
        assert BusinessHours.from_json(self.COMPLETE).to_json() == self.COMPLETE

    def test_needs_no_more_than_a_zone(self) -> None:
        assert BusinessHours.from_json({"time_zone": "UTC"}).to_json() == {"time_zone": "UTC"}

    def test_reads_its_days(self) -> None:
        calendar = BusinessHours.from_json(self.COMPLETE)
        assert calendar.holidays == {date(2025, 1, 27), date(2025, 12, 31)}
        assert calendar.country == "KR"
        assert calendar.is_open(at("2025-02-03T14:59"))
        assert not calendar.is_open(at("2025-02-03T15:00"))

    @pytest.mark.parametrize(
        ("wrong", "code", "value"),
        [
            pytest.param({"time_zone": "Mars/Base"}, "calendar_time_zone", "Mars/Base", id="unknown zone"),
            pytest.param({"time_zone": "Asia"}, "calendar_time_zone", "Asia", id="a folder of zones"),
            pytest.param({"time_zone": None}, "calendar_zone_missing", None, id="no zone"),
            pytest.param({"country": "HolidayBase"}, "calendar_country", "HolidayBase", id="no country's code"),
            pytest.param({"country": "kr"}, "calendar_country", "kr", id="small letters"),
            pytest.param({"time_zone": "Z" * 5000}, "calendar_time_zone", "Z" * 60, id="cut where it is long"),
            pytest.param({"holidays": "2026-02-03"}, "calendar_holidays", "2026-02-03", id="a date, not a list"),
            pytest.param({"hours": {"mon": 9}}, "calendar_slot", "mon 9", id="a number for hours"),
            pytest.param({"hours": {"mon": ["09:00", "18:00"]}}, "calendar_slot", "mon 09:00", id="a list too few"),
            pytest.param({"dates": {"2027-02-03": [["9", "1"]]}}, "calendar_slot", "2027-02-03 9-1", id="on a date"),
            pytest.param({"country": "XX"}, "calendar_country", "XX", id="unknown country"),
            pytest.param({"country": "DE-XX"}, "calendar_country", "DE-XX", id="unknown state"),
            pytest.param({"holiday": []}, "calendar_field", "holiday", id="unknown field"),
            pytest.param({"hours": {"monday": []}}, "calendar_weekday", "monday", id="unknown weekday"),
            pytest.param({"holidays": ["2025-02-30"]}, "calendar_date", "2025-02-30", id="impossible date"),
            pytest.param({"holidays": ["20250203"]}, "calendar_date", "20250203", id="a date written otherwise"),
            pytest.param({"hours": {"mon": [["09:00", "25:00"]]}}, "calendar_slot", "mon 09:00-25:00", id="hour 25"),
            pytest.param({"hours": {"mon": [["9", "18:00"]]}}, "calendar_slot", "mon 9-18:00", id="no minutes"),
            pytest.param({"hours": {"mon": [["09:00"]]}}, "calendar_slot", "mon 09:00", id="no end"),
            pytest.param({"hours": {"mon": [["09:00", "09:00"]]}}, "calendar_slot", "mon 09:00-09:00", id="no length"),
            pytest.param(
                {"hours": {"mon": [["24:00", "02:00"]]}}, "calendar_slot", "mon 24:00-02:00", id="opens at 24"
            ),
        ],
    )
    def test_says_what_it_cannot_mean(self, wrong: dict[str, Any], code: str, value: object) -> None:
        with pytest.raises(InvalidSetting) as refused:
            hours(**wrong)
        assert (refused.value.code, refused.value.params.get("value")) == (code, value)

    @pytest.mark.parametrize("wrong", [{"hours": []}, {"dates": [5]}, {"country": 82}])
    def test_of_another_shape_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidSetting, match="calendar_unreadable"):
            hours(**wrong)


class TestWorkingDays:
    @pytest.mark.parametrize(
        ("calendar", "start", "days", "due"),
        [
            pytest.param({}, "2025-01-15T10:00", 3, "2025-01-20T10:00", id="the weekend does not count"),
            pytest.param({"holidays": ["2025-01-16"]}, "2025-01-15T10:00", 1, "2025-01-17T10:00", id="nor a holiday"),
            pytest.param({}, "2025-01-18T10:00", 1, "2025-01-20T10:00", id="from a day off"),
            pytest.param({}, "2025-01-15T22:00", 1, "2025-01-17T09:00", id="by night: at the next opening"),
            pytest.param(
                {"dates": {"2025-01-18": [["10:00", "12:00"]]}},
                "2025-01-17T11:00",
                1,
                "2025-01-18T11:00",
                id="a day worked for once",
            ),
            pytest.param({}, "2025-01-15T10:00", 0, "2025-01-15T10:00", id="none"),
            pytest.param(
                {"hours": {"mon": NIGHT, "tue": NIGHT}},
                "2025-01-14T02:00",
                1,
                "2025-01-15T02:00",
                id="the hours after midnight are the evening's",
            ),
            pytest.param(
                {"hours": {"mon": NIGHT, "tue": NIGHT}},
                "2025-01-15T02:00",
                1,
                "2025-01-21T02:00",
                id="from the last night of a week",
            ),
            pytest.param(
                {"hours": {"mon": NIGHT, "tue": NIGHT}}, "2025-01-14T02:00", 0, "2025-01-14T02:00", id="none by night"
            ),
            pytest.param(
                {"hours": {"mon": NIGHT, "tue": [["01:00", "05:00"]], "wed": [["00:00", "24:00"]]}},
                "2025-01-14T02:00",
                1,
                "2025-01-15T02:00",
                id="of two slots at once the later begun",
            ),
            pytest.param(
                {"hours": {"mon": NIGHT, "tue": OFFICE["mon"], "fri": NIGHT}},
                "2025-01-14T02:00",
                1,
                "2025-01-17T22:00",
                id="after a night by day: at the next opening",
            ),
        ],
    )
    def test_are_counted(self, calendar: dict[str, Any], start: str, days: int, due: str) -> None:
        assert hours(**calendar).add_days(at(start), days) == at(due)

    def test_keep_the_time_of_day_over_a_change_of_the_clocks(self) -> None:
        always = replace(ALWAYS, time_zone=ZoneInfo(NEW_YORK))
        start = at("2025-03-08T10:00", NEW_YORK)
        assert always.add_days(start, 1) == at("2025-03-09T10:00", NEW_YORK)

    def test_are_refused_where_there_are_none(self) -> None:
        with pytest.raises(InvalidSetting, match="calendar_never_opens"):
            BusinessHours.from_json({"time_zone": "UTC"}).add_days(at("2025-01-15T10:00"), 1)
