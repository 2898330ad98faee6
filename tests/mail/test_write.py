"""What leaves, read back by our own reader and by the standard library's."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidInput
from chalicelib.mail.message import Address, Attachment
from chalicelib.mail.read import read
from chalicelib.mail.write import OutboundMail

SES_ID = "0106019ab3c4d5e6-0a1b2c3d-4e5f-6789-abcd-ef0123456789-000000@ap-northeast-1.amazonses.com"

MAIL = OutboundMail(
    from_=Address("support@deskbell.test", "햇살 정수기, 고객센터"),
    to=Address("hana@customer.example", "김하나"),
    subject="[#7] 펌프 고장",
    text="문의를 잘 받았습니다.\n",
    html="<p>문의를 잘 받았습니다.</p>",
    reply_to=Address("support+7.k3Jd@deskbell.test"),
    in_reply_to=SES_ID,
    references=("first@customer.example", SES_ID),
    message_id="1.7@deskbell.test",
    date=datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
)

ALL_FIELDS = {
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("Content-Type", "MIME-Version"),
}


def test_everything_arrives_as_it_was_meant() -> None:
    got = read(MAIL.to_bytes())

    assert (got.from_, got.to, got.reply_to) == (MAIL.from_, (MAIL.to,), (MAIL.reply_to,))
    assert (got.subject, got.date, got.message_id) == (MAIL.subject, MAIL.date, MAIL.message_id)
    assert (got.in_reply_to, got.references) == (MAIL.in_reply_to, MAIL.references)
    assert got.text == "문의를 잘 받았습니다."
    assert got.html.strip() == MAIL.html
    assert got.defects == ()


def test_the_standard_library_reads_the_same() -> None:
    got = message_from_bytes(MAIL.to_bytes(), policy=policy.default)

    assert got["Subject"] == "[#7] 펌프 고장"
    assert got["From"].addresses[0].display_name == "햇살 정수기, 고객센터"
    assert got["References"].split() == ["<first@customer.example>", f"<{SES_ID}>"]
    assert got.get_content_type() == "multipart/alternative"
    assert not got.defects


def test_the_wire_form_is_ascii_in_short_lines_ended_by_crlf() -> None:
    raw = replace(MAIL, subject="펌프 " * 60, text="아주 긴 줄 " * 400).to_bytes()

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_ids_are_written_as_they_are_however_long() -> None:
    raw = MAIL.to_bytes()

    assert f"In-Reply-To: <{SES_ID}>\r\n".encode() in raw
    assert f"References: <first@customer.example>\r\n <{SES_ID}>\r\n".encode() in raw


def test_the_same_mail_makes_the_same_bytes() -> None:
    assert MAIL.to_bytes() == MAIL.to_bytes()


def test_automatic_mail_says_so_and_carries_our_loop_mark() -> None:
    got = message_from_bytes(replace(MAIL, automatic=True).to_bytes())

    assert got["Auto-Submitted"] == "auto-replied"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert got["X-Deskbell-Loop"] == "support@deskbell.test"


def test_automatic_mail_that_answers_nothing_is_generated() -> None:
    got = message_from_bytes(replace(MAIL, automatic=True, in_reply_to="").to_bytes())

    assert got["Auto-Submitted"] == "auto-generated"


def test_a_persons_reply_carries_no_mark_of_a_machine() -> None:
    got = message_from_bytes(MAIL.to_bytes())

    assert {"Auto-Submitted", "X-Auto-Response-Suppress", "X-Deskbell-Loop"}.isdisjoint(got.keys())


def test_two_desks_do_not_answer_one_another() -> None:
    assert read(replace(MAIL, automatic=True).to_bytes()).may_be_by_machine
    assert not read(MAIL.to_bytes()).may_be_by_machine


def test_automatic_mail_has_no_copies() -> None:
    with pytest.raises(ValueError, match="rule 12"):
        replace(MAIL, automatic=True, cc=(Address("duri@office.example"),))


def test_files_and_pictures_go_along() -> None:
    picture = Attachment("pump.png", "image/png", b"PNG", inline=True, content_id="pump@deskbell")
    report = Attachment("A/S 보고서 " + "아주 " * 60 + ".pdf", "application/pdf", b"%PDF")
    mail = Attachment("mail.eml", "message/rfc822", b"From: a@b\r\n\r\nx")
    got = read(replace(MAIL, attachments=(picture, report, mail)).to_bytes())

    assert [(file.content, file.inline) for file in got.attachments] == [
        (b"PNG", True),
        (b"%PDF", False),
        (b"From: a@b\r\n\r\nx", False),
    ]
    assert got.attachments[0].content_id == "pump@deskbell"
    assert got.attachments[1].filename.endswith(".pdf")
    assert len(got.attachments[1].filename) <= 80


@pytest.mark.parametrize("field", ["subject", "in_reply_to", "message_id"])
def test_no_text_starts_a_header_of_its_own(field: str) -> None:
    evil = "x\r\nBcc: all@customer.example\r\n\r\nbody"
    got = message_from_bytes(replace(MAIL, **{field: evil}).to_bytes())  # type: ignore[arg-type]

    assert "Bcc" not in got


def test_no_name_starts_a_header_of_its_own() -> None:
    got = message_from_bytes(replace(MAIL, to=Address("a@b.kr", "x\r\nBcc: c@d.kr")).to_bytes())

    assert "Bcc" not in got


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b.kr", "a b@c.kr", "a@b.kr\r\nBcc: c@d.kr", "김@b.kr", "a@b,c@d.kr"]
)
def test_addresses_that_can_not_be_carried_are_refused(email: str) -> None:
    with pytest.raises(InvalidInput, match="bad_address"):
        replace(MAIL, to=Address(email)).to_bytes()


def test_korean_domains_travel_in_their_ascii_form() -> None:
    assert b"<hana@xn--3e0b707e.kr>" in replace(MAIL, to=Address("hana@한국.kr", "김하나")).to_bytes()


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=300))
def test_any_words_arrive(subject: str, name: str, text: str) -> None:
    raw = replace(MAIL, subject=subject, to=Address("a@b.kr", name), text=text).to_bytes()
    got = message_from_bytes(raw)

    assert set(got.keys()) <= ALL_FIELDS
    assert read(raw).to[0].email == "a@b.kr"
