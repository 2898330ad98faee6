"""Spans of working time as people type them."""

from datetime import timedelta

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.web import spans


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("4 h", 240),
        ("4시간", 240),
        ("30 min", 30),
        ("30분", 30),
        (" 1 h 30 min ", 90),
        ("1시간 30분", 90),
        ("1.5 h", 90),
        ("0.25시간", 15),
        ("1.333333333333333333 h", 80),
        ("9999 h", 9_999 * 60),
    ],
)
def test_hours_and_minutes_are_read(typed: str, minutes: int) -> None:
    assert spans.read(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "span_unreadable"),
        ("4", "span_unreadable"),
        ("soon", "span_unreadable"),
        ("0 h", "span_unreadable"),
        ("-1 h", "span_unreadable"),
        ("0.001 h", "span_unreadable"),
        ("1 d", "span_units"),
        ("2 weeks", "span_units"),
        ("3일", "span_units"),
        ("1 d 4 h", "span_units"),
        ("10000 h", "span_too_long"),
        ("99999999 h", "span_too_long"),
        ("9" * 5000 + " h", "span_too_long"),
        ("9" * 5000 + " min", "span_too_long"),
        ("9999 h 1 min", "span_too_long"),
    ],
)
def test_what_is_none_says_why(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput, match=code):
        spans.read(typed)


@pytest.mark.parametrize(("language", "words"), [("en", "1 h 30 min"), ("ko", "1시간 30분")])
def test_one_is_written_as_it_is_read(language: str, words: str) -> None:
    assert spans.write(language, timedelta(minutes=90)) == words
    assert spans.read(words) == timedelta(minutes=90)
