"""The header of a mail as programs copy it into the text of another: "From: …", "Sent: …", "Subject: …"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.mail import addresses as mailboxes
from chalicelib.mail import quote_marks as marks
from chalicelib.mail.message import Address

_MOST_LINES = 40
_LONGEST_LINE = 2_000
# Outlook writes the link of an address behind it, `a@b.example<mailto:a@b.example>`, or in its place, `[mailto:…]`.
_LINK_BEHIND_ADDRESS = re.compile(r"(@[^\s<>]{1,200})\s?<mailto:[^<>]{1,300}>", re.IGNORECASE)
_LINK = re.compile(r"[<\[(]\s?(?:mailto:)?([^\s\[\]()<>@]{1,200}@[^\s\[\]()<>@]{1,200})\s?[>\])]", re.IGNORECASE)


@dataclass(frozen=True)
class CopiedHeader:
    """The values of the fields by their part (`from`, `date`, `to`, `subject`, …), and over how many lines they go."""

    fields: dict[str, str]
    length: int

    def addresses(self, part: str) -> tuple[Address, ...]:
        """The mailboxes of a field; those of which the name alone is given are left out."""
        return addresses(self.fields.get(part, ""))


def addresses(words: str) -> tuple[Address, ...]:
    """The mailboxes in a text as mail programs write them there."""
    plain = _LINK.sub(r"<\1>", _LINK_BEHIND_ADDRESS.sub(r"\1", words.replace("*", "")))
    return tuple(
        replace(address, name="") if address.name.lower() == address.key else address
        for address in mailboxes.find([plain])
    )


def find(lines: Sequence[str], start: int, *, after_mark: bool) -> CopiedHeader | None:
    """The copied header that begins at a line, None when none does.

    Three fields, two after a mark, of which one is the author; a subject or an address must be there as well, since
    "From: Seoul, To: Busan, Date: 3 May" is what customers write. Among fields that only servers write it was pasted
    on purpose.
    """
    values: dict[str, str] = {}
    end = start
    while end < min(len(lines), start + _MOST_LINES) and (found := field(lines[end])):
        last = _last_line_of_value(lines, end, values)
        part, value = found
        values.setdefault(part, " ".join([value, *lines[end + 1 : last + 1]]).strip(" \t\xa0*"))
        end = last + 1
    is_header = "from" in values and len(values) >= (2 if after_mark else 3)
    has_proof = "subject" in values or any("@" in value for value in values.values())
    if not (is_header and has_proof) or _is_among_server_fields(lines, start, end):
        return None
    return CopiedHeader(values, end - start)


def field(line: str) -> tuple[str, str] | None:
    """The part and the value of a field that begins at the line."""
    match = marks.FIELD.match(line[:_LONGEST_LINE])
    return (match.lastgroup or "", line[match.end() :].strip()) if match else None


def _last_line_of_value(lines: Sequence[str], first: int, known: dict[str, str]) -> int:
    """A list of addresses goes on after its comma; else one folded or empty line is skipped where a field follows."""
    last = first
    while last + 1 < len(lines) and last - first < _MOST_LINES and _goes_on(lines[last], lines[last + 1]):
        last += 1
    if last + 2 < len(lines) and not field(lines[last + 1]):
        below = field(lines[last + 2])
        last += 1 if below and below[0] not in known else 0
    return last


def _goes_on(line: str, below: str) -> bool:
    is_open = line.rstrip().endswith((",", ";", "<")) and "@" in below + line
    return is_open and bool(below.strip()) and not field(below)


def _is_among_server_fields(lines: Sequence[str], start: int, end: int) -> bool:
    first = start
    while first > max(0, start - _MOST_LINES) and lines[first - 1].strip():
        first -= 1
    return any(marks.SERVER_FIELD.match(line) for line in lines[first : end + 1])
