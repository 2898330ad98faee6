"""`./deskbell due`: what it answers, and what it says of a line or a calendar that it can't use."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli import cli
from infra.due import answers as answers_to
from infra.due import read_calendar

CALENDAR = {
    "time_zone": "Asia/Seoul",
    "hours": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "tue": [["09:00", "18:00"]]},
    "holidays": ["2025-01-27"],
    "breaks": {"2025-01-28": [["12:00", "14:00"]]},
}


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    return written(tmp_path, json.dumps(CALENDAR))


def written(folder: Path, text: str) -> Path:
    file = folder / "calendar.json"
    file.write_text(text, "utf-8")
    return file


def due(calendar: Path, *lines: str) -> Result:
    return CliRunner().invoke(cli, ["due", "--calendar", str(calendar)], input="\n".join(lines))


def question(start: object = "2025-01-27T17:30:00+09:00", minutes: object = 240) -> str:
    return json.dumps({"start": start, "minutes": minutes})


def answers(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_says_when_the_working_time_runs_out_and_whether_the_desk_was_open(calendar: Path) -> None:
    done = due(calendar, question(), question("2025-01-28T02:00:00Z", 60), question("2025-01-28T09:00:00+09:00", 0.01))
    assert done.exit_code == 0, done.output
    assert answers(done) == [
        {"due_at": "2025-01-28T06:00:00Z", "open_at_start": False},
        {"due_at": "2025-01-28T03:00:00Z", "open_at_start": True},
        {"due_at": "2025-01-28T00:00:00.600000Z", "open_at_start": True},
    ]


def test_blank_lines_ask_nothing(calendar: Path) -> None:
    assert len(answers(due(calendar, "", question(), "  ", ""))) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "not JSON"),
        ("[]", "A line must be"),
        ('{"start": "2025-01-27T17:30:00Z"}', "A line must be"),
        (question("tomorrow"), "'tomorrow' is no instant"),
        (question(1737966600), "1737966600 is no instant"),
        (question("2025-01-27T17:30:00"), "no offset"),
        (question("9999-12-31T17:30:00Z"), "further away"),
        (question(minutes=-1), "-1 is no span"),
        (question(minutes=True), "True is no span"),
        (question(minutes="4"), "'4' is no span"),
        (question(minutes=float("nan")), "nan is no span"),
        (question(minutes=float("inf")), "inf is no span"),
        (question(minutes=10**400), "further away"),
        (question(minutes=1e300), "further away"),
        (question(minutes=1e9), "further away"),
        (question("0001-01-01T00:00:00+14:00"), "further away"),
        ("[" * 100_000, "not JSON"),
        (question("\ud800"), "'\\ud800' is no instant"),
        (question("2025-01-27\x1b17:30:00"), "'2025-01-27\\x1b17:30:00' has no offset"),
        (question("2025-01-27\ud80017:30:00"), "has no offset"),
        (question("x" * 5000), "xxx...xxx"),
        (question(minutes=["x"] * 5000), "is no span"),
    ],
)
def test_a_line_that_cannot_be_answered_says_why_in_its_place(calendar: Path, line: str, said: str) -> None:
    done = due(calendar, question(), line, question())
    first, refused, last = answers(done)
    assert (refused["line"], first) == (2, last)
    assert said in refused["error"]
    assert said in done.stderr
    assert done.exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must be JSON with time_zone"),
        ('{"time_zone": "Mars/Olympus"}', "no time zone “Mars/Olympus”"),
        ('{"time_zone": "UTC", "hours": {"monday": []}}', "“monday” is no weekday"),
        ('{"time_zone": "UTC", "hour": {}}', "no “hour”"),
        ('{"time_zone": "UTC", "\\u001b": {}}', "no “\\x1b”"),
        ('{"time_zone": "\\ud800"}', "no time zone “\\ud800”"),
        ("{}", "Name the time zone"),
        ('{"time_zone": "UTC", "holidays": "2026-02-03"}', "must be a list of dates"),
        ('{"time_zone": "UTC", "hours": {"tue": [["9:00", "18:00"]]}}', "“tue 9:00-18:00” is no stretch"),
        ("[" * 100_000, "is not JSON"),
        ('{"time_zone": ' + "[" * 900 + "]" * 900 + "}", "no time zone"),
    ],
)
def test_a_calendar_that_cannot_be_read_ends_the_command(tmp_path: Path, text: str, said: str) -> None:
    done = due(written(tmp_path, text), question())
    assert done.exit_code != 0
    assert said in str(done.exception)
    assert done.stdout == ""


def test_a_calendar_that_never_opens_answers_nothing(tmp_path: Path) -> None:
    done = due(written(tmp_path, '{"time_zone": "UTC"}'), question())
    assert "no business hours after 2025-01-27" in answers(done)[0]["error"]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert "No such file" in str(due(tmp_path / "none.json").exception)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_calendar_is_read_in_every_encoding_of_unicode(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "calendar.json"
    file.write_bytes(json.dumps(CALENDAR).encode(encoding))
    assert due(file, question()).exit_code == 0


def test_thousands_of_lines_are_answered_in_a_moment(calendar: Path) -> None:
    hours = read_calendar(calendar)
    lines = [question(minutes=n % 2700).encode() for n in range(20_000)]
    began = perf_counter()
    assert not any("error" in answer for answer in answers_to(hours, lines))
    assert perf_counter() - began < 2
