"""Every route against everybody: who gets in, by the right that the route names; nobody does where it names none."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from chalice.test import Client

import app
from chalicelib.adapters import sessions
from chalicelib.adapters.sessions import Session
from chalicelib.domain.agent import Agent, Right
from chalicelib.web.routes import BLUEPRINTS
from tests.conftest import ADMIN, AGENT, CONTRIBUTOR, SUPERVISOR, deploy_desk, fresh_cloud
from tests.web.visitor import Visitor, now

# What customers, guests and machines may ask for. Whatever else is public is a mistake.
PUBLIC = {
    *("GET /", "GET /solutions/{solution_id}", "GET /new", "POST /new", "GET /sent/{token}"),
    *("GET /status/{token}", "GET /status/{token}/entries/{entry_id}/text"),
    *("GET /status/{token}/files/{entry_id}/{index}", "GET /files/{token}"),
    *("GET /survey/{token}", "POST /survey/{token}", "GET /survey/{token}/thanks"),
    *("GET /agent/sign-in", "POST /agent/sign-in", "POST /agent/sign-out"),
    *("GET /agent/first-password", "POST /agent/first-password"),
    *("GET /static/{name}", "GET /favicon.ico", "GET /health", "GET /{unknown}", "GET /agent/{unknown}"),
}
PEOPLE: dict[str, Agent | None] = {
    "nobody": None,
    "contributor": CONTRIBUTOR,
    "agent": AGENT,
    "supervisor": SUPERVISOR,
    "admin": ADMIN,
}
NEEDS = {route: right for blueprint in BLUEPRINTS for route, right in blueprint.needs.items()}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """One desk for all: what is sent here changes nothing, since every form is empty."""
    with fresh_cloud():
        deploy_desk()
        yield Client(app.app)


def test_every_route_says_whom_it_is_for() -> None:
    served = {(method, path) for path, entries in app.app.routes.items() for method in entries}
    assert served == set(NEEDS)


def test_only_these_pages_are_for_everybody() -> None:
    public = {(method, path) for (method, path), right in NEEDS.items() if right is None}
    assert {f"{method} {path}" for method, path in public if method != "HEAD"} == PUBLIC


def test_settings_are_for_admins() -> None:
    ways = {right for (_, path), right in NEEDS.items() if path.startswith("/agent/settings")}
    assert ways == {Right.CHANGE_SETTINGS}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("method", "path"), NEEDS, ids=[" ".join(route) for route in NEEDS])
def test_a_page_opens_to_those_who_may_see_it_and_to_nobody_else(
    client: Client, method: str, path: str, who: str
) -> None:
    person, right = PEOPLE[who], NEEDS[method, path]
    answer = ask(client, method, path, person)
    if right is None or (person and person.may(right)):
        assert answer not in (401, 403, 500)
    else:
        assert answer == (403 if person else 401)


def ask(client: Client, method: str, path: str, person: Agent | None) -> int:
    """The status that a program gets, which tells 401 from a redirect; there is nothing of that number."""
    visitor = Visitor(client)
    if person:
        sessions.save("token", Session(person.id, now() + timedelta(hours=1), now()))
        sessions.forget()
        visitor.cookies["__Host-session"] = "token"
    filled = re.sub(r"\{\w+\}", "99", path)
    if method == "POST":
        return visitor.post(filled, {}, accept="application/json").status
    return visitor.ask(method, filled, b"", accept="application/json").status
