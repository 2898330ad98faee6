"""Words in the reader's language: the catalogues of `locales/`, and how times and sizes are written.

Keys are flat and dotted (`status.open`); values may hold `{placeholders}`. Every language has every key (tested).
"""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("ko", "en")

_LOCALES = Path(__file__).parent / "locales"

_UNITS = (("days", 1440, 2880), ("hours", 60, 60), ("minutes", 1, 1))
"""Minutes of one, and from how many minutes on it is used."""


def text(language: str, key: str, **params: object) -> str:
    """The words of `key`. Raises KeyError for an unknown language, key or missing parameter: a mistake of ours."""
    return _catalogue(language)[key].format_map(params)


def has(key: str) -> bool:
    """Whether there are words for `key`, in every language."""
    return key in _catalogue(LANGUAGES[0])


def day_and_time(language: str, at: datetime, zone: str) -> str:
    """An instant in full, with the zone's short name: "Mon 23 Nov 2026, 14:05 KST"."""
    local = at.astimezone(ZoneInfo(zone))
    return text(language, "time.full", day=day(language, at, zone), time=f"{local:%H:%M}", zone=local.tzname() or zone)


def day(language: str, at: datetime, zone: str) -> str:
    """The day of an instant in full: "Mon 23 Nov 2026"."""
    local = at.astimezone(ZoneInfo(zone))
    weekday = text(language, f"weekday.{local.weekday()}")
    month = text(language, f"month.{local.month}")
    return text(language, "time.day", weekday=weekday, day=local.day, month=month, year=local.year)


def short_day(language: str, at: datetime, zone: str) -> str:
    """A day of this year: "23 Nov"."""
    local = at.astimezone(ZoneInfo(zone))
    return text(language, "time.short_day", day=local.day, month=text(language, f"month.{local.month}"))


def file_size(size: int) -> str:
    """In the unit that gives a short number, the same in every language: "312 B", "48 KB", "1.3 MB"."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.0f} KB" if size < 1_000_000 else f"{round(size / 1_000_000, 1):g} MB"


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise KeyError(language)
    words: dict[str, str] = json.loads((_LOCALES / f"{language}.json").read_text("utf-8"))
    return words


def span(language: str, length: timedelta) -> str:
    """In the largest unit that tells it well: "90 min" is "1 h", less than two days are hours, nothing is a minute."""
    minutes = max(int(length.total_seconds() // 60), 1)
    unit, size = next((unit, size) for unit, size, least in _UNITS if minutes >= least)
    return text(language, f"time.{unit}", count=minutes // size)
