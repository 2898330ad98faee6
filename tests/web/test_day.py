"""The page of an agent's day."""

import re
from datetime import timedelta

from chalicelib.adapters import tickets
from chalicelib.desk import action_items
from chalicelib.desk import tickets as desk
from chalicelib.domain.words import Priority, Status
from tests.conftest import AGENT, COLLEAGUE, CONTRIBUTOR
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor, now

DAY = timedelta(days=1)


def page(visitor: Visitor) -> str:
    return visitor.get("/agent/day").text


def section(text: str, name: str) -> str:
    (found,) = re.findall(rf'<section aria-labelledby="day-{name}">.*?</section>', text, re.DOTALL)
    return found


def give(title: str, due: timedelta | None, number: int = 1, owner: int = AGENT.id) -> int:
    """An item that was made before it was due."""
    at = now() + min(due or DAY, DAY) - 2 * DAY
    action_items.add(number, title, owner, now() + due if due else None, COLLEAGUE, at)
    return tickets.get(number).action_items[-1].id


def test_a_day_without_anything_says_so(agent: Visitor) -> None:
    text = page(agent)
    assert "Nothing is due today" in text
    assert "Nothing yet." in section(text, "done")
    assert "day-later" not in text


def test_late_items_and_tickets_stand_in_one_order_and_what_comes_later_below(agent: Visitor) -> None:
    open_ticket(subject="Pump")
    give("Call the workshop", -timedelta(hours=5))
    give("Ask again", -timedelta(hours=3))
    give("Write the report", 2 * DAY)
    give("Some day", None)
    text = page(agent)
    assert re.findall(r'class="row-subject"[^>]*>([^<]+)<', section(text, "now")) == ["Call the workshop", "Ask again"]
    assert re.findall(r'class="row-subject"[^>]*>([^<]+)<', section(text, "later")) == ["Write the report", "Some day"]
    assert "3 h overdue" in text
    assert "#1 Pump" in text


def test_an_agents_own_tickets_that_are_due_stand_among_them(agent: Visitor) -> None:
    open_ticket(subject="Pump")
    desk.set_priority(1, Priority.URGENT, AGENT, now())
    desk.assign(1, AGENT.id, AGENT, now())
    desk.pin_due(1, now() + timedelta(seconds=1), "promised", AGENT, now())
    open_ticket(subject="Filter")
    assert re.findall(r'class="row-subject"[^>]*>([^<]+)<', section(page(agent), "now")) == ["Pump"]


def test_a_tick_leads_back_and_can_be_undone_there(agent: Visitor) -> None:
    open_ticket(subject="Pump")
    item = give("Call", -timedelta(hours=1))
    path = f"/agent/tickets/1/items/{item}/done"
    assert agent.post(path, {"done": "1", "from": "day"}).location == "/agent/day"
    text = page(agent)
    assert "Nothing is due today" in text
    assert "Call" in section(text, "done")
    (form,) = re.findall(r'role="status".*?<form action="([^"]+)" method="post">(.*?)</form>', text, re.DOTALL)
    assert agent.post(form[0], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))).location == "/agent/day"
    assert "Call" in section(page(agent), "now")


def test_tickets_resolved_today_are_among_what_was_done(agent: Visitor) -> None:
    open_ticket(subject="Pump")
    desk.assign(1, AGENT.id, AGENT, now())
    desk.set_status(1, Status.RESOLVED, AGENT, now())
    assert re.search(r"Pump</a>.*Resolved", section(page(agent), "done"), re.DOTALL)


def test_what_others_have_to_do_is_theirs(agent: Visitor) -> None:
    open_ticket()
    give("Theirs", -timedelta(hours=1), owner=COLLEAGUE.id)
    assert "Theirs" not in page(agent)


def test_a_contributor_sees_no_item_of_a_ticket_that_went_to_somebody_else(contributor: Visitor) -> None:
    open_ticket()
    desk.assign(1, CONTRIBUTOR.id, AGENT, now())
    give("Weld it", -timedelta(hours=1), owner=CONTRIBUTOR.id)
    assert "Weld it" in page(contributor)
    desk.assign(1, AGENT.id, AGENT, now())
    assert "Weld it" not in page(contributor)


def test_the_navigation_leads_there_and_counts_what_is_open(agent: Visitor) -> None:
    open_ticket()
    give("Call", 2 * DAY)
    give("Ask", None)
    for path in ("/agent", "/agent/day"):
        (link,) = re.findall(r'<a href="/agent/day".*?</a>', agent.get(path).text, re.DOTALL)
        assert 'title="Open action items: 2">2<' in link
    assert 'href="/agent/day"' in agent.get("/agent/notices").text


def test_it_reads_in_korean(supervisor: Visitor) -> None:
    text = page(supervisor)
    for words in ("나의 하루", "오늘까지 할 일이 없습니다", "오늘 끝낸 일"):
        assert words in text
