import pytest

from chalicelib.adapters import settings, surveys
from chalicelib.desk import links
from chalicelib.desk import tickets as desk
from chalicelib.domain.words import Status
from tests.conftest import ADDRESS, AGENT
from tests.web.tickets import ask_for_score, open_ticket, reply
from tests.web.visitor import Visitor, now


@pytest.fixture
def path(cloud: None) -> str:
    number = open_ticket()
    reply(number, then=Status.RESOLVED)
    ask_for_score(number)
    return links.survey_url(settings.get(), number, 0).removeprefix(ADDRESS)


def test_opening_the_link_records_nothing_and_shows_the_choice(visitor: Visitor, path: str) -> None:
    page = visitor.get(f"{path}?score=4")
    assert page.status == 200
    assert 'value="4" checked' in page.text
    assert surveys.get(1, 0).answer is None


def test_the_button_records_the_answer(visitor: Visitor, path: str, agent: Visitor) -> None:
    thanks = visitor.follow(visitor.post(path, {"score": "4", "comment": "Quick."}))
    assert "Thank you" in thanks.text
    answer = surveys.get(1, 0).answer
    assert answer
    assert (answer.score, answer.comment) == (4, "Quick.")
    page = agent.get("/agent/tickets/1").text
    assert "4/5" in page
    assert "Quick." in page


def test_an_answer_can_be_changed(visitor: Visitor, path: str) -> None:
    visitor.post(path, {"score": "4", "comment": "Quick."})
    page = visitor.get(path).text
    assert 'value="4" checked' in page
    assert "Quick." in page
    visitor.post(path, {"score": "2", "comment": "It broke again."})
    survey = surveys.get(1, 0)
    assert [answer.score for answer in survey.answers] == [4, 2]


@pytest.mark.parametrize("score", ["", "0", "6", "²", "x"])
def test_without_a_score_the_comment_is_kept(visitor: Visitor, path: str, score: str) -> None:
    page = visitor.post(path, {"score": score, "comment": "Kept."})
    assert page.status == 422
    assert "Please choose how satisfied you are." in page.text
    assert "Kept." in page.text


def test_a_comment_that_is_too_long_comes_back(visitor: Visitor, path: str) -> None:
    page = visitor.post(path, {"score": "3", "comment": "x" * 5_001})
    assert page.status == 422
    assert "At most 5,000 characters" in page.text
    assert 'value="3" checked' in page.text


def test_a_reopened_ticket_withdraws_its_survey(visitor: Visitor, path: str) -> None:
    desk.set_status(1, Status.OPEN, AGENT, now())
    for answer in (visitor.get(path), visitor.post(path, {"score": "5", "comment": ""})):
        assert answer.status == 410
        assert "withdrawn" in answer.text


def test_a_survey_ends_after_thirty_days(visitor: Visitor, cloud: None) -> None:
    number = open_ticket()
    reply(number, then=Status.RESOLVED)
    ask_for_score(number, days_ago=31)
    path = links.survey_url(settings.get(), number, 0).removeprefix(ADDRESS)
    for answer in (visitor.get(path), visitor.post(path, {"score": "5", "comment": ""})):
        assert answer.status == 410
        assert "The time for this survey is over" in answer.text


def test_a_forged_link_leads_nowhere(visitor: Visitor) -> None:
    assert visitor.get("/survey/forged").status == 404
    assert visitor.post("/survey/forged", {"score": "5"}).status == 404
