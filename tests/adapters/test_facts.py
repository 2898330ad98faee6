"""The facts of all tickets: whatever a view asks, the file answers what the tickets themselves would."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters import facts
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.view import ME, Due, Sort, View
from chalicelib.domain.words import Kind, Priority, Source, Status
from tests import factories
from tests.conftest import AGENT, NOW
from tests.wire import on_the_wire

ZONE = "Asia/Seoul"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    facts.forget()


def ticket(number: int, **others: object) -> Ticket:
    return replace(factories.ticket(), number=number, version=1, **others)  # type: ignore[arg-type]


def found(view: View, limit: int = 100) -> list[int]:
    return list(facts.find(view, NOW, ZONE, limit).numbers)


def test_before_anything_was_written_nothing_is_found() -> None:
    assert (found(View()), facts.count(View(), NOW, ZONE)) == ([], 0)


def test_what_was_written_is_found_by_any_of_its_properties() -> None:
    urgent = ticket(7, priority=Priority.URGENT, kind=Kind.CLAIM, tags=("lamp", "red"), team=3, assignee=AGENT.id)
    facts.take([urgent, ticket(8, subject="Türklinke ÄÖ", source=Source.FORM, language="ko")])
    for view in (
        View(priorities=frozenset({Priority.URGENT, Priority.HIGH})),
        View(kinds=frozenset({Kind.CLAIM})),
        View(tags=frozenset({"red", "blue"})),
        View(teams=frozenset({3})),
        View(assignees=frozenset({ME})).seen_by(AGENT.id),
    ):
        assert found(view) == [7]
    for view in (
        View(text="türKLINKE"),
        View(sources=frozenset({Source.FORM})),
        View(languages=frozenset({"ko"})),
        View(assignees=frozenset({0})),
    ):
        assert found(view) == [8]
    assert found(View(customer="@customer.example")) == [7, 8]
    assert found(View(customer="@other.example")) == []


def test_a_closed_ticket_leaves() -> None:
    facts.take([ticket(7, tags=("lamp",))])
    facts.take([replace(ticket(7), status=Status.CLOSED, version=2)])
    assert found(View(statuses=frozenset())) == []


def test_an_older_record_replaces_no_newer_one() -> None:
    facts.take([ticket(7, priority=Priority.HIGH, tags=("new",)), replace(ticket(7), version=0, tags=("old",))])
    assert found(View(priorities=frozenset({Priority.HIGH}), tags=frozenset({"new"}))) == [7]


def test_twice_is_once() -> None:
    for _ in range(2):
        facts.take([ticket(7, tags=("lamp",))])
    assert facts.count(View(), NOW, ZONE) == 1


def test_of_two_writers_at_once_one_begins_again() -> None:
    facts.take([ticket(7)])
    with on_the_wire() as wire:
        wire.meanwhile("s3.PutObject", lambda: facts.take([ticket(8)]))
        with pytest.raises(StaleVersion):
            facts.take([ticket(9)])
    facts.take([ticket(9)])
    assert found(View()) == [7, 8, 9]


def test_pages_follow_one_another_without_gap_or_repetition() -> None:
    tickets = [ticket(number, priority=list(Priority)[number % 4]) for number in range(1, 12)]
    facts.take(tickets)
    for sort in Sort:
        seen, after = [], None
        while True:
            page = facts.find(View(sort=sort), NOW, ZONE, 3, after)
            seen += page.numbers
            after = page.after
            if after is None:
                break
        assert sorted(seen) == list(range(1, 12))
        assert seen == found(View(sort=sort))


def test_a_view_that_did_not_change_costs_one_request_without_content() -> None:
    facts.take([ticket(7)])
    found(View())
    with on_the_wire() as wire:
        assert found(View()) == [7]
    assert wire.requests == ["s3.GetObject"]


SOME = st.sampled_from


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    return ticket(
        draw(st.integers(1, 10**6)),
        status=draw(SOME([*Status][:4])),
        priority=draw(SOME(Priority)),
        kind=draw(SOME([None, *Kind])),
        team=draw(st.integers(0, 2)),
        assignee=draw(st.integers(0, 2)),
        tags=tuple(sorted(draw(st.sets(SOME(["a", "b", "c"]))))),
        subject=draw(SOME(["Pump", "pump", "펌프가 샙니다", "ＰＵＭＰ", ""])),
        created_at=NOW - draw(st.integers(0, 40)) * DAY,
        updated_at=NOW - draw(st.integers(0, 40)) * DAY,
        clocks=draw(SOME([(), factories.ticket().clocks, factories.opened(at=NOW - 3 * DAY).after.clocks])),
    )


@st.composite
def views(draw: st.DrawFn) -> View:
    return View(
        statuses=draw(st.frozensets(SOME(Status), max_size=2)),
        priorities=draw(st.frozensets(SOME(Priority), max_size=2)),
        kinds=draw(st.frozensets(SOME(Kind), max_size=2)),
        teams=draw(st.frozensets(st.integers(0, 2), max_size=1)),
        assignees=draw(st.frozensets(st.integers(0, 2), max_size=1)),
        tags=draw(st.frozensets(SOME(["a", "b", "c"]), max_size=2)),
        customer=draw(SOME(["", "@customer.example", factories.CUSTOMER_ADDRESS, "x@y.example"])),
        due=draw(SOME([None, *Due])),
        text=draw(SOME(["", "pump", "펌프", "customer"])),
        created_within=draw(SOME([0, 1, 20])),
        updated_within=draw(SOME([0, 7])),
        sort=draw(SOME(Sort)),
    )


@given(st.lists(tickets(), max_size=12, unique_by=lambda one: one.number), views())
def test_the_file_answers_what_the_tickets_would(stored: list[Ticket], view: View) -> None:
    memory = facts.empty()
    for one in stored:
        facts.put(memory, one)
    expected = {one.number for one in stored if view.fits(one, NOW, ZONE)}
    assert {number for number, _ in facts.ask(memory, view, NOW, ZONE, 100, None)} == expected
