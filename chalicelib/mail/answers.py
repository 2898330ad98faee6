"""What an agent says in an answer to one of our notices, apart from the notice: no customer may ever read that."""

import re
from collections import deque

from chalicelib.mail import line_kinds, quotes
from chalicelib.mail import quote_marks as marks
from chalicelib.mail.line_kinds import INTRODUCTIONS

# Without letters, blanks or anything that programs make pictures of: it comes back as it went.
_MARK = "##==##"
_ANY_MARK = re.compile(r"##\s{0,3}==\s{0,3}##")
_DAY_OR_ADDRESS = re.compile(r"[\d@]")
_INVITATIONS = {
    "en": "Write your answer above this line; it goes to the customer.",
    "ko": "답변은 이 줄 위에 써 주세요. 고객에게 전달됩니다.",
}


def mark(language: str) -> str:
    """The first line of a notice to an agent, above which the answer is to be written; in English where we don't speak
    the language."""
    return f"{_MARK} {_INVITATIONS.get(language, _INVITATIONS['en'])} {_MARK}"


def has_mark(text: str) -> bool:
    """Whether one of our notices stands in the text, or what is left of one."""
    return bool(_ANY_MARK.search(text.translate(marks.INVISIBLE)))


def words(text: str, html: str = "") -> str:
    """The agent's own words; "" where there are none, or where they can't be told from what is quoted.

    From the mark on everything is the notice, unless signs of quotation set the notice off: then an answer may stand
    below it as well. `html` is the same mail in HTML.
    """
    lines = text.split("\n")
    at = next((place for place, line in enumerate(lines) if has_mark(line)), len(lines))
    is_set_off = at < len(lines) and bool(marks.QUOTED.match(lines[at]))
    said = quotes.own_words(text if is_set_off else "\n".join(lines[:at]), html)
    if has_mark(said):
        return ""
    is_known = any(kind in INTRODUCTIONS for kind in line_kinds.of(lines[:at], html))
    return said if at == len(lines) or is_known else _without_introduction(said)


def left_out(text: str, said: str) -> str:
    """What of the mail is not in the words said, without blank lines around it."""
    waiting = deque(said.split("\n"))
    rest = []
    for line in text.split("\n"):
        if waiting and line.rstrip() == waiting[0].rstrip():
            waiting.popleft()
        else:
            rest.append(line)
    return "\n".join(rest).strip("\n")


def _without_introduction(said: str) -> str:
    """Without the last line where a program wrote it above the notice, in words that we don't know."""
    above, _, last = said.rstrip().rpartition("\n")
    is_by_program = last.endswith((":", "：")) and _DAY_OR_ADDRESS.search(last)
    return above.rstrip() if is_by_program else said
