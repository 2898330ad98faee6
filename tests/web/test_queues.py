import re
from base64 import urlsafe_b64encode
from html import unescape

import pytest

from chalicelib.desk import tickets as desk
from chalicelib.domain.words import Priority, Status
from chalicelib.web import queues
from tests.conftest import AGENT, COLLEAGUE, SUPERVISOR
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor, now


def counts(page: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r'queue=(\w+)".*?class="count[^"]*">(\d+)<', page)}


def test_each_queue_shows_its_tickets_and_counts(agent: Visitor) -> None:
    mine, theirs, pending = (open_ticket(subject=subject) for subject in ("Mine", "Theirs", "Waiting"))
    open_ticket(subject="Nobody's")
    desk.assign(mine, AGENT.id, SUPERVISOR, now())
    desk.assign(theirs, COLLEAGUE.id, SUPERVISOR, now())
    desk.set_status(pending, Status.PENDING, AGENT, now())
    page = agent.get("/agent").text
    assert "Mine</a>" in page
    assert "Theirs" not in page
    assert counts(page) == {"mine": 1, "unassigned": 2, "overdue": 0, "open": 3, "pending": 1, "resolved": 0}
    assert "Waiting" in agent.get("/agent?queue=pending").text
    assert "Nobody&#39;s" in agent.get("/agent?queue=unassigned").text


def test_a_row_tells_what_matters(agent: Visitor) -> None:
    number = open_ticket(subject="Pump", name="Kim Hana")
    desk.set_priority(number, Priority.URGENT, AGENT, now())
    row = agent.get("/agent?queue=open").text.partition('class="ticket-row')[2].partition("</li>")[0]
    for words in ("#1", "Pump", "Kim Hana", "Open", "Nobody", "Priority: Urgent", "in "):
        assert words in row


def test_long_queues_come_in_pages(agent: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "ROWS", 2)
    for subject in range(3):
        open_ticket(subject=f"Ticket {subject}")
    first = agent.get("/agent?queue=open").text
    assert first.count('class="ticket-row') == 2
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = agent.get(unescape(following[1])).text
    assert second.count('class="ticket-row') == 1
    assert 'rel="next"' not in second
    assert "Back to the start" in second


def test_an_empty_queue_says_so_and_shows_where_work_is(agent: Visitor) -> None:
    open_ticket()
    page = agent.get("/agent").text
    assert "Nothing is assigned to you" in page
    assert "See unassigned tickets (1)" in page


@pytest.mark.parametrize("depth", [140, 5_000], ids=["short", "longer than ours ever are"])
def test_a_place_that_nobody_gave_out_is_the_start(agent: Visitor, depth: int) -> None:
    open_ticket(subject="Here")
    cursor = urlsafe_b64encode(b"[" * depth).decode()
    page = agent.get(f"/agent?queue=open&after={cursor}")
    assert page.status == 200
    assert "Here" in page.text


def test_an_unknown_queue_is_one_s_own(agent: Visitor) -> None:
    assert "Nothing is assigned to you" in agent.get("/agent?queue=evil&after=%7B").text
