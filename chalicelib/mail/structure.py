"""The bytes of a mail to its header and parts, as far as that can be had in a moment.

The parser of the standard library keeps each line and each part as an object and asks a header for its boundary in
quadratic time. So a mail is looked at before it is parsed, and one that nobody writes but to keep us busy is not.
"""

import re
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32

from chalicelib.mail.message import Defect

_MOST_HEADER_LINES = 5_000
_LONGEST_HEADER = 200_000
_MOST_BOUNDARIES = 20_000
_MOST_LINES = 50_000
_BYTES_OF_A_LINE = 60
_LONGEST_CONTENT_FIELD = 10_000
_LONGEST_CONTENT_FIELDS = 300_000
_DEEPEST = 50
_CUT_OFF_HEADER = re.compile(r"^content-[a-z-]{1,30}[ \t]*:", re.IGNORECASE | re.MULTILINE)
_SEEN_BOUNDARY = re.compile(
    r"^--(?P<boundary>[^\r\n]{1,200}?)[ \t]*\r?\n"
    r"(?:[a-z][\w-]{0,60}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){0,20}?content-",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_SEARCH = 200_000
_LINE_END = re.compile(rb"\r\n?|\n")
_END_OF_HEADER = re.compile(rb"\A[\r\n]|\r?\n\r?\n|\r\r")
_CONTENT_FIELD = re.compile(
    rb"(?:^|\r)content-(?:type|disposition)[ \t]{0,9}:([^\r\n]*+(?:[\r\n]{1,2}[ \t][^\r\n]*+)*+)",
    re.IGNORECASE | re.MULTILINE,
)


def parsed(raw: bytes) -> tuple[Message, tuple[Defect, ...]]:
    """The mail and what is wrong with it. Of a mail that is too complex or can't be parsed, the header; the rest is its
    plain text then. Never raises."""
    header, body = _halves(raw)
    if _is_too_complex(raw, header):
        return _unstructured(header, body), (Defect.TOO_COMPLEX,)
    try:
        message = BytesParser(policy=compat32).parsebytes(raw)
    except (MessageError, ValueError, LookupError, TypeError, RecursionError):
        return _unstructured(header, body), (Defect.BAD_STRUCTURE,)
    if _is_deep(message):
        return _unstructured(header, body), (Defect.BAD_STRUCTURE,)
    return message, (Defect.BAD_STRUCTURE,) if message.defects else ()


def _halves(raw: bytes) -> tuple[bytes, bytes]:
    """Header and body. What is too long for a header is cut at the end of a line."""
    found = _END_OF_HEADER.search(raw, 0, _LONGEST_HEADER)
    if found or len(raw) <= _LONGEST_HEADER:
        end = found.end() if found else len(raw)
    else:
        end = raw.rfind(b"\n", 0, _LONGEST_HEADER) + 1
    return raw[:end], raw[end:]


def _is_too_complex(raw: bytes, header: bytes) -> bool:
    return (
        (len(header) < len(raw) and not _END_OF_HEADER.search(header))
        or _count_lines(header) > _MOST_HEADER_LINES
        or _count_lines(raw) > _MOST_LINES + len(raw) // _BYTES_OF_A_LINE
        or raw.count(b"\n--") + raw.count(b"\r--") > _MOST_BOUNDARIES
        or _has_long_content_fields(raw)
    )


def _count_lines(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _has_long_content_fields(raw: bytes) -> bool:
    lengths = [len(found[1]) for found in _CONTENT_FIELD.finditer(raw)]
    return max(lengths, default=0) > _LONGEST_CONTENT_FIELD or sum(lengths) > _LONGEST_CONTENT_FIELDS


def inner(part: Message) -> list[Message]:
    """The parts of a part, none of a leaf. The standard library decodes a leaf's text when it is asked for its parts,
    and raises where the label holds what no name of a codec does."""
    return [below for below in part.get_payload() if isinstance(below, Message)] if part.is_multipart() else []


def _is_deep(message: Message) -> bool:
    level = [message]
    for _ in range(_DEEPEST):
        level = [part for above in level for part in inner(above)]
    return bool(level)


def _unstructured(header: bytes, body: bytes) -> Message:
    """The body as one text, whatever parts it has."""
    lines = _LINE_END.split(header.rstrip(b"\r\n"), _MOST_HEADER_LINES)
    rest = b"\n".join(lines[_MOST_HEADER_LINES:])
    message = BytesHeaderParser(policy=compat32).parsebytes(b"\n".join(lines[:_MOST_HEADER_LINES]) + b"\n\n")
    text = (rest + body).decode("ascii", "surrogateescape")
    message.set_payload(f"{message.get_payload()}{text}")
    if message.get_content_maintype() in {"multipart", "message"}:
        message.replace_header("Content-Type", "text/plain")
    return message


def parts_in(text: str, kind: str = "multipart/mixed") -> tuple[str, list[Message]]:
    """The parts that lie in text which the parser took for none, because their boundary is announced wrong or not at
    all, and what stands before them; [] where there are none. Bytes beyond ASCII as surrogates. Never raises."""
    head = text[:_LONGEST_SEARCH]
    seen = _SEEN_BOUNDARY.search(head)
    cut_off = _CUT_OFF_HEADER.search(head)
    if seen:
        boundary = re.sub(r"([\"\\])", r"\\\1", seen["boundary"])
        announced = f'Content-Type: {kind}; boundary="{boundary}"\n\n{text[seen.start() :]}'
        message, _ = parsed(announced.encode("utf-8", "surrogateescape"))
        return text[: seen.start()], inner(message)
    if cut_off:
        message, _ = parsed(text[cut_off.start() :].encode("utf-8", "surrogateescape"))
        return text[: cut_off.start()], [message]
    return text, []
