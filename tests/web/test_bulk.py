"""Many tickets changed at once, and set back."""

import re

import pytest

from chalicelib.adapters import tickets
from chalicelib.desk import tickets as desk
from chalicelib.domain.words import Priority, Status
from tests.conftest import AGENT, COLLEAGUE, SUPERVISOR
from tests.web.tickets import open_ticket
from tests.web.visitor import Answer, Visitor, now

PAGE = "/agent/tickets/bulk"


def change(visitor: Visitor, act: str, *numbers: int, **fields: str) -> Answer:
    picked = {f"ticket_{number}": "1" for number in numbers}
    return visitor.post(PAGE, {"act": act, "tags": "", "back": "/agent?queue=open", **picked, **fields})


def undo(visitor: Visitor, page: Answer) -> Answer:
    form = page.text.partition('name="undo"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    return visitor.post(PAGE, {"undo": "1", **fields})


@pytest.mark.parametrize(
    ("act", "fields", "name", "value"),
    [
        (f"assignee:{COLLEAGUE.id}", {}, "assignee", COLLEAGUE.id),
        ("status:on_hold", {}, "status", Status.ON_HOLD),
        ("priority:urgent", {}, "priority", Priority.URGENT),
        ("kind:claim", {}, "kind", "claim"),
        ("add_tags:", {"tags": "lamp, Red"}, "tags", ("lamp", "old", "red")),
    ],
)
def test_what_was_chosen_is_set_for_all_and_set_back(
    agent: Visitor, act: str, fields: dict[str, str], name: str, value: object
) -> None:
    numbers = [open_ticket(), open_ticket()]
    for number in numbers:
        desk.set_tags(number, ["old"], AGENT, now())
    desk.assign(numbers[1], SUPERVISOR.id, SUPERVISOR, now())
    before = [getattr(tickets.get(number), name) for number in numbers]
    page = change(agent, act, *numbers, **fields)
    assert "2 tickets changed." in page.text
    assert [getattr(tickets.get(number), name) for number in numbers] == [value, value]
    assert "Taken back" in undo(agent, page).text
    assert [getattr(tickets.get(number), name) for number in numbers] == before


def test_what_can_not_be_done_on_one_holds_up_none_of_the_others(agent: Visitor) -> None:
    numbers = [open_ticket(), open_ticket()]
    for status in (Status.RESOLVED, Status.CLOSED):
        desk.set_status(numbers[0], status, AGENT, now())
    page = change(agent, "status:pending", *numbers, 77).text
    assert "1 tickets changed." in page
    assert "2 could not be changed" in page
    assert tickets.get(numbers[1]).status is Status.PENDING


def test_what_is_so_already_is_told_and_not_set_back(agent: Visitor) -> None:
    first, second = open_ticket(), open_ticket()
    desk.set_priority(first, Priority.URGENT, AGENT, now())
    page = change(agent, "priority:urgent", first, second)
    assert "1 were so already." in page.text
    undo(agent, page)
    assert [tickets.get(number).priority for number in (first, second)] == [Priority.URGENT, Priority.MEDIUM]


@pytest.mark.parametrize(
    ("act", "numbers", "words"),
    [
        ("", (1,), "Choose what to change."),
        ("moon:1", (1,), "Choose what to change."),
        ("add_tags:", (1,), "Choose what to change."),
        ("status:pending", (), "Pick at least one ticket."),
        ("status:pending", tuple(range(1, 102)), "At most 100 tickets at once."),
    ],
)
def test_what_makes_no_sense_changes_nothing(agent: Visitor, act: str, numbers: tuple[int, ...], words: str) -> None:
    open_ticket()
    answer = change(agent, act, *numbers)
    assert answer.status == 422
    assert words in answer.text
    assert tickets.get(1).status is Status.OPEN


def test_the_way_back_leads_nowhere_else(agent: Visitor) -> None:
    page = change(agent, "status:pending", open_ticket(), back="//evil.example/agent?")
    assert "evil.example" not in page.text


def test_a_contributor_picks_nothing(contributor: Visitor) -> None:
    assert change(contributor, "status:pending", open_ticket()).status == 403
    assert "row-pick" not in contributor.get("/agent").text
