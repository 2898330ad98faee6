"""What people write: how long it may be, what may be in it, and what stands in for a subject that nobody wrote."""

import unicodedata
from collections.abc import Iterable

from chalicelib.domain.errors import InvalidInput

LONGEST_SUBJECT = 250
LONGEST_TEXT = 50_000
MOST_TAGS = 20
LONGEST_TAG = 50
_LONGEST_NUMBER = 16
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers and blanks that Unicode counts among letters, marks and symbols."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def checked_text(text: str, field: str = "text") -> str:
    """What a person wrote, without blanks around it. Raises InvalidInput("text_missing" | "text_too_long")."""
    stripped = text.strip()
    if not stripped:
        raise InvalidInput("text_missing", field=field)
    if len(stripped) > LONGEST_TEXT:
        raise InvalidInput("text_too_long", field=field, limit=LONGEST_TEXT)
    return stripped


def checked_name(name: str, limit: int, field: str) -> str:
    """A name that is set for all to see, in one line. Nothing in it may hide or turn other letters around: it stands in
    From, where people go by it.

    Raises InvalidInput("name_missing" | "text_too_long" | "name_unseen").
    """
    line = " ".join(name.split())
    if not line:
        raise InvalidInput("name_missing", field=field)
    if len(line) > limit:
        raise InvalidInput("text_too_long", field=field, limit=limit)
    if any(unicodedata.category(letter) in _UNSEEN or letter in _UNSEEN_LETTERS for letter in line):
        raise InvalidInput("name_unseen", field=field)
    return line


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Each once, in one form and order. Raises InvalidInput("tags_too_many" | "text_too_long")."""
    words = sorted({"-".join(folded(tag).split()) for tag in tags} - {""})
    if len(words) > MOST_TAGS:
        raise InvalidInput("tags_too_many", field="tags", limit=MOST_TAGS)
    if any(len(word) > LONGEST_TAG for word in words):
        raise InvalidInput("text_too_long", field="tags", limit=LONGEST_TAG)
    return tuple(words)


def subject_of(subject: str, text: str) -> str:
    """The subject in one line, or the first line of the text; cut where it is too long."""
    line = subject.strip() or next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


def folded(text: str) -> str:
    """The form in which texts are compared: upper and lower case, full and half width are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def whole_number(written: str) -> int:
    """Of the digits of 2^53 at most, as our own pages send it. Raises InvalidInput("form_unreadable")."""
    if not (written.isascii() and written.isdigit() and len(written) <= _LONGEST_NUMBER):
        raise InvalidInput("form_unreadable")
    return int(written)
