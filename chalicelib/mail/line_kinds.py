"""What each line of a mail is: text, quotation, or what mail programs put around them."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import accumulate, takewhile

from chalicelib.mail import attributions, copied_header
from chalicelib.mail import html as html_reader
from chalicelib.mail import quote_marks as marks
from chalicelib.mail.quote_markup import Place

MOST_LINES = 5_000
_LONGEST_MARK = 500
_LONG_LINE = 60
_MOST_INTRODUCTION_LINES = 40
_MOST_BARRED = 500
_MOST_ARMOUR = 200
_SHORT = 8
_WINDOW = 4_000
_PIECE = 100_000
_NO_LETTERS = re.compile(r"[\W_]+")


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
    ARMOUR = "p"


INTRODUCTIONS = {Kind.ATTRIBUTION, Kind.ORIGINAL, Kind.COPIED_HEADER}
_AS_QUOTE = dict.fromkeys((Kind.TEXT, Kind.FOOTER, Kind.DELIMITER), Kind.QUOTE)
_PLACED = {
    Place.INDENTED: _AS_QUOTE,
    Place.QUOTED: _AS_QUOTE,
    Place.FOOTER: {Kind.TEXT: Kind.FOOTER},
}


def of(lines: Sequence[str], html: str = "") -> list[Kind]:
    """The kind of each line, by its words and by its place in the HTML of the same mail.

    The end of a very long mail counts as one line, of which is asked whether it is quoted.
    """
    looked_at = [line.translate(marks.INVISIBLE) for line in lines[:MOST_LINES]]
    kinds: list[Kind] = []
    while len(kinds) < len(looked_at):
        kind, count = _kind_at(looked_at, kinds)
        kinds += [kind] * count
    kinds = _placed(kinds, _places(looked_at, html)) if html else kinds
    rest = (Kind.QUOTE if line.startswith(">") else Kind.TEXT for line in lines[MOST_LINES:])
    return [*kinds, *rest]


def are_marked(lines: Sequence[str], html: str, *, since: int) -> bool:
    """Whether the HTML of the same mail marks a line from the given one on as quoted."""
    places = _places([line.translate(marks.INVISIBLE) for line in lines[:MOST_LINES]], html) if html else []
    return not {Place.QUOTED, Place.BELOW_MARK}.isdisjoint(places[since:])


def _placed(kinds: list[Kind], places: Sequence[Place]) -> list[Kind]:
    """What the place tells above what the words do; the first line of what a program marked introduces it."""
    placed = [_PLACED.get(place, {}).get(kind, kind) for kind, place in zip(kinds, places, strict=True)]
    first = next((index for index, place in enumerate(places) if place in {Place.QUOTED, Place.BELOW_MARK}), None)
    if first is not None and INTRODUCTIONS.isdisjoint(kinds[: first + 1]):
        is_block = places[first : first + 3].count(Place.QUOTED) > 1
        placed[first] = Kind.ORIGINAL if places[first] == Place.BELOW_MARK else placed[first]
        placed[first] = Kind.ATTRIBUTION if is_block else placed[first]
    return placed


def _places(lines: Sequence[str], html: str) -> list[Place]:
    """The place of each line in the HTML; `OWN` where the HTML does not have it.

    Both are compared by their letters, since programs wrap and mark up the one and not the other.
    """
    pieces = [(_letters(line), place) for line, place in html_reader.placed_lines(html)]
    starts = list(accumulate((len(piece) for piece, _ in pieces), initial=0))
    everything = "".join(piece for piece, _ in pieces)
    places, position = [], 0
    for line in lines:
        letters = _letters(line)
        found = _find(everything, letters, position)
        places.append(pieces[bisect_right(starts, found) - 1][1] if letters and found >= 0 else Place.OWN)
        position = found + len(letters) if found >= 0 else position
    return places


def _find(everything: str, letters: str, position: int) -> int:
    """Where the line goes on; a longer line may have something before it that the text leaves out."""
    if everything.startswith(letters, position):
        return position
    is_long = len(letters) >= _SHORT
    return everything.find(letters, position, position + len(letters) + _WINDOW) if is_long else -1


def _letters(text: str) -> str:
    """What text and HTML of one mail have in common: neither spaces nor marks of emphasis. Piece by piece, since `sub`
    holds as many strings as it leaves out."""
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(_NO_LETTERS.sub("", piece) for piece in pieces)


def _kind_at(lines: Sequence[str], before: list[Kind]) -> tuple[Kind, int]:
    """What stands at the next line, and over how many lines it goes."""
    start = len(before)
    line = lines[start]
    if not line.strip():
        return Kind.EMPTY, 1
    if count := _armour(lines[start : start + _MOST_ARMOUR]):
        return Kind.ARMOUR, count
    if marks.QUOTED.match(line):
        return _quoted_introduction(lines, before) or (Kind.QUOTE, 1)
    if marks.BARRED.match(line) and INTRODUCTIONS.intersection(before[-_MOST_BARRED:]):
        return Kind.QUOTE, 1
    if found := _introduction(lines, start, after_mark=_follows_mark(before)):
        return found
    if marks.DELIMITER.match(line):
        return Kind.DELIMITER, 1
    if before[-1:] == [Kind.QUOTE] and _is_wrapped_quotation(lines[start - 1 : start + 2]):
        return Kind.QUOTE, 1
    return (Kind.FOOTER, 1) if marks.is_mobile_footer(line) else (Kind.TEXT, 1)


def _introduction(lines: Sequence[str], start: int, *, after_mark: bool) -> tuple[Kind, int] | None:
    if len(lines[start]) > _LONGEST_MARK:
        return None
    if marks.ORIGINAL.match(lines[start]) and (
        not marks.OPENING.match(lines[start]) or _has_original(lines, start + 1)
    ):
        return Kind.ORIGINAL, 1
    if header := copied_header.find(lines, start, after_mark=after_mark):
        return Kind.COPIED_HEADER, header.length
    count = attributions.length(lines, start)
    return (Kind.ATTRIBUTION, count) if count else None


def _has_original(lines: Sequence[str], start: int) -> bool:
    """Whether what a program copies or quotes follows here."""
    below = next((index for index in range(start, len(lines)) if lines[index].strip()), None)
    if below is None:
        return False
    return bool(marks.QUOTED.match(lines[below]) or copied_header.find(lines, below, after_mark=True))


def _quoted_introduction(lines: Sequence[str], before: list[Kind]) -> tuple[Kind, int] | None:
    """Apple Mail and others quote what introduces a quotation together with it."""
    start = len(before)
    if before[-1:] == [Kind.QUOTE] or not marks.QUOTE_SIGN.match(lines[start]):
        return None
    block = takewhile(marks.QUOTE_SIGN.match, lines[start : start + _MOST_INTRODUCTION_LINES])
    return _introduction([marks.QUOTE_SIGN.sub("", line) for line in block], 0, after_mark=False)


def _is_wrapped_quotation(lines: Sequence[str]) -> bool:
    """Whether a program has wrapped the long quoted line above, and lost its sign, between two quoted ones."""
    above, line, *below = lines
    is_cut = len(above) >= _LONG_LINE and above[-1].isalnum() and line[0].islower()
    return is_cut and bool(below and marks.QUOTED.match(below[0]))


def _armour(lines: Sequence[str]) -> int:
    """Over how many lines the head of a signed text or the signature below it goes (RFC 9580 6.2 and 7); 0 for none."""
    if marks.SIGNED_TEXT.match(lines[0]):
        return 1 + sum(1 for _ in takewhile(marks.HASH_OF_SIGNED_TEXT.match, lines[1:]))
    if not marks.SIGNATURE_OF_TEXT.match(lines[0]):
        return 0
    return next((count for count, line in enumerate(lines, start=1) if marks.END_OF_SIGNATURE.match(line)), 0)


def _follows_mark(before: list[Kind]) -> bool:
    nearest = next((kind for kind in reversed(before) if kind != Kind.EMPTY), None)
    return nearest in {Kind.ORIGINAL, Kind.DELIMITER}
