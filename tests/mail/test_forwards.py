"""Mails that were passed on, as the mail programs of our customers and agents do it."""

import pytest

from chalicelib.mail.forwards import Forwarded, attached, forwarded, is_forward, without_prefix
from chalicelib.mail.message import Address, InboundMail
from chalicelib.mail.read import read
from tests.mail.attributions import ATTRIBUTIONS
from tests.mail.making import raw_mail
from tests.mail.quotations import HEADERS

HANA = Address("hana@customer.example", "Hana Kim")
DESK = Address("support@deskbell.test", "Sunny Help")

FORWARDS = {
    "gmail": (
        "Fwd: Pump",
        """\
---------- Forwarded message ---------
From: Hana Kim <hana@customer.example>
Date: Mon, Nov 23, 2026 at 3:12 PM
Subject: Pump
To: Sunny Help <support@deskbell.test>


It drips.""",
    ),
    "gmail_ko": (
        "Fwd: Pump",
        """\
---------- Forwarded message ---------
보낸사람: Hana Kim <hana@customer.example>
Date: 2026년 11월 23일 (월) 오후 3:12
Subject: Pump
To: Sunny Help <support@deskbell.test>


It drips.""",
    ),
    "apple": (
        "Fwd: Pump",
        """\
Begin forwarded message:

> From: Hana Kim <hana@customer.example>
> Date: 23 November 2026 at 15:12:12 KST
> To: Sunny Help <support@deskbell.test>
> Subject: Pump
>
> It drips.""",
    ),
    "apple_quoted_as_a_whole": (
        "Fwd: Pump",
        """\
> Anfang der weitergeleiteten Nachricht:
>
> Von: Hana Kim <hana@customer.example>
> Betreff: Pump
> Datum: 23. November 2026 um 15:12:12 MEZ
> An: Sunny Help <support@deskbell.test>
>
> It drips.""",
    ),
    "apple_ko": (
        "Fwd: Pump",
        """\
전달된 메시지 시작:

보낸 사람: Hana Kim <hana@customer.example>
제목: Pump
날짜: 2026년 11월 23일 오후 3:12:12 GMT+9
받는 사람: Sunny Help <support@deskbell.test>

It drips.""",
    ),
    "outlook": (
        "FW: Pump",
        """\
From: Hana Kim <hana@customer.example<mailto:hana@customer.example>>
Sent: Monday, November 23, 2026 3:12 PM
To: Sunny Help <support@deskbell.test>
Subject: Pump

It drips.""",
    ),
    "outlook_old": (
        "FW: Pump",
        """\
-----Original Message-----
From: Hana Kim [mailto:hana@customer.example]
Sent: Monday, November 23, 2026 3:12 PM
To: Sunny Help [mailto:support@deskbell.test]
Subject: Pump

It drips.""",
    ),
    "outlook_de": (
        "WG: Pump",
        """\
Von: Hana Kim <hana@customer.example>
Gesendet: Montag, 23. November 2026 15:12
An: Sunny Help <support@deskbell.test>
Betreff: Pump

It drips.""",
    ),
    "outlook_web_fr": (
        "TR: Pump",
        """\
________________________________
De : Hana Kim <hana@customer.example>
Envoyé : lundi 23 novembre 2026 15:12
À : Sunny Help <support@deskbell.test>
Objet : Pump

It drips.""",
    ),
    "outlook_ko": (
        "전달: Pump",
        """\
보낸 사람: Hana Kim <hana@customer.example>
보낸 날짜: 2026년 11월 23일 월요일 오후 3:12
받는 사람: Sunny Help <support@deskbell.test>
제목: Pump

It drips.""",
    ),
    "naver": (
        "FW: Pump",
        """\
-----Original Message-----
From: "Hana Kim"<hana@customer.example>
To: "Sunny Help"<support@deskbell.test>;
Cc:
Sent: 2026-11-23 (월) 15:12:12 (GMT+09:00)
Subject: Pump

It drips.""",
    ),
    "daum": (
        "Fwd: Pump",
        """\
--------- 원본 메일 ---------
보낸사람 : Hana Kim <hana@customer.example>
받는사람 : Sunny Help <support@deskbell.test>
날짜: 2026년 11월 23일 월요일, 15시 12분 12초 +0900
제목: Pump

It drips.""",
    ),
    "thunderbird": (
        "Fwd: Pump",
        """\
-------- Forwarded Message --------
Subject: \tPump
Date: \tMon, 23 Nov 2026 15:12:12 +0900
From: \tHana Kim <hana@customer.example>
To: \tSunny Help <support@deskbell.test>



It drips.""",
    ),
    "thunderbird_ja": (
        "Fwd: Pump",
        """\
-------- 転送メッセージ --------
件名: Pump
日付: Mon, 23 Nov 2026 15:12:12 +0900
差出人: Hana Kim <hana@customer.example>
宛先: Sunny Help <support@deskbell.test>

It drips.""",
    ),
    "qq": (
        "转发：Pump",
        """\
------------------ 原始邮件 ------------------
发件人: Hana Kim <hana@customer.example>
发送时间: 2026年11月23日 15:12
收件人: Sunny Help <support@deskbell.test>
主题: Pump

It drips.""",
    ),
    "foxmail_traditional": (
        "轉寄：Pump",
        """\
寄件者: Hana Kim <hana@customer.example>
寄件日期: 2026年11月23日 下午 03:12
收件者: Sunny Help <support@deskbell.test>
主旨: Pump

It drips.""",
    ),
    "ios_pt": (
        "Enc: Pump",
        """\
Início da mensagem encaminhada:

De: Hana Kim <hana@customer.example>
Data: 23 de novembro de 2026 15:12:12
Para: Sunny Help <support@deskbell.test>
Assunto: Pump

It drips.""",
    ),
    "yahoo_ru": (
        "Fw: Pump",
        """\
----- Пересылаемое сообщение -----
От: Hana Kim <hana@customer.example>
Кому: Sunny Help <support@deskbell.test>
Отправлено: понедельник, 23 ноября 2026 г., 15:12
Тема: Pump

It drips.""",
    ),
}


@pytest.mark.parametrize(("subject", "text"), FORWARDS.values(), ids=FORWARDS)
def test_a_forwarded_mail_names_its_author_and_keeps_both_texts(subject: str, text: str) -> None:
    found = forwarded(subject, f"Can you take this?\n\n-- \nMin\n\n{text}\n")

    assert found
    assert (found.from_, found.to, found.subject) == (HANA, (DESK,), "Pump")
    assert (found.comment, found.text) == ("Can you take this?", "It drips.")
    assert "2026" in found.date_text


@pytest.mark.parametrize(("subject", "text"), FORWARDS.values(), ids=FORWARDS)
def test_without_words_above_there_is_no_comment(subject: str, text: str) -> None:
    found = forwarded(subject, f"Sent from my iPhone\n\n{text}")

    assert found
    assert found.comment == ""


@pytest.mark.parametrize("name", ["gmail", "apple", "apple_ko", "thunderbird", "thunderbird_ja", "ios_pt", "yahoo_ru"])
def test_a_mark_above_the_original_suffices_without_a_prefix(name: str) -> None:
    found = forwarded("Please look at this", f"Can you take this?\n\n{FORWARDS[name][1]}")

    assert found
    assert (found.from_, found.subject, found.comment) == (HANA, "Pump", "Can you take this?")


def test_the_subject_is_that_of_the_original_where_one_is_copied() -> None:
    found = forwarded("Fwd: Customer waits", FORWARDS["gmail"][1])
    without = forwarded("Fwd: Customer waits", FORWARDS["gmail"][1].replace("Subject: Pump\n", ""))

    assert found
    assert without
    assert (found.subject, without.subject) == ("Pump", "Customer waits")


@pytest.mark.parametrize("name", [name for name in HEADERS if not name.startswith(("foxmail", "netease"))])
def test_the_author_is_found_in_any_language(name: str) -> None:
    found = forwarded("Fwd: Pump", f"FYI\n\n{HEADERS[name]}\n\nIt drips.")

    assert found
    assert (found.from_, found.text) == (Address("support@deskbell.test", "Help"), "It drips.")


@pytest.mark.parametrize("name", ["apple_he", "gmail_en", "gmail_de", "gmail_ja", "outlook_mac_de", "outlook_mac_en"])
def test_an_attribution_names_the_author(name: str) -> None:
    found = forwarded("FW: Pump", f"FYI\n\n{ATTRIBUTIONS[name]}\n\n> It drips.")

    assert found
    assert (found.from_, found.text) == (HANA, "It drips.")


def test_an_attribution_stands_for_the_header_where_the_subject_says_forward() -> None:
    found = forwarded(
        "WG: Pump", "Bitte ansehen.\n\nAm 23.11.2026 um 15:12 schrieb Hana Kim <hana@customer.example>:\n\nIt drips."
    )

    assert found == Forwarded(HANA, "", "Pump", (), "It drips.", "Bitte ansehen.")


def test_the_html_is_read_where_the_text_has_no_address() -> None:
    text = "From: Hana Kim\nSent: Monday, November 23, 2026\nTo: Sunny Help\nSubject: Pump\n\nIt drips."
    html = (
        "<div><b>From:</b> Hana Kim &lt;hana@customer.example&gt;<br><b>Sent:</b> Monday, November 23, 2026<br>"
        "<b>To:</b> Sunny Help<br><b>Subject:</b> Pump</div><p>It drips.</p>"
    )

    assert forwarded("FW: Pump", text) is None
    assert forwarded("FW: Pump", text, html) == Forwarded(
        HANA, "Monday, November 23, 2026", "Pump", (), "It drips.", ""
    )


@pytest.mark.parametrize(
    "subject", ["Re: Pump", "AW: WG: Pump", "Re: Fwd: Pump", "Pump", "회신: Pump", "", "I have a question"]
)
@pytest.mark.parametrize("name", ["outlook", "outlook_de", "outlook_ko", "naver", "daum", "outlook_old"])
def test_a_quotation_with_a_copied_header_is_no_forward(subject: str, name: str) -> None:
    assert forwarded(subject, f"Thank you.\n\n{FORWARDS[name][1]}") is None


def test_one_prefix_means_a_forward_in_danish_and_an_answer_in_finnish() -> None:
    assert forwarded("VS: Pump", f"Se her.\n\n{HEADERS['outlook_da']}\n\nIt drips.")
    assert forwarded("VS: Pump", f"Kiitos.\n\n{HEADERS['outlook_fi']}\n\nIt drips.") is None
    assert forwarded("VL: Pump", f"Katso.\n\n{HEADERS['outlook_fi']}\n\nIt drips.")


def test_an_answer_to_a_forwarded_mail_is_no_forward() -> None:
    original = "\n".join(f"> {line}" for line in FORWARDS["gmail"][1].split("\n"))
    text = f"Done.\n\nOn Mon, Nov 23, 2026 at 4:00 PM Min <min@deskbell.test> wrote:\n\n{original}"

    assert forwarded("Re: Fwd: Pump", text) is None
    assert forwarded("Re: Fwd: Pump", f"Done.\n\n{original}") is None


@pytest.mark.parametrize("tag", ["[EXTERNAL] ", "[SPAM] [list] ", "  "])
def test_tags_may_stand_before_the_prefix(tag: str) -> None:
    assert forwarded(f"{tag}FW: Pump", FORWARDS["outlook"][1])


def test_a_mail_that_mentions_forwarding_is_none() -> None:
    assert forwarded("Question", "I forwarded you the mail of hana@customer.example.\n\nDid it come?") is None


def test_a_long_list_of_receivers_goes_over_several_lines() -> None:
    receivers = [f"Name {number} <n{number}@customer.example>" for number in range(6)]
    text = FORWARDS["gmail"][1].replace("To: Sunny Help <support@deskbell.test>", "To: " + ",\n ".join(receivers))

    found = forwarded("Fwd: Pump", text)

    assert found
    assert [address.email for address in found.to] == [f"n{number}@customer.example" for number in range(6)]
    assert found.text == "It drips."


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Fwd: FW: Pump", "Pump"),
        ("전달: 펌프", "펌프"),
        ("Pump", "Pump"),
        ("Re: Fwd: Pump", "Re: Fwd: Pump"),
        ("Fwd:", "Fwd:"),
    ],
)
def test_the_subject_that_the_forwarded_mail_had(subject: str, bare: str) -> None:
    assert without_prefix(subject) == bare


ATTACHED = (
    "--x\r\n\r\nSee this.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
    "From: hana@customer.example\r\nSubject: Pump\r\n\r\nIt drips.\r\n--x--\r\n"
)
HEADER = "From: Hana\nSent: Monday, November 23, 2026 10:00 AM\nTo: Min\nSubject: Pump\n\nIt drips."


@pytest.mark.parametrize(
    ("subject", "text", "is_one"),
    [
        ("Fwd: Pump", "See this.", True),
        ("전달: 펌프", "", True),
        ("Pump", "See this.\n\n---------- Forwarded message ---------\nFrom: Hana\n\nIt drips.", True),
        ("FW: Pump", HEADER, True),
        ("Re: Pump", HEADER, False),
        ("Re: Fwd: Pump", "On our way.", False),
        ("VS: Pump", "On our way.", False),
    ],
)
def test_in_doubt_a_mail_passes_on_what_others_wrote(subject: str, text: str, is_one: bool) -> None:
    assert is_forward(InboundMail(subject=subject, text=text)) is is_one


def with_mails(*mails: bytes) -> InboundMail:
    parts = "".join(f"--x\r\nContent-Type: message/rfc822\r\n\r\n{mail.decode()}\r\n" for mail in mails)
    body = f"--x\r\n\r\nSee this.\r\n{parts}--x--\r\n"
    return read(raw_mail(body, Subject="Pump", Content_Type="multipart/mixed; boundary=x"))


@pytest.mark.parametrize(
    "text",
    [
        "It drips.",
        "It drips.\n\nOn Mon, 23 Nov 2026 at 10:00, Min wrote:\n> Does it drip?",
        "> Does it drip?\nIt drips.",
        "To: whom it may concern\n\nIt drips.",
        "-----Original Message-----\nFrom: Min <min@desk.example>\nSubject: Pump\n\nDoes it drip?",
    ],
)
@pytest.mark.parametrize(
    "sender", ["hana@customer.example", "Hana Yoo <hana@customer.example>", '"Yoo, H." <h@c.example>']
)
def test_a_mail_that_is_attached_is_read_and_written_as_one_that_is_copied(text: str, sender: str) -> None:
    found = attached(with_mails(raw_mail(text, From=sender, Subject="Re: The pump")))
    assert found is not None
    assert (found.from_.name in sender, found.from_.email in sender, found.comment) == (True, True, "See this.")
    back = forwarded("Anything", found.written)
    assert back is not None
    assert (back.text, back.comment, back.subject) == (found.text, "See this.", "Re: The pump")
    assert found.text == text


def test_a_mail_without_words_says_its_subject() -> None:
    found = attached(with_mails(raw_mail("", Subject="Call me")))
    assert found is not None
    assert found.text == "Call me"


@pytest.mark.parametrize("mails", [(), (raw_mail("One"), raw_mail("Two")), (raw_mail("It drips.", From=""),)])
def test_no_or_several_attached_mails_name_no_author(mails: tuple[bytes, ...]) -> None:
    assert attached(with_mails(*mails)) is None


def test_one_that_a_whole_mail_is_attached_to_does() -> None:
    assert is_forward(read(raw_mail(ATTACHED, Subject="Pump", Content_Type="multipart/mixed; boundary=x")))
