"""HTML mail to HTML that may be shown."""

import time

import pytest

from chalicelib.mail import safe_html


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
    assert forbidden not in safe_html.sanitise(source)


def test_what_the_mail_brings_with_it_is_shown() -> None:
    source = '<p style="color:red">Hi <img src="cid:pump"> <b>there</b></p>'

    assert safe_html.sanitise(source) == source


def test_remote_images_are_shown_when_they_are_asked_for() -> None:
    assert "https://x.example/a.png" in safe_html.sanitise('<img src="https://x.example/a.png">', remote_images=True)


def test_links_open_elsewhere_and_tell_nothing() -> None:
    link = safe_html.sanitise('<a href="https://x.example/">x</a>')

    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link


@pytest.mark.parametrize("source", ["<div>" * 50_000 + "deep", "&" * 300_000 + "deep"], ids=["nested", "ampersands"])
def test_html_made_to_keep_us_busy_does_not(source: str) -> None:
    started = time.monotonic()

    assert "deep" in safe_html.sanitise(source)
    assert time.monotonic() - started < 5
