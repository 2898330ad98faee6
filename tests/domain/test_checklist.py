"""Checklists on tickets; a Monday, ten o'clock in Seoul, open nine to six."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import checklist
from chalicelib.domain.action_item import MOST_ITEMS, ActionItem
from chalicelib.domain.checklist import Checklist, ChecklistStep
from chalicelib.domain.entry import DESK as DESK_ITSELF
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket, author_of
from chalicelib.domain.words import Kind
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import ids

HOUR = timedelta(hours=1)
STEPS = (ChecklistStep("Check the receipt", 4 * HOUR), ChecklistStep("Pay back", 10 * HOUR), ChecklistStep("File it"))
RETURN = Checklist(90, "Return", STEPS, frozenset({Kind.CLAIM}))
BY = author_of(AGENT)


def desk(*checklists: Checklist) -> Settings:
    return factories.settings(checklists={one.id: one for one in checklists})


def claim(**others: object) -> Ticket:
    return replace(factories.ticket(), kind=Kind.CLAIM, **others)  # type: ignore[arg-type]


def test_its_steps_become_action_items_due_in_working_time() -> None:
    change = checklist.add(claim(), RETURN, BY, desk(RETURN), NOW, ids(40))
    assert [(item.title, item.due_at) for item in change.after.action_items] == [
        ("Check the receipt", NOW + 4 * HOUR),
        ("Pay back", NOW + 25 * HOUR),  # two hours of the next day
        ("File it", None),
    ]
    assert {(item.owner, item.checklist, item.ticket) for item in change.after.action_items} == {(0, 90, 7)}
    (event,) = change.entries
    assert [(one.field, one.new) for one in event.changes][:2] == [
        ("checklist", "Return"),
        ("item_added", "Check the receipt"),
    ]


def test_it_comes_once() -> None:
    added = checklist.add(claim(), RETURN, BY, desk(RETURN), NOW, ids()).after
    assert checklist.add(added, RETURN, BY, desk(RETURN), NOW, ids()).is_empty
    assert checklist.offered(added, desk(RETURN)) == ()


def test_it_is_offered_on_tickets_of_its_kind_while_they_are_worked_on() -> None:
    any_kind = Checklist(91, "Any", STEPS)
    idle = replace(RETURN, id=92, is_active=False)
    given = desk(RETURN, any_kind, idle)
    assert checklist.offered(claim(), given) == (any_kind, RETURN)
    assert checklist.offered(replace(claim(), kind=Kind.PRAISE), given) == (any_kind,)
    assert checklist.offered(factories.ticket("resolved"), given) == ()


def test_one_that_comes_by_itself_is_there_as_soon_as_the_ticket_has_its_kind() -> None:
    given = desk(replace(RETURN, comes_by_itself=True))
    change = factories.ticket().set_kind(Kind.CLAIM, AGENT, given, NOW, ids())
    assert [item.title for item in change.after.action_items] == [step.title for step in STEPS]
    assert [entry.cause for entry in change.entries] == ["agent", "checklist"]
    assert factories.ticket().set_kind(Kind.CLAIM, AGENT, desk(RETURN), NOW, ids()).after.action_items == ()


def test_so_it_is_on_a_ticket_that_begins_with_the_kind() -> None:
    given = desk(replace(RETURN, comes_by_itself=True))
    change = factories.opened(desk=given, kind=Kind.CLAIM)
    assert len(change.after.action_items) == len(STEPS)
    assert (change.before, change.entries[-1].author) == (None, DESK_ITSELF)
    assert factories.opened(desk=given, kind=Kind.PRAISE).after.action_items == ()


def test_where_there_is_no_room_it_stays_on_offer() -> None:
    given = desk(replace(RETURN, comes_by_itself=True))
    many = tuple(ActionItem(number, 7, "x", NOW) for number in range(MOST_ITEMS - 2))
    full = replace(factories.ticket(), action_items=many).set_kind(Kind.CLAIM, AGENT, given, NOW, ids()).after
    assert full.action_items == many
    (offered,) = checklist.offered(full, given)
    with pytest.raises(Conflict, match="too_many_items"):
        checklist.add(full, offered, BY, given, NOW, ids())


def test_what_comes_by_itself_says_for_which_kind() -> None:
    with pytest.raises(InvalidInput, match="checklist_without_kind"):
        Checklist(90, "Return", STEPS, comes_by_itself=True)
