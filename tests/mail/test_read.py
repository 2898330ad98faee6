"""Whole mails, as they come, to what Deskbell reads in them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.settings import Settings
from chalicelib.mail.message import Address
from chalicelib.mail.read import read
from tests.mail.making import MAILS, raw_mail, stored_mail


def test_a_reply_from_a_korean_webmailer() -> None:
    mail = read(stored_mail("korean_webmail_reply"))

    assert mail.subject == "RE: [#7] 펌프 고장"
    assert mail.from_ == Address("hana@webmail.example", "김하나")
    assert mail.to == (Address("support+7.k3Jd@deskbell.test", "햇살 고객센터"),)
    assert mail.reply_text == "안녕하세요, 김하나입니다.\n\n내일 오전 10시에 와 주세요. 펲시 자판기 옆입니다."
    assert mail.quoted_text.startswith("-----Original Message-----\nFrom: ")
    assert mail.date == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert mail.language == "ko"
    assert mail.charset == "cp949"
    assert mail.defects == ()
    assert mail.is_readable


def test_the_ids_a_mail_answers_stand_nearest_first() -> None:
    mail = read(stored_mail("korean_webmail_reply"))

    assert mail.message_id == "3f9a7c61d2e84b@cweb21.webmail.example"
    assert mail.thread_ids == ("0106019ab3c4-5d1e@ap-northeast-1.amazonses.com", "first-0001@webmail.example")


def test_further_ids_in_in_reply_to_are_not_lost() -> None:
    mail = read(raw_mail(In_Reply_To="<b@x> <c@x>", References="<a@x>"))

    assert mail.thread_ids == ("b@x", "c@x", "a@x")


def test_what_ses_found_is_read() -> None:
    mail = read(stored_mail("korean_webmail_reply"))

    assert mail.dmarc_pass
    assert (mail.verdicts.spf, mail.verdicts.dkim, mail.is_spam, mail.is_infected) == ("pass", "pass", False, False)
    assert mail.return_path == "hana@webmail.example"


def test_an_outlook_mail_with_photo_and_report() -> None:
    mail = read(stored_mail("outlook_photo_and_pdf"))
    photo, report = mail.attachments

    assert mail.text == "사진을 보내 드립니다.\n\n이도윤 드림"
    assert mail.cc == (Address("duri@office.example", "Park, Duri"),)
    assert (photo.filename, photo.inline, photo.content_id) == ("image001.png", True, "image001.png@01DC5C.0")
    assert (report.filename, report.content_type, report.inline) == ("A_S 접수 보고서.pdf", "application/pdf", False)
    assert (report.size, report.md5) == (15, "2578ab3d17f5107395e0e331acfb1d9c")


FORGED = "amazonses.com; dmarc=pass header.from=boss.example"
PASSED = "amazonses.com; spf=pass; dkim=pass; dmarc=pass header.from={domain};"


@pytest.mark.parametrize(
    ("results", "passes"),
    [
        (PASSED.format(domain="customer.example"), True),
        ("amazonses.com; dmarc=none header.from=customer.example;", False),
        ("amazonses.com; dmarc=fail header.from=customer.example;", False),
        (PASSED.format(domain="other.example"), False),
        ("mx.elsewhere.example; dmarc=pass header.from=customer.example", False),
        ('amazonses.com; spf=pass envelope-from="x; dmarc=pass"@evil.example; dmarc=fail', False),
        ("amazonses.com; spf=pass (x; dmarc=pass); dmarc=fail", False),
        ("amazonses.com; dmarc=fail; dmarc=pass header.from=customer.example", False),
        ("", False),
    ],
)
def test_dmarc_passes_only_as_ses_says_for_the_domain_people_see(results: str, passes: bool) -> None:
    assert read(raw_mail(Authentication_Results=results)).dmarc_pass is passes


def test_results_that_came_with_the_mail_do_not_count() -> None:
    ours = b"Authentication-Results: amazonses.com; dmarc=fail header.from=customer.example;\r\n"
    theirs = b"Authentication-Results: amazonses.com; dmarc=pass header.from=customer.example;\r\n"

    assert not read(ours + theirs + raw_mail()).dmarc_pass


@pytest.mark.parametrize(
    ("authors", "passes"),
    [
        ("Min <min@desk.example>", True),
        ("Kim, Min <min@desk.example>", True),
        ("min@desk.example, evil@desk.example", False),
        ("Min <min@desk.example>, Evil <evil@desk.example>", False),
        ("All: min@desk.example, evil@desk.example;", False),
    ],
)
def test_only_a_mail_of_one_author_passes(authors: str, passes: bool) -> None:
    results = PASSED.format(domain="desk.example")
    assert read(raw_mail(From=authors, Authentication_Results=results)).dmarc_pass is passes


def test_a_mail_with_two_authors_passes_nothing() -> None:
    second = b"From: boss@desk.example\r\n"
    mail = read(second + raw_mail(Authentication_Results=PASSED.format(domain="desk.example")))

    assert not mail.dmarc_pass
    assert "several_senders" in mail.defects


def test_verdicts_on_spam_and_viruses() -> None:
    mail = read(raw_mail(X_SES_Spam_Verdict="FAIL", X_SES_Virus_Verdict="FAIL"))

    assert mail.is_spam
    assert mail.is_infected


def test_receivers_are_found_wherever_servers_note_them() -> None:
    mail = read(
        raw_mail(
            Cc="Duri <duri@office.example>",
            Delivered_To="help@deskbell.test",
            X_Forwarded_To="old@deskbell.test",
            Received="from a by b with SMTP id x for hidden@deskbell.test; Mon, 23 Nov 2026 01:00:03 +0000",
        )
    )

    assert mail.recipients == (
        "support@deskbell.test",
        "duri@office.example",
        "help@deskbell.test",
        "old@deskbell.test",
        "hidden@deskbell.test",
    )


@pytest.mark.parametrize(
    ("to", "is_blind_copy"),
    [("support@deskbell.test", False), ("SUPPORT+7.x@deskbell.test", False), ("boss@office.example", True), ("", True)],
)
def test_a_blind_copy_names_us_nowhere(to: str, is_blind_copy: bool) -> None:
    desk = Settings("https://desk.example", "support@deskbell.test", "Desk")
    assert read(raw_mail(To=to)).is_blind_copy_to(desk.is_own) is is_blind_copy


@pytest.mark.parametrize(
    ("name", "is_blind_copy"),
    [("X_Forwarded_To", False), ("X_Forwarded_For", False), ("Resent_To", False), ("Delivered_To", True)],
)
def test_what_another_mailbox_redirects_to_us_is_no_blind_copy(name: str, is_blind_copy: bool) -> None:
    mail = read(raw_mail(To="info@company.example", **{name: "info@company.example support+x@deskbell.test"}))
    desk = Settings("https://desk.example", "support@deskbell.test", "Desk")
    assert mail.is_blind_copy_to(desk.is_own) is is_blind_copy


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (raw_mail(), ""),
        (raw_mail(From=""), "no_sender"),
        (raw_mail(From="Hana Kim"), "no_sender"),
        (raw_mail(From="", Reply_To="hana@customer.example"), ""),
        (raw_mail("", Subject=""), "no_content"),
        (raw_mail(""), ""),
        (b"", "no_content"),
        (b"\x00\xff\xfe", "no_sender"),
    ],
)
def test_a_mail_is_unreadable_without_sender_or_content(raw: bytes, cause: str) -> None:
    mail = read(raw)

    assert mail.cause == cause
    assert mail.is_readable is (cause == "")


@pytest.mark.parametrize(
    ("fields", "defect"),
    [
        ({"Message_ID": ""}, "no_message_id"),
        ({"Date": "yesterday"}, "bad_date"),
        ({"Date": ""}, "no_date"),
        ({"Content_Type": "text/plain; charset=euc-kr", "body": "물이 샙니다"}, "wrong_charset"),
        ({"Content_Type": "multipart/mixed"}, "bad_structure"),
    ],
)
def test_what_is_wrong_is_named_and_the_rest_is_read(fields: dict[str, str], defect: str) -> None:
    mail = read(raw_mail(**fields))

    assert defect in mail.defects
    assert mail.subject == "The pump drips"


def test_a_mail_of_html_alone_has_text_and_is_trimmed() -> None:
    attribution = "<div>On Mon, Nov 23, 2026 at 9:41 AM Help &lt;s@d.test&gt; wrote:</div>"
    mail = read(raw_mail(f"<p>Tomorrow.</p>{attribution}<blockquote>When?</blockquote>", Content_Type="text/html"))

    assert mail.reply_text == "Tomorrow."
    assert mail.quoted_text == "On Mon, Nov 23, 2026 at 9:41 AM Help <s@d.test> wrote:\n\n> When?"


def test_parts_one_after_another_are_one_text() -> None:
    body = (
        "--x\r\nContent-Type: text/plain\r\n\r\nAbove.\r\n"
        "--x\r\nContent-Type: image/png\r\nContent-Disposition: inline\r\n\r\nPNG\r\n"
        "--x\r\nContent-Type: text/html\r\n\r\n<p>Below.</p>\r\n--x--\r\n"
    )
    mail = read(raw_mail(body, Content_Type="multipart/mixed; boundary=x"))

    assert mail.text == "Above.\n\nBelow."
    assert [attachment.filename for attachment in mail.attachments] == ["image-1.png"]


def test_a_named_text_is_an_attachment() -> None:
    log = "--x\r\nContent-Type: text/plain; name=log.txt\r\n\r\nline\r\n"
    mail = read(raw_mail(f"--x\r\n\r\nSee the log.\r\n{log}--x--\r\n", Content_Type="multipart/mixed; boundary=x"))

    assert mail.text == "See the log."
    assert (mail.attachments[0].filename, mail.attachments[0].content) == ("log.txt", b"line")


def test_a_named_text_is_read_where_a_phone_sends_no_other() -> None:
    body = "--x\r\nContent-Type: text/plain; name=text_0.txt\r\n\r\nIt drips.\r\n--x--\r\n"
    mail = read(raw_mail(body, Content_Type="multipart/related; boundary=x"))

    assert (mail.text, mail.attachments[0].filename) == ("It drips.", "text_0.txt")


def test_a_mail_that_is_one_named_text_is_that_text() -> None:
    mail = read(raw_mail("It drips.", Content_Type="text/plain; name=mail.txt", Content_Disposition="inline"))

    assert (mail.text, mail.attachments) == ("It drips.", ())


def test_a_forwarded_mail_is_an_attachment_of_its_own() -> None:
    inner = raw_mail("Inside.").decode()
    body = f"--x\r\n\r\nSee below.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--x--\r\n"
    mail = read(raw_mail(body, Content_Type="multipart/mixed; boundary=x"))

    assert mail.text == "See below."
    assert mail.attachments[0].filename.endswith(".eml")
    assert read(mail.attachments[0].content).text == "Inside."


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("C:\\\\Users\\\\hana\\\\pump.pdf", "pump.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("", "application-1.pdf"),
    ],
)
def test_file_names_cannot_mislead(given_name: str, name: str) -> None:
    fields = {"Content_Type": "application/pdf", "Content_Disposition": f'attachment; filename="{given_name}"'}

    assert read(raw_mail("x", **fields)).attachments[0].filename == name


def test_flowed_lines_are_joined() -> None:
    text = "The pump \r\ndrips.\r\n\r\n> It was \r\n> new.\r\n-- \r\nHana"
    mail = read(raw_mail(text, Content_Type="text/plain; format=flowed"))

    assert mail.text == "The pump drips.\n\n> It was new.\n-- \nHana"


@pytest.mark.parametrize(("text", "language"), [("물이 샙니다", "ko"), ("It drips", "en"), ("", "en")])
def test_the_language_is_korean_where_hangul_is(text: str, language: str) -> None:
    assert read(raw_mail(text)).language == language


def test_parts_within_parts_without_end_are_survived() -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(2_000))
    mail = read(raw_mail().partition(b"\r\n\r\n")[0] + b"\r\n" + nested.encode() + b"\r\nDeep.")

    assert mail.subject == "The pump drips"
    assert "bad_structure" in mail.defects


RAW_MAILS = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
SCRAPS = [b"\r\n\r\n", b"=?utf-8?b?", b"?=", b"--", b'"', b"<", b"@", b"\x00", b"\xff", b"\x1b$)C", b"charset=utf-7"]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(RAW_MAILS), st.lists(st.tuples(st.integers(0, 3_000), st.sampled_from(SCRAPS)), max_size=8))
def test_no_damage_makes_reading_fail_or_lose_words(raw: bytes, damages: list[tuple[int, bytes]]) -> None:
    for place, scrap in damages:
        raw = raw[:place] + scrap + raw[place + len(scrap) :]

    mail = read(raw)

    assert sorted(f"{mail.reply_text}\n{mail.quoted_text}".split()) == sorted(mail.text.split())
    f"{mail}{mail.html}".encode()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    read(raw)


@pytest.mark.parametrize(
    "results",
    [
        'amazonses.com; spf=pass envelope-from="a\\"; dmarc=pass header.from=customer.example; \\""@evil.example',
        'amazonses.com; spf=pass envelope-from="a\\"; dmarc=pass; \\""@evil.example; dmarc=fail',
        "amazonses.com; spf=pass (a ( b) ; dmarc=pass header.from=customer.example (c) )",
        "amazonses.com; spf=pass ( ; dmarc=pass header.from=customer.example",
        'amazonses.com; spf=pass (a \\) ; dmarc=pass header.from=customer.example "',
        "amazonses.com; dmarc=pass header.from=customer.example; dmarc=fail",
    ],
    ids=["escaped_quote", "twice", "nested_comment", "open_comment", "open_quote", "passed_and_failed"],
)
def test_what_a_sender_hides_in_the_results_passes_nothing(results: str) -> None:
    assert not read(raw_mail(Authentication_Results=results)).dmarc_pass


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
        ("펌" * 100 + ".pdf", "펌" * 48 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 148),
    ],
)
def test_long_file_names_are_cut_before_their_suffix(given_name: str, name: str) -> None:
    fields = {"Content_Type": "application/pdf", "Content_Disposition": f'attachment; filename="{given_name}"'}

    assert read(raw_mail("x", **fields)).attachments[0].filename == name


def test_parts_beyond_the_limit_are_kept_together() -> None:
    body = "".join(f"--x\r\nContent-Type: text/plain\r\n\r\nword{number}\r\n" for number in range(600))
    mail = read(raw_mail(f"{body}--x--\r\n", Content_Type="multipart/mixed; boundary=x"))

    assert "word499" in mail.text
    assert mail.attachments[-1].content.endswith(b"word599")
    assert "too_complex" in mail.defects


@pytest.mark.parametrize("label", [b"ut\x00f-8", b"\x00", b"utf-8\x00", b"\xed\xb3\xb2-8", b"\xf2"])
def test_a_charset_that_is_no_name_of_anything_costs_nothing(label: bytes) -> None:
    """Codecs can't be asked for a name with a NUL or half a character in it, and the standard library asks."""
    fields = {"MIME_Version": "1.0", "Content_Type": b'text/plain; charset="' + label + b'"'}
    mail = read(raw_mail("펌프가 고장났습니다.".encode(), **fields))
    assert mail.text == "펌프가 고장났습니다."
