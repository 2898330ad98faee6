"""The reply without what it answers: trims quotations, copied headers, forwarded originals and mobile footers.

Nothing is lost: what is not in the reply is in the quotation, and where trimming would leave nothing, all is shown
(rule 11). In doubt a line is kept, for a quotation too many annoys and an answer too few costs a customer.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from chalicelib.mail import html as html_reader
from chalicelib.mail import quote_marks as marks

_MOST_LINES = 5_000
_MOST_ATTRIBUTION_LINES = 6
_MOST_HEADER_LINES = 30
_LONGEST_ATTRIBUTION = 400
_MOST_PARTS = 12
_LONGEST_MARK = 500
_MOST_SIGNATURE_LINES = 15
_LONGEST_SALUTATION = 30


class _Kind(StrEnum):
    """What a line is; one letter each, so that the shape of a mail can be matched like a word."""

    EMPTY = "e"
    TEXT = "t"
    QUOTE = "q"
    DELIMITER = "d"
    FOOTER = "f"
    ATTRIBUTION = "a"
    ORIGINAL = "o"
    COPIED_HEADER = "h"


_INTRODUCTIONS = {_Kind.ATTRIBUTION, _Kind.ORIGINAL, _Kind.COPIED_HEADER}
_ENDINGS = {_Kind.EMPTY, _Kind.DELIMITER, _Kind.FOOTER, _Kind.QUOTE}


def split(text: str, html: str = "") -> tuple[str, str]:
    """The reply and the quotation, each without blank lines around it.

    `html` is asked where the words tell nothing, as in languages we don't know: programs mark quotations there.
    """
    lines = text.split("\n", _MOST_LINES)
    kinds = _kinds(lines)
    reply_lines = _reply(lines, kinds)
    if len(reply_lines) == len(lines):
        reply_lines = reply_lines[: _lines_above_marked_quotation(lines, html)]
    kept = _without_ending(reply_lines, lines, kinds)
    reply = _joined(lines, kept)
    if not reply.strip():
        return text.strip("\n"), ""
    others = sorted(set(range(len(lines))).difference(kept))
    return reply, _joined(lines, others)


def _joined(lines: Sequence[str], indexes: Sequence[int]) -> str:
    return "\n".join(lines[index] for index in indexes).strip("\n")


def _lines_above_marked_quotation(lines: list[str], source: str) -> int:
    """How many lines say the same as the HTML above its marked quotation; all of them when none agrees with it."""
    above = _letters(html_reader.text_above_quotation(source))
    said = ""
    for count, line in enumerate(lines if above else [], start=1):
        said += _letters(line)
        if said == above:
            return count
        if not above.startswith(said):
            break
    return len(lines)


def _letters(text: str) -> str:
    """What text and HTML of one mail have in common: neither spaces nor marks of emphasis."""
    return re.sub(r"[\W_]+", "", text)


def _reply(lines: list[str], kinds: list[_Kind]) -> list[int]:
    """The lines of the reply, an ending of signature or quotation still among them."""
    everything = list(range(len(lines)))
    opening = next((index for index in everything if kinds[index] in _INTRODUCTIONS), None)
    if opening is None:
        return everything
    if _Kind.TEXT not in kinds[:opening]:
        return _reply_below(kinds, opening)
    if kinds[opening] == _Kind.ATTRIBUTION and _has_answers_inside(lines, kinds, opening):
        return [index for index in everything if kinds[index] != _Kind.ATTRIBUTION]
    return everything[:opening]


def _reply_below(kinds: list[_Kind], opening: int) -> list[int]:
    """Where the mail begins with an introduction: a forwarded mail is shown whole, an answer below its quotation
    without it, and answers between quotations with them."""
    if kinds[opening] != _Kind.ATTRIBUTION:
        return list(range(_end_of_header(kinds, opening) + 1, len(kinds)))
    rest = [index for index in range(opening, len(kinds)) if kinds[index] != _Kind.ATTRIBUTION]
    shape = _shape(kinds, rest)
    has_quotation_below_text = "q" in shape[shape.find("t") :]
    if "t" in shape and not has_quotation_below_text:
        return [index for index in rest if kinds[index] != _Kind.QUOTE]
    return rest


def _end_of_header(kinds: list[_Kind], opening: int) -> int:
    end = opening
    while end + 1 < len(kinds) and kinds[end + 1] in _INTRODUCTIONS | {_Kind.EMPTY, _Kind.DELIMITER}:
        end += 1
    return end


def _has_answers_inside(lines: list[str], kinds: list[_Kind], opening: int) -> bool:
    """Whether text goes on between quotations; or below the only one, when above it nothing but a greeting stands.

    Text below a quotation is otherwise nearly always a signature or the footer of a list.
    """
    shape = re.sub("[ed]", "", _shape(kinds, range(opening + 1, len(kinds))))
    above = " ".join(line for line in lines[:opening] if line.strip())
    is_greeting = len(above) <= _LONGEST_SALUTATION and above.rstrip().endswith((",", "!", "，", "、", "요."))
    return bool(re.search("qa*t+a*q", shape)) or (is_greeting and bool(re.match("q+t", shape)))


def _shape(kinds: list[_Kind], indexes: Sequence[int]) -> str:
    return "".join(kinds[index] for index in indexes)


def _without_ending(kept: list[int], lines: list[str], kinds: list[_Kind]) -> list[int]:
    """Drops signatures, footers, rules and quotations from the end, as long as text remains."""
    first_text = next((place for place, index in enumerate(kept) if kinds[index] == _Kind.TEXT), None)
    if first_text is None:
        return kept
    end, signature = 0, len(kept)
    while signature != end:
        end = signature
        while kinds[kept[end - 1]] in _ENDINGS:
            end -= 1
        last_lines = range(max(first_text + 1, end - _MOST_SIGNATURE_LINES), end)
        signature = next((place for place in last_lines if marks.SIGNATURE.match(lines[kept[place]])), end)
    return kept[:end]


def _kinds(lines: list[str]) -> list[_Kind]:
    """The kind of each line; the end of a very long mail counts as one line, of which is asked whether it is quoted."""
    kinds: list[_Kind] = []
    looked_at = lines[:_MOST_LINES]
    while len(kinds) < len(looked_at):
        kind, count = _kind_at(looked_at, kinds)
        kinds += [kind] * count
    rest = (_Kind.QUOTE if line.startswith(">") else _Kind.TEXT for line in lines[_MOST_LINES:])
    return [*kinds, *rest]


def _kind_at(lines: list[str], before: list[_Kind]) -> tuple[_Kind, int]:
    """What stands at the next line, and over how many lines it goes."""
    start = len(before)
    line = lines[start]
    if not line.strip():
        return _Kind.EMPTY, 1
    if marks.QUOTED.match(line) or (marks.BARRED.match(line) and _INTRODUCTIONS.intersection(before)):
        return _Kind.QUOTE, 1
    if len(line) > _LONGEST_MARK:
        return _Kind.TEXT, 1
    if marks.ORIGINAL.match(line):
        return _Kind.ORIGINAL, 1
    if count := _copied_header(lines, start, after_mark=_follows_mark(before)):
        return _Kind.COPIED_HEADER, count
    if count := _attribution(lines, start):
        return _Kind.ATTRIBUTION, count
    if marks.DELIMITER.match(line):
        return _Kind.DELIMITER, 1
    return (_Kind.FOOTER, 1) if marks.is_mobile_footer(line) else (_Kind.TEXT, 1)


def _follows_mark(before: list[_Kind]) -> bool:
    nearest = next((kind for kind in reversed(before) if kind != _Kind.EMPTY), None)
    return nearest in {_Kind.ORIGINAL, _Kind.DELIMITER}


def _copied_header(lines: list[str], start: int, *, after_mark: bool) -> int:
    """The number of lines of a copied header that begins here, 0 when none does.

    Three fields, two after a mark, of which one is the author; a subject or an address must be there as well, since
    "From: Seoul, To: Busan, Date: 3 May" is what customers write.
    """
    found: dict[str, str] = {}
    end = start
    while end < min(len(lines), start + _MOST_HEADER_LINES) and (part := _field_at(lines, end)):
        found.setdefault(part, lines[end])
        end = _next_field(lines, end + 1)
    is_header = "from" in found and len(found) >= (2 if after_mark else 3)
    has_proof = "subject" in found or any("@" in line for line in found.values())
    return end - start if is_header and has_proof else 0


def _field_at(lines: list[str], index: int) -> str:
    return next((part for part, pattern in marks.FIELD_LINES.items() if pattern.match(lines[index])), "")


def _next_field(lines: list[str], index: int) -> int:
    """Skips one folded or empty line where another field follows."""
    has_field_after_next = index + 1 < len(lines) and not _field_at(lines, index) and _field_at(lines, index + 1)
    return index + 1 if has_field_after_next else index


def _attribution(lines: list[str], start: int) -> int:
    """The number of lines of an "On …, … wrote:" that begins here, 0 when none does. Programs wrap it anywhere."""
    count = _attribution_length(lines, start)
    end = start + count
    later_starts = (later for later in range(start + 1, end) if later + _attribution_length(lines, later) == end)
    return 0 if any(_is_complete_from(later, start, lines) for later in later_starts) else count


def _is_complete_from(later: int, start: int, lines: list[str]) -> bool:
    """Whether an attribution has its date only from a later line on: then what stands above it is text."""
    return bool(marks.DATE.search(lines[later]) or not marks.DATE.search(lines[start]))


def _attribution_length(lines: list[str], start: int) -> int:
    if not marks.STARTS_LIKE_ATTRIBUTION.search(lines[start]):
        return 0
    joined = ""
    for count, line in enumerate(lines[start : start + _MOST_ATTRIBUTION_LINES], start=1):
        if count > 1 and not _may_continue(lines, start + count - 1, joined):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION or len(marks.PARTS_OF_ATTRIBUTION.findall(joined)) > _MOST_PARTS:
            return 0
        is_balanced = joined.count("<") <= joined.count(">")
        if line.strip() and is_balanced and any(pattern.search(joined) for pattern in marks.ATTRIBUTIONS):
            return count
    return 0


def _may_continue(lines: list[str], index: int, joined: str) -> bool:
    """Whether an attribution may go on here: not over other marks, over an empty line only to an address."""
    line = lines[index]
    if marks.ORIGINAL.match(line) or marks.DELIMITER.match(line) or _field_at(lines, index):
        return False
    if marks.QUOTED.match(line):
        return joined.count("<") > joined.count(">")
    below = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(line.strip()) or below.lstrip().startswith("<")
