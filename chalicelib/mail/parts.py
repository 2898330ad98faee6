"""What the parts of a mail hold: its text, its HTML, its attachments."""

import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice

from chalicelib.mail import (
    enriched,
    file_names,
    flowed,
    headers,
    html,
    invitations,
    parameters,
    rtf,
    tnef,
    transfer,
    uuencode,
)
from chalicelib.mail.charsets import decode, says_something
from chalicelib.mail.leaves import Leaf, Tree
from chalicelib.mail.message import Attachment, Defect
from chalicelib.mail.structure import inner

_MOST_PARTS = 500
_MOST_MARKUP_TO_STRIP = 1_000_000
_MOST_MARKUP_TO_SEARCH = 2_000
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,40})", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w:.-]{2,40})", re.IGNORECASE)
_LONGEST_NAMED_TEXT = 20_000
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
_RTF_TYPES = {"text/rtf", "application/rtf", "application/x-rtf"}


@dataclass
class Contents:
    """What the parts hold together; filled while walking through them. `spares` say in words what else there is, for
    mails without a text."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    spares: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    charset: str = ""
    hint: str = ""
    markup: int = 0

    @property
    def text(self) -> str:
        said = [part for part in self.texts if part.strip()]
        return "\n\n".join(said or [part for part in self.spares if part.strip()])

    @property
    def html(self) -> str:
        return "\n".join(self.htmls)

    def attach(self, name: str, content: bytes, kind: str, *, inline: bool = False, content_id: str = "") -> None:
        """`name` as its sender gave it, "" for none."""
        saved_as = file_names.safe(name) or file_names.made_up(kind, len(self.attachments) + 1)
        self.attachments.append(Attachment(saved_as, kind, content, inline, content_id))


def contents(message: Message, hint: str) -> Contents:
    """Text, HTML and attachments of the whole mail. Never raises; see `defects`."""
    found = Contents(hint=hint)
    tree = Tree(message)
    leaves = tree.leaves()
    for leaf in islice(leaves, _MOST_PARTS):
        _take(leaf, found)
    if rest := b"\n".join(transfer.content(leaf.message) for leaf in leaves):
        found.attach("rest.txt", rest, "text/plain")
        found.defects.append(Defect.TOO_COMPLEX)
    found.defects += tree.defects
    return found


def declared_charset(message: Message) -> str:
    """The first label that says something: the best guess for what stands unlabelled elsewhere."""
    labels = (parameters.find(part, "content-type", "charset") for part in islice(message.walk(), _MOST_PARTS))
    return next((label for label in labels if says_something(label)), "")


def _take(leaf: Leaf, found: Contents) -> None:
    content = transfer.content(leaf.message)
    if leaf.kind in _TNEF_TYPES or content.startswith(tnef.SIGNATURE):
        _take_tnef(leaf.message, content, found)
    elif leaf.kind in _READERS and _is_body(leaf):
        _READERS[leaf.kind](leaf, content, found)
    else:
        found.spares.append(_in_words(leaf, content, found))
        _attach(leaf.message, leaf.kind, content, found)


def _is_body(leaf: Leaf) -> bool:
    """Text that nobody marked as an attachment, without a name unless it is all there is."""
    if leaf.is_aside or transfer.disposition(leaf.message) == "attachment":
        return False
    return leaf.is_whole or not _given_name(leaf.message, "")


def _in_words(leaf: Leaf, content: bytes, found: Contents) -> str:
    """What an attachment says: an invitation, or a short text with a name, as phones send it with a photo."""
    if leaf.kind == "text/calendar":
        return invitations.summary(_decoded(leaf.message, content, found))
    is_shown = leaf.kind == "text/plain" and transfer.disposition(leaf.message) != "attachment" and not leaf.is_aside
    return _plain_text(leaf.message, content, found) if is_shown and len(content) <= _LONGEST_NAMED_TEXT else ""


def _take_plain(leaf: Leaf, content: bytes, found: Contents) -> None:
    text, files = uuencode.extract(_plain_text(leaf.message, content, found))
    found.texts.append(text)
    for file in files:
        found.attach(file.name, file.content, mimetypes.guess_type(file.name)[0] or "application/octet-stream")
    if _PGP_MESSAGE in text:
        found.defects.append(Defect.ENCRYPTED)


def _plain_text(part: Message, content: bytes, found: Contents) -> str:
    text = _lines(_decoded(part, content, found))
    if parameters.find(part, "content-type", "format").lower() != "flowed":
        return text
    if flowed.is_too_long(text):
        found.defects.append(Defect.TOO_COMPLEX)
    return flowed.unflow(text, delete_space=parameters.find(part, "content-type", "delsp").lower() == "yes")


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _take_html(leaf: Leaf, content: bytes, found: Contents) -> None:
    source = _decoded(leaf.message, content, found, _charset_in_html(content))
    found.htmls.append(source)
    if not leaf.has_twin:
        found.texts.append(_text_of_html(source, found))


def _charset_in_html(content: bytes) -> str:
    head = content[:_MOST_MARKUP_TO_SEARCH]
    label = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    return label[1].decode("ascii", "replace") if label else ""


def _text_of_html(source: str, found: Contents) -> str:
    """What each part may cost is limited by `html`, what they may cost together here. At worst its source is shown."""
    found.markup += html.markup(source)
    if found.markup <= html.MOST_MARKUP and html.is_bearable(source):
        return html.to_text(source)
    found.defects.append(Defect.TOO_COMPLEX)
    return html.words(source) if found.markup <= _MOST_MARKUP_TO_STRIP else source


def _take_enriched(leaf: Leaf, content: bytes, found: Contents) -> None:
    if content.lstrip().startswith(b"{\\rtf"):
        _take_rtf(leaf, content, found)
    elif not leaf.has_twin:
        found.texts.append(enriched.to_text(_lines(_decoded(leaf.message, content, found))))


def _take_rtf(leaf: Leaf, content: bytes, found: Contents) -> None:
    found.spares.append(rtf.to_text(content))
    _attach(leaf.message, leaf.kind, content, found)


def _take_tnef(part: Message, content: bytes, found: Contents) -> None:
    """Damaged, it stays an attachment, which a person may have a program for."""
    try:
        unpacked = tnef.unpack(content)
    except ValueError:
        found.defects.append(Defect.DAMAGED_TNEF)
        _attach(part, transfer.content_type(part), content, found)
        return
    if unpacked.html and not found.htmls:
        found.htmls.append(unpacked.html)
    found.spares.append(unpacked.text or (_text_of_html(unpacked.html, found) if unpacked.html else ""))
    for file in unpacked.files:
        is_shown = bool(file.content_id) and f"cid:{file.content_id}" in unpacked.html
        found.attach(file.name, file.content, file.content_type, inline=is_shown, content_id=file.content_id)


def _decoded(part: Message, content: bytes, found: Contents, said_inside: str = "") -> str:
    label = parameters.find(part, "content-type", "charset")
    decoded = decode(content, label or said_inside, said_inside or found.hint)
    found.charset = found.charset or decoded.charset
    if decoded.is_guess and label:
        found.defects.append(Defect.WRONG_CHARSET)
    if decoded.is_damaged:
        found.defects.append(Defect.DAMAGED_TEXT)
    return decoded.text.replace("\0", "")


def _attach(part: Message, kind: str, content: bytes, found: Contents) -> None:
    content_id = headers.text(headers.first_value(part, "Content-ID")).strip("<> ")
    name = file_names.safe(_given_name(part, found.hint))
    found.attach(
        name or file_names.made_up(kind, len(found.attachments) + 1, _subject_within(part, kind)),
        content,
        kind,
        inline=bool(content_id) and transfer.disposition(part) != "attachment",
        content_id=content_id,
    )


def _subject_within(part: Message, kind: str) -> str:
    """What a mail within the mail is about."""
    mails = inner(part) if kind in {"message/rfc822", "message/global"} else []
    return headers.text(headers.first_value(mails[0], "Subject")) if mails else ""


def _given_name(part: Message, hint: str) -> str:
    return parameters.find(part, "content-disposition", "filename", hint) or parameters.find(
        part, "content-type", "name", hint
    )


_READERS: dict[str, Callable[[Leaf, bytes, Contents], None]] = {
    **dict.fromkeys(("text/plain", "text/markdown", "text/x-markdown"), _take_plain),
    "text/html": _take_html,
    **dict.fromkeys(("text/enriched", "text/richtext"), _take_enriched),
    **dict.fromkeys(_RTF_TYPES, _take_rtf),
}
