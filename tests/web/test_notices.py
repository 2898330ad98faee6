"""What an agent was told, at the console."""

from datetime import timedelta

from chalicelib import i18n
from chalicelib.adapters import tickets
from chalicelib.desk import tickets as desk
from chalicelib.desk import timers
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, CONTRIBUTOR
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor, now
from tests.wire import on_the_wire


def warn(number: int) -> None:
    wakes_at = tickets.get(number).timer.wakes_at
    assert wakes_at
    timers.escalate(number, 1, wakes_at, now())


def test_nothing_yet_says_what_will_stand_here(agent: Visitor) -> None:
    assert "Nobody has told you anything yet." in agent.get("/agent/notices").text


def test_a_deadline_that_comes_near_says_which_and_what_helps(agent: Visitor) -> None:
    number = open_ticket()
    desk.assign(number, AGENT.id, COLLEAGUE, now())
    warn(number)
    shown = agent.get("/agent/notices").text
    assert f'/agent/tickets/{number}">#{number} Pump</a>' in shown
    assert "Kim" in shown
    assert "Due soon notice" in shown
    assert "First response: 50 % · Due: <time" in shown
    assert i18n.day_and_time("en", factories.due_at(tickets.get(number)), "Asia/Seoul") in shown
    assert "What helps: a public reply." in shown
    assert shown.index("Due soon notice") < shown.index("Assignment notice"), "newest first"


def test_what_others_were_told_is_not_shown(agent: Visitor) -> None:
    number = open_ticket()
    desk.assign(number, COLLEAGUE.id, AGENT, now())
    warn(number)
    assert f"#{number}" not in agent.get("/agent/notices").text


def test_an_assignment_says_what_it_is_about(agent: Visitor) -> None:
    desk.assign(open_ticket(subject="The roof leaks"), AGENT.id, COLLEAGUE, now())
    shown = agent.get("/agent/notices").text
    assert "Assignment notice" in shown
    assert "The roof leaks</a>" in shown
    assert "Kim" in shown


def test_what_a_contributor_may_not_see_any_more_keeps_its_number_alone(contributor: Visitor) -> None:
    number = open_ticket()
    desk.assign(number, CONTRIBUTOR.id, AGENT, now())
    assert f"#{number} Pump</a>" in contributor.get("/agent/notices").text
    desk.assign(number, COLLEAGUE.id, AGENT, now())
    shown = contributor.get("/agent/notices").text
    assert f"#{number}</a>" in shown
    assert "Pump" not in shown


def test_older_ones_stand_on_further_pages(agent: Visitor) -> None:
    number = open_ticket()
    for turn in range(32):
        desk.assign(number, AGENT.id, COLLEAGUE, now() + timedelta(seconds=turn))
        desk.assign(number, 0, COLLEAGUE, now() + timedelta(seconds=turn))
    with on_the_wire() as wire:
        first = agent.get("/agent/notices")
    assert wire.requests.count("dynamodb.Query") <= 2
    assert first.text.count('class="panel"') == 30
    (further,) = first.links(r"/agent/notices\?after=")
    assert agent.get(further).text.count('class="panel"') == 2
