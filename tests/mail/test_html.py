"""HTML mail to text."""

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
        ('<a href="mailto:me@x.example?subject=y">Write</a>', "Write <me@x.example>"),
        ('<a href="mailto:Me@x.example">me@X.example</a>', "me@X.example"),
        ('<a href="mailto:me@x.example%0a%0aHello">Write</a>', "Write <me@x.exampleHello>"),
        ('<b>Bold</b> <a href="https://x.example/">x.example</a>', "Bold x.example"),
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


@pytest.mark.parametrize("source", ["<div>" * 50_000 + "deep", "&" * 300_000 + "deep"], ids=["nested", "ampersands"])
def test_html_made_to_keep_us_busy_does_not(source: str) -> None:
    started = time.monotonic()

    assert "deep" in html.to_text(source)
    assert time.monotonic() - started < 5
