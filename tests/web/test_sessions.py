import boto3
import pytest

from tests.conftest import AGENT
from tests.web.visitor import Answer, Visitor

PASSWORD = "Correct-horse-7"


@pytest.fixture
def known(user_pool: str) -> str:
    """An agent who has a password."""
    cognito = boto3.client("cognito-idp")
    cognito.admin_create_user(UserPoolId=user_pool, Username=AGENT.address, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=user_pool, Username=AGENT.address, Password=PASSWORD, Permanent=True)
    return user_pool


def sign_in(visitor: Visitor, password: str = PASSWORD, **others: str) -> Answer:
    return visitor.post("/agent/sign-in", {"email": AGENT.address, "password": password, **others})


def test_signing_in_opens_the_console(visitor: Visitor, known: str) -> None:
    answer = sign_in(visitor)
    assert answer.location == "/agent"
    cookie = next(cookie for cookie in answer.cookies if cookie.startswith("__Host-session="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert visitor.follow(answer).status == 200


def test_a_wrong_password_says_no_more_than_that(visitor: Visitor, known: str) -> None:
    wrong = sign_in(visitor, "wrong")
    unknown = visitor.post("/agent/sign-in", {"email": "nobody@desk.example", "password": PASSWORD})
    for answer in (wrong, unknown):
        assert answer.status == 422
        assert "Wrong e-mail address or password." in answer.text
    assert AGENT.address in wrong.text, "the address need not be typed again"
    assert "__Host-session" not in visitor.cookies


def test_signing_in_leads_back_to_the_page_that_was_asked_for(visitor: Visitor, known: str) -> None:
    asked = visitor.get("/agent/tickets/7")
    assert asked.location == "/agent/sign-in?next=%2Fagent%2Ftickets%2F7"
    page = visitor.get(asked.location)
    assert sign_in(visitor, next=page.hidden("next")).location == "/agent/tickets/7"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/agent/../..//evil", "/new", "x"])
def test_signing_in_never_leads_elsewhere(visitor: Visitor, known: str, elsewhere: str) -> None:
    assert sign_in(visitor, next=elsewhere).location == "/agent"


def test_the_first_sign_in_asks_for_a_password_of_one_s_own(visitor: Visitor, user_pool: str) -> None:
    boto3.client("cognito-idp").admin_create_user(
        UserPoolId=user_pool, Username=AGENT.address, TemporaryPassword="Temporary-1", MessageAction="SUPPRESS"
    )
    page = sign_in(visitor, "Temporary-1")
    assert page.status == 200
    assert "Choose your password" in page.text
    fields = {"email": AGENT.address, "challenge": page.hidden("challenge"), "password": PASSWORD}
    differing = visitor.post("/agent/first-password", {**fields, "again": "other"})
    assert differing.status == 422
    assert "The two passwords differ." in differing.text
    answer = visitor.post("/agent/first-password", {**fields, "again": PASSWORD})
    assert visitor.follow(answer).status == 200
    assert sign_in(visitor).location == "/agent"


def test_a_forged_challenge_leads_back_to_signing_in(visitor: Visitor, user_pool: str) -> None:
    fields = {"email": AGENT.address, "challenge": "forged", "password": PASSWORD, "again": PASSWORD}
    page = visitor.post("/agent/first-password", fields)
    assert page.status == 422
    assert 'action="/agent/sign-in"' in page.text


def test_the_first_password_page_needs_a_challenge(visitor: Visitor) -> None:
    assert visitor.get("/agent/first-password").location == "/agent/sign-in"


def test_signing_out_ends_the_session_on_the_server(agent: Visitor) -> None:
    token = agent.cookies["__Host-session"]
    answer = agent.post("/agent/sign-out", {})
    assert "You are signed out." in agent.follow(answer).text
    agent.cookies["__Host-session"] = token
    assert agent.get("/agent").status == 303


def test_too_many_tries_must_wait(visitor: Visitor, known: str) -> None:
    answers = [sign_in(visitor, "wrong") for _ in range(11)]
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
