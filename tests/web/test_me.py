from datetime import timedelta

import pytest
from chalice.test import Client

from chalicelib.adapters import sessions, settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.sessions import Session
from chalicelib.desk import tickets
from chalicelib.domain.agent import Agent
from chalicelib.domain.words import Role
from chalicelib.web import browsers
from tests.conftest import ADMIN, AGENT, COLLEAGUE
from tests.web.tickets import open_ticket
from tests.web.visitor import Answer, Visitor, now

PAGE = "/agent/me"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def now_set() -> Agent:
    return settings.get(is_fresh=True).agent(AGENT.id)


def save(agent: Visitor, **fields: str) -> Answer:
    usual = {"name": AGENT.name, "language": "en", "signature": "", "away_from": "", "away_until": "", "stand_in": "0"}
    return agent.post(PAGE, usual | {"version": agent.get(PAGE).hidden("version")} | fields)


def test_everybody_sets_name_signature_and_language(agent: Visitor, contributor: Visitor) -> None:
    page = agent.follow(save(agent, name="Minnie", signature="*Min*", language="ko")).text
    assert '<html lang="ko">' in page
    assert (now_set().name, now_set().signature, now_set().language) == ("Minnie", "*Min*", "ko")
    assert contributor.get(PAGE).status == 200


def test_nobody_makes_themselves_an_admin(agent: Visitor) -> None:
    assert save(agent, role="admin").status == 422
    assert now_set().role is Role.AGENT


def test_what_is_wrong_comes_back_with_what_was_typed(agent: Visitor) -> None:
    answer = save(agent, name="", signature="Yours, Min", away_from="2026-12-01")
    assert answer.status == 422
    assert 'id="name-error"' in answer.text
    assert 'id="away_until-error"' in answer.text
    assert "Yours, Min</textarea>" in answer.text
    assert now_set().name == AGENT.name


def test_an_admin_was_faster(agent: Visitor) -> None:
    seen = agent.get(PAGE).hidden("version")
    save(agent, signature="First")
    answer = save(agent, signature="Second", version=seen)
    assert answer.status == 409
    assert "<li>Signature: First</li>" in answer.text
    assert save(agent, signature="Second", version=answer.hidden("version")).status == 303
    assert now_set().signature == "Second"


def test_my_tickets_go_to_who_stands_in_but_no_contributor_hands_any_over(agent: Visitor, contributor: Visitor) -> None:
    tickets.assign(open_ticket(), AGENT.id, ADMIN, now())
    page = agent.follow(agent.post(f"{PAGE}/hand-over", {"to": f"{COLLEAGUE.id}"}))
    assert "Handed over." in page.text
    assert ticket_store.get(1).assignee == COLLEAGUE.id
    assert "hand-over" not in contributor.get(PAGE).text


class TestSessions:
    @pytest.fixture
    def elsewhere(self, agent: Visitor, client: Client) -> Visitor:
        """The same agent in another browser."""
        start = now()
        sessions.save("elsewhere", Session(AGENT.id, start + timedelta(hours=1), start, "192.0.2.7", WINDOWS))
        return Visitor(client, cookies={"__Host-session": "elsewhere"})

    def test_are_listed_with_browser_and_address(self, agent: Visitor, elsewhere: Visitor) -> None:
        page = agent.get(PAGE).text
        assert "Firefox · Windows" in page
        assert "192.0.2.7" in page
        assert page.count(">this one<") == 1
        assert page.count('name="session"') == 1, "the one in use is ended by signing out"

    def test_one_is_ended(self, agent: Visitor, elsewhere: Visitor) -> None:
        page = agent.get(PAGE)
        ended = agent.post(f"{PAGE}/sessions", {"session": page.button("session")})
        assert "That session ends within half a minute." in agent.follow(ended).text
        sessions.forget()
        assert elsewhere.get("/agent").status == 303
        assert agent.get("/agent").status == 200

    def test_all_are_ended(self, agent: Visitor, elsewhere: Visitor) -> None:
        answer = agent.post(f"{PAGE}/sign-out", {})
        assert answer.location == "/agent/sign-in"
        sessions.forget()
        assert elsewhere.get("/agent").status == 303
        assert agent.get("/agent").status == 303


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (WINDOWS, "Firefox · Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15",
         "Safari · macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0",
         "Edge · Windows"),
        ("Mozilla/5.0 (Linux; Android 15; SM-S931N) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile",
         "Samsung Internet · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/137.0 Safari/604.1",
         "Chrome · iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_called_as_its_user_calls_it(user_agent: str, name: str) -> None:
    assert browsers.name_of(user_agent) == name
