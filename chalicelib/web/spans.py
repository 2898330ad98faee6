"""Spans of working time as people type and read them: "4 h", "30 min", "1 h 30 min", in the reader's units."""

import re
from datetime import timedelta

from chalicelib import i18n
from chalicelib.domain.errors import InvalidInput

_SPAN = re.compile(
    r"(?:(?P<hours>\d+(?:\.\d+)?)\s*(?:h|hrs?|hours?|시간))?\s*(?:(?P<minutes>\d+)\s*(?:m|mins?|minutes?|분))?",
    re.ASCII | re.IGNORECASE,
)
_OTHER_UNIT = re.compile(r"[\d.]+\s*[^\W\d_].*")
_MOST_HOURS = 9_999
_MOST_DIGITS = 12


def read(typed: str) -> timedelta:
    """In either language, to the minute. Raises InvalidInput("span_unreadable" | "span_units" | "span_too_long").

    A number without its unit is unreadable.
    """
    found = _SPAN.fullmatch(typed.strip())
    if not found and _OTHER_UNIT.fullmatch(typed.strip()):
        raise InvalidInput("span_units", value=typed)
    minutes = round(_number(found["hours"]) * 60 + _number(found["minutes"])) if found else 0
    if not minutes:
        raise InvalidInput("span_unreadable", value=typed)
    if minutes > _MOST_HOURS * 60:
        raise InvalidInput("span_too_long", value=typed, limit=_MOST_HOURS)
    return timedelta(minutes=minutes)


def _number(digits: str | None) -> float:
    return float((digits or "0")[:_MOST_DIGITS])


def write(language: str, span: timedelta) -> str:
    """To the minute."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    parts = [i18n.text(language, "span.hours", count=hours)] if hours else []
    if minutes or not hours:
        parts.append(i18n.text(language, "span.minutes", count=minutes))
    return " ".join(parts)
