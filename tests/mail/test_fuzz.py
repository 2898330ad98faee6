"""Mails damaged as servers, gateways and bad programs damage them: reading never fails and loses no word.

`HYPOTHESIS_PROFILE=nightly` tries ten thousand of them; the real mails beside the repository take part where they lie.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from infra.bench.commands import CORPUS
from tests.mail.making import MAILS, raw_mail

MAILS_TO_TRY = {"ordinary": 300, "nightly": 10_000}
TRIES = settings(
    max_examples=MAILS_TO_TRY[os.environ.get("HYPOTHESIS_PROFILE", "ordinary")],
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
LARGEST = 60_000
FILES = [*sorted(MAILS.glob("*.eml")), *sorted(CORPUS.glob("*/*.eml"))]
RAW_MAILS = [raw for raw in (path.read_bytes() for path in FILES) if len(raw) <= LARGEST]
SCRAPS = [
    *(b"\r\n\r\n", b"=?utf-8?b?", b"?=", b"--", b'"', b"<", b"@", b"\x00", b"\xff", b"\x1b$)C", b"\x0e", b"=\r\n"),
    *(
        b"charset=utf-7",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"\r\n--x\r\nContent-",
        b"begin 644 a\r\n",
        b"\xfe\xff",
    ),
    *(b"Content-Transfer-Encoding: base64\r\n", b"filename*0*=utf-8''%EC", b"\x78\x9f\x3e\x22", b"BEGIN:VEVENT\r\n"),
]
LABELS = [b"utf-8", b"euc-kr", b"iso-2022-kr", b"us-ascii", b"utf-16", b"hz", b"no-such", b"iso-2022-jp", b"gb18030"]
ENCODINGS = [b"base64", b"quoted-printable", b"8bit", b"x-uuencode", b"7bit;", b"none"]
LABEL = re.compile(rb"(?i)(charset=\"?)[\w-]+")
ENCODING = re.compile(rb"(?i)(content-transfer-encoding:\s*)[\w-]+")
BOUNDARY = re.compile(rb"(?i)boundary=\"?([^\"\r\n;]{1,70})")


def _flipped(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    byte = bytes([raw[place] ^ (1 << scrap % 8)]) if place < len(raw) else b""
    return raw[:place] + byte + raw[place + 1 :]


def _cut(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return raw[:place]


def _without_piece(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return raw[:place] + raw[place + size :]


def _doubled(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return raw[: place + size] + raw[place:]


def _with_scrap(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return raw[:place] + SCRAPS[scrap % len(SCRAPS)] + raw[place:]


def _with_lines_swapped(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    lines = raw.split(b"\n")
    first, second = place % len(lines), (place + size) % len(lines)
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _with_field_moved(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    lines = raw.split(b"\n")
    line = lines.pop(place % min(len(lines), 20))
    return b"\n".join([*lines[: size % 40], line, *lines[size % 40 :]])


def _with_boundary_broken(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    found = BOUNDARY.search(raw)
    return raw.replace(b"--" + found[1], b"--" + found[1][: scrap % len(found[1])], 1 + size % 3) if found else raw


def _with_other_label(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return LABEL.sub(rb"\g<1>" + LABELS[scrap % len(LABELS)], raw, count=1 + size % 3)


def _with_other_encoding(raw: bytes, place: int, size: int, scrap: int) -> bytes:
    return ENCODING.sub(rb"\g<1>" + ENCODINGS[scrap % len(ENCODINGS)], raw, count=1 + size % 3)


DAMAGES: list[Callable[[bytes, int, int, int], bytes]] = [
    *(_flipped, _cut, _without_piece, _doubled, _with_scrap, _with_lines_swapped, _with_field_moved),
    *(_with_boundary_broken, _with_other_label, _with_other_encoding),
]
A_DAMAGE = st.tuples(
    st.sampled_from(DAMAGES), st.integers(0, LARGEST), st.integers(1, 2_000), st.integers(0, len(SCRAPS) * 8)
)


def _words(mail: InboundMail) -> tuple[list[str], list[str]]:
    return sorted(mail.text.split()), sorted(f"{mail.reply_text}\n{mail.quoted_text}".split())


@TRIES
@given(st.sampled_from(RAW_MAILS), st.lists(A_DAMAGE, min_size=1, max_size=6))
def test_a_damaged_mail_is_read_and_none_of_its_words_is_lost(
    raw: bytes, damages: list[tuple[Callable[[bytes, int, int, int], bytes], int, int, int]]
) -> None:
    for damage, place, size, scrap in damages:
        raw = damage(raw, place % (len(raw) + 1), size, scrap)[: 2 * LARGEST]

    mail = read(raw)

    said, halves = _words(mail)
    assert said == halves
    values = asdict(mail) | {"attachments": [(found.filename, found.md5) for found in mail.attachments]}
    json.dumps(values, ensure_ascii=False, default=str).encode()


MARKER = "Marker4711"
ENVELOPES = {
    "plain": ("text/plain; charset=utf-8", "{text}"),
    "page": ("text/html; charset=utf-8", "<p>{text}</p>"),
    "parts": (
        "multipart/mixed; boundary=x",
        "--x\r\n\r\n{text}\r\n--x\r\nContent-Type: image/png\r\n\r\nPNG\r\n--x--\r\n",
    ),
    "choice": (
        "multipart/alternative; boundary=x",
        "--x\r\n\r\n{text}\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>{text}</p>\r\n--x--\r\n",
    ),
    "unannounced": ("", "--x\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x--\r\n"),
    "wrong_boundary": ("multipart/mixed; boundary=y", "--x\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x--\r\n"),
    "mail_in_mail": ("message/rfc822", "Subject: Inner\r\n\r\n{text}"),
    "calendar": ("text/calendar", "BEGIN:VCALENDAR\r\nDESCRIPTION:{text}\r\nEND:VCALENDAR"),
    "wrong_type": ("image/png", "{text}"),
}
LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>&"), max_size=60), max_size=8
)


@pytest.mark.parametrize("name", ENVELOPES)
@settings(TRIES, max_examples=max(20, TRIES.max_examples // 50))
@given(LINES, LINES)
def test_a_word_of_a_whole_mail_is_found_in_its_text_or_an_attachment(
    name: str, before: list[str], after: list[str]
) -> None:
    kind, envelope = ENVELOPES[name]
    text = "\r\n".join([*before, MARKER, *after])
    mail = read(raw_mail(envelope.replace("{text}", text), Content_Type=kind))

    assert MARKER in mail.text or any(MARKER.encode() in found.content for found in mail.attachments)
