"""`due`: when working time that begins at an instant runs out by a calendar file; no desk and no AWS is asked."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.errors import InvalidSetting
from infra import screen
from infra.trouble import Trouble
from infra.words import of_refusal, shown

Answer = dict[str, Any]


def due(calendar_file: str, lines: Iterable[bytes]) -> None:
    """Prints a line for every line that is not blank, as it comes.

    One that can't be answered gives `{"line": …, "error": …}` in its place and a complaint; the command then ends
    with 1. Raises Trouble for the calendar.
    """
    hours = read_calendar(Path(calendar_file))
    failed = 0
    for answer in answers(hours, lines):
        click.echo(json.dumps(answer, ensure_ascii=False))
        if "error" in answer:
            screen.complain(Trouble(f"Line {answer['line']}: {answer['error']}"))
            failed += 1
    if failed:
        sys.exit(1)


def read_calendar(file: Path) -> BusinessHours:
    """The calendar in a file (see `BusinessHours.from_json`). Raises Trouble that says what to mend in it."""
    try:
        calendar = json.loads(file.read_bytes())
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise Trouble(f"{file} is not JSON: {error}.") from error
    try:
        return BusinessHours.from_json(calendar)
    except InvalidSetting as refusal:
        raise Trouble(f"{file} is no calendar. {of_refusal(refusal)}") from refusal


def answers(hours: BusinessHours, lines: Iterable[bytes]) -> Iterator[Answer]:
    """What `due` prints for JSON lines of `start` (ISO 8601 with its offset) and `minutes` of working time."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _answer(hours, *_question(line))
            except InvalidSetting as refusal:
                yield {"line": number, "error": of_refusal(refusal)}
            except _Unreadable as unreadable:
                yield {"line": number, "error": str(unreadable)}


class _Unreadable(Exception):
    """A line that asks nothing we can answer; the text says what it must be."""


def _answer(hours: BusinessHours, start: datetime, working: timedelta) -> Answer:
    return {"due_at": _in_utc(hours.add(start, working)), "open_at_start": hours.is_open(start)}


def _question(line: bytes) -> tuple[datetime, timedelta]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"This is not JSON: {error}.") from error
    if not isinstance(asked, dict) or not {"start", "minutes"} <= asked.keys():
        raise _Unreadable('A line must be such as {"start": "2025-01-27T17:30:00+09:00", "minutes": 240}.')
    return _start(asked["start"]), _working(asked["minutes"])


def _start(text: Any) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise _Unreadable(f"{shown(text)} is no instant; write it such as 2025-01-27T17:30:00+09:00.") from error
    if start.tzinfo is None:
        raise _Unreadable(f"{shown(text)} has no offset; end it with one such as +09:00, or with Z for UTC.")
    return start


def _working(minutes: Any) -> timedelta:
    is_number = isinstance(minutes, int | float) and not isinstance(minutes, bool)
    if not is_number or not 0 <= minutes < float("inf"):
        raise _Unreadable(f"{shown(minutes)} is no span; `minutes` must be a number from 0 on.")
    try:
        return timedelta(minutes=minutes)
    except OverflowError as error:
        raise InvalidSetting("calendar_too_far") from error


def _in_utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
