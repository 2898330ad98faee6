"""What a link's words may not hide. See test_safe_html for the mark in the HTML."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.mail import safe_html
from chalicelib.mail.true_links import host_of, true_address, web_address

INVISIBLE = "\u200b\u200d\u2060\u00ad\u034f\ufe0f\u3164\u200a\u202e\U000e0041"
HIDING = [
    '<span style="display:none">{}</span>',
    '<span style="font-size:0">{}</span>',
    '<b style="color:red;font:0/0 a">{}</b>',
    "<small><small><sub>{}</sub></small></small>",
    '<i dir="rtl" style="letter-spacing:-9px">{}</i>',
]


def leads_to(words: str, href: str) -> str:
    shown = safe_html.sanitise(f'<a href="{href}">{words}</a>').html
    return "".join(re.findall(r'</a> <span class="leads-to">→ (.*)</span>', shown))


@pytest.mark.parametrize(
    ("words", "href", "address"),
    [
        ("은행.한국", "https://evil.example/", "evil.example"),
        ("банк.рф", "https://evil.example/", "evil.example"),
        ("paypal.\u0441om", "https://evil.example/", "evil.example"),
        ("192.168.0.1", "https://evil.example/", "evil.example"),
        ("http://[2001:db8::1]/", "https://evil.example/", "evil.example"),
        ("192.168.0.1", "https://192.168.0.1/x", ""),
        ("请注意。谢谢", "https://evil.example/", ""),
        ("me@customer.example", "mailto:me@customer.example,me@evil.example", "me@customer.example, me@evil.example"),
        ("me@customer.example", "mailto:?to=me@evil.example", "me@evil.example"),
        (
            "me@customer.example",
            "mailto:me@customer.example?bcc=%65@evil.example",
            "me@customer.example, e@evil.example",
        ),
        ("me@customer.example", "mailto:me@customer.example?subject=at.evil.example", ""),
        ("\u200b" * 2_000 + "paypal.example", "https://evil.example/", "evil.example"),
        ("word " * 2_000 + "paypal.example", "https://evil.example/", "evil.example"),
        ("stra\u00dfe.example", "https://stra\u00dfe.example/", "xn--strae-oqa.example"),
        ("good.example", "https://good%2eexample/", ""),
    ],
)
def test_what_names_another_address_is_told(words: str, href: str, address: str) -> None:
    assert true_address(words, href) == address


@pytest.mark.parametrize(
    "url",
    ["https://a[b]@evil.example/", "https://paypal.example[@evil.example", "https://x@y@evil.example:8443#p"],
)
def test_what_stands_before_a_host_does_not_hide_it(url: str) -> None:
    assert re.fullmatch("https://evil.example([:/#].*)?", web_address(url))
    assert leads_to("paypal.example", url) == "evil.example"
    assert safe_html.sanitise(f'<img src="{url}">').remote_hosts == ("evil.example",)


@pytest.mark.parametrize(
    "url",
    ["https://evil .example", "https://e[v]il.example", "https://a:b:c", "https://%00evil.example", "https://@/x"],
)
def test_a_host_that_can_not_be_read_is_neither_a_link_nor_a_picture(url: str) -> None:
    assert "href" not in safe_html.sanitise(f'<a href="{url}">Press</a>').html
    assert "src" not in safe_html.sanitise(f'<img src="{url}">', remote_images=True).html


@given(st.text("ab.@:[]%/\\?#ßé。 \t_-2e", max_size=20), st.sampled_from(["https:", "http:", "HTTP:", ""]))
def test_a_link_always_leads_to_the_host_that_we_read(authority: str, scheme: str) -> None:
    url = web_address(f"{scheme}//{authority}")
    assert not url or re.match(r"https?://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d*)?(?:[/?#]|$)", url)
    assert host_of(url) == host_of(f"{scheme}//{authority}".translate({9: None}).strip())


@given(st.lists(st.text(INVISIBLE, max_size=3), min_size=14, max_size=14))
def test_nothing_invisible_takes_a_name_apart(between: list[str]) -> None:
    words = "".join(f"{letter}{gap}" for letter, gap in zip("paypal.example", between, strict=True))
    assert true_address(words, "https://evil.example/") == "evil.example"


@given(st.sampled_from(HIDING), st.sampled_from([" ", " x ", "/"]))
def test_nothing_is_hidden_within_a_link(hiding: str, hidden: str) -> None:
    shown = safe_html.sanitise(f'<a href="https://evil.example/">paypal{hiding.format(hidden)}.example</a>').html
    assert not re.search("display|font|spacing|small|sub|dir=", shown)
    assert "color:red" in shown or "color" not in hiding


def test_the_words_of_a_picture_do_not_take_a_name_apart() -> None:
    assert leads_to('paypal<img src="https://x.example/p" alt=" " width="1">.example', "https://evil.example/")


def test_very_many_words_are_read_in_a_moment() -> None:
    started = time.process_time()
    assert true_address("가" * 4_000_000 + " a-" * 2_000_000, "https://evil.example/") == "evil.example"
    true_address("가" * 10_000 + " a-" * 3_000, "https://evil.example/")
    assert web_address("https://" + "가" * 400_000) == ""
    assert web_address("https://" + "a@" * 200_000 + "\\") == ""
    assert time.process_time() - started < 1
