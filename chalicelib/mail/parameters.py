"""Parameters of a header field, such as a file name, in RFC 2231, RFC 2047, percent-encoded, raw or mixed form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote_to_bytes

from chalicelib.mail import headers
from chalicelib.mail.charsets import decode

_LONGEST = 10_000
_MOST_SECTIONS = 500
# Where the next parameter starts: after a semicolon, or where one is missing.
_NEXT = r"\s+[A-Za-z][\w-]{0,60}(?:\*\d{0,3})?\*?=(?!\?)"
_PARAMETER = re.compile(
    r"(?:^|[;\s])(?P<name>[A-Za-z][\w-]{0,60})(?:\*(?P<number>\d{1,3}))?(?P<star>\*?)[ \t]*=[ \t]*"
    rf"(?:\"(?P<quoted>(?:\\.|[^\"\\]|\"(?!\s*(?:;|$)|{_NEXT}))*+)(?:\"|$)"
    rf"|(?P<bare>(?:=\?[^?\s]{{1,60}}+\?[bBqQ]\?[^?]*+\?=\s*|(?!{_NEXT})[^;])*+))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\"\\])")
_CHARSET = re.compile(r"([\w.:+-]{0,60})'[\w-]{0,40}'(.*)", re.DOTALL)
_PERCENT = re.compile(r"%[89A-Fa-f][0-9A-Fa-f].{0,3}%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class _Section:
    """One `name*number*=value`; `number` is None where the value is whole."""

    number: int | None
    is_extended: bool
    value: str


def find(message: Message, field: str, name: str, hint: str = "") -> str:
    """The value, "" without it. An extended one (`name*=`) says more than a plain one that stands beside it."""
    raw = headers.first_value(message, field)[:_LONGEST]
    if name not in raw.lower():
        return ""
    sections = [section for found, section in _sections(headers.plain(raw, hint)) if found == name][:_MOST_SECTIONS]
    plain = next((section for section in sections if section.number is None and not section.is_extended), None)
    extended = [section for section in sections if section.number is None and section.is_extended][:1]
    numbered = {section.number: section for section in reversed(sections) if section.number is not None}
    candidates = [extended, [numbered[number] for number in sorted(numbered)], [plain] if plain else []]
    values = [_value(candidate, hint) for candidate in candidates if candidate]
    return next((value for value in values if value and "\ufffd" not in value), next(filter(None, values), ""))


def _sections(field: str) -> Iterator[tuple[str, _Section]]:
    for found in _PARAMETER.finditer(headers.FOLD.sub(" ", field)):
        number = int(found["number"]) if found["number"] else None
        value = found["bare"].strip() if found["quoted"] is None else _ESCAPED.sub(r"\1", found["quoted"])
        value = value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value
        yield found["name"].lower(), _Section(number, bool(found["star"]), value)


def _value(sections: list[_Section], hint: str) -> str:
    first = sections[0]
    labelled = _CHARSET.match(first.value) if any(section.is_extended for section in sections) else None
    charset = labelled[1] if labelled else ""
    values = [labelled[2] if labelled else first.value, *(section.value for section in sections[1:])]
    is_encoded = any(section.is_extended for section in sections)
    if not is_encoded or "=?" in values[0]:
        return headers.text(_percent_decoded("".join(values), hint), hint)
    content = b"".join(_undone(value, section) for value, section in zip(values, sections, strict=True))
    return headers.text(decode(content, charset, hint).text)


def _undone(value: str, section: _Section) -> bytes:
    raw = value.encode("utf-8", "surrogateescape")
    return unquote_to_bytes(raw) if section.is_extended else raw


def _percent_decoded(value: str, hint: str) -> str:
    """Some webmailers encode names like addresses of pages; a name with a mere percent sign stays as it is."""
    content = unquote_to_bytes(value) if value.isascii() and _PERCENT.search(value) else b""
    decoded = decode(content, "", hint)
    return value if content.isascii() or decoded.is_damaged else decoded.text
