"""What each line of a mail is: text, quotation, or what mail programs put around them."""

from collections.abc import Sequence
from enum import StrEnum

from chalicelib.mail import attributions, copied_header
from chalicelib.mail import quote_marks as marks

MOST_LINES = 5_000
_LONGEST_MARK = 500


class Kind(StrEnum):
    """What a line is; one letter each, so that the shape of a mail can be matched like a word."""

    EMPTY = "e"
    TEXT = "t"
    QUOTE = "q"
    DELIMITER = "d"
    FOOTER = "f"
    ATTRIBUTION = "a"
    ORIGINAL = "o"
    COPIED_HEADER = "h"


INTRODUCTIONS = {Kind.ATTRIBUTION, Kind.ORIGINAL, Kind.COPIED_HEADER}


def of(lines: Sequence[str]) -> list[Kind]:
    """The kind of each line; the end of a very long mail counts as one line, of which is asked whether it is quoted."""
    kinds: list[Kind] = []
    looked_at = lines[:MOST_LINES]
    while len(kinds) < len(looked_at):
        kind, count = _kind_at(looked_at, kinds)
        kinds += [kind] * count
    rest = (Kind.QUOTE if line.startswith(">") else Kind.TEXT for line in lines[MOST_LINES:])
    return [*kinds, *rest]


def _kind_at(lines: Sequence[str], before: list[Kind]) -> tuple[Kind, int]:
    """What stands at the next line, and over how many lines it goes."""
    start = len(before)
    line = lines[start]
    if not line.strip():
        return Kind.EMPTY, 1
    if marks.QUOTED.match(line) or (marks.BARRED.match(line) and INTRODUCTIONS.intersection(before)):
        return Kind.QUOTE, 1
    if len(line) > _LONGEST_MARK:
        return Kind.TEXT, 1
    if marks.ORIGINAL.match(line):
        return Kind.ORIGINAL, 1
    if header := copied_header.find(lines, start, after_mark=_follows_mark(before)):
        return Kind.COPIED_HEADER, header.length
    if count := attributions.length(lines, start):
        return Kind.ATTRIBUTION, count
    if marks.DELIMITER.match(line):
        return Kind.DELIMITER, 1
    return (Kind.FOOTER, 1) if marks.is_mobile_footer(line) else (Kind.TEXT, 1)


def _follows_mark(before: list[Kind]) -> bool:
    nearest = next((kind for kind in reversed(before) if kind != Kind.EMPTY), None)
    return nearest in {Kind.ORIGINAL, Kind.DELIMITER}
