"""A calendar as a form: hours as text by weekday, dates one a line; and the files from which it can be filled in."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.adapters import holiday_files
from chalicelib.domain.business_hours import WEEKDAYS, BusinessHours
from chalicelib.domain.errors import InvalidInput, InvalidSetting
from chalicelib.domain.texts import checked_name
from chalicelib.web.forms import Form, Mistakes

LONGEST_NAME = 60
MOST_LINES = 1_000
HOURS = {day: f"hours_{day}" for day in WEEKDAYS}
FIELDS = ("name", "time_zone", "country", *HOURS.values(), "holidays", "dates", "breaks")
_SLOT = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~〜]\s*(\d{1,2}):(\d{2})")


def fields_of(name: str, hours: BusinessHours) -> dict[str, str]:
    calendar = hours.to_json()
    fields = {"name": name, "time_zone": calendar["time_zone"], "country": calendar.get("country", "")}
    fields |= {field: _slots_text(calendar.get("hours", {}).get(day, ())) for day, field in HOURS.items()}
    fields["holidays"] = "\n".join(calendar.get("holidays", ()))
    for part in ("dates", "breaks"):
        lines = (f"{day} {_slots_text(slots)}".strip() for day, slots in calendar.get(part, {}).items())
        fields[part] = "\n".join(lines)
    return fields


def read(form: Form) -> tuple[str, BusinessHours | None, Mistakes]:
    """The calendar's name and hours, None where there are mistakes."""
    mistakes = Mistakes()
    name = ""
    calendar: dict[str, Any] = {"hours": {}}
    with mistakes.at(""):
        form.check({*FIELDS, "version", "do", "year", "show_year"})
    with mistakes.at("name"):
        name = checked_name(form.line("name"), LONGEST_NAME, "name")
    for day, field in HOURS.items():
        with mistakes.at(field):
            calendar["hours"][day] = _slots(form.text(field))
    for part in ("time_zone", "country"):
        with mistakes.at(part):
            calendar[part] = form.text(part)
            BusinessHours.from_json({"time_zone": "UTC", part: calendar[part]})
    with mistakes.at("holidays"):
        calendar["holidays"] = _lines(form.text("holidays").split())
        BusinessHours.from_json({"time_zone": "UTC", "holidays": calendar["holidays"]})
    for part in ("dates", "breaks"):
        with mistakes.at(part):
            calendar[part] = _by_date(form.text(part))
            BusinessHours.from_json({"time_zone": "UTC", part: calendar[part]})
    return name, None if mistakes else BusinessHours.from_json(calendar), mistakes


def filled_from(form: Form, today: date) -> tuple[dict[str, str], holiday_files.Holidays | None]:
    """The fields with what a file holds: a calendar of `./deskbell due` instead of them all, or an iCalendar file's
    holidays beside those that are there. Raises InvalidInput with the field "file", InvalidSetting."""
    if not form.uploads:
        raise InvalidInput("calendar_file_missing")
    content = form.uploads[0].content
    if content.lstrip().startswith(b"{"):
        return {**form.fields, **fields_of(form.text("name"), _calendar(content))}, None
    found = holiday_files.read(content, today)
    known = form.text("holidays").split()
    holidays = sorted({*known, *(day.isoformat() for day in found.days)})
    return {**form.fields, "holidays": "\n".join(holidays)}, found


def _calendar(content: bytes) -> BusinessHours:
    try:
        return BusinessHours.from_json(json.loads(content))
    except ValueError as error:
        raise InvalidSetting("calendar_unreadable") from error


def _slots_text(slots: Any) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in slots)


def _slots(typed: str) -> list[list[str]]:
    return [_slot(piece.strip()) for piece in re.split("[,;，、]", typed) if piece.strip()]


def _slot(typed: str) -> list[str]:
    """Raises InvalidSetting("calendar_slot") with what was typed."""
    found = _SLOT.fullmatch(typed)
    if found is None:
        raise InvalidSetting("calendar_slot", value=typed)
    slot = [f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"]
    try:
        BusinessHours.from_json({"time_zone": "UTC", "hours": {"mon": [slot]}})
    except InvalidSetting:
        raise InvalidSetting("calendar_slot", value=typed) from None
    return slot


def _by_date(typed: str) -> Mapping[str, list[list[str]]]:
    dates: dict[str, list[list[str]]] = {}
    for line in _lines([line for line in typed.splitlines() if line.strip()]):
        day, _, slots = line.strip().partition(" ")
        dates.setdefault(day, []).extend(_slots(slots))
    return dates


def _lines(lines: list[str]) -> list[str]:
    if len(lines) > MOST_LINES:
        raise InvalidInput("lines_too_many", limit=MOST_LINES)
    return lines
