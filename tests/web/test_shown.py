from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.web.shown import Done, Shown, extract, file_size, initial, prose

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ENGLISH, KOREAN = Shown("en", "Asia/Seoul", NOW), Shown("ko", "Asia/Seoul", NOW)


@pytest.mark.parametrize(
    ("span", "english", "korean"),
    [
        (timedelta(seconds=20), "in 1 min", "1분 남음"),
        (timedelta(minutes=59), "in 59 min", "59분 남음"),
        (timedelta(hours=3, minutes=59), "in 3 h", "3시간 남음"),
        (timedelta(hours=47), "in 47 h", "47시간 남음"),
        (timedelta(days=2), "in 2 d", "2일 남음"),
        (timedelta(minutes=-5), "5 min overdue", "5분 지남"),
        (timedelta(days=-3), "3 d overdue", "3일 지남"),
    ],
)
def test_a_deadline_tells_how_long_is_left(span: timedelta, english: str, korean: str) -> None:
    assert f">{english}</time>" in ENGLISH.due(NOW + span)
    assert f">{korean}</time>" in KOREAN.due(NOW + span)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 22, 15, 5, tzinfo=UTC), "00:05"),
        (datetime(2026, 11, 22, 14, 55, tzinfo=UTC), "22 Nov"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "1 Jan"),
        (datetime(2025, 12, 31, 14, 59, tzinfo=UTC), "2025-12-31"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be_told(at: datetime, words: str) -> None:
    assert ENGLISH.short(at) == words


def test_a_time_is_for_machines_too() -> None:
    assert ENGLISH.moment(NOW) == '<time datetime="2026-11-23T01:00:00Z">Mon 23 Nov 2026, 10:00 KST</time>'


@pytest.mark.parametrize(
    ("span", "urgency"),
    [(timedelta(hours=2), "calm"), (timedelta(hours=1), "soon"), (timedelta(0), "late"), (None, "none")],
)
def test_a_deadline_has_an_urgency(span: timedelta | None, urgency: str) -> None:
    assert ENGLISH.urgency(None if span is None else NOW + span) == urgency


def test_a_cause_is_told_in_words_also_one_that_is_newer_than_the_words() -> None:
    assert ENGLISH.cause("timer:first_response:80%") == "timer: First response 80%"
    assert ENGLISH.cause("customer_message") == "customer's message"
    assert ENGLISH.cause("rule:7") == "rule:7"


def test_text_keeps_its_characters_and_its_links_can_be_pressed() -> None:
    assert prose("<b> https://example.com/a?b=1&c=2.") == (
        '&lt;b&gt; <a href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc">'
        "https://example.com/a?b=1&amp;c=2</a>."
    )
    assert prose("javascript:alert(1)") == "javascript:alert(1)"


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (48_200, "48 KB"), (1_340_000, "1.3 MB"), (4_000_000, "4 MB")]
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert file_size(size) == words


def test_an_extract_is_plain_and_short() -> None:
    assert extract("# Leaks\n\nTurn the **ring**.") == "Leaks Turn the ring."
    assert len(extract("word " * 200)) <= 161


@pytest.mark.parametrize(("name", "letter"), [("kim", "K"), ("김민지", "김"), (" ", "?")])
def test_a_person_without_picture_has_a_letter(name: str, letter: str) -> None:
    assert initial(name) == letter


@pytest.mark.parametrize(
    ("cookie", "done"),
    [
        ("replied", Done("replied")),
        ("status_set:open", Done("status_set", "open")),
        ("replied:open", Done("replied")),
        ("hacked", Done()),
        ("replied:<b>", Done()),
        ("", Done()),
    ],
)
def test_only_our_own_messages_are_told(cookie: str, done: Done) -> None:
    assert Done.of(cookie) == done
