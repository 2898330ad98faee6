import pytest

from chalicelib.adapters import tickets
from chalicelib.domain.words import Priority
from tests.conftest import ADDRESS
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": ADDRESS}, id="same origin"),
        pytest.param({"origin": "", "sec_fetch_site": "same-origin"}, id="same site by fetch metadata"),
    ],
)
def test_our_own_pages_may_change_things(agent: Visitor, headers: dict[str, str]) -> None:
    number = open_ticket()
    assert agent.post(f"/agent/tickets/{number}/priority", {"priority": "high"}, **headers).status == 303
    assert tickets.get(number).priority is Priority.HIGH


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="another origin"),
        pytest.param({"origin": "null"}, id="a hidden origin"),
        pytest.param({"origin": ADDRESS.replace("https", "http")}, id="another scheme"),
        pytest.param({"origin": ADDRESS, "sec_fetch_site": "cross-site"}, id="cross site by fetch metadata"),
        pytest.param({"origin": "", "sec_fetch_site": "same-site"}, id="a sister site"),
        pytest.param({"origin": ""}, id="neither, but a session"),
    ],
)
def test_other_sites_may_not(agent: Visitor, headers: dict[str, str]) -> None:
    number = open_ticket()
    answer = agent.post(f"/agent/tickets/{number}/priority", {"priority": "high"}, **headers)
    assert answer.status == 403
    assert "another site" in answer.text
    assert tickets.get(number).priority is Priority.MEDIUM


def test_another_site_may_not_sign_a_visitor_in(visitor: Visitor) -> None:
    assert visitor.post("/agent/sign-in", {}, origin="https://evil.example").status == 403


def test_a_program_without_session_may_send_a_public_form(visitor: Visitor) -> None:
    assert visitor.post("/new", {}, origin="").status == 422


def test_looking_needs_no_origin(agent: Visitor) -> None:
    assert agent.get("/agent", sec_fetch_site="cross-site").status == 200
