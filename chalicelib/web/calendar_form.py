"""A calendar as a form: hours as text by weekday, dates one a line; and the files from which it can be filled in."""

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from chalicelib.adapters import holiday_files
from chalicelib.domain.business_hours import WEEKDAYS, BusinessHours, texts
from chalicelib.domain.errors import InvalidInput, InvalidSetting
from chalicelib.domain.texts import checked_name
from chalicelib.web.forms import Form, Mistakes

LONGEST_NAME = 60
MOST_LINES = 1_000
HOURS = {day: f"hours_{day}" for day in WEEKDAYS}
FIELDS = ("name", "time_zone", "country", *HOURS.values(), "holidays", "dates", "breaks")
_WIDEST_CHARACTER = 4  # bytes, of which UTF-16 and UTF-32 leave some zero for the first sign of either file
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
        form.check({*FIELDS, "version", "do", "previewed", "year", "show_year"})
    with mistakes.at("name"):
        name = checked_name(form.line("name"), LONGEST_NAME, "name")
    for day, field in HOURS.items():
        with mistakes.at(field):
            calendar["hours"][day] = _slots(form.text(field))
    typed = {"time_zone": form.text("time_zone"), "country": form.text("country").upper()}
    for part, value in typed.items():
        with mistakes.at(part):
            calendar[part] = value
            BusinessHours.from_json({"time_zone": "UTC", part: value})
    with mistakes.at("holidays"):
        calendar["holidays"] = _once(_lines(form.text("holidays").split()))
        BusinessHours.from_json({"time_zone": "UTC", "holidays": calendar["holidays"]})
    for part, slots_of in (("dates", _slots), ("breaks", _breaks)):
        with mistakes.at(part):
            calendar[part] = _by_date(form.text(part), slots_of)
            BusinessHours.from_json({"time_zone": "UTC", part: calendar[part]})
    return name, None if mistakes else BusinessHours.from_json(calendar), mistakes


def filled_from(form: Form, today: date) -> tuple[dict[str, str], holiday_files.Holidays | None]:
    """The fields with what a file holds: a calendar of `./deskbell due` instead of them all, or an iCalendar file's
    holidays beside those that are there. Raises InvalidInput with the field "file", InvalidSetting."""
    if not form.uploads:
        raise InvalidInput("calendar_file_missing")
    content = form.uploads[0].content.removeprefix(BOM_UTF8)
    if b"\0" in content[:_WIDEST_CHARACTER]:
        raise InvalidInput("calendar_file_encoding")
    if content.lstrip().startswith(b"{"):
        return {**form.fields, **fields_of(form.text("name"), _calendar(content))}, None
    found = holiday_files.read(content, today)
    known = form.text("holidays").split()
    holidays = sorted({*known, *(day.isoformat() for day in found.days)})
    return {**form.fields, "holidays": "\n".join(holidays)}, found


def _calendar(content: bytes) -> BusinessHours:
    """Raises InvalidSetting, also for half a character (a lone surrogate), which can be neither shown nor kept."""
    try:
        calendar = json.loads(content.decode())
        json.dumps(calendar, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise InvalidInput("calendar_file_encoding") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSetting("calendar_unreadable") from error
    return BusinessHours.from_json(calendar)


def _slots_text(slots: Any) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in slots)


def _slots(typed: str) -> list[list[str]]:
    """Raises InvalidSetting("calendar_slot") with what was typed, InvalidInput("calendar_overlap")."""
    slots = [_slot(piece.strip()) for piece in re.split("[,;，、]", typed) if piece.strip()]
    hours = BusinessHours.from_json({"time_zone": "UTC", "hours": {"mon": slots}}).hours[0]
    for first, second in pairwise(hours):
        if second.opens < first.closes:
            raise InvalidInput(
                "calendar_overlap", first=_slots_text(texts([first])), second=_slots_text(texts([second]))
            )
    return slots


def _breaks(typed: str) -> list[list[str]]:
    """Raises InvalidInput("calendar_break_order") for one over midnight, which is rather a slip of the pen."""
    breaks = _slots(typed)
    if wrong := next((pause for pause in breaks if pause[0] > pause[1]), None):
        raise InvalidInput("calendar_break_order", value=_slots_text([wrong]))
    return breaks


def _slot(typed: str) -> list[str]:
    found = _SLOT.fullmatch(typed)
    if found is None:
        raise InvalidSetting("calendar_slot", value=typed)
    slot = [f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"]
    try:
        BusinessHours.from_json({"time_zone": "UTC", "hours": {"mon": [slot]}})
    except InvalidSetting:
        raise InvalidSetting("calendar_slot", value=typed) from None
    return slot


def _by_date(typed: str, slots_of: Callable[[str], list[list[str]]]) -> Mapping[str, list[list[str]]]:
    lines = _lines([line.strip() for line in typed.splitlines() if line.strip()])
    parted = [line.partition(" ") for line in lines]
    _once([day for day, _, _ in parted])
    return {day: slots_of(slots) for day, _, slots in parted}


def _once(days: list[str]) -> list[str]:
    """Raises InvalidInput("calendar_date_twice")."""
    if twice := next((day for day, count in Counter(days).items() if count > 1), None):
        raise InvalidInput("calendar_date_twice", value=twice)
    return days


def _lines(lines: list[str]) -> list[str]:
    if len(lines) > MOST_LINES:
        raise InvalidInput("lines_too_many", limit=MOST_LINES)
    return lines
