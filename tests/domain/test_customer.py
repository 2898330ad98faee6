from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.customer import normal_address
from chalicelib.domain.errors import InvalidInput
from tests import factories
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("kim@customer.example", "kim@customer.example", id="as it is"),
        pytest.param("  Kim@Customer.Example\n", "kim@customer.example", id="blanks and capitals"),
        pytest.param("kim+desk@customer.example", "kim+desk@customer.example", id="with a tag"),
        pytest.param("o_b-1.x@sub.customer.example", "o_b-1.x@sub.customer.example", id="a subdomain"),
        pytest.param("김@예시.한국", "김@예시.한국", id="in Hangul"),
        pytest.param(f"{'k' * 64}@customer.example", f"{'k' * 64}@customer.example", id="a long local part"),
    ],
)
def test_an_address_in_the_form_in_which_it_is_compared(written: str, meant: str) -> None:
    assert normal_address(written) == meant


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
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
        "kim kim@customer.example",
        "Kim <kim@customer.example>",
        "kim@customer.example, lee@customer.example",
        "kim@customer.example\nBcc: lee@customer.example",
        f"{'k' * 250}@customer.example",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(InvalidInput, match="address_invalid"):
        normal_address(text)


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    try:
        once = normal_address(text)
    except InvalidInput:
        return
    assert normal_address(once) == once


def test_a_customer_is_asked_at_most_once_in_14_days() -> None:
    asked = factories.customer(surveyed_at=NOW)
    assert not asked.may_be_surveyed(NOW + timedelta(days=14) - timedelta(seconds=1))
    assert asked.may_be_surveyed(NOW + timedelta(days=14))


def test_who_was_never_asked_may_be() -> None:
    assert factories.customer().may_be_surveyed(NOW)
