"""The line by which mail programs introduce a quotation: "On Monday, Hana Kim <hana@…> wrote:"."""

import re
from collections.abc import Sequence

from chalicelib.mail import copied_header
from chalicelib.mail import quote_marks as marks

_MOST_LINES = 6
_LONGEST = 400
_MOST_PARTS = 12
_LONGEST_DAY_AND_MONTH = 20


def length(lines: Sequence[str], start: int) -> int:
    """The number of lines of an "On …, … wrote:" that begins here, 0 when none does. Programs wrap it anywhere."""
    count = _length(lines, start)
    end = start + count
    later_starts = (later for later in range(start + 1, end) if later + _length(lines, later) == end)
    return 0 if any(_is_complete_from(later, start, lines) for later in later_starts) else count


def author(words: str) -> str:
    """Who wrote, as `name <mailbox>`, in the words of an attribution; "" where no mailbox stands."""
    mailbox = marks.ADDRESS.search(words)
    if not mailbox:
        return ""
    name = marks.BEFORE_NAME.split(words[: mailbox.start()])[-1]
    return f"{name.strip(marks.AROUND_NAME)} <{mailbox[1]}>"


def _is_complete_from(later: int, start: int, lines: Sequence[str]) -> bool:
    """Whether an attribution has its date only from a later line on: then what stands above it is text."""
    return bool(marks.DATE.search(lines[later]) or not marks.DATE.search(lines[start]))


def _length(lines: Sequence[str], start: int) -> int:
    if not marks.STARTS_LIKE_ATTRIBUTION.search(lines[start]) or _is_inside_brackets(lines[start]):
        return 0
    joined = ""
    for count, line in enumerate(lines[start : start + _MOST_LINES], start=1):
        if count > 1 and not _may_continue(lines, start + count - 1, joined):
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > _LONGEST or len(marks.PARTS_OF_ATTRIBUTION.findall(joined)) > _MOST_PARTS:
            return 0
        is_balanced = joined.count("<") <= joined.count(">")
        if line.strip() and is_balanced and _is_attribution(joined, is_above_quotation=_quotes(lines, start + count)):
            return count
    return 0


def _quotes(lines: Sequence[str], index: int) -> bool:
    below = next((line for line in lines[index : index + 2] if line.strip()), "")
    return bool(marks.QUOTED.match(below) or marks.BARRED.match(below))


def _is_attribution(words: str, *, is_above_quotation: bool) -> bool:
    """Whether the words say who wrote when: by their verb, by their parts alone, or by what stands below them."""
    if marks.RULED_ATTRIBUTION.match(words) or marks.BARE_ATTRIBUTION.match(words):
        return True
    day, time, mailbox = (pattern.search(words) for pattern in (marks.DAY, marks.TIME, marks.MAILBOX))
    if not marks.ATTRIBUTION_END.search(words):
        return bool(is_above_quotation and day and mailbox and mailbox.end() == len(words))
    verb = marks.WROTE_AT_END.search(words)
    if verb:
        return bool(marks.MENTIONS_SOMEBODY.search(words, 0, verb.start()))
    verb = marks.WROTE.search(words)
    if is_above_quotation and (mailbox or (verb and (day or time))):
        return True
    if not (day and (time or mailbox)):
        return False
    return bool(_begins(words, day, time, mailbox) and (verb or (time and mailbox)))


def _begins(words: str, *parts: re.Match[str] | None) -> bool:
    """Whether at most a preposition, a weekday and the like stand before the first part, and a day and a month."""
    first = min(part.start() for part in parts if part)
    before = marks.WORDS_BEFORE_DATE.match(words)
    return before is not None and first - before.end() <= _LONGEST_DAY_AND_MONTH


def _is_inside_brackets(line: str) -> bool:
    return 0 <= line.find(">") < line.find("<") % (len(line) + 1)


def _may_continue(lines: Sequence[str], index: int, joined: str) -> bool:
    """Whether an attribution may go on here: not over other marks, over an empty line only to an address."""
    line = lines[index]
    if marks.ORIGINAL.match(line) or marks.DELIMITER.match(line) or copied_header.field(line):
        return False
    if marks.QUOTED.match(line):
        return joined.count("<") > joined.count(">")
    below = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(line.strip()) or below.lstrip().startswith("<")
