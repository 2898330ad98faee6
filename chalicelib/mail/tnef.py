"""TNEF, the `winmail.dat` that Outlook and Exchange make of a mail's parts (MS-OXTNEF), to its files and its text."""

import mimetypes
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.mail import rtf
from chalicelib.mail.charsets import decode

SIGNATURE = b"\x78\x9f\x3e\x22"
_MOST_ATTRIBUTES = 10_000
_MOST_PROPERTIES = 2_000
_DEEPEST = 5
_BODY, _OEM_CODE_PAGE, _MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
_ATTACHMENT_BEGINS, _ATTACHMENT_NAME, _ATTACHMENT_CONTENT, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_PLAIN_BODY, _RTF_BODY, _HTML_BODY, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_DISPLAY_NAME, _CONTENT, _SHORT_NAME, _LONG_NAME = 0x3001, 0x3701, 0x3704, 0x3707
_CONTENT_TYPE, _CONTENT_ID = 0x370E, 0x3712
_FIXED_SIZES = {
    **dict.fromkeys((0x00, 0x01, 0x02, 0x03, 0x04, 0x0A, 0x0B), 4),
    **dict.fromkeys((0x05, 0x06, 0x07, 0x14, 0x40), 8),
    0x48: 16,
}
_OBJECT, _BYTE_STRING, _UNICODE_STRING, _BINARY = 0x0D, 0x1E, 0x1F, 0x102
_COUNTED = {_OBJECT, _BYTE_STRING, _UNICODE_STRING, _BINARY}
_LEVELS = {1, 2}
_SEVERAL = 0x1000
_NAMED = 0x8000
_CODE_PAGES = {
    65001: "utf-8",
    20127: "us-ascii",
    28591: "cp1252",
    51949: "cp949",
    50220: "iso-2022-jp",
    20866: "koi8-r",
}
_CODE_PAGES |= {51932: "euc-jp", 50225: "iso-2022-kr", 28592: "iso8859-2", 1200: "utf-16-le", 54936: "gb18030"}


@dataclass
class File:
    """One packed file; `name` and `content_id` are "" where none was given."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass
class Unpacked:
    """`text` is "" where the mail had HTML alone, and the other way round."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)


def unpack(packed: bytes) -> Unpacked:
    """Files and body. ValueError where it is no TNEF, is cut off, or has nothing in it that could be read."""
    return _unpacked(packed, depth=0)


def _unpacked(packed: bytes, depth: int) -> Unpacked:
    if not packed.startswith(SIGNATURE) or depth > _DEEPEST:
        raise ValueError("no TNEF")
    found, code_page, file = Unpacked(), "", File()
    try:
        for name, content in _attributes(packed):
            if name == _OEM_CODE_PAGE:
                code_page = _charset(struct.unpack_from("<I", content)[0])
            elif name == _ATTACHMENT_BEGINS:
                file = File()
                found.files.append(file)
            elif name == _BODY:
                found.text = found.text or _text(content, code_page)
            elif name == _MESSAGE_PROPERTIES:
                _take_body(found, dict(_properties(content)), code_page)
            else:
                _fill(file, name, content, code_page)
    except struct.error as error:
        raise ValueError("the TNEF is cut off") from error
    found.files = [single for packed_file in found.files for single in _opened(packed_file, depth)]
    return found


def _attributes(packed: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and content of each, until there is none. Checksums, which some writers get wrong, decide nothing."""
    place = 6
    for _ in range(_MOST_ATTRIBUTES):
        if place + 9 > len(packed) or packed[place] not in _LEVELS:
            return
        name, size = struct.unpack_from("<xHxxI", packed, place)
        content = packed[place + 9 : place + 9 + size]
        if len(content) < size:
            raise struct.error
        yield name, content
        place += size + 11


def _properties(content: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Number, type and first value of each MAPI property (MS-OXTNEF 2.1.3.4), up to one of a type nobody knows."""
    count, place = struct.unpack_from("<I", content)[0], 4
    for _ in range(min(count, _MOST_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", content, place)
        place += 4
        if number >= _NAMED:
            place = _after_name(content, place + 16)
        several, kind = kind & _SEVERAL, kind & ~_SEVERAL
        if kind not in _FIXED_SIZES and kind not in _COUNTED:
            return
        is_counted = several or kind not in _FIXED_SIZES
        values, place = (struct.unpack_from("<I", content, place)[0], place + 4) if is_counted else (1, place)
        first = None
        for _ in range(min(values, _MOST_PROPERTIES)):
            value, place = _value(content, place, kind)
            first = value if first is None else first
        yield number, (kind, first or b"")


def _after_name(content: bytes, place: int) -> int:
    kind, size = struct.unpack_from("<II", content, place)
    return place + 8 + (_padded(size) if kind else 0)


def _value(content: bytes, place: int, kind: int) -> tuple[bytes, int]:
    if kind in _FIXED_SIZES:
        size = _FIXED_SIZES[kind]
    else:
        size, place = struct.unpack_from("<I", content, place)[0], place + 4
    if place + size > len(content):
        raise struct.error
    return content[place : place + size], place + _padded(size)


def _padded(size: int) -> int:
    return size + -size % 4


def _take_body(found: Unpacked, properties: dict[int, tuple[int, bytes]], code_page: str) -> None:
    _, internet = properties.get(_INTERNET_CODE_PAGE, (0, b""))
    charset = _charset(int.from_bytes(internet[:4], "little")) if internet else code_page
    if _PLAIN_BODY in properties:
        found.text = _string(properties[_PLAIN_BODY], charset) or found.text
    if _HTML_BODY in properties:
        found.html = _string(properties[_HTML_BODY], charset)
    if _RTF_BODY in properties and not (found.text or found.html):
        found.text = rtf.to_text(rtf.decompress(properties[_RTF_BODY][1]))


def _fill(file: File, name: int, content: bytes, code_page: str) -> None:
    if name == _ATTACHMENT_NAME:
        file.name = file.name or _text(content, code_page)
    elif name == _ATTACHMENT_CONTENT:
        file.content = content
    elif name == _ATTACHMENT_PROPERTIES:
        properties = dict(_properties(content))
        names = [_string(properties[key], code_page) for key in (_LONG_NAME, _SHORT_NAME) if key in properties]
        names += [file.name, *(_string(properties[key], code_page) for key in (_DISPLAY_NAME,) if key in properties)]
        file.name = next(filter(None, names), "")
        file.content_type = _string(properties.get(_CONTENT_TYPE, (_BYTE_STRING, b"")), "us-ascii").lower()
        file.content_id = _string(properties.get(_CONTENT_ID, (_BYTE_STRING, b"")), "us-ascii").strip("<> ")
        kind, packed = properties.get(_CONTENT, (0, b""))
        file.content = (packed[16:] if kind == _OBJECT else packed) or file.content


def _opened(file: File, depth: int) -> Iterator[File]:
    """A mail packed into this one is its text and its files; one that can't be read stays as it is."""
    try:
        inner = _unpacked(file.content, depth + 1)
    except ValueError:
        file.content_type = file.content_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        yield file
        return
    name = file.name.removesuffix(".msg") or "mail"
    if inner.html:
        yield File(f"{name}.html", inner.html.encode(), "text/html")
    elif inner.text:
        yield File(f"{name}.txt", inner.text.encode(), "text/plain")
    yield from inner.files


def _string(value: tuple[int, bytes], charset: str) -> str:
    kind, content = value
    return _text(content, "utf-16-le" if kind == _UNICODE_STRING else charset)


def _text(content: bytes, charset: str) -> str:
    return decode(content, charset).text.rstrip("\0").replace("\0", "").replace("\r\n", "\n")


def _charset(code_page: int) -> str:
    return _CODE_PAGES.get(code_page, f"cp{code_page}")
