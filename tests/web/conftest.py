"""Visitors of the desk's pages, on the same application that the api function runs."""

from datetime import timedelta

import pytest
from chalice.test import Client

import app
from chalicelib.adapters import sessions
from chalicelib.adapters.sessions import Session
from chalicelib.domain.agent import Agent
from chalicelib.web import new_ticket
from tests.conftest import ADMIN, AGENT, CONTRIBUTOR, SUPERVISOR
from tests.web.visitor import Visitor, now


@pytest.fixture(scope="session")
def client() -> Client:
    return Client(app.app)


@pytest.fixture
def visitor(cloud: None, client: Client) -> Visitor:
    """Somebody unknown, with an English browser."""
    return Visitor(client)


@pytest.fixture
def korean(cloud: None, client: Client) -> Visitor:
    return Visitor(client, language="ko-KR,ko;q=0.9,en;q=0.8")


@pytest.fixture
def agent(cloud: None, client: Client) -> Visitor:
    return signed_in(client, AGENT)


@pytest.fixture
def supervisor(cloud: None, client: Client) -> Visitor:
    """Whose own language is Korean."""
    return signed_in(client, SUPERVISOR)


@pytest.fixture
def admin(cloud: None, client: Client) -> Visitor:
    return signed_in(client, ADMIN)


@pytest.fixture
def contributor(cloud: None, client: Client) -> Visitor:
    return signed_in(client, CONTRIBUTOR)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms are filled in slowly enough without the test waiting for it."""
    monkeypatch.setattr(new_ticket, "SHORTEST_TIME", timedelta(0))


def signed_in(client: Client, who: Agent) -> Visitor:
    sessions.save(f"token-of-{who.id}", Session(who.id, now() + timedelta(hours=1)))
    visitor = Visitor(client)
    visitor.cookies["__Host-session"] = f"token-of-{who.id}"
    return visitor
