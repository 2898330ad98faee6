"""Spans of working time as people type and read them: "4 h", "30 min", "1 h 30 min", in the reader's units."""

import re
from datetime import timedelta

from chalicelib import i18n
from chalicelib.domain.errors import InvalidInput

_SPAN = re.compile(
    r"(?:(?P<hours>\d{1,4})\s*(?:h|hrs?|hours?|시간))?\s*(?:(?P<minutes>\d{1,5})\s*(?:m|mins?|minutes?|분))?",
    re.IGNORECASE,
)


def read(typed: str) -> timedelta:
    """In either language. Raises InvalidInput("span_unreadable"), for a number without its unit as well."""
    found = _SPAN.fullmatch(typed.strip())
    span = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0)) if found else timedelta(0)
    if not span:
        raise InvalidInput("span_unreadable", value=typed)
    return span


def write(language: str, span: timedelta) -> str:
    """To the minute."""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    parts = [i18n.text(language, "span.hours", count=hours)] if hours else []
    if minutes or not hours:
        parts.append(i18n.text(language, "span.minutes", count=minutes))
    return " ".join(parts)
