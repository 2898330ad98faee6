import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.address import (
    canonical,
    in_unicode,
    is_sendable,
    normal_address,
    sendable_address,
    without_tag,
)
from chalicelib.domain.errors import InvalidInput

KIM = "kim@customer.example"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param(KIM, KIM, id="as it is"),
        pytest.param("  Kim@Customer.Example\n", KIM, id="blanks and capitals"),
        pytest.param("kim+desk@customer.example", "kim+desk@customer.example", id="with a tag"),
        pytest.param("o_b-1.x@sub.customer.example", "o_b-1.x@sub.customer.example", id="a subdomain"),
        pytest.param("O'Brien@customer.example", "o'brien@customer.example", id="an apostrophe"),
        pytest.param("!#$%&*/=?^_`{|}~@customer.example", "!#$%&*/=?^_`{|}~@customer.example", id="every atom"),
        pytest.param("ｋim@customer.ｅxample", KIM, id="wide letters"),
        pytest.param("kim＠customer。example", KIM, id="a wide at sign and full stop"),
        pytest.param("k\u200bim@cus\u00adtomer\u2060.example\ufeff", KIM, id="what nobody sees"),
        pytest.param("kim@\u202ecustomer.example", KIM, id="what turns letters around"),
        pytest.param("김@예시.한국", "김@xn--vv4b11d.xn--3e0b707e", id="in Hangul"),
        pytest.param("kim@BÜCHER.example", "kim@xn--bcher-kva.example", id="an umlaut"),
        pytest.param("kim@straße.example", "kim@xn--strae-oqa.example", id="never the neighbour with ss"),
        pytest.param("kim@xn--bcher-kva.example", "kim@xn--bcher-kva.example", id="in ASCII already"),
        pytest.param("kim@☕.example", "kim@☕.example", id="a domain that has no ASCII form"),
        pytest.param(f"{'k' * 250}@customer.example", f"{'k' * 250}@customer.example", id="longer than may be sent to"),
    ],
)
def test_an_address_in_the_form_in_which_it_is_compared(written: str, meant: str) -> None:
    assert normal_address(written) == meant


@pytest.mark.parametrize("text", ["", "  ", "\t\n", "\u200b"])
def test_a_missing_address(text: str) -> None:
    with pytest.raises(InvalidInput) as error:
        normal_address(text)
    assert (error.value.code, error.value.field) == ("address_missing", "email")


@pytest.mark.parametrize(
    "text",
    [
        "kim",
        "kim@",
        "@customer.example",
        "kim@customer",
        "kim@customer.",
        "kim@.example",
        "kim@@customer.example",
        "kim@else.example＠customer.example",
        "kim kim@customer.example",
        "Kim <kim@customer.example>",
        "kim﹥@customer.example",
        "kim@customer.example, lee@customer.example",
        "kim@customer.example\nBcc: lee@customer.example",
        "kim\0@customer.example",
        "kim\x1b@customer.example",
        "kim\x9b@customer.example",
        "kim@cust'omer.example",
        f"{'k' * 500}@customer.example",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidInput, match="address_invalid"):
        normal_address(text)


@given(st.text() | st.emails() | st.builds("{}@{}.{}".format, *[st.text(min_size=1)] * 3))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.emails())
def test_a_plain_address_is_only_written_small(address: str) -> None:
    assert canonical(address) == address.lower()


@given(st.builds("{}@{}".format, st.text(min_size=1), st.text(min_size=1) | st.just("customer.example")))
def test_nothing_that_is_sent_to_ends_a_header_or_an_element(text: str) -> None:
    try:
        address = sendable_address(text)
    except InvalidInput:
        return
    assert address.isascii()
    assert not set('<>",;:\\()[]') & set(address)
    assert all(unicodedata.category(letter) not in {"Cc", "Zs"} for letter in address)


@pytest.mark.parametrize(
    "address",
    [
        KIM,
        "o'brien@customer.example",
        "k.i.m@customer.example",
        "kim@1.2-3.example",
        "kim@xn--vv4b11d.xn--3e0b707e",
        f"{'k' * 64}@customer.example",
        f"k@{'c' * 63}.{'c' * 63}.{'c' * 63}.{'c' * 60}",
    ],
)
def test_what_mail_can_be_sent_to(address: str) -> None:
    assert is_sendable(address)


@pytest.mark.parametrize(
    "address",
    [
        "k..im@customer.example",
        ".kim@customer.example",
        "kim.@customer.example",
        "김@customer.example",
        f"{'k' * 65}@customer.example",
        "kim@customer..example",
        "kim@-customer.example",
        "kim@customer-.example",
        "kim@cus_tomer.example",
        "kim@☕.example",
        f"kim@{'c' * 64}.example",
        f"k@{'c' * 63}.{'c' * 63}.{'c' * 63}.{'c' * 61}",
        "kim@customer.example\n",
        "kim@customer",
    ],
)
def test_what_mail_can_not_be_sent_to(address: str) -> None:
    assert not is_sendable(address)


def test_who_gives_such_an_address_is_told() -> None:
    with pytest.raises(InvalidInput) as error:
        sendable_address("k..im@customer.example")
    assert (error.value.code, error.value.field) == ("bad_address", "email")


def test_a_tag_belongs_to_its_mailbox() -> None:
    assert without_tag("kim+a+b@customer.example") == KIM


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("kim@xn--bcher-kva.example", "kim@bücher.example"),
        ("Kim <kim@a.xn--3e0b707e>, lee@customer.example", "Kim <kim@a.한국>, lee@customer.example"),
        ("xn--bcher-kva@customer.example", "xn--bcher-kva@customer.example"),
        ("kim@xn--.example", "kim@xn--.example"),
        ("kim@xn--zzzzzzzzzz99999.example", "kim@xn--zzzzzzzzzz99999.example"),
        ("", ""),
    ],
)
def test_people_read_the_letters_of_a_domain(text: str, shown: str) -> None:
    assert in_unicode(text) == shown
