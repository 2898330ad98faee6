"""The parts of a mail: which are its text, which its HTML, which are attachments."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice
from pathlib import PurePosixPath

from chalicelib.mail import flowed, headers, html
from chalicelib.mail.charsets import decode
from chalicelib.mail.message import Attachment

_MOST_PARTS = 500
_MOST_MARKUP_TO_STRIP = 1_000_000
_LONGEST_FILE_NAME = 150
_LONGEST_SUFFIX = 20
_WINDOWS_PATH = re.compile(r"^(?:[A-Za-z]:)?\\.*\\|^[A-Za-z]:.*\\")
_FORBIDDEN_IN_NAMES = re.compile("[\x00-\x1f\x7f/\\\\\u202a-\u202e\u2066-\u2069]")
_SUFFIXES = {"message/rfc822": ".eml", "text/plain": ".txt", "text/calendar": ".ics", "image/jpeg": ".jpg"}


@dataclass
class Contents:
    """What the parts hold together; filled while walking through them."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    charset: str = ""
    hint: str = ""
    markup: int = 0

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in self.texts if part.strip())

    @property
    def html(self) -> str:
        return "\n".join(self.htmls)


def contents(message: Message, hint: str) -> Contents:
    """Text, HTML and attachments of the whole mail. Never raises; see `defects`."""
    found = Contents(hint=hint)
    leaves = _leaves(message)
    for leaf in islice(leaves, _MOST_PARTS):
        _take(leaf, found)
    if rest := b"\n".join(_raw_content(leaf.message) for leaf in leaves):
        found.attachments.append(Attachment("rest.txt", "text/plain", rest))
        found.defects.append("too_complex")
    return found


def declared_charset(message: Message) -> str:
    """The label of the first part that has one: the best guess for what stands unlabelled elsewhere."""
    labels = (headers.parameter(part, "content-type", "charset") for part in islice(message.walk(), _MOST_PARTS))
    return next((label for label in labels if label), "")


@dataclass(frozen=True)
class _Leaf:
    """A part without parts. `has_twin`: the same text stands in an alternative part as well."""

    message: Message
    has_twin: bool


def _leaves(message: Message, *, has_twin: bool = False) -> Iterator[_Leaf]:
    """In the order of the mail. A mail within the mail is a leaf: an attachment."""
    kind = message.get_content_type()
    if not (kind.startswith("multipart/") and isinstance(message.get_payload(), list)):
        yield _Leaf(message, has_twin)
        return
    subparts = [part for part in message.get_payload() if isinstance(part, Message)]
    is_choice = kind == "multipart/alternative" and _offers_plain_text(subparts)
    for part in subparts:
        yield from _leaves(part, has_twin=has_twin or is_choice)


def _offers_plain_text(parts: list[Message]) -> bool:
    return any(part.get_content_type() == "text/plain" and _raw_content(part).strip() for part in parts)


def _take(leaf: _Leaf, found: Contents) -> None:
    kind = leaf.message.get_content_type()
    if kind == "text/plain" and _is_body(leaf.message):
        found.texts.append(_plain_text(leaf.message, found))
    elif kind == "text/html" and _is_body(leaf.message):
        source = _decoded(leaf.message, found)
        found.htmls.append(source)
        if not leaf.has_twin:
            found.texts.append(_text_of_html(source, found))
    else:
        found.attachments.append(_attachment(leaf.message, found))


def _is_body(part: Message) -> bool:
    """Text without a name that nobody marked as an attachment."""
    return part.get_content_disposition() != "attachment" and not _given_name(part, "")


def _plain_text(part: Message, found: Contents) -> str:
    text = _decoded(part, found).replace("\r\n", "\n").replace("\r", "\n")
    if headers.parameter(part, "content-type", "format").lower() != "flowed":
        return text
    if flowed.is_too_long(text):
        found.defects.append("too_complex")
    return flowed.unflow(text, delete_space=headers.parameter(part, "content-type", "delsp").lower() == "yes")


def _text_of_html(source: str, found: Contents) -> str:
    """What each part may cost is limited by `html`, what they may cost together here. At worst its source is shown."""
    found.markup += html.markup(source)
    if found.markup <= html.MOST_MARKUP and html.is_bearable(source):
        return html.to_text(source)
    found.defects.append("too_complex")
    return html.words(source) if found.markup <= _MOST_MARKUP_TO_STRIP else source


def _decoded(part: Message, found: Contents) -> str:
    label = headers.parameter(part, "content-type", "charset")
    decoded = decode(_raw_content(part), label, found.hint)
    found.charset = found.charset or decoded.charset
    if decoded.is_guess and label:
        found.defects.append("wrong_charset")
    if decoded.is_damaged:
        found.defects.append("damaged_text")
    return decoded.text.replace("\0", "")


def _attachment(part: Message, found: Contents) -> Attachment:
    kind = part.get_content_type()
    content_id = headers.text(headers.first_value(part, "Content-ID")).strip("<> ")
    return Attachment(
        filename=_file_name(part, kind, found),
        content_type=kind,
        content=_raw_content(part),
        inline=bool(content_id) and part.get_content_disposition() != "attachment",
        content_id=content_id,
    )


def _raw_content(part: Message) -> bytes:
    """The bytes of a part with its transfer encoding undone, a mail within the mail written out again."""
    if part.is_multipart():
        return b"\n".join(_written_out(inner) for inner in part.get_payload() if isinstance(inner, Message))
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _written_out(message: Message) -> bytes:
    try:
        return message.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError):  # the generator is stricter than the parser
        return str(message.get_payload()).encode("utf-8", "surrogateescape")


def _file_name(part: Message, kind: str, found: Contents) -> str:
    """Without folders, control and direction marks: what it is saved under can't mislead. "A/S" keeps its halves."""
    given = _WINDOWS_PATH.sub("", _given_name(part, found.hint))
    safe = _FORBIDDEN_IN_NAMES.sub("_", given).strip(". ")
    if safe:
        return _shortened(safe)
    suffix = _SUFFIXES.get(kind) or mimetypes.guess_extension(kind) or ""
    return f"{kind.partition('/')[0]}-{len(found.attachments) + 1}{suffix}"


def _shortened(name: str) -> str:
    """At most 150 bytes, which file systems and keys of objects take whatever is put around them; keeps the suffix."""
    if len(name.encode()) <= _LONGEST_FILE_NAME:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix.encode()) <= _LONGEST_SUFFIX else ""
    stem = name.removesuffix(suffix).encode()[: _LONGEST_FILE_NAME - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix


def _given_name(part: Message, hint: str) -> str:
    return headers.parameter(part, "content-disposition", "filename", hint) or headers.parameter(
        part, "content-type", "name", hint
    )
