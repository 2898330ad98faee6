"""What people write never becomes part of a page's markup, whatever field they write it into."""

import pytest

from chalicelib.adapters import settings, surveys
from chalicelib.desk import links, solutions
from chalicelib.desk import surveys as desk_surveys
from chalicelib.desk import tickets as desk
from chalicelib.desk.tickets import Upload
from chalicelib.domain.solution import SolutionStatus
from chalicelib.domain.words import Status
from tests.conftest import ADMIN, AGENT
from tests.web.tickets import ask_for_score, open_ticket, receive, reply
from tests.web.visitor import Visitor, now

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
LINK = "[press](javascript:alert(1)) <javascript:alert(2)> ![x](https://evil.example/pixel.png)"


def assert_harmless(page: str) -> None:
    assert "alert(1)" in page, "the text itself is shown"
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page


@pytest.fixture
def number(cloud: None) -> int:
    """A ticket with mischief in every field that people fill in."""
    files = (Upload(f"{EVIL}.txt", "text/html", b"x"),)
    number = open_ticket(f"{EVIL}\n{LINK}", subject=EVIL, name=EVIL, uploads=files)
    receive(number, EVIL, name=EVIL, quoted_text=EVIL)
    reply(number, f"{EVIL}\n\n{LINK}", then=Status.RESOLVED)
    desk.add_note(number, EVIL, AGENT, now())
    return number


def test_the_console_shows_it_as_text(number: int, agent: Visitor) -> None:
    assert_harmless(agent.get(f"/agent/tickets/{number}").text)
    assert_harmless(agent.get("/agent?queue=resolved").text)


def test_the_status_page_shows_it_as_text(number: int, visitor: Visitor) -> None:
    assert_harmless(visitor.get(links.status_url(settings.get(), number)).text)


def test_the_page_after_sending_shows_it_as_text(number: int, visitor: Visitor) -> None:
    assert_harmless(visitor.get(links.status_url(settings.get(), number).replace("/status/", "/sent/")).text)


def test_the_form_shows_it_as_text(visitor: Visitor) -> None:
    fields = dict.fromkeys(("name", "email", "subject", "text", EVIL), EVIL)
    assert_harmless(visitor.post("/new", fields).text)
    assert_harmless(visitor.get("/?q=" + EVIL.replace(" ", "+").replace("'", "%27")).text)


def test_the_survey_shows_it_as_text(number: int, visitor: Visitor, agent: Visitor) -> None:
    ask_for_score(number)
    desk_surveys.answer(number, 0, 1, EVIL, now())
    assert surveys.get(number, 0).answer
    assert_harmless(visitor.get(links.survey_url(settings.get(), number, 0)).text)
    assert_harmless(agent.get(f"/agent/tickets/{number}").text)


def test_solutions_show_it_as_text(visitor: Visitor, agent: Visitor) -> None:
    solution = solutions.write(EVIL, f"{EVIL}\n\n{LINK}", "en", ADMIN, now())
    solutions.move(solution.id, SolutionStatus.APPROVED, ADMIN, now())
    for page in (visitor.get("/"), visitor.get(f"/solutions/{solution.id}"), agent.get("/agent/solutions")):
        assert_harmless(page.text)
    assert_harmless(agent.get(f"/agent/solutions/{solution.id}").text)


def test_signing_in_shows_it_as_text(visitor: Visitor, user_pool: str) -> None:
    answer = visitor.post("/agent/sign-in", {"email": EVIL, "password": "x", "next": EVIL})
    assert answer.status == 422
    assert_harmless(answer.text)
