import pytest

from chalicelib.adapters import solutions as store
from chalicelib.desk import solutions
from chalicelib.domain.solution import Solution, SolutionStatus
from tests.conftest import ADMIN
from tests.web.visitor import Visitor, now


def write(
    title: str = "Leaks", body: str = "Turn the **ring**.", language: str = "en", public: bool = True
) -> Solution:
    solution = solutions.write(title, body, language, ADMIN, now())
    return solutions.move(solution.id, SolutionStatus.APPROVED, ADMIN, now()) if public else solution


def test_the_help_centre_shows_what_is_public_in_the_reader_s_language_first(visitor: Visitor, korean: Visitor) -> None:
    write("Leaks")
    write("누수", language="ko")
    write("Not yet", public=False)
    page = visitor.get("/").text
    assert page.index("Leaks") < page.index("누수")
    page = korean.get("/").text
    assert page.index("누수") < page.index("Leaks")
    assert "Not yet" not in page


def test_the_help_centre_is_searched(visitor: Visitor) -> None:
    write("Leaks")
    write("비밀번호를 잊었어요", "메일을 확인하세요.", "ko")
    page = visitor.get("/?q=%EB%B9%84%EB%B0%80%EB%B2%88%ED%98%B8").text
    assert "비밀번호를 잊었어요" in page
    assert "Leaks" not in page
    assert "Nothing found" in visitor.get("/?q=xylophone").text


def test_an_empty_help_centre_says_so(visitor: Visitor) -> None:
    assert "There are no published answers yet." in visitor.get("/").text


def test_a_solution_is_read_as_its_writer_meant_it(visitor: Visitor) -> None:
    solution = write()
    page = visitor.get(f"/solutions/{solution.id}")
    assert "<strong>ring</strong>" in page.text
    assert 'lang="en"' in page.text


def test_what_is_not_public_can_not_be_read(visitor: Visitor) -> None:
    solution = write(public=False)
    assert visitor.get(f"/solutions/{solution.id}").status == 404


def test_an_agent_writes_and_an_admin_publishes(agent: Visitor, admin: Visitor, visitor: Visitor) -> None:
    shown = agent.follow(agent.post("/agent/solutions/new", {"title": "Leaks", "body": "Turn it.", "language": "en"}))
    assert "To be approved" in shown.text
    assert "Approve and publish" not in shown.text
    solution = store.list_all()[0]
    assert solution.status is SolutionStatus.PROVISIONAL
    assert agent.post(f"/agent/solutions/{solution.id}/status", {"status": "approved"}).status == 403
    assert "Approve and publish" in admin.get(f"/agent/solutions/{solution.id}").text
    assert admin.post(f"/agent/solutions/{solution.id}/status", {"status": "approved"}).status == 303
    assert "Leaks" in visitor.get("/").text
    admin.post(f"/agent/solutions/{solution.id}/status", {"status": "retired"})
    assert visitor.get(f"/solutions/{solution.id}").status == 404


def test_a_solution_is_rewritten(admin: Visitor) -> None:
    solution = write()
    fields = {"title": "Leaks again", "body": "Turn it twice.", "language": "ko"}
    assert "Solution saved." in admin.follow(admin.post(f"/agent/solutions/{solution.id}", fields)).text
    changed = store.get(solution.id)
    assert (changed.title, changed.language) == ("Leaks again", "ko")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "", "body": "Kept."}, "Please write a title."),
        ({"title": "Kept.", "body": " "}, "Please write something."),
        ({"title": "x" * 201, "body": "Kept."}, "At most 200 characters"),
        ({"title": "Kept.", "body": "Kept.", "extra": "1"}, "no such fields: extra"),
    ],
)
def test_what_must_be_mended_comes_back(agent: Visitor, fields: dict[str, str], words: str) -> None:
    page = agent.post("/agent/solutions/new", {"language": "en", **fields})
    assert page.status == 422
    assert words in page.text
    assert "Kept." in page.text
    assert store.list_all() == ()


def test_who_may_not_change_public_words_keeps_what_they_wrote(agent: Visitor) -> None:
    solution = write()
    page = agent.post(f"/agent/solutions/{solution.id}", {"title": "Better", "body": "Mine.", "language": "en"})
    assert page.status == 403
    assert "Mine." in page.text


def test_a_status_that_is_none_is_refused(admin: Visitor) -> None:
    solution = write()
    assert admin.post(f"/agent/solutions/{solution.id}/status", {"status": "great"}).status == 400


def test_the_list_is_empty_at_first(agent: Visitor) -> None:
    assert "No solutions yet" in agent.get("/agent/solutions").text
