"""All tickets by what one asks of them, and views under a name."""

import re
from html import unescape

import pytest

from chalicelib.adapters import facts, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import indexing
from chalicelib.desk import tickets as desk
from chalicelib.domain.words import Kind, Priority, Status
from tests.conftest import AGENT, SUPERVISOR
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor, now
from tests.wire import on_the_wire

PAGE = "/agent/views"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    facts.forget()


def indexed(*numbers: int) -> None:
    indexing.take(tickets.list_by_numbers(numbers).values())


def shown(page: str) -> list[str]:
    return [unescape(subject) for subject in re.findall(r'class="row-subject"[^>]*>([^<]*)<', page)]


def three() -> None:
    numbers = [open_ticket(subject=subject) for subject in ("Pump", "Lamp", "Bell")]
    desk.set_priority(numbers[0], Priority.URGENT, AGENT, now())
    desk.set_kind(numbers[1], Kind.CLAIM, AGENT, now())
    desk.assign(numbers[2], AGENT.id, SUPERVISOR, now())
    indexed(*numbers)


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", {"Pump", "Lamp", "Bell"}),
        ("priority_urgent=1", {"Pump"}),
        ("kind_claim=1&status_open=1", {"Lamp"}),
        ("assignee_-1=1", {"Bell"}),
        ("assignee_0=1", {"Pump", "Lamp"}),
        ("text=LAMP", {"Lamp"}),
        ("customer=%40customer.example&status_pending=1", set()),
        ("status_moon=1&sort=tide&created_within=x&after=%25%25&rows=7", {"Pump", "Lamp", "Bell"}),
    ],
)
def test_a_view_shows_what_fits(agent: Visitor, query: str, subjects: set[str]) -> None:
    three()
    assert set(shown(agent.get(f"{PAGE}?{query}").text)) == subjects


def test_the_tickets_are_shown_as_they_are_now(agent: Visitor) -> None:
    """The index is some seconds behind: what no longer fits is not shown."""
    three()
    desk.set_status(1, Status.RESOLVED, AGENT, now())
    assert set(shown(agent.get(PAGE).text)) == {"Lamp", "Bell"}


def test_pages_follow_one_another(agent: Visitor) -> None:
    numbers = [open_ticket(subject=f"Ticket {number}") for number in range(27)]
    indexed(*numbers)
    first = agent.get(f"{PAGE}?sort=newest").text
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following
    second = agent.get(unescape(following[1])).text
    assert len(shown(first) + shown(second)) == len({*shown(first), *shown(second)}) == 27
    assert len(shown(agent.get(f"{PAGE}?rows=50").text)) == 27


def test_a_page_asks_for_the_index_the_tickets_and_the_counts(agent: Visitor) -> None:
    three()
    agent.get("/agent")
    with on_the_wire() as wire:
        agent.get(PAGE)
    asked = [request for request in wire.requests if request != "dynamodb.GetItem"]  # but for the session
    assert sorted(asked) == ["dynamodb.BatchGetItem", "s3.GetObject"]


class TestSaved:
    def save(self, visitor: Visitor, name: str = "Claims", **fields: str) -> int:
        answer = visitor.post(PAGE, {"name": name, "kind_claim": "1", "sort": "newest", **fields})
        assert answer.status == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def test_a_view_is_kept_under_its_name(self, agent: Visitor) -> None:
        three()
        saved = self.save(agent)
        page = agent.get(f"{PAGE}/{saved}").text
        assert shown(page) == ["Lamp"]
        assert f'href="{PAGE}/{saved}"' in agent.get("/agent").text

    def test_it_is_its_owners_alone_unless_it_is_for_everybody(self, agent: Visitor, supervisor: Visitor) -> None:
        own, shared = self.save(agent), self.save(agent, "For all", is_shared="1")
        assert supervisor.get(f"{PAGE}/{own}").status == 404
        assert supervisor.get(f"{PAGE}/{shared}").status == 200
        assert supervisor.post(f"{PAGE}/{own}/delete", {}).status == 404
        assert own in settings_store.get(is_fresh=True).views

    def test_saved_again_it_is_another_view_under_the_same_name(self, agent: Visitor) -> None:
        first = self.save(agent)
        assert self.save(agent, kind_praise="1") == first
        assert settings_store.get(is_fresh=True).views[first].view.kinds == {Kind.CLAIM, Kind.PRAISE}

    def test_deleted_its_filters_stay_on_the_page(self, agent: Visitor) -> None:
        three()
        answer = agent.post(f"{PAGE}/{self.save(agent)}/delete", {})
        assert shown(agent.follow(answer).text) == ["Lamp"]
        assert settings_store.get(is_fresh=True).views == {}

    def test_a_name_is_needed(self, agent: Visitor) -> None:
        answer = agent.post(PAGE, {"name": " ", "kind_claim": "1"})
        assert answer.status == 422
        assert "name" in answer.text


def test_contributors_have_no_views(contributor: Visitor) -> None:
    assert contributor.get(PAGE).status == 403
    assert PAGE not in contributor.get("/agent").text
