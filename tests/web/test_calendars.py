"""The page of a calendar: hours as text, files in and out, the picture of a year."""

import json
import re
from codecs import BOM_UTF8
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from chalicelib.adapters import holiday_files, settings
from chalicelib.domain.business_hours import DEFAULT, BusinessHours
from chalicelib.web import calendar_form, year
from chalicelib.web.year import DayKind
from tests.conftest import ADDRESS
from tests.web.test_policies import fields_of, promise
from tests.web.tickets import open_ticket
from tests.web.visitor import BOUNDARY, Answer, Visitor, multipart

PROMISES = "/agent/settings/promises"
PAGE = f"{PROMISES}/calendar"
SEOUL = {
    "time_zone": "Asia/Seoul",
    "hours": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "fri": [["22:00", "02:00"]]},
    "country": "KR",
    "holidays": ["2027-05-06"],
    "dates": {"2027-02-03": [["10:00", "15:00"]], "2027-02-05": []},
    "breaks": {"2027-02-04": [["12:00", "14:00"]]},
}
BREAKS = {"2027-02-04": [["12:00", "14:00"]], "2027-02-15": [["14:00", "15:00"]]}
ICS = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:t\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Founding day\r\n"
    b"DTSTART;VALUE=DATE:20270510\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Lunch <b>\r\n"
    b"DTSTART:20270510T120000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def now_set() -> dict[str, BusinessHours]:
    return dict(settings.get(is_fresh=True).calendars)


def form_of(page: Answer) -> dict[str, str]:
    return {name: value for name, value in fields_of(page).items() if name != "file"}


def change(admin: Visitor, path: str = f"{PAGE}?name=default", **typed: str) -> Answer:
    return admin.post_files(path, form_of(admin.get(path)) | typed)


def take(admin: Visitor, content: bytes, **typed: str) -> Answer:
    path = f"{PAGE}?name=default"
    body = multipart(form_of(admin.get(path)) | {"do": "take"} | typed, ("file.any", content))
    return admin.ask("POST", path, body, origin=ADDRESS, content_type=f"multipart/form-data; boundary={BOUNDARY}")


class TestForm:
    def test_saves_what_was_typed(self, admin: Visitor) -> None:
        typed = {"hours_mon": "9:00–12:00, 13:00 - 18:00", "hours_fri": "22:00-02:00", "country": "KR"}
        typed |= {"holidays": "2027-05-06", "dates": "2027-02-03 10:00-15:00\n2027-02-05", "time_zone": "Asia/Seoul"}
        typed |= {"breaks": "2027-02-04 12:00-14:00", "hours_tue": "", "hours_wed": "", "hours_thu": ""}
        assert "Promises saved." in admin.follow(change(admin, **typed)).text
        assert now_set()["default"] == BusinessHours.from_json(SEOUL)

    def test_what_is_written_is_read_again_alike(self) -> None:
        hours = BusinessHours.from_json(SEOUL)
        fields = calendar_form.fields_of("Seoul", hours)
        assert calendar_form.read(calendar_form.Form(fields)) == ("Seoul", hours, {})

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "Please give a name."),
            ("time_zone", "Moon/Crater", "no time zone"),
            ("hours_wed", "09:00-25:00", "09:00-25:00”"),
            ("hours_wed", "all day", "all day”"),
            ("country", "ZZ", "no public holidays"),
            ("holidays", "2027-02-30", "is no date"),
            ("dates", "2027-02-03 ten", "ten”"),
            ("breaks", "tomorrow 12:00-13:00", "is no date"),
            ("time_zone", "", "Name the time zone"),
            ("country", "Korea", "no public holidays of “KOREA”"),
            ("country", "HolidayBase", "no public holidays"),
            ("holidays", "9999-12-31", "between 1900 and 2199"),
            ("holidays", "2027-02-08 2027-02-09 2027-02-08", "“2027-02-08” stands there twice"),
            ("hours_wed", "9:00-12:00, 11:30-18:00", "“09:00-12:00” and “11:30-18:00” overlap"),
            ("hours_wed", "23:00-23:30, 22:00-06:00", "“22:00-06:00” and “23:00-23:30” overlap"),
            ("dates", "2027-02-03 10:00-15:00, 14:00-16:00", "overlap"),
            ("dates", "2027-02-03 10:00-12:00\n2027-02-03 13:00-15:00", "“2027-02-03” stands there twice"),
            ("breaks", "2027-02-03 14:00-12:00", "“14:00-12:00” must end after it begins"),
            ("breaks", "2027-02-03 12:00-13:00\n2027-02-03 15:00-16:00", "stands there twice"),
        ],
    )
    def test_says_beside_the_field_what_to_mend(self, admin: Visitor, field: str, value: str, words: str) -> None:
        answer = change(admin, **{field: value, "hours_sun": "10:00-11:00"})
        assert answer.status == 422
        assert f'id="{field}-error"' in answer.text
        assert words in answer.text
        assert "10:00-11:00" in answer.text
        assert now_set() == {"default": DEFAULT}

    def test_hours_that_touch_do_not_overlap(self, admin: Visitor) -> None:
        assert change(admin, hours_wed="09:00-12:00, 12:00-24:00", hours_thu="22:00-06:00, 05:00-08:00").status == 303

    def test_a_country_may_be_typed_in_small_letters(self, admin: Visitor) -> None:
        assert change(admin, country="de-by").status == 303
        assert now_set()["default"].country == "DE-BY"

    def test_the_return_key_saves(self, admin: Visitor) -> None:
        """A browser then presses the first button of the form."""
        form = admin.get(f"{PAGE}?name=default").text.partition('id="calendar"')[2]
        assert 'value="save"' in form.partition("<button")[2].partition(">")[0]

    def test_one_in_which_the_times_of_its_policies_never_run_out_is_refused(self, admin: Visitor) -> None:
        promise(*settings.get(is_fresh=True).policies)
        typed = dict.fromkeys(calendar_form.HOURS.values(), "") | {"dates": "2199-12-31 09:00-09:01"}
        answer = change(admin, **typed)
        assert answer.status == 422
        assert "further away than a calendar goes" in answer.text
        typed = dict.fromkeys(calendar_form.HOURS.values(), "") | {"hours_mon": "09:00-09:01"}
        assert "further away than a calendar goes" in change(admin, **typed).text

    def test_one_that_never_opens_is_refused(self, admin: Visitor) -> None:
        answer = change(admin, **dict.fromkeys(calendar_form.HOURS.values(), ""))
        assert answer.status == 422
        assert "no business hours" in answer.text

    def test_a_preview_tells_which_tickets_would_be_due_when(self, admin: Visitor) -> None:
        number = open_ticket()
        answer = change(admin, do="preview", **dict.fromkeys(calendar_form.HOURS.values(), "03:00-04:00"))
        assert "1 of 1 open tickets would change." in answer.text
        assert f"/agent/tickets/{number}" in answer.text
        assert now_set() == {"default": DEFAULT}

    def test_what_moves_open_tickets_is_shown_before_it_is_saved(self, admin: Visitor) -> None:
        """Rule 3."""
        open_ticket()
        typed = dict.fromkeys(calendar_form.HOURS.values(), "03:00-04:00")
        shown = change(admin, **typed)
        assert "1 of 1 open tickets would change." in shown.text
        assert now_set() == {"default": DEFAULT}
        assert change(admin, **typed, previewed=shown.hidden("previewed")).status == 303
        assert now_set() != {"default": DEFAULT}

    def test_a_new_name_is_known_to_its_policies(self, admin: Visitor) -> None:
        change(admin, name="서울 본사")
        assert set(now_set()) == {"서울 본사"}
        assert settings.get(is_fresh=True).policies[0].calendar == "서울 본사"

    def test_two_never_have_one_name(self, admin: Visitor) -> None:
        promise(*settings.get(is_fresh=True).policies)
        answer = change(admin, name="always")
        assert answer.status == 422
        assert "of this name already" in answer.text

    def test_another_admin_was_faster(self, admin: Visitor) -> None:
        path = f"{PAGE}?name=default"
        fields = form_of(admin.get(path))
        change(admin, hours_sat="10:00-12:00")
        answer = admin.post_files(path, fields | {"hours_sun": "11:00-13:00"})
        assert answer.status == 409
        assert "Saturday: 10:00-12:00" in answer.text
        assert "11:00-13:00" in answer.text
        assert admin.post_files(path, form_of(answer)).status == 303

    def test_a_new_one_is_added_and_deleted(self, admin: Visitor) -> None:
        change(admin, PAGE, name="Night", hours_mon="22:00-06:00")
        assert set(now_set()) == {"default", "Night"}
        page = admin.get(f"{PAGE}?name=Night")
        assert "Delete: Night" in page.text.partition("<summary>Delete…</summary>")[2], "it takes a step before"
        fields = {"name": "Night", "version": page.hidden("version")}
        assert admin.post(f"{PAGE}/delete", fields).status == 303
        assert set(now_set()) == {"default"}

    def test_one_in_use_is_not_deleted(self, admin: Visitor) -> None:
        promise(*settings.get(is_fresh=True).policies)
        page = admin.get(f"{PAGE}?name=default").text
        assert "Delete: default" not in page
        assert "can’t be deleted as policies use it: Default" in page
        assert admin.post(f"{PAGE}/delete", {"name": "default", "version": "1"}).status == 422
        assert "default" in now_set()


class TestFiles:
    def test_holidays_of_an_icalendar_file_join_those_that_are_there(self, admin: Visitor) -> None:
        page = take(admin, ICS, holidays="2027-01-04")
        assert "not saved yet: 1 days" in page.text
        assert "Lunch &lt;b&gt;" in page.text, "what was not read"
        assert fields_of(page)["holidays"] == "2027-01-04\n2027-05-10"
        assert "<p>2027: 1</p>" in page.text
        assert "Yearly holidays" not in page.text
        assert now_set() == {"default": DEFAULT}
        admin.post_files(f"{PAGE}?name=default", form_of(page))
        assert now_set()["default"].holidays == {date(2027, 1, 4), date(2027, 5, 10)}

    def test_a_calendar_goes_out_and_comes_back(self, admin: Visitor) -> None:
        page = take(admin, json.dumps(SEOUL).encode())
        admin.post_files(f"{PAGE}?name=default", form_of(page))
        assert now_set()["default"] == BusinessHours.from_json(SEOUL)
        file = admin.get(f"{PAGE}/file?name=default")
        assert json.loads(file.text) == SEOUL
        assert "attachment" in file.headers["Content-Disposition"]

    def test_the_page_says_until_when_yearly_holidays_are_taken(self, admin: Visitor) -> None:
        page = take(admin, ICS.replace(b"20270510\r\n", b"19990510\r\nRRULE:FREQ=YEARLY\r\n"))
        years = sorted({day[:4] for day in fields_of(page)["holidays"].split()})
        assert len(years) == 1 + holiday_files.YEARS_AHEAD
        assert f"Yearly holidays are taken until {years[-1]}." in page.text
        assert " · ".join(f"{year}: 1" for year in years) in page.text

    def test_a_file_may_begin_with_a_mark_of_its_encoding(self, admin: Visitor) -> None:
        assert fields_of(take(admin, BOM_UTF8 + json.dumps(SEOUL).encode()))["holidays"] == "2027-05-06"
        assert fields_of(take(admin, BOM_UTF8 + ICS))["holidays"] == "2027-05-10"

    @pytest.mark.parametrize(
        "content",
        [
            json.dumps(SEOUL).encode("utf-16"),
            json.dumps(SEOUL).encode("utf-16-le"),
            json.dumps(SEOUL).encode("utf-32"),
            ICS.decode().encode("utf-16"),
            '{"time_zone": "서울"}'.encode("euc-kr"),
        ],
    )
    def test_one_that_is_not_in_utf_8_is_told_so(self, admin: Visitor, content: bytes) -> None:
        page = take(admin, content)
        assert page.status == 422
        assert "Save it again in UTF-8." in page.text

    @pytest.mark.parametrize(
        "content",
        [
            b"nothing",
            b'{"time_zone": "Asia/Seoul"',
            b'{"hours": 5}',
            b'{"hours": ' + b"[" * 100_000,
            b'{"time_zone": ' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"time_zone": "\\ud800"}',
            b'{"time_zone": "UTC", "dates": {"\\udfff": []}}',
            b'{"time_zone": "UTC", "country": "HolidayBase"}',
            b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 5000 + b"END:VEVENT\r\n" * 5000 + b"END:VCALENDAR\r\n",
        ],
    )
    def test_another_file_is_refused_and_nothing_is_lost(self, admin: Visitor, content: bytes) -> None:
        page = take(admin, content, hours_sun="10:00-11:00")
        assert page.status == 422
        assert 'id="file-error"' in page.text
        assert "10:00-11:00" in page.text

    def test_a_file_must_be_chosen(self, admin: Visitor) -> None:
        assert "Choose a file first." in change(admin, do="take").text


class TestYear:
    def test_every_day_is_what_it_is(self) -> None:
        hours = BusinessHours.from_json(
            SEOUL | {"country": "", "breaks": BREAKS, "holidays": ["2027-03-01", "2027-05-06"]}
        )
        kinds = {
            "2027-03-08": DayKind.OPEN,
            "2027-03-09": DayKind.CLOSED,
            "2027-03-01": DayKind.HOLIDAY,
            "2027-05-06": DayKind.HOLIDAY,
            "2027-02-03": DayKind.OWN,
            "2027-02-04": DayKind.CLOSED,
            "2027-02-05": DayKind.CLOSED,
            "2027-02-15": DayKind.OWN,
        }
        assert {day: year.kind_of(hours, date.fromisoformat(day)) for day in kinds} == kinds

    def test_a_day_tells_its_hours_and_breaks(self) -> None:
        february = year.months(BusinessHours.from_json(SEOUL | {"breaks": BREAKS}), 2027, "en")[1]
        told = {day.number: day.told for week in february.weeks for day in week if day}
        assert len(told) == 28
        assert told[1] == "2027-02-01 Open: 09:00–12:00, 13:00–18:00"
        assert told[15] == "2027-02-15 Own hours: 09:00–12:00, 13:00–18:00; break 14:00–15:00"
        assert told[5] == "2027-02-05 Closed", "by hours of its own"

    def test_another_year_keeps_what_was_typed(self, admin: Visitor) -> None:
        page = change(admin, hours_sun="10:00-11:00", show_year="2031")
        assert "The year 2031" in page.text
        assert len(re.findall('title="2031-', page.text)) == 365
        assert 'title="2031-06-01 Open: 10:00–11:00"' in page.text
        assert now_set() == {"default": DEFAULT}

    def test_the_usual_hours_of_a_new_one_are_in_the_desk_s_zone(self, admin: Visitor) -> None:
        zone = settings.get().time_zone
        assert fields_of(admin.get(PAGE))["time_zone"] == ZoneInfo(zone).key


def test_the_list_says_which_public_holidays_are_kept(admin: Visitor) -> None:
    change(admin, PAGE, name="Seoul", country="kr")
    page = admin.get(PROMISES).text
    assert "public holidays: KR" in page
    assert page.count("no public holidays") == 1


def test_only_admins_get_there(supervisor: Visitor) -> None:
    assert supervisor.get(PAGE).status == 403
    assert supervisor.get(f"{PAGE}/file?name=default").status == 403


def test_an_unknown_one_is_not_found(admin: Visitor) -> None:
    assert admin.get(f"{PAGE}?name=moon").status == 404
