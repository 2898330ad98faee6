"""How items of tickets are found: by who has to do them, and by who did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import action_items, counts, tickets
from chalicelib.adapters.items import ActionItemItem, action_item_key, ticket_key
from chalicelib.domain import action_item
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.change import Change
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ticket import Ticket, author_of
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW
from tests.factories import ids

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = author_of(AGENT)

pytestmark = pytest.mark.usefixtures("cloud")


def item(number: int, **others: object) -> ActionItem:
    return replace(ActionItem(number, 7, f"Item {number}", NOW), **others)  # type: ignore[arg-type]


def kept(*items: ActionItem, **others: object) -> Ticket:
    ticket = replace(factories.ticket(), action_items=items, **others)  # type: ignore[arg-type]
    tickets.save(Change(None, ticket), "Asia/Seoul")
    return tickets.get(7)


def saved(change: Change) -> Ticket:
    tickets.save(change, "Asia/Seoul")
    return tickets.get(7)


def to_do(agent_id: int = AGENT.id) -> list[int]:
    return [one.id for one in action_items.list_open(agent_id, 100)]


def counted(agent_id: int = AGENT.id) -> int:
    counts.forget()
    return counts.open_items(agent_id, NOW)


def test_an_agent_s_items_come_nearest_due_time_first_then_those_without_one() -> None:
    kept(
        item(40, owner=AGENT.id),
        item(41, owner=AGENT.id, due_at=NOW + DAY),
        item(42, owner=AGENT.id, due_at=NOW - DAY),
        item(43, owner=AGENT.id, done_at=NOW, done_by=AGENT.id),
        item(44, owner=COLLEAGUE.id),
    )
    assert to_do() == [42, 41, 40]
    assert (counted(), counted(COLLEAGUE.id)) == (3, 1)


def test_what_is_nobody_s_own_goes_with_the_ticket() -> None:
    ticket = kept(item(40), item(41, owner=COLLEAGUE.id), assignee=AGENT.id)
    assert (to_do(), to_do(COLLEAGUE.id), counted()) == ([40], [41], 1)
    ticket = saved(ticket.assign(COLLEAGUE, AGENT, NOW, ids(60)))
    assert (to_do(), sorted(to_do(COLLEAGUE.id))) == ([], [40, 41])
    assert (counted(), counted(COLLEAGUE.id)) == (0, 2)
    saved(ticket.assign(None, AGENT, NOW, ids(70)))
    assert to_do(COLLEAGUE.id) == [41]


def test_who_did_an_item_finds_it_among_what_was_done_with_the_tickets_resolved() -> None:
    ticket = kept(item(40), assignee=AGENT.id)
    ticket = saved(action_item.tick(ticket, 40, author_of(COLLEAGUE), NOW + HOUR, ids(60)))
    ticket = saved(ticket.set_status(Status.RESOLVED, AGENT, factories.settings(), NOW + 2 * HOUR, ids(70)))
    (done,) = tickets.list_done(COLLEAGUE.id, NOW, 100)
    assert (isinstance(done, ActionItem), done) == (True, ticket.action_items[0])
    assert tickets.list_done(AGENT.id, NOW, 100) == (ticket,)
    assert tickets.list_done(AGENT.id, NOW + 3 * HOUR, 100) == ()
    assert (to_do(), counted()) == ([], 0)
    saved(ticket.set_status(Status.CLOSED, AGENT, factories.settings(), NOW + 3 * HOUR, ids(80)))
    assert tickets.list_done(AGENT.id, NOW, 100) == ()


def test_what_was_deleted_is_kept_for_a_month_and_found_by_nobody() -> None:
    ticket = kept(item(40, owner=AGENT.id))
    ticket = saved(action_item.delete(ticket, 40, BY, NOW, ids(60)))
    assert (ticket.action_items, to_do(), counted()) == ((), [], 0)
    assert action_items.get(7, 40) == item(40, owner=AGENT.id)
    record = ActionItemItem.get(ticket_key(7), action_item_key(40))
    assert record.expires_at == int((NOW + 30 * DAY).timestamp())
    saved(action_item.restore(ticket, action_items.get(7, 40), BY, NOW, ids(70)))
    assert (to_do(), counted()) == ([40], 1)
    assert ActionItemItem.get(ticket_key(7), action_item_key(40)).expires_at is None


def test_items_that_were_due_are_found_until_somebody_was_told() -> None:
    ticket = kept(item(40, due_at=NOW), item(41, due_at=NOW + HOUR), item(42), item(43, due_at=NOW, done_at=NOW))
    assert [one.id for one in action_items.list_untold(NOW, 10)] == [40]
    assert [one.id for one in action_items.list_untold(NOW + HOUR, 10)] == [40, 41]
    saved(Change(ticket, action_item.told(ticket, ticket.action_items[0], NOW)))
    assert action_items.list_untold(NOW, 10) == ()


def test_an_item_that_never_was() -> None:
    with pytest.raises(NotFound, match="item_not_found"):
        action_items.get(7, 40)


def test_the_page_of_a_ticket_is_read_with_them() -> None:
    ticket = kept(item(40))
    assert tickets.get_page(7).ticket == ticket


def test_tickets_are_found_by_their_numbers() -> None:
    ticket = kept()
    assert tickets.list_by_numbers([7, 7, 99]) == {7: ticket}
    assert tickets.list_by_numbers([]) == {}


def test_tickets_that_are_due_until_an_instant() -> None:
    ticket = kept(assignee=AGENT.id)
    due_at = factories.due_at(ticket)
    assert tickets.list_due(AGENT.id, due_at, 100) == (ticket,)
    assert tickets.list_due(AGENT.id, due_at - HOUR, 100) == ()
    assert tickets.list_due(COLLEAGUE.id, due_at, 100) == ()
