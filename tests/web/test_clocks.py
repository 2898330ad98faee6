"""What agents read of a ticket's clocks, and the deadline that they set by hand."""

import re
from dataclasses import replace

import pytest

from chalicelib.adapters import tickets
from chalicelib.desk import tickets as desk
from chalicelib.domain.policy import DEFAULT_POLICY, Condition
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.words import Priority, Status
from tests.conftest import AGENT, CONTRIBUTOR
from tests.web.test_policies import FORMS, POLICIES, promise
from tests.web.tickets import open_ticket, reply
from tests.web.visitor import Answer, Visitor, now


def page_of(agent: Visitor, number: int) -> Answer:
    return agent.get(f"/agent/tickets/{number}")


def head_of(agent: Visitor, number: int) -> str:
    return page_of(agent, number).text.partition('class="ticket-facts"')[2].partition("</header>")[0]


def resolution(number: int) -> Clock:
    return tickets.get(number).clock(ClockName.RESOLUTION)


def set_due(agent: Visitor, number: int, due_at: str, reason: str = "Promised by phone") -> Answer:
    return agent.post(f"/agent/tickets/{number}/due", {"due_at": due_at, "reason": reason})


def next_year() -> str:
    return f"{now().year + 1}-03-02T15:30"


def test_each_clock_says_what_comes_next_and_why(agent: Visitor) -> None:
    shown = page_of(agent, open_ticket()).text
    assert "First response" in shown
    assert "Ann Supervisor is told, because 50 % of the time is used." in shown.replace(
        "Sun Supervisor", "Ann Supervisor"
    )


def test_a_pause_says_since_when_and_why(agent: Visitor) -> None:
    number = open_ticket()
    reply(number, "Which pump?")
    desk.set_status(number, Status.PENDING, AGENT, now())
    shown = page_of(agent, number).text
    assert ": Pending" in shown
    assert "27 h of working time left when it goes on" in shown
    assert "the customer is reminded, because nobody has answered since" in shown


def test_a_clock_that_was_met_says_nothing_of_what_comes(agent: Visitor) -> None:
    number = open_ticket()
    reply(number, "Done.")
    desk.set_status(number, Status.RESOLVED, AGENT, now())
    assert "Next:" not in page_of(agent, number).text


def test_says_which_policy_and_calendar_count(agent: Visitor, admin: Visitor) -> None:
    promise(FORMS, DEFAULT_POLICY)
    number = open_ticket()
    shown = page_of(agent, number).text
    assert "Forms" in shown
    assert "Calendar: default" in shown
    assert POLICIES not in shown
    assert f'<a href="{POLICIES}/forms">Forms</a>' in page_of(admin, number).text


def test_another_policy_stands_in_the_history_by_its_name(agent: Visitor) -> None:
    promise(replace(FORMS, condition=Condition(priorities=frozenset({Priority.URGENT}))), DEFAULT_POLICY)
    number = open_ticket()
    desk.set_priority(number, Priority.URGENT, AGENT, now())
    shown = page_of(agent, number).text
    history = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown[shown.index('class="history"') :]))
    assert "Policy Default Forms by an agent" in history
    promise(DEFAULT_POLICY)
    assert "a policy that was deleted" in page_of(agent, number).text


def test_the_nearest_deadline_stands_beside_the_status(agent: Visitor) -> None:
    number = open_ticket()
    assert head_of(agent, number).count('href="#clocks">First response: <time') == 1
    reply(number, "We are on it.")
    assert 'href="#clocks">Resolution: <time' in head_of(agent, number)
    desk.set_status(number, Status.RESOLVED, AGENT, now())
    assert "#clocks" not in head_of(agent, number)


class TestADueDateSetByHand:
    def test_holds_and_shows_who_set_it_and_why(self, agent: Visitor) -> None:
        number = open_ticket()
        shown = agent.follow(set_due(agent, number, next_year())).text
        assert "Deadline set." in shown
        assert "set by hand" in shown
        assert "Promised by phone" in shown
        assert f'value="{next_year()}"' in shown, "to be changed from there"
        due_at = resolution(number).due_at
        assert f"{due_at:%m-%d %H:%M}" == "03-02 06:30", "half past three in Seoul"

    def test_is_cleared_again(self, agent: Visitor) -> None:
        number = open_ticket()
        before = resolution(number).due_at
        set_due(agent, number, next_year())
        shown = agent.follow(agent.post(f"/agent/tickets/{number}/due/clear", {})).text
        assert "Deadline cleared" in shown
        assert (resolution(number).pinned_to, resolution(number).due_at) == (None, before)

    @pytest.mark.parametrize(
        ("due_at", "reason", "words"),
        [
            ("2020-01-01T10:00", "Promised", "A deadline must lie ahead."),
            ("soon", "Promised", "Please choose day and time."),
            ("", "Promised", "Please choose day and time."),
            ("2999-01-01T10:00", " ", "Please write something."),
        ],
    )
    def test_that_makes_no_sense_is_refused_and_kept_to_be_mended(
        self, agent: Visitor, due_at: str, reason: str, words: str
    ) -> None:
        number = open_ticket()
        answer = set_due(agent, number, due_at, reason)
        assert answer.status == 422
        assert words in answer.text
        assert f'value="{due_at}"' in answer.text
        assert resolution(number).pinned_to is None

    def test_is_not_offered_for_what_is_resolved(self, agent: Visitor) -> None:
        number = open_ticket()
        desk.set_status(number, Status.RESOLVED, AGENT, now())
        assert "/due" not in page_of(agent, number).text
        assert set_due(agent, number, next_year()).status == 409

    def test_is_for_agents_alone(self, contributor: Visitor) -> None:
        number = open_ticket()
        desk.assign(number, CONTRIBUTOR.id, AGENT, now())
        assert "/due" not in page_of(contributor, number).text
        assert set_due(contributor, number, next_year()).status == 403
