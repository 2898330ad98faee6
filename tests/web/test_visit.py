from datetime import timedelta

import pytest
from chalice.app import Request

from chalicelib.web import cookies
from chalicelib.web.visit import Visit
from tests import factories
from tests.conftest import NOW


def visit(**headers: str) -> Visit:
    event = {
        "multiValueQueryStringParameters": None,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "pathParameters": {"number": "7"},
        "requestContext": {
            "httpMethod": "GET",
            "resourcePath": "/agent/tickets/{number}",
            "identity": {"sourceIp": "198.51.100.1"},
        },
        "body": None,
        "stageVariables": None,
    }
    return Visit(Request(event), factories.settings(), NOW, "en")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        pytest.param("203.0.113.9, 198.51.100.1", "203.0.113.9", id="through CloudFront"),
        pytest.param("1.2.3.4, 203.0.113.9, 198.51.100.1", "203.0.113.9", id="what the visitor claims is ignored"),
        pytest.param("2001:DB8::0:1, 198.51.100.1", "2001:db8::1", id="one spelling of an address"),
        pytest.param("1.2.3.4", "198.51.100.1", id="a claim that no gateway completed"),
        pytest.param("nonsense, 198.51.100.1", "unknown", id="no address"),
        pytest.param("::1%" + "x" * 5_000 + ", 198.51.100.1", "unknown", id="longer than any address"),
        pytest.param("", "198.51.100.1", id="no header"),
    ],
)
def test_the_visitor_s_address_is_what_cloudfront_saw(forwarded: str, address: str) -> None:
    assert visit(x_forwarded_for=forwarded).remote_address == address


def test_an_address_that_nobody_knows_is_unknown() -> None:
    unseen = visit()
    del unseen.request.context["identity"]
    assert unseen.remote_address == "unknown"


def test_the_path_is_the_one_that_was_asked_for() -> None:
    assert visit().path == "/agent/tickets/7"


def test_the_first_of_two_cookies_of_one_name_counts() -> None:
    assert cookies.read("a=1; session=x=y; a=2; broken") == {"a": "1", "session": "x=y", "broken": ""}


def test_a_cookie_is_never_for_scripts_or_other_sites() -> None:
    plain = cookies.header("session", "t", "/desk", is_secure=False)
    assert plain == "session=t; Path=/desk; HttpOnly; SameSite=Lax"
    assert cookies.header("x", "", "/", is_secure=True, lasts=timedelta(0)).endswith("; Max-Age=0; Secure")


def test_the_session_cookie_is_bound_to_the_host_where_that_is_possible() -> None:
    assert cookies.session_name(is_secure=True) == "__Host-session"
    assert cookies.session_name(is_secure=False) == "session"
