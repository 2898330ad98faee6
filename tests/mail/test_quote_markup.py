"""What the elements of HTML mail tell of a quotation, in a language of which we know no word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail import html as html_reader
from chalicelib.mail.quotes import split

WHO = "Kirjutanud keegi kusagil"
CITED = '<blockquote class="gmail_quote" style="border-left:1px solid">Which pump?</blockquote>'
CITED_AGAIN = '<blockquote class="gmail_quote" style="border-left:1px solid">Since when?</blockquote>'
HEADER = "<b>Kelta:</b> Help<br><b>Teema:</b> Pump"
LINE_ABOVE = "border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"

BELOW_THE_REPLY = {
    "gmail": f'<div class="gmail_quote"><div class="gmail_attr">{WHO}<br></div>{CITED}</div>',
    "gmail_new": f'<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">{WHO}</div>{CITED}</div>',
    "gmail_forward": '<div class="gmail_quote"><div class="gmail_attr">Edastatud<br>Kelta: Hana</div>It drips.</div>',
    "outlook_web": (
        f'<div id="appendonsend"></div><hr tabindex="-1" style="width:98%"><div id="divRplyFwdMsg">{HEADER}</div>'
        "<div>Which pump?</div>"
    ),
    "outlook_web_copied": f'<div id="x_divRplyFwdMsg">{HEADER}</div><div>Which pump?</div>',
    "outlook_desktop": f'<div><div style="{LINE_ABOVE}"><p>{HEADER}</p></div></div><p>Which pump?</p>',
    "outlook_mac": f'<span id="OLK_SRC_BODY_SECTION"><div>{HEADER}</div><div>Which pump?</div></span>',
    "outlook_new": f'<div id="mail-editor-reference-message-container"><div>{HEADER}</div>Which pump?</div>',
    "outlook_mobile": (
        '<div id="ms-outlook-mobile-signature">Lae alla Outlook</div><hr tabindex="-1">'
        f'<div id="divRplyFwdMsg">{HEADER}</div>Which pump?'
    ),
    "outlook_line_alone": f'<hr tabindex="-1">{HEADER}<div>Which pump?</div>' + "<div>It is long.</div>" * 20,
    "windows_mail": (
        '<div style="padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; '
        f'border-top-style: solid;">{HEADER}</div><div>Which pump?</div>'
    ),
    "apple": f'<div><br><blockquote type="cite"><div>{WHO}</div><div>Which pump?</div></blockquote></div>',
    "ios": f'<div id="AppleMailSignature">Saadetud</div><blockquote type="cite">{WHO}<br>Which?</blockquote>',
    "thunderbird": f'<div class="moz-cite-prefix">{WHO}<br></div><blockquote type="cite">Which pump?</blockquote>',
    "yahoo": f'<div class="ydp1 yahoo_quoted"><div>{WHO}</div><div>Which<blockquote>old</blockquote>pump?</div></div>',
    "proton": f'<div class="protonmail_quote">{WHO}<br><blockquote type="cite">Which pump?</blockquote></div>',
    "zoho": f'<div class="zmail_extra"><div>{WHO}</div><blockquote id="blockquote_zmail">Which?</blockquote></div>',
    "gmx": f'<div name="quote" style="border-left:2px solid"><div>{WHO}</div><div>Which pump?</div></div>',
    "spark": f'<div name="messageReplySection">{WHO}<br><blockquote type="cite">Which pump?</blockquote></div>',
    "zimbra": f'<hr id="zwchr"><div>{HEADER}</div><div>Which pump?</div>',
    "quoted_twice": f'<div class="gmail_quote">{WHO}<blockquote>1<blockquote>2</blockquote>3</blockquote></div>',
    "outlook_answering_gmail": (
        f'<div style="{LINE_ABOVE}">{HEADER}</div><p>Which pump?</p><div class="gmail_quote">{WHO}{CITED}</div>'
    ),
}


@pytest.mark.parametrize("quotation", BELOW_THE_REPLY.values(), ids=BELOW_THE_REPLY)
def test_what_a_program_marks_is_no_part_of_the_reply(quotation: str) -> None:
    source = f"<div>The blue one.</div><div><br></div><div>Hana</div>{quotation}"

    assert split(html_reader.to_text(source), source)[0] == "The blue one.\n\nHana"


@pytest.mark.parametrize("quotation", BELOW_THE_REPLY.values(), ids=BELOW_THE_REPLY)
def test_the_plain_text_beside_it_is_cut_at_the_same_place(quotation: str) -> None:
    source = f"<p>The blue one, <b>please</b>; see the photo.</p><div>Hana</div>{quotation}"
    plain = "The blue one, *please*;\nsee the photo.\n\nHana\n\n"
    below = html_reader.to_text(quotation).replace("> ", "")

    assert split(plain + below, source)[0] == plain.strip()


def test_the_plain_text_may_leave_out_what_the_html_has() -> None:
    source = f"<div>Banner of a server</div><p>The blue one, please.</p>{BELOW_THE_REPLY['gmail']}"

    assert split(f"The blue one, please.\n\n{WHO}\nWhich pump?", source)[0] == "The blue one, please."


@pytest.mark.parametrize("quotation", BELOW_THE_REPLY.values(), ids=BELOW_THE_REPLY)
def test_a_mail_of_nothing_else_is_shown(quotation: str) -> None:
    assert split(html_reader.to_text(quotation), quotation)[0]


@pytest.mark.parametrize(
    "source",
    [
        f'<p>Hi,</p><div class="gmail_quote">{WHO}{CITED}The blue one.{CITED_AGAIN}Monday.</div>',
        f'<p>Hi,</p><div class="moz-cite-prefix">{WHO}</div>{CITED}<p>The blue one.</p>{CITED_AGAIN}<p>Monday.</p>',
        f'<p>Hi,</p><blockquote type="cite">{WHO}<br>Which pump?</blockquote>The blue one.{CITED_AGAIN}Monday.',
    ],
    ids=["gmail", "thunderbird", "apple"],
)
def test_answers_between_are_kept_with_what_they_answer(source: str) -> None:
    reply, quoted = split(html_reader.to_text(source), source)

    assert [line for line in reply.split("\n") if line] == [
        "Hi,",
        "> Which pump?",
        "The blue one.",
        "> Since when?",
        "Monday.",
    ]
    assert WHO in quoted


def test_an_answer_below_is_the_reply() -> None:
    source = f'<div class="gmail_quote"><div class="gmail_attr">{WHO}</div>{CITED}</div><p>The blue one.</p>'

    assert split(html_reader.to_text(source), source)[0] == "The blue one."


@pytest.mark.parametrize(
    "source",
    [
        "<p>Your manual says:</p><blockquote><p>Turn left.</p><p>Then right.</p></blockquote><p>That is wrong.</p>",
        '<p>Look:</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">indented</blockquote><p>Right?</p>',
        "<p>Order</p><table><tr><td>From</td><td>Hana</td></tr><tr><td>Subject</td><td>Pump</td></tr></table>",
        '<p>Our offer:</p><div class="quote-table">Pump 100</div><p>Do you agree?</p>',
        '<p>Above</p><div style="border-top:1px solid">Below the line</div>',
        "<p>The pump drips.</p><hr><p>It began on Monday.</p><p>I called.</p>",
    ],
    ids=["cited", "indented", "table", "offer", "line", "rule"],
)
def test_what_people_lay_out_themselves_is_theirs(source: str) -> None:
    text = html_reader.to_text(source)

    assert split(text, source) == (text, "")


def test_indentation_without_a_line_at_the_left_is_no_quotation() -> None:
    assert html_reader.to_text('<blockquote style="border:none">own</blockquote>') == "own"
    assert html_reader.to_text('<blockquote style="border:none;border-left:solid 1pt">cited</blockquote>') == "> cited"


PIECES = st.sampled_from(
    [*BELOW_THE_REPLY.values(), CITED, "<p>Some words</p>", "<br>", "more", "<div>", "</div>", "<pre>"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=8), st.booleans())
def test_no_word_is_lost_by_the_markup(pieces: list[str], has_twin: bool) -> None:
    source = "".join(pieces)
    text = html_reader.to_text(source).strip("\n")
    text = text.replace("> ", "") if has_twin else text

    reply, quoted = split(text, source)

    assert sorted(f"{reply}\n{quoted}".split()) == sorted(text.split())
    assert reply.strip() or not text.strip()
