"""The tree of a mail's parts to those without parts: alternatives are told apart, signed mails opened, parts found
whose boundary is broken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message

from chalicelib.mail import headers, parameters, smime, transfer
from chalicelib.mail.message import Defect
from chalicelib.mail.structure import inner, parsed, parts_in

_MOST_OPENED = 5
_MOST_MENDED = 5
_DEEPEST = 60
_LONGEST_EXCUSE = 250
_SIGNED_TYPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ONLY_FOR_ONE_PROGRAM = {"text/x-amp-html", "text/watch-html"}
_TEXTS = {"text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
_DEFECTS = {
    "message/partial": Defect.PARTIAL,
    "message/external-body": Defect.EXTERNAL_BODY,
    "multipart/encrypted": Defect.ENCRYPTED,
}
_EXCUSE = re.compile(
    r"multi-?part message in MIME|(?:view|see|read|display|open|show|support)[^.\n]{0,60}\bHTML\b"
    r"|\bHTML\b[^.\n]{0,60}(?:mail|message|version|format|viewer|보기|지원)|HTML[^.\n]{0,30}(?:표시|지원|보실)",
    re.IGNORECASE,
)
_ASCII_WORDS = re.compile(rb"[A-Za-z]{3,}")
_WORDS = re.compile(r"\w{2,}")


@dataclass(frozen=True)
class Leaf:
    """A part without parts. `has_twin`: an alternative says the same in plain text. `is_aside`: it belongs to a page
    (`multipart/related`) and is none itself. `is_whole`: it is the whole mail."""

    message: Message
    kind: str
    has_twin: bool = False
    is_aside: bool = False
    is_whole: bool = False


class Tree:
    """`defects` is filled while walking. What opens or mends parses anew, so both are limited."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._opened = self._mended = 0
        self.defects: list[Defect] = []

    def leaves(self) -> Iterator[Leaf]:
        """In the order of the mail. A mail within the mail is a leaf: an attachment."""
        yield from self._below(self._message, Leaf(self._message, "", is_whole=True), 0)

    def _below(self, part: Message, like: Leaf, depth: int) -> Iterator[Leaf]:
        kind = transfer.content_type(part)
        if defect := _DEFECTS.get(kind):
            self.defects.append(defect)
        if kind.startswith("multipart/") and depth < _DEEPEST:
            yield from self._multipart(part, kind, like, depth)
        elif (signed := self._signed(part, kind)) and depth < _DEEPEST:
            yield from self._below(signed, like, depth + 1)
        elif "Content-Type" not in part and (lost := self._unannounced(part)):
            yield from self._each(lost, like, depth)
        else:
            yield replace(like, message=part, kind=kind)

    def _multipart(self, part: Message, kind: str, like: Leaf, depth: int) -> Iterator[Leaf]:
        like = replace(like, is_whole=False)
        if part.is_multipart():
            around = [self._found(text, kind) for text in (part.preamble, part.epilogue)]
            subparts = [*around[0], *inner(part), *around[1]]
        else:
            text = transfer.encoded_text(part)
            subparts = self._found(text, kind) or [_as_text(text)]
        if kind == "multipart/related":
            yield from self._related(part, subparts, like, depth)
            return
        if kind == "multipart/alternative":
            subparts = [below for below in subparts if transfer.content_type(below) not in _ONLY_FOR_ONE_PROGRAM]
            like = replace(like, has_twin=like.has_twin or _offers_plain_text(subparts))
        yield from self._each(subparts, like, depth)

    def _each(self, parts: list[Message], like: Leaf, depth: int) -> Iterator[Leaf]:
        for part in parts:
            yield from self._below(part, like, depth + 1)

    def _related(self, part: Message, subparts: list[Message], like: Leaf, depth: int) -> Iterator[Leaf]:
        """The page, which `start` names or which comes first (RFC 2387 3.2), and what belongs to it."""
        start = parameters.find(part, "content-type", "start").strip("<> ")
        roots = [below for below in subparts if start and _content_id(below) == start] or subparts[:1]
        for below in subparts:
            is_aside = below is not roots[0] and "Content-ID" in below
            yield from self._below(below, replace(like, is_aside=like.is_aside or is_aside), depth + 1)

    def _signed(self, part: Message, kind: str) -> Message | None:
        """The mail inside a signature. Of an encrypted one nothing is to be seen."""
        if kind not in _SIGNED_TYPES or part.is_multipart() or self._opened >= _MOST_OPENED:
            return None
        self._opened += 1
        content = transfer.content(part)
        if smime.is_encrypted(content):
            self.defects.append(Defect.ENCRYPTED)
            return None
        signed = smime.signed_content(content)
        return parsed(signed)[0] if signed else None

    def _unannounced(self, part: Message) -> list[Message]:
        """The parts of a mail that has lost the field that tells of them: nothing but a boundary starts it."""
        if part.is_multipart() or self._mended >= _MOST_MENDED:
            return []
        before, found = parts_in(transfer.encoded_text(part))
        is_at_start = not before.strip() or _is_excuse(before.encode("utf-8", "replace"))
        self._mended += 1
        return found if is_at_start else []

    def _found(self, text: object, kind: str) -> list[Message]:
        """Parts where the parser saw only text; what stands before them is one of them if it has words of its own."""
        if not isinstance(text, str) or ":" not in text or self._mended >= _MOST_MENDED:
            return []
        before, found = parts_in(text, kind)
        self._mended += bool(found)
        has_words = bool(found) and bool(_WORDS.search(before)) and not _is_excuse(before.encode("utf-8", "replace"))
        return [*([_as_text(before)] if has_words else []), *found]


def _as_text(content: str) -> Message:
    message = Message()
    message["Content-Type"] = "text/plain"
    message.set_payload(content)
    return message


def _content_id(part: Message) -> str:
    return headers.text(headers.first_value(part, "Content-ID")).strip("<> ")


def _offers_plain_text(parts: list[Message]) -> bool:
    """Not where the plain text is empty, or only tells that the reader should see the other part."""
    texts = [transfer.content(part) for part in parts if transfer.content_type(part) in _TEXTS]
    return any(text.strip() and not (_is_excuse(text) and not _says_the_same(text, parts)) for text in texts)


def _says_the_same(text: bytes, parts: list[Message]) -> bool:
    pages = [page for part in parts for page in part.walk() if transfer.content_type(page) == "text/html"]
    content = b"".join(map(transfer.content, pages))
    return all(word in content for word in _ASCII_WORDS.findall(text))


def _is_excuse(text: bytes) -> bool:
    """As "This is a multi-part message in MIME format" or "Your program does not show HTML"."""
    return len(text) < _LONGEST_EXCUSE and bool(_EXCUSE.search(text.decode("utf-8", "replace")))
