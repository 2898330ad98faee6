"""HTML mail to text, and to HTML that may be shown."""

import time

import pytest

from chalicelib.mail import html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<p>a\n  b <b>c</b>d</p>", "a b cd"),
        ("<ul><li>One<li>Two<ol><li>x<li>y</ol></ul>", "- One\n- Two\n  1. x\n  2. y"),
        ("<table><tr><td>Pump<td>2<tr><td>Hose<td>1</table>", "Pump 2\nHose 1"),
        (
            "<p>Hi</p><blockquote><p>You wrote</p><p>this</p></blockquote><p>Yes</p>",
            "Hi\n\n> You wrote\n>\n> this\n\nYes",
        ),
        ('<a href="https://x.example/a?t=1">Open</a> it', "Open <https://x.example/a?t=1> it"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:a@b.kr">a@b.kr</a>', "a@b.kr"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 &lt; 2 &amp;&nbsp;3", "1 < 2 & 3"),
        ("<style>p{}</style><title>t</title><script>x()</script>Text<!-- c -->", "Text"),
        ("<p>Unclosed <b>bold <p>next", "Unclosed bold\n\nnext"),
        ('<img src="x" alt="Photo of the pump">', "Photo of the pump"),
        ("<p>펌프<o:p>&nbsp;</o:p></p>", "펌프"),
        ("", ""),
    ],
)
def test_text_reads_as_a_person_would_type_it(source: str, expected: str) -> None:
    assert html.to_text(source) == expected


@pytest.mark.parametrize(
    ("source", "forbidden"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<p onclick="alert(1)">x</p>', "onclick"),
        ('<a href="javascript:alert(1)">x</a>', "javascript"),
        ('<a href="data:text/html,x">x</a>', "data:"),
        ('<img src="https://track.example/p.gif">', "track"),
        ('<img srcset="https://track.example/p.gif 2x">', "track"),
        ('<td background="https://track.example/p.gif">x</td>', "track"),
        ('<p style="background-image: url(https://track.example/p.gif)">x</p>', "track"),
        ('<p style="color: red; background: u\\72l(https://track.example)">x</p>', "track"),
        ('<p style="border: 1px url(https://track.example/x)">x</p>', "track"),
        ('<link rel="stylesheet" href="https://track.example/x.css">', "track"),
        ("<style>@import url(https://track.example/x.css)</style>", "track"),
        ('<p style="position: fixed; color: red">x</p>', "position"),
        ('<iframe src="https://track.example"></iframe>', "iframe"),
        ('<form action="https://steal.example"><input name="p"></form>', "steal"),
        ('<meta http-equiv="refresh" content="0; url=https://steal.example">', "steal"),
        ('<img src="data:image/svg+xml;base64,PHN2Zz4=">', "svg"),
        ('<svg><image href="https://track.example/x"/></svg>', "track"),
        ('<base href="https://steal.example/">', "steal"),
    ],
)
def test_nothing_runs_and_nothing_is_fetched(source: str, forbidden: str) -> None:
    assert forbidden not in html.sanitise(source)


def test_what_the_mail_brings_with_it_is_shown() -> None:
    source = '<p style="color:red">Hi <img src="cid:pump"> <b>there</b></p>'

    assert html.sanitise(source) == source


def test_remote_images_are_shown_when_they_are_asked_for() -> None:
    assert "https://x.example/a.png" in html.sanitise('<img src="https://x.example/a.png">', remote_images=True)


def test_links_open_elsewhere_and_tell_nothing() -> None:
    link = html.sanitise('<a href="https://x.example/">x</a>')

    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link


@pytest.mark.parametrize("source", ["<div>" * 50_000 + "deep", "&" * 300_000 + "deep"], ids=["nested", "ampersands"])
def test_html_made_to_keep_us_busy_does_not(source: str) -> None:
    started = time.monotonic()

    assert "deep" in html.to_text(source)
    assert "deep" in html.sanitise(source)
    assert time.monotonic() - started < 5
