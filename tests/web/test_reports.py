import re

from chalicelib.desk import surveys
from chalicelib.domain.words import Status
from tests.web.tickets import ask_for_score, open_ticket, reply
from tests.web.visitor import Visitor, now


def figures(page: str) -> list[str]:
    found = re.findall(r'class="figure[^"]*"><dt>(.*?)</dt><dd>(.*?)</dd>', page)
    return [re.sub(r"<[^>]+>", "", f"{name}: {value}").strip() for name, value in found]


def test_the_report_counts_what_came_in_what_was_solved_and_what_customers_say(supervisor: Visitor) -> None:
    for score in (5, 2):
        number = open_ticket()
        reply(number, then=Status.RESOLVED)
        ask_for_score(number)
        surveys.answer(number, 0, score, "", now())
    open_ticket()
    page = supervisor.get("/agent/reports?lang=en").text
    assert figures(page) == ["In: 3", "Solved: 2", "Open now: 1", "Overdue now: 0", "Score: 3.5 Answers: 2"]
    today = page.partition("<tbody>")[2].partition("</tr>")[0]
    assert re.sub(r"<[^>]+>", " ", today).split()[1:] == ["3", "2", "3.5", "(2)"]


def test_a_report_without_tickets_has_no_score(supervisor: Visitor) -> None:
    page = supervisor.get("/agent/reports?lang=en").text
    assert "Score: – Answers: 0" in figures(page)
