"""The reply without what it answers: trims quotations, copied headers, forwarded originals and mobile footers.

Nothing is lost: what is not in the reply is in the quotation, and where trimming would leave nothing, all is shown
(rule 11). In doubt a line is kept, for a quotation too many annoys and an answer too few costs a customer.
"""

import re
from collections.abc import Sequence

from chalicelib.mail import line_kinds
from chalicelib.mail import quote_marks as marks
from chalicelib.mail.line_kinds import INTRODUCTIONS, Kind

_MOST_SIGNATURE_LINES = 15
_LONGEST_SALUTATION = 30
_LONGEST_HINT = 200
_ENDINGS = {Kind.EMPTY, Kind.DELIMITER, Kind.FOOTER, Kind.QUOTE, Kind.ARMOUR}


def split(text: str, html: str = "") -> tuple[str, str]:
    """The reply and the quotation, each without blank lines around it.

    `html` is the same mail in HTML: programs mark their quotations there, in languages we don't know too.
    """
    lines = text.split("\n", line_kinds.MOST_LINES)
    kept = _kept(lines, line_kinds.of(lines, html))
    reply = _joined(lines, kept)
    if not reply.strip():
        return text.strip("\n"), ""
    others = sorted(set(range(len(lines))).difference(kept))
    return reply, _joined(lines, others)


def own_words(text: str, html: str = "") -> str:
    """What the writer added, for whom a quotation too many would be worse than none: "" where nothing is certain to be.

    Below an introduction that comes first stands an answer only where signs set the quotation off from it. Words below
    one that nothing marks as quoted may be the writer's as well.
    """
    lines = text.split("\n", line_kinds.MOST_LINES)
    kinds = line_kinds.of(lines, html)
    kept = _kept(lines, kinds)
    has_own = any(kinds[index] == Kind.TEXT for index in kept)
    is_doubtful = _begins_with_bare_quotation(lines, kinds) or _leaves_out_bare_words(lines, kinds, kept, html)
    return _joined(lines, kept) if has_own and not is_doubtful else ""


def _begins_with_bare_quotation(lines: list[str], kinds: list[Kind]) -> bool:
    opening = _opening(kinds)
    if opening is None or Kind.TEXT in kinds[: _end_of_text(lines, opening)]:
        return False
    below = _shape(kinds, range(_end_of_header(kinds, opening) + 1, len(kinds)))
    return not below.startswith("q")


def _leaves_out_bare_words(lines: list[str], kinds: list[Kind], kept: list[int], html: str) -> bool:
    opening = _opening(kinds)
    below = len(kinds) if opening is None else _end_of_header(kinds, opening) + 1
    is_left_out = kinds[below : below + 1] == [Kind.TEXT] and below not in kept
    return is_left_out and not line_kinds.are_marked(lines, html, since=below)


def _kept(lines: list[str], kinds: list[Kind]) -> list[int]:
    """Which lines are the reply."""
    return [index for index in _without_ending(_reply(lines, kinds), lines, kinds) if kinds[index] is not Kind.ARMOUR]


def _joined(lines: Sequence[str], indexes: Sequence[int]) -> str:
    return "\n".join(lines[index] for index in indexes).strip("\n")


def _reply(lines: list[str], kinds: list[Kind]) -> list[int]:
    """The lines of the reply, an ending of signature or quotation still among them."""
    everything = list(range(len(lines)))
    opening = _opening(kinds)
    if opening is None:
        return everything
    above = _end_of_text(lines, opening)
    if Kind.TEXT not in kinds[:above]:
        return _reply_below(lines, kinds, opening)
    if _has_answers_inside(lines[:above], kinds, opening):
        return [index for index in everything if not _is_introduction(kinds, index)]
    return everything[:opening]


def _opening(kinds: list[Kind]) -> int | None:
    return next((index for index, kind in enumerate(kinds) if kind in INTRODUCTIONS), None)


def _end_of_text(lines: list[str], opening: int) -> int:
    """Where the text above an introduction ends: at the signature, if there is one."""
    return next((index for index in range(opening) if marks.SIGNATURE.match(lines[index])), opening)


def _is_introduction(kinds: list[Kind], index: int) -> bool:
    """Whether the line is one, or the empty one below it."""
    is_below = kinds[index] == Kind.EMPTY and index > 0 and kinds[index - 1] in INTRODUCTIONS
    return is_below or kinds[index] in INTRODUCTIONS


def _reply_below(lines: list[str], kinds: list[Kind], opening: int) -> list[int]:
    """Where the mail begins with an introduction: a forwarded mail is shown without its header, an answer below its
    quotation without it, and answers between quotations with them."""
    start = opening if kinds[opening] == Kind.ATTRIBUTION else _end_of_header(kinds, opening) + 1
    rest = [index for index in range(start, len(kinds)) if kinds[index] != Kind.ATTRIBUTION]
    shape = _shape(kinds, rest)
    has_quotation_below_text = "q" in shape[shape.find("t") :]
    if has_quotation_below_text or marks.FORWARD.match(lines[opening]):
        return rest
    answer = [index for index in rest if kinds[index] != Kind.QUOTE]
    begins_at = next((index for index in answer if lines[index].strip()), 0)
    return answer if "t" in shape and not marks.SIGNATURE.match(lines[begins_at]) else rest


def _end_of_header(kinds: list[Kind], opening: int) -> int:
    end = opening
    while end + 1 < len(kinds) and kinds[end + 1] in INTRODUCTIONS | {Kind.EMPTY, Kind.DELIMITER}:
        end += 1
    return end


def _has_answers_inside(lines_above: list[str], kinds: list[Kind], opening: int) -> bool:
    """Whether text goes on between quotations; or below the only one, where above it nothing but a greeting stands or
    the words say so. Where nothing is quoted line by line, the words alone tell.

    Text below a quotation is otherwise nearly always a signature or the footer of a list.
    """
    above = " ".join(line for line in lines_above if line.strip()).strip()
    is_announced = len(above) <= _LONGEST_HINT and bool(marks.ANSWERS_BELOW.search(above))
    if kinds[opening] != Kind.ATTRIBUTION:
        return is_announced
    shape = re.sub("[ed]", "", _shape(kinds, range(opening + 1, len(kinds))))
    is_greeting = len(above) <= _LONGEST_SALUTATION and bool(marks.GREETING_END.search(above))
    return bool(re.search("qa*t+a*q", shape)) or ((is_greeting or is_announced) and bool(re.match("q+t", shape)))


def _shape(kinds: list[Kind], indexes: Sequence[int]) -> str:
    return "".join(kinds[index] for index in indexes)


def _without_ending(kept: list[int], lines: list[str], kinds: list[Kind]) -> list[int]:
    """Drops signatures, footers, rules and quotations from the end, as long as text remains."""
    first_text = next((place for place, index in enumerate(kept) if kinds[index] == Kind.TEXT), None)
    if first_text is None:
        return kept
    end, signature = 0, len(kept)
    while signature != end:
        end = signature
        while kinds[kept[end - 1]] in _ENDINGS:
            end -= 1
        last_quotation = _shape(kinds, kept[:end]).rfind("q")
        start = max(first_text, last_quotation, end - _MOST_SIGNATURE_LINES - 1) + 1
        signature = start + _start_of_signature([lines[index] for index in kept[start:end]])
    return kept[:end]


def _start_of_signature(ending: Sequence[str]) -> int:
    """Which of the last lines marks a signature or the footer of a list; how many lines there are when none does."""
    return next((place for place in range(len(ending)) if _is_signature(ending[place:])), len(ending))


def _is_signature(lines: Sequence[str]) -> bool:
    """A long line is somebody's own as well, unless below it stands a name alone, or where to find a list."""
    mark, *below = lines
    if not marks.LONG_RULE.match(mark):
        return bool(marks.SIGNATURE.match(mark))
    return len(below) == 1 or any(map(marks.CONTACT.search, below))
