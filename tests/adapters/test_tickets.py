import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import tickets
from chalicelib.adapters.paging import Page
from chalicelib.domain.change import Change
from chalicelib.domain.errors import NotFound, StaleVersion
from chalicelib.domain.queue import Queue
from chalicelib.domain.sla import ClockName
from chalicelib.domain.ticket import Ticket
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def kept(ticket: Ticket, number: int, **others: object) -> Ticket:
    """A new ticket in the table, with whatever is named."""
    ticket = replace(ticket, number=number, **others)  # type: ignore[arg-type]
    tickets.save(Change(None, ticket), "Asia/Seoul")
    return ticket


def numbers(page: Page[Ticket]) -> list[int]:
    return [ticket.number for ticket in page.items]


def queue(name: str, agent_id: int = AGENT.id, cursor: str | None = None, limit: int = 25) -> Page[Ticket]:
    return tickets.list_by_queue(Queue(name), agent_id, cursor, limit)


class TestOne:
    def test_a_ticket_comes_back_as_it_was_saved(self) -> None:
        ticket = kept(factories.answered("pending", cc=("park@customer.example",)), 7)
        assert tickets.get(7) == replace(ticket, version=1)

    def test_its_page_has_everything_oldest_first(self) -> None:
        change = factories.opened()
        tickets.save(change, "Asia/Seoul")
        page = tickets.get_page(7)
        assert (page.ticket, page.entries, page.outgoing) == (tickets.get(7), change.entries, change.outgoing)
        assert page.survey is None

    def test_a_ticket_that_does_not_exist(self) -> None:
        for read in (tickets.get, tickets.get_page):
            with pytest.raises(NotFound, match="ticket_not_found"):
                read(7)

    def test_who_read_an_older_version_can_not_save(self) -> None:
        kept(factories.ticket(), 7)
        first = second = tickets.get(7)
        tickets.save(first.assign(AGENT, AGENT, NOW, factories.ids(20)), "Asia/Seoul")
        with pytest.raises(StaleVersion):
            tickets.save(second.assign(COLLEAGUE, AGENT, NOW, factories.ids(30)), "Asia/Seoul")
        assert tickets.get(7).assignee == AGENT.id

    def test_a_number_is_given_once(self) -> None:
        kept(factories.ticket(), 7)
        with pytest.raises(StaleVersion):
            kept(factories.ticket(), 7)

    def test_numbers_are_consecutive(self) -> None:
        assert [tickets.next_number() for _ in range(3)] == [1, 2, 3]


class TestQueues:
    def test_what_is_due_next_stands_first(self) -> None:
        for number, minutes in ((1, 30), (2, 10), (3, 20)):
            kept(factories.ticket(at=NOW + minutes * MINUTE), number)
        assert numbers(queue("open")) == numbers(queue("unassigned")) == [2, 3, 1]

    def test_a_paused_ticket_stands_behind_those_that_run(self) -> None:
        """Answered and waiting for the customer: no deadline runs."""
        kept(factories.answered("pending", assignee=AGENT.id), 1)
        kept(factories.ticket(assignee=AGENT.id), 2)
        assert numbers(queue("mine")) == [2, 1]

    def test_the_latest_resolved_stands_first(self) -> None:
        for number, minutes in ((1, 30), (2, 10), (3, 20)):
            kept(factories.answered("resolved", at=NOW + minutes * MINUTE), number)
        assert numbers(queue("resolved")) == [1, 3, 2]

    def test_on_hold_waits_for_us_and_stands_with_the_open(self) -> None:
        kept(factories.ticket("on_hold"), 1)
        assert numbers(queue("open")) == [1]

    def test_mine_are_mine(self) -> None:
        kept(factories.ticket(assignee=AGENT.id), 1)
        kept(factories.ticket(assignee=COLLEAGUE.id), 2)
        assert numbers(queue("mine")) == [1]
        assert numbers(queue("unassigned")) == []

    def test_the_longest_overdue_stands_first(self) -> None:
        for number, minutes in ((1, 30), (2, 10)):
            ticket = factories.ticket(at=NOW + minutes * MINUTE)
            kept(ticket.with_clock(ticket.clock(ClockName.FIRST_RESPONSE).breach(NOW + timedelta(days=2))), number)
        assert numbers(queue("overdue")) == [2, 1]

    def test_closed_tickets_stand_nowhere(self) -> None:
        kept(factories.answered("closed"), 1)
        assert all(numbers(queue(name)) == [] for name in Queue)


class TestPages:
    @pytest.fixture(autouse=True)
    def _five(self, cloud: None) -> None:
        for number in range(1, 6):
            kept(factories.ticket(at=NOW + number * MINUTE), number)

    def test_a_cursor_leads_from_page_to_page_to_the_end(self) -> None:
        first = queue("open", limit=2)
        second = queue("open", cursor=first.cursor, limit=2)
        third = queue("open", cursor=second.cursor, limit=2)
        assert [numbers(page) for page in (first, second, third)] == [[1, 2], [3, 4], [5]]
        assert third.cursor is None

    def test_one_that_came_in_between_is_neither_lost_nor_shown_twice(self) -> None:
        first = queue("open", limit=2)
        kept(factories.ticket(at=NOW), 6)
        kept(factories.ticket(at=NOW + 4 * MINUTE), 7)
        rest = queue("open", cursor=first.cursor, limit=9)
        assert numbers(rest) == [3, 4, 7, 5]

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "한글",
            "%%%",
            base64.urlsafe_b64encode(b"\xff").decode(),
            base64.urlsafe_b64encode(json.dumps({"pk": {"S": "x"}}).encode()).decode(),
            base64.urlsafe_b64encode(json.dumps({"pk": 1}).encode()).decode(),
            base64.urlsafe_b64encode(json.dumps([1, 2]).encode()).decode(),
            base64.urlsafe_b64encode(json.dumps(["", ""]).encode()).decode(),
            base64.urlsafe_b64encode(b"[" * 90_000).decode(),
            base64.urlsafe_b64encode(b"order\n" + b"x" * 2_049).decode(),
            base64.urlsafe_b64encode(b"x" * 1_025 + b"\npk").decode(),
        ],
    )
    def test_a_cursor_that_was_tampered_with_starts_at_the_beginning(self, cursor: str) -> None:
        assert numbers(queue("open", cursor=cursor, limit=2)) == [1, 2]

    def test_the_cursor_of_another_queue_does_no_harm(self) -> None:
        cursor = queue("unassigned", limit=2).cursor
        assert numbers(queue("open", cursor=cursor, limit=2)) in ([1, 2], [3, 4])


def test_surveys_that_are_due_wait_in_their_order() -> None:
    due = {number: factories.answered("resolved", at=NOW + number * HOUR) for number in (3, 1, 2)}
    for number, ticket in due.items():
        kept(ticket, number)
    last = due[2].survey_due_at
    assert last is not None
    assert [ticket.number for ticket in tickets.list_surveys_due(last, 9)] == [1, 2]
    assert [ticket.number for ticket in tickets.list_surveys_due(last, 1)] == [1]
