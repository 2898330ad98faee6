"""What Outlook packs into winmail.dat: files under their long names, and the text where the mail has no other."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail import rtf, tnef
from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from tests.mail.making import raw_mail

BODY, HTML, RTF, INTERNET_CODE_PAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
LONG_NAME, CONTENT, CONTENT_ID = 0x3707, 0x3701, 0x3712
OBJECT, LONG, BYTES, UNICODE, BINARY = 0x0D, 0x03, 0x1E, 0x1F, 0x102
RICH_TEXT = (
    rb"{\rtf1\ansi\ansicpg949\deff0{\fonttbl{\f0\fnil Gulim;}{\f1\fswiss\fcharset204 Arial;}}{\*\generator x;}"
    rb"\uc1\pard\f0 \'c6\'df\'c7\'c1\'b0\'a1 \'bb\'f5\'bf\'e4.\par \u54156?\u49828?: {\b bold} \{x\}\par"
    rb"{\f1 \'cd\'e0\'f1\'ee\'f1}\par}"
)


def _attribute(name: int, content: bytes, level: int = 1) -> bytes:
    return struct.pack("<BIl", level, name, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def _property(number: int, kind: int, value: bytes) -> bytes:
    if kind == LONG:
        return struct.pack("<HH", kind, number) + value
    return struct.pack("<HHII", kind, number, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def _properties(*properties: bytes) -> bytes:
    return struct.pack("<I", len(properties)) + b"".join(properties)


def _file(name: str, content: bytes, *more: bytes) -> bytes:
    title = _attribute(0x18010, b"FILE~1.PDF\0", 2)
    named = _properties(_property(LONG_NAME, UNICODE, f"{name}\0".encode("utf-16-le")), *more)
    data = _attribute(0x6800F, content, 2) if content else b""
    return _attribute(0x69002, b"\0" * 14, 2) + title + data + _attribute(0x69005, named, 2)


def _packed(*attributes: bytes, code_page: int = 949) -> bytes:
    return tnef.SIGNATURE + b"\1\0" + _attribute(0x69007, struct.pack("<II", code_page, 0)) + b"".join(attributes)


def _body(*properties: bytes) -> bytes:
    named = struct.pack("<HH16sII", LONG, 0x8001, b"\0" * 16, 1, 6) + "Abc".encode("utf-16-le") + b"\0\0\1\0\0\0"
    return _attribute(0x69003, _properties(named, *properties))


def _mail(packed: bytes, text: str = "", kind: str = "application/ms-tnef") -> InboundMail:
    body = (
        f"--x\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x\r\nContent-Type: {kind}; name=winmail.dat\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode()
    return read(raw_mail(body + packed + b"\r\n--x--\r\n", Content_Type="multipart/mixed; boundary=x"))


@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_the_files_in_a_winmail_dat_are_attachments_under_their_long_names(kind: str) -> None:
    mail = _mail(_packed(_file("펌프 보고서.pdf", b"%PDF-1"), _file("photo.jpg", b"JPEG")), "See the report.", kind)

    assert mail.text == "See the report."
    assert [(found.filename, found.content_type, found.content) for found in mail.attachments] == [
        ("펌프 보고서.pdf", "application/pdf", b"%PDF-1"),
        ("photo.jpg", "image/jpeg", b"JPEG"),
    ]
    assert mail.defects == ()


def test_a_file_without_a_long_name_has_the_short_one_in_the_code_page_of_the_mail() -> None:
    title = _attribute(0x18010, "펌프.txt\0".encode("cp949"), 2)
    packed = _packed(_attribute(0x69002, b"", 2), title, _attribute(0x6800F, b"x", 2))

    assert tnef.unpack(packed).files[0].name == "펌프.txt"


BODIES = {
    "plain": ([_property(BODY, BYTES, "물이 새요.\0".encode("cp949"))], "물이 새요."),
    "unicode": ([_property(BODY, UNICODE, "물이 새요.\0".encode("utf-16-le"))], "물이 새요."),
    "html": (
        [
            _property(INTERNET_CODE_PAGE, LONG, struct.pack("<I", 65001)),
            _property(HTML, BINARY, "<p>물이</p><p>새요.</p>".encode()),
        ],
        "물이\n\n새요.",
    ),
    "rich": (
        [_property(RTF, BINARY, struct.pack("<II4sI", 0, len(RICH_TEXT), b"MELA", 0) + RICH_TEXT)],
        "펌프가 새요.\n펌스: bold {x}\nНасос",
    ),
}


@pytest.mark.parametrize(("properties", "text"), BODIES.values(), ids=BODIES)
def test_the_text_of_a_winmail_dat_is_the_mails_where_it_has_no_other(properties: list[bytes], text: str) -> None:
    assert _mail(_packed(_body(*properties))).text == text
    assert _mail(_packed(_body(*properties)), "Outside.").text == "Outside."


def test_a_mail_in_a_winmail_dat_is_its_text_and_its_files() -> None:
    inner = _packed(_attribute(0x2800C, b"Inside.\0"), _file("inner.pdf", b"PDF"))
    packed = _packed(_file("Old mail", b"", _property(CONTENT, OBJECT, b"\0" * 16 + inner)))

    assert [(file.name, file.content) for file in tnef.unpack(packed).files] == [
        ("Old mail.txt", b"Inside."),
        ("inner.pdf", b"PDF"),
    ]


def test_an_image_that_the_page_shows_is_inline() -> None:
    page = _property(HTML, BINARY, b'<p>Look: <img src="cid:i1"></p>')
    mail = _mail(_packed(_body(page), _file("i.png", b"PNG", _property(CONTENT_ID, BYTES, b"<i1>\0"))))

    assert [(found.filename, found.inline, found.content_id) for found in mail.attachments] == [("i.png", True, "i1")]
    assert "cid:i1" in mail.html


def test_garbage_behind_the_last_part_does_no_harm() -> None:
    assert [file.name for file in tnef.unpack(_packed(_file("a.pdf", b"PDF")) + b"\0garbage" * 9).files] == ["a.pdf"]


HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_compressed_text_is_inflated_as_microsoft_documents_it() -> None:
    assert rtf.decompress(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert _mail(_packed(_body(_property(RTF, BINARY, HELLO)))).text == "hello world"


@pytest.mark.parametrize("damage", [b"", b"\x78\x9f\x3e\x22\1\0\2\2\x90\6\0\xff\xff\xff\x7f"])
def test_a_damaged_winmail_dat_stays_an_attachment(damage: bytes) -> None:
    mail = _mail(damage, "Hello.")

    assert [(found.filename, found.content) for found in mail.attachments] == [("winmail.dat", damage)]
    assert (mail.text, mail.defects) == ("Hello.", ("damaged_tnef",))


WHOLE = _packed(_body(*(entry for properties, _ in BODIES.values() for entry in properties)), _file("a.pdf", b"PDF"))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(4, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(WHOLE)))
def test_no_damage_makes_unpacking_fail_but_with_a_value_error(changes: list[tuple[int, int]], end: int) -> None:
    damaged = bytearray(WHOLE)
    for place, byte in changes:
        damaged[place] = byte
    try:
        unpacked = tnef.unpack(bytes(damaged[:end] if end > 10 else damaged))
    except ValueError:
        return
    assert all(isinstance(file.content, bytes) for file in unpacked.files)
