"""HTML mail to HTML that may be shown."""

import re
import time

import pytest

from chalicelib.mail import safe_html
from chalicelib.mail.message import Attachment
from chalicelib.mail.pictures import Pictures

PNG = b"\x89PNG\r\n\x1a\n"


def picture(content_id: str, beginning: bytes = PNG, size: int = 100) -> Attachment:
    return Attachment(f"{content_id}.png", "image/png", beginning.ljust(size, b"x"), True, content_id)


@pytest.mark.parametrize(
    ("source", "forbidden"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<p onclick="alert(1)">x</p>', "onclick"),
        ('<a href="javascript:alert(1)">x</a>', "javascript"),
        ('<a href="data:text/html,x">x</a>', "data:"),
        ('<img src="https://track.example/p.gif">', "https"),
        ('<img srcset="https://track.example/p.gif 2x">', "track"),
        ('<td background="https://track.example/p.gif">x</td>', "track"),
        ('<p style="background-image: url(https://track.example/p.gif)">x</p>', "track"),
        ('<p style="color: red; background: u\\72l(https://track.example)">x</p>', "track"),
        ('<p style="border: 1px url(https://track.example/x)">x</p>', "track"),
        ("<p style='color: red; background-color: src(\"https://track.example/x\")'>x</p>", "track"),
        ('<p style="color: var(--x, url(https://track.example/x))">x</p>', "track"),
        ('<p style="color: red; border: 1px image(https://track.example/x)">x</p>', "track"),
        ('<p style="letter-spacing: -9px">x</p>', "letter"),
        ('<link rel="stylesheet" href="https://track.example/x.css">', "track"),
        ("<style>@import url(https://track.example/x.css)</style>", "track"),
        ('<p style="position: fixed; color: red">x</p>', "position"),
        ('<iframe src="https://track.example"></iframe>', "iframe"),
        ('<form action="https://steal.example"><input name="p"></form>', "steal"),
        ('<meta http-equiv="refresh" content="0; url=https://steal.example">', "steal"),
        ('<img src="data:image/svg+xml;base64,PHN2Zz4=">', "svg"),
        ('<svg><image href="https://track.example/x"/></svg>', "track"),
        ('<base href="https://steal.example/">', "steal"),
        ('<p style="color: red; margin: 0 0 -300px">x</p>', "margin"),
        ('<p style="margin-top: calc(1px - 300px)">x</p>', "margin"),
        ('<img src="//track.example/p.gif" alt="x">', "src"),
        ('<img src="ht&#10;tps://track.example/p.gif" alt="x">', "src"),
        ('<a href="/agent/sign-out">x</a>', "href"),
        ('<a href="java&#9;script:alert(1)">x</a>', "script"),
        ('<a href="vbscript:x">x</a>', "vbscript"),
        ("<a href='https:\\\\steal.example'>x</a>", "steal"),
        ("<a href='https://good.example\\@steal.example'>x</a>", "steal"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "onerror"),
        ('<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">', "<img"),
        ('<noscript><p title="</noscript><img src=x onerror=alert(1)>">', "<img"),
        ('<p title="</p><img src=x onerror=alert(1)>">x</p>', "<img"),
        ('<a href="https://x.example"><img src="cid:x" alt="</a><script>alert(1)</script>"></a>', "<script"),
        ('<p class="leads-to">x</p>', "leads-to"),
    ],
)
def test_nothing_runs_and_nothing_is_fetched(source: str, forbidden: str) -> None:
    assert forbidden not in safe_html.sanitise(source).html


def test_what_the_mail_brings_with_it_is_shown() -> None:
    source = '<p style="color:red">Hi <img src="cid:pump%40here" alt="Pump"> <b>there</b></p>'

    shown = safe_html.sanitise(source, Pictures([picture("pump@here")], 1_000)).html

    assert re.fullmatch(r'<p style="color:red">Hi <img src="data:image/png;base64,[\w+/=]+" alt="Pump"> <b>.+', shown)


@pytest.mark.parametrize("style", ["color:rgb(1, 2, 3)", "width:calc(100% - 20px)", "color:hsla(0, 1%, 1%, 0.5)"])
def test_harmless_functions_of_a_style_stay(style: str) -> None:
    assert style in safe_html.sanitise(f'<p style="{style}">x</p>').html


def test_of_a_style_only_what_is_harmful_is_lost() -> None:
    source = '<p style="color:red;background:url(https://track.example/x);margin:4px">x</p>'
    assert safe_html.sanitise(source).html == '<p style="color:red;margin:4px">x</p>'


def test_remote_images_are_shown_encrypted_when_they_are_asked_for() -> None:
    shown = safe_html.sanitise('<img src="http://x.example/a.png?b=1&amp;c=2">', remote_images=True)
    assert shown.html == '<img src="https://x.example/a.png?b=1&amp;c=2">'
    assert (shown.remote_images, shown.remote_hosts) == (1, ("x.example",))


def test_blocked_images_are_counted_and_leave_their_words() -> None:
    source = """<img src="https://a.example/logo.png" alt="Our <logo>"><img src="https://b.example/p.gif" width="1">
        <img src="https://a.example/line.png" alt="">"""
    shown = safe_html.sanitise(source)
    assert (shown.remote_images, shown.remote_hosts) == (3, ("a.example", "b.example"))
    assert shown.html.strip() == '<span class="picture" title="a.example">Our &lt;logo&gt;</span>'


@pytest.mark.parametrize(
    ("pictures", "room"),
    [([], 9_000), ([picture("pump", size=2_000)], 1_000), ([picture("pump", b"<svg xmlns='x'>")], 9_000)],
    ids=["missing", "too large", "not a picture"],
)
def test_a_picture_that_can_not_be_shown_leaves_its_words(pictures: list[Attachment], room: int) -> None:
    shown = safe_html.sanitise('<img src="cid:pump" alt="Photo">', Pictures(pictures, room)).html
    assert re.fullmatch(r'<span class="picture" title=".*">(Photo|pump.png)</span>', shown)


def test_a_picture_shown_often_fills_the_room_once_for_each_time() -> None:
    shown = safe_html.sanitise('<img src="cid:pump">' * 1_000, Pictures([picture("pump", size=900)], 5_000)).html
    assert shown.count("data:image/png") == 4


def test_pictures_that_the_html_does_not_show_are_told_apart() -> None:
    pictures = Pictures([picture("pump"), picture("hose"), picture("", size=5_000)], 500)
    safe_html.sanitise('<img src="cid:pump">', pictures)
    assert [(name, source[:15]) for name, source in pictures.others()] == [
        ("hose.png", "data:image/png;"),
        (".png", ""),
    ]


@pytest.mark.parametrize(
    ("words", "href", "mark"),
    [
        ("www.paypal.example", "https://evil.example/paypal.example", "evil.example"),
        ("Sign in at https://pay.example/now", "https://pay.example.evil.example/", "pay.example.evil.example"),
        ("paypal.example", "https://paypal.example@evil.example/", "evil.example"),
        ("pay&shy;pal&#8203;.&#8203;example", "https://evil.example/", "evil.example"),
        ("paypal\uff0eexample", "https://evil.example/", "evil.example"),
        ("<b>pay</b>pal.example", "//evil.example/", "evil.example"),
        ('<img alt="paypal.example">', "https://evil.example/", "evil.example"),
        ("p\u0430ypal.example", "https://p\u0430ypal.example/", "xn--pypal-4ve.example"),
        ("me@customer.example", "mailto:me@evil.example?subject=x", "me@evil.example"),
        ("paypal.example", "https://www.paypal.example:8443/", ""),
        ("www.paypal.example", "http://PayPal.example", ""),
        ("Press here, e.g. now", "https://evil.example/", ""),
        ("안내드립니다.감사합니다", "https://evil.example/", ""),
        ("report.pdf", "https://files.example/x", ""),
    ],
)
def test_a_link_that_names_another_address_shows_the_true_one(words: str, href: str, mark: str) -> None:
    shown = safe_html.sanitise(f'<a href="{href}">{words}</a>').html
    assert re.findall(r'</a> <span class="leads-to">→ (.*)</span>', shown) == ([mark] if mark else [])


def test_links_open_elsewhere_and_tell_nothing() -> None:
    link = safe_html.sanitise('<a href="https://x.example/">x</a>').html

    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link


@pytest.mark.parametrize("source", ["<div>" * 50_000 + "deep", "&" * 300_000 + "deep"], ids=["nested", "ampersands"])
def test_html_made_to_keep_us_busy_does_not(source: str) -> None:
    started = time.monotonic()

    assert "deep" in safe_html.sanitise(source).html
    assert time.monotonic() - started < 5
