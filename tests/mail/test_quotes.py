"""The reply without its quotation, as the mail programs of our customers write it."""

import sys
import time
import tracemalloc
from textwrap import wrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail.quotes import split
from tests.mail.attributions import ATTRIBUTIONS
from tests.mail.quotations import FOOTERS, HEADERS, OWN_WORDS

REPLY = "네, 내일 오전이 좋습니다.\n\n감사합니다.\n김하나 드림"

QUOTATIONS = {
    "gmail_ko": (
        "2026년 11월 23일 (월) 오후 3:12, 햇살 고객센터 <support@deskbell.test>님이 작성:\n\n> 언제 방문할까요?\n>"
    ),
    "gmail_ko_wrapped": (
        "2026년 11월 23일 (월) 오후 3:12, 햇살 고객센터 <\nsupport@deskbell.test>님이 작성:\n\n> 언제 방문할까요?"
    ),
    "gmail_en": ("On Mon, Nov 23, 2026 at 3:12 PM Sunny Help <support@deskbell.test> wrote:\n\n> When shall we come?"),
    "gmail_ja": "2026年11月23日(月) 15:12 サポート <support@deskbell.test>:\n\n> いつ伺いましょうか。",
    "gmail_pt": "Em seg., 23 de nov. de 2026 às 15:12, Ajuda <support@deskbell.test>\nescreveu:\n\n> Quando?",
    "apple_ko": ("> 2026. 11. 23. 오후 3:12, 햇살 고객센터 <support@deskbell.test> 작성:\n> \n> 언제 방문할까요?"),
    "ios_ko": (
        "나의 iPhone에서 보냄\n\n> 2026. 11. 23. 오후 3:12, 햇살 고객센터 <support@deskbell.test> 작성:\n> \n> 언제?"
    ),
    "apple_ja": "> 2026/11/23 15:12、サポート <support@deskbell.test>のメール:\n> \n> いつ伺いましょうか。",
    "ios_en": (
        "Sent from my iPhone\n\n> On Nov 23, 2026, at 3:12 PM, Sunny Help <support@deskbell.test> wrote:\n> \n> When?"
    ),
    "outlook_ko": (
        "보낸 사람: 햇살 고객센터 <support@deskbell.test>\n"
        "보낸 날짜: 2026년 11월 23일 월요일 오후 3:12\n받는 사람: 김하나 <hana@customer.example>\n"
        "제목: [#7] 펌프\n\n언제 방문할까요?"
    ),
    "outlook_ko_with_rule": (
        "________________________________\n보낸 사람: 햇살 고객센터 <support@deskbell.test>\n"
        "보낸 시간: 2026년 11월 23일 월요일 오후 3:12\n받는 사람: 김하나\n제목: [#7] 펌프\n\n"
        "언제 방문할까요?"
    ),
    "outlook_en": (
        "From: Sunny Help <support@deskbell.test>\nSent: Monday, November 23, 2026 3:12 PM\n"
        "To: Hana Kim\nSubject: [#7] Pump\n\nWhen shall we come?"
    ),
    "outlook_ja": (
        "差出人: サポート <support@deskbell.test>\n送信日時: 2026年11月23日 15:12\n宛先: 金\n"
        "件名: ポンプ\n\nいつですか。"
    ),
    "outlook_de": (
        "Von: Hilfe <support@deskbell.test>\nGesendet: Montag, 23. November 2026 15:12\nAn: Kim\n"
        "Betreff: Pumpe\n\nWann?"
    ),
    "outlook_mobile_ko": (
        "Android용 Outlook 다운로드\n________________________________\n"
        "From: 햇살 고객센터 <support@deskbell.test>\nSent: Monday, November 23, 2026 3:12:00 PM\n"
        "To: 김하나\nSubject: [#7] 펌프\n\n언제?"
    ),
    "thunderbird_ko": "2026-11-23 오후 3:12에 햇살 고객센터 이(가) 쓴 글:\n> 언제 방문할까요?",
    "thunderbird_de": "Am 23.11.26 um 15:12 schrieb Sonnen-Hilfe:\n> Wann sollen wir kommen?",
    "samsung_ko": (
        "내 Galaxy에서 보냄\n\n-------- 원본 이메일 --------\n"
        "발신: 햇살 고객센터 <support@deskbell.test>\n날짜: 2026/11/23 오후 3:12 (GMT+09:00)\n"
        "받는 사람: hana@customer.example\n제목: [#7] 펌프\n\n언제?"
    ),
    "samsung_en": (
        "-------- Original message --------\nFrom: Sunny Help <support@deskbell.test>\n"
        "Date: 11/23/26 3:12 PM (GMT+09:00)\nTo: hana@customer.example\nSubject: [#7] Pump\n\nWhen?"
    ),
    "naver": (
        '-----Original Message-----\nFrom: "햇살 고객센터"<support@deskbell.test>\n'
        "To: <hana@customer.example>;\nCc:\nSent: 2026-11-23 (월) 15:12:12 (GMT+09:00)\n"
        "Subject: [#7] 펌프\n\n언제 방문할까요?"
    ),
    "daum": (
        "--------- 원본 메일 ---------\n보낸사람 : 햇살 고객센터 <support@deskbell.test>\n"
        "받는사람 : 김하나\n날짜: 2026년 11월 23일 월요일, 15시 12분 12초 +0900\n제목: [#7] 펌프\n\n"
        "언제 방문할까요?"
    ),
    "yahoo_en": (
        "On Monday, November 23, 2026 at 03:12:12 PM GMT+9, Sunny Help <support@deskbell.test> wrote:\n"
        "\n When shall we?"
    ),
    "zoho": "---- On Mon, 23 Nov 2026 15:12:12 +0900 support@deskbell.test wrote ----\n\nWhen?",
    "forwarded_ko": (
        "---------- 전달된 메시지 ----------\n보낸 사람: 이둘 <b@x.example>\n"
        "날짜: 2026년 11월 23일\n제목: 펌프\n\n언제?"
    ),
}

# They could as well be words of the customer, but for the quotation below them.
ONLY_ABOVE_QUOTED = {"horde_en", "gmail_old"}


@pytest.mark.parametrize("quotation", QUOTATIONS.values(), ids=QUOTATIONS)
def test_the_reply_is_what_stands_above_the_quotation(quotation: str) -> None:
    reply, quoted = split(f"{REPLY}\n\n{quotation}\n")

    assert reply == REPLY
    assert quoted == quotation.rstrip("\n")


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
def test_the_line_that_introduces_a_quotation_goes_with_it(attribution: str, gap: str) -> None:
    quotation = f"{attribution}{gap}> When shall we come?\n>\n> Kind regards"

    assert split(f"{REPLY}\n\n{quotation}") == (REPLY, quotation)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_programs_wrap_that_line_and_quote_it(attribution: str) -> None:
    wrapped = "\n".join(wrap(attribution, 60, break_on_hyphens=False))
    broken = attribution.replace("<", "<\n", 1)

    assert split(f"{REPLY}\n\n{wrapped}\n\n> When?")[0] == REPLY
    assert split(f"{REPLY}\n\n{broken}\n> When?")[0] == REPLY
    assert split(f"{REPLY}\n\n> {attribution}\n>\n> When?")[0] == REPLY


@pytest.mark.parametrize("attribution", [ATTRIBUTIONS[name] for name in ATTRIBUTIONS if name not in ONLY_ABOVE_QUOTED])
def test_what_it_introduces_need_not_be_marked_line_by_line(attribution: str) -> None:
    assert split(f"{REPLY}\n\n{attribution}\n\nWhen shall we come?")[0] == REPLY


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_copied_header_begins_the_quotation_in_any_language(header: str) -> None:
    quotation = f"{header}\n\nWhen shall we come?\n\nKind regards"

    assert split(f"{REPLY}\n\n{quotation}") == (REPLY, quotation)


@pytest.mark.parametrize("quotation", QUOTATIONS.values(), ids=QUOTATIONS)
def test_a_mail_of_a_quotation_alone_is_not_left_empty(quotation: str) -> None:
    reply, _ = split(quotation)

    assert reply.strip()


@pytest.mark.parametrize(
    "text",
    [
        "From: Seoul\nTo: Busan\nDate: 3 May\n\nTwo seats please.",
        "2024년 3월에 작성한 문서 목록은 다음과 같습니다:\n\n1. 계약서",
        "On 3 May I shall be in Busan.\n\nCan you come then?",
        "연락처는 hana@customer.example 입니다.\n전화도 좋습니다.",
        "제목: 환불 요청\n\n환불해 주세요.",
        "I sent you the photos from my phone, did you get them?\nThey show the leak.",
        "- 펌프\n- 호스\n\n---\n\n둘 다 고장입니다.",
        "| 품목 | 수량 |\n| --- | --- |\n| 펌프 | 2 |",
        "She wrote three mails in 2025: none was answered.\n\nWhy?",
        *OWN_WORDS,
    ],
)
def test_words_of_the_customer_are_never_taken_for_a_quotation(text: str) -> None:
    assert split(text) == (text, "")


@pytest.mark.parametrize("footer", ["Hana Kim", "pumps mailing list\nhttps://lists.customer.example/pumps"])
def test_a_long_line_above_a_name_or_a_link_begins_a_signature(footer: str) -> None:
    assert split(f"It drips.\n\n{'_' * 40}\n{footer}") == ("It drips.", f"{'_' * 40}\n{footer}")


def test_answers_between_quotations_are_kept_with_what_they_answer() -> None:
    reply, quoted = split(
        "Hello,\n\nOn Mon, Nov 23, 2026 at 3:12 PM Help <s@d.test> wrote:\n"
        "> Which pump?\n\nThe blue one.\n\n> Since when?\n\nMonday.\n\n> Kind regards"
    )

    assert reply == "Hello,\n\n> Which pump?\n\nThe blue one.\n\n> Since when?\n\nMonday."
    assert quoted == "On Mon, Nov 23, 2026 at 3:12 PM Help <s@d.test> wrote:\n\n> Kind regards"


def test_an_answer_below_the_quotation_is_the_reply() -> None:
    reply, _ = split("On Mon, Nov 23, 2026 at 3:12 PM Help <s@d.test> wrote:\n> Which pump?\n\nThe blue one.")

    assert reply == "The blue one."


def test_an_answer_below_the_quotation_is_the_reply_although_a_signature_stands_above() -> None:
    quotation = f"{ATTRIBUTIONS['gmail_en']}\n> Which pump?\n\n"

    assert split(f"-- \nHana Kim\n\n{quotation}The blue one.")[0] == "The blue one."
    assert split(f"Hi,\n\n-- \nHana Kim\n\n{quotation}The blue one.")[0].endswith("The blue one.")


def test_where_nothing_but_a_signature_is_left_all_is_shown() -> None:
    assert "Which pump?" in split(f"{ATTRIBUTIONS['gmail_en']}\n> Which pump?\n\n-- \nHana Kim")[0]


def test_an_answer_below_the_quotation_counts_although_a_greeting_stands_above() -> None:
    reply, _ = split(
        "안녕하세요.\n\n2026년 11월 23일 (월) 오후 3:12, 햇살 <s@d.test>님이 작성:\n> 언제요?\n\n내일이요."
    )

    assert "내일이요." in reply


@pytest.mark.parametrize("footer", ["-- \n김하나\n햇살 정수기", *FOOTERS])
def test_a_signature_mark_and_mobile_footers_are_not_part_of_the_reply(footer: str) -> None:
    assert split(f"내일 오세요.\n\n{footer}") == ("내일 오세요.", footer)


@pytest.mark.parametrize(
    "above",
    [
        "Hi Min,\n\nThank you for asking so quickly. My answers are below.",
        "안녕하세요, 햇살 고객센터 담당자님",
        "답변은 아래에 적었습니다. 확인해 주세요.",
        "Guten Tag Herr Kim, meine Antworten stehen unten.",
    ],
)
def test_answers_below_count_where_the_words_above_announce_them(above: str) -> None:
    reply, _ = split(f"{above}\n\n{ATTRIBUTIONS['gmail_en']}\n\n> Which pump?\n\nThe blue one.")

    assert reply == f"{above}\n\n> Which pump?\n\nThe blue one."


def test_answers_inside_an_original_that_nothing_marks_are_shown_with_it() -> None:
    reply, quoted = split(f"See my comments in red below.\n\n{HEADERS['outlook_de']}\n\nWhich pump?\n==> The blue one.")

    assert reply.endswith("Which pump?\n==> The blue one.")
    assert quoted == HEADERS["outlook_de"]


def test_thanks_for_an_answer_do_not_announce_one() -> None:
    above = "I have read your comments below and agree."

    assert split(f"{above}\n\n{HEADERS['outlook_de']}\n\nWhich pump?")[0] == above


def test_short_answers_between_quoted_lines_need_no_empty_line() -> None:
    answers = "> Which pump?\nthe blue one\n> Since when, and how much water does it lose during a day?\nmonday"

    reply, quoted = split(f"It is old.\n{ATTRIBUTIONS['gmail_en']}\n{answers}\n> How?")

    assert reply == f"It is old.\n{answers}"
    assert quoted == f"{ATTRIBUTIONS['gmail_en']}\n> How?"


def test_a_quoted_line_that_was_wrapped_is_no_answer() -> None:
    quotation = (
        f"{ATTRIBUTIONS['gmail_en']}\n> The pump that you have bought from us in the last year must be cleaned\n"
        "once a month by hand.\n> Kind regards"
    )

    assert split(f"{REPLY}\n\n{quotation}") == (REPLY, quotation)


def test_an_answer_below_a_quoted_header_is_the_reply() -> None:
    header = "\n".join(f"> {line}" for line in HEADERS["outlook_old_es"].split("\n"))

    assert split(f"{header}\n>\n> Which pump?\n\nThe blue one.")[0] == "The blue one."


def test_a_forwarded_mail_is_shown_with_the_signature_below_it() -> None:
    mark = "---------- Forwarded message ---------"

    reply, _ = split(f"{mark}\n> It drips.\n\n-- \nMin")

    assert "It drips." in reply


def test_marks_of_writing_direction_hide_nothing() -> None:
    header = "Von: Hilfe\nGesendet: \u200eMontag\u200e, \u200e23\u200e. \u200eNovember\nAn: Kim\n\u200eBetreff: Pumpe"

    assert split(f"{REPLY}\n\n{header}\n\nWann?")[0] == REPLY


def test_where_no_words_tell_the_html_does() -> None:
    text = "Tak.\n\nKirjoittanut joku jossain\nMilloin tulemme?"
    html = '<p>Tak.</p><div class="gmail_quote"><div>Kirjoittanut joku jossain</div><div>Milloin tulemme?</div></div>'

    assert split(text, html) == ("Tak.", "Kirjoittanut joku jossain\nMilloin tulemme?")


def test_a_mail_that_was_only_forwarded_is_shown_without_the_copied_header() -> None:
    header = "---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon\nSubject: Pump\nTo: c@d.example"

    assert split(f"{header}\n\nIt drips.\n\nOn Monday I called.") == ("It drips.\n\nOn Monday I called.", header)


@pytest.mark.parametrize("line", ["text", "> quoted", "", "From: a@b.example", "On 23 Nov 2026, A <"])
def test_a_very_long_mail_is_split_in_a_moment(line: str) -> None:
    opening = "On Mon, Nov 23, 2026 at 3:12 PM A <a@b.example> wrote:"
    started = time.monotonic()

    split("\n".join([opening, *[line, ""] * 50_000, "> last"]))

    assert time.monotonic() - started < 5


LINES = st.sampled_from(
    [
        *("", "", "Hello", "안녕하세요", "> quoted", ">> deeper", "--", "-- ", "____________________________", "***"),
        *("From: A <a@b.c>", "To: d@e.f", "Subject: x", "보낸 사람: 가", "제목: 나", "-----Original Message-----"),
        *("On Mon, Nov 23, 2026 at 3:12 PM A <a@b.c> wrote:", "On Mon, Nov 23, 2026 A <", "a@b.c> wrote:"),
        *("2026. 11. 23. 오후 3:12, 가 <a@b.c> 작성:", "Sent from my iPhone", "나의 iPhone에서 보냄", "| barred"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES | st.text(max_size=30), max_size=25))
def test_no_word_is_ever_lost(lines: list[str]) -> None:
    text = "\n".join(lines)

    reply, quoted = split(text)

    assert sorted(f"{reply}\n{quoted}".split()) == sorted(text.split())
    assert reply.strip() or not text.strip()


class TestSignedText:
    """Mail signed with OpenPGP in its text (RFC 9580 7)."""

    SIGNED = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEEwx3\n=qK7d\n-----END PGP SIGNATURE-----"
    )

    def test_the_armour_is_no_part_of_the_reply(self) -> None:
        reply, quoted = split(self.SIGNED.format(text="The pump drips."))
        assert reply == "The pump drips."
        assert "=qK7d" in quoted
        assert "Hash: SHA256" in quoted

    def test_nor_what_was_signed_along_as_a_quotation(self) -> None:
        text = "The pump drips.\n\nOn Mon, Nov 23, 2026 at 3:12 PM Help <help@desk.example> wrote:\n> When?"
        assert split(self.SIGNED.format(text=text))[0] == "The pump drips."

    def test_a_signature_without_an_end_stays(self) -> None:
        text = "Is this right?\n-----BEGIN PGP SIGNATURE-----\nabc\nTell me."
        assert split(text) == (text, "")


@pytest.mark.parametrize("piece", ["&amp", "<tr><td>", ". ", "가 "])
def test_what_is_only_compared_is_not_taken_to_pieces_at_once(piece: str) -> None:
    """A function has little memory, and a string of a few letters takes fifty times what the letters do."""
    text = piece * (2_000_000 // len(piece))
    tracemalloc.start()
    try:
        split(text, f"<p>{'x' * 20}</p>")
        assert tracemalloc.get_traced_memory()[1] < 6 * sys.getsizeof(text)
    finally:
        tracemalloc.stop()
