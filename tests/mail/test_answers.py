"""What an agent says above, below and around a notice of ours."""

import textwrap

import pytest

from chalicelib.mail import answers, notices
from chalicelib.mail import html as html_reader
from tests.mail.test_notices import VALUES

GMAIL = "On Mon, 23 Nov 2026 at 10:00, Desk <support@desk.example> wrote:"
OUTLOOK = (
    "From: Desk <support@desk.example>\nSent: Monday, November 23, 2026 10:00 AM\n"
    "To: Min <min@desk.example>\nSubject: Assigned to you: [#7] Pump"
)
LANGUAGE = pytest.mark.parametrize("language", ["en", "ko"])


def notice(language: str = "en") -> str:
    return notices.render("assigned", language, **VALUES).text


def quoted(text: str, width: int = 0) -> str:
    lines = text.split("\n")
    wrapped = [part for line in lines for part in (textwrap.wrap(line, width) or [""])] if width else lines
    return "\n".join(f"> {line}".rstrip() for line in wrapped)


@LANGUAGE
@pytest.mark.parametrize("purpose", ["assigned", "sla_breach", "sla_warning"])
def test_every_notice_that_agents_answer_begins_with_the_mark(purpose: str, language: str) -> None:
    made = notices.render(purpose, language, **VALUES)
    assert made.text.startswith(answers.mark(language))
    assert made.html.index(answers.mark(language)) < made.html.index("</p>")


@LANGUAGE
@pytest.mark.parametrize("purpose", ["acknowledgement", "mail_failed", "mail_flood", "reply", "survey"])
def test_no_other_mail_has_it(purpose: str, language: str) -> None:
    made = notices.render(purpose, language, **VALUES)
    assert not answers.has_mark(made.text + made.html)


@LANGUAGE
@pytest.mark.parametrize("introduction", ["", f"{GMAIL}\n\n", f"{OUTLOOK}\n\n", "________________________________\n\n"])
@pytest.mark.parametrize("quote", [lambda text: text, quoted, lambda text: quoted(text, 30)])
def test_what_stands_above_the_notice_is_the_answer(language: str, introduction: str, quote: object) -> None:
    assert callable(quote)
    assert answers.words(f"On our way.\n\n{introduction}{quote(notice(language))}") == "On our way."


@pytest.mark.parametrize("introduction", ["", f"{GMAIL}\n\n", f"{OUTLOOK}\n\n"])
@pytest.mark.parametrize("quote", [lambda text: text, quoted])
@pytest.mark.parametrize("footer", ["", "Sent from my iPhone\n\n"])
def test_of_an_empty_answer_nothing_is_left(introduction: str, quote: object, footer: str) -> None:
    assert callable(quote)
    assert answers.words(f"{footer}{introduction}{quote(notice())}") == ""


def test_below_signs_of_quotation_stands_an_answer_too() -> None:
    assert answers.words(f"{GMAIL}\n{quoted(notice())}\n\nOn our way.") == "On our way."


@pytest.mark.parametrize("introduction", ["", f"{GMAIL}\n\n", f"{OUTLOOK}\n\n"])
def test_below_a_notice_that_nothing_sets_off_it_can_not_be_told(introduction: str) -> None:
    assert answers.words(f"{introduction}{notice()}\nOn our way.") == ""


@pytest.mark.parametrize("introduction", [f"{GMAIL}\n\n", f"{OUTLOOK}\n\n"])
def test_nor_where_a_notice_lost_its_mark(introduction: str) -> None:
    _, _, bare = notice().partition("\n\n")
    assert answers.words(f"{introduction}{bare}") == ""


def test_the_notices_markup_gives_the_same() -> None:
    html = f"<p>On our way.</p><div>{notices.render('assigned', 'en', **VALUES).html}</div>"
    assert answers.words(f"On our way.\n\n{notice()}", html) == "On our way."


@pytest.mark.parametrize("mark", ["*##==##* Write", "## == ## Write", "\u200e##==##\xa0Write", "| ##==## Write"])
def test_programs_may_dress_the_mark(mark: str) -> None:
    assert answers.words(f"On our way.\n\n{mark}\nNumber: #7") == "On our way."


@pytest.mark.parametrize(("written", "answer"), [("", ""), ("On our way:\nby van.\n\n", "On our way:\nby van.")])
@pytest.mark.parametrize("quote", [lambda text: text, quoted])
def test_an_introduction_in_a_tongue_unknown_to_us_is_no_answer(written: str, answer: str, quote: object) -> None:
    assert callable(quote)
    assert answers.words(f"{written}Desk uma at 10 qelqan:\n{quote(notice())}") == answer


ASKED = "Dear Kim,\n\nPlease send us the following within 3 days:"


@pytest.mark.parametrize("introduction", [f"{GMAIL}\n\n", f"{OUTLOOK}\n\n"])
@pytest.mark.parametrize("quote", [lambda text: text, quoted])
def test_a_last_line_with_a_colon_is_the_agents_below_which_stands_a_known_introduction(
    introduction: str, quote: object
) -> None:
    assert callable(quote)
    assert answers.words(f"{ASKED}\n\n{introduction}{quote(notice())}") == ASKED


def test_so_it_is_in_the_markup_of_gmail() -> None:
    attribution = GMAIL.replace("<", "&lt;").replace(">", "&gt;")
    ours = notices.render("assigned", "en", **VALUES).html
    quotation = f'<div class="gmail_attr">{attribution}</div><blockquote class="gmail_quote">{ours}</blockquote>'
    asked = "Dear Kim,<br><br>Please send us the following within 3 days:"
    html = f'<div>{asked}</div><br><div class="gmail_quote">{quotation}</div>'
    assert answers.words(html_reader.to_text(html), html) == ASKED


def test_a_line_that_names_neither_day_nor_address_is_the_agents_too() -> None:
    assert answers.words(f"See the file:\n\n{notice()}") == "See the file:"


@pytest.mark.parametrize("text", ["On our way.", "First.\n\n> The question\n\nSecond.", "-- \nMin\nDesk"])
def test_an_answer_to_no_notice_is_what_was_written(text: str) -> None:
    assert answers.words(text)
