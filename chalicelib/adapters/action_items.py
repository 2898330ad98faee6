"""Records of action items, derived from their ticket: they find what an agent has to do and has done, and keep for a
month what was deleted. The ticket itself holds the items that count."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import (
    ITEMS_DUE,
    NEVER,
    ActionItemItem,
    Item,
    action_item_key,
    agent_items_key,
    done_key,
    ticket_key,
)
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.change import Change
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ticket import Ticket

_DELETED_FOR = timedelta(days=30)


def get(number: int, item_id: int) -> ActionItem:
    """Deleted or not; one request. Raises NotFound("item_not_found")."""
    try:
        item = ActionItemItem.get(ticket_key(number), action_item_key(item_id), consistent_read=True)
    except ActionItemItem.DoesNotExist:
        raise NotFound("item_not_found") from None
    return decode(ActionItem, item.body)


def list_open(agent_id: int, limit: int) -> tuple[ActionItem, ...]:
    """What an agent has to do: their own, and nobody's on tickets that they have. Nearest due time first, then those
    without one."""
    found = ActionItemItem.query(agent_items_key(agent_id), index_name="by_assignee", limit=limit)
    return tuple(decode(ActionItem, item.body) for item in found)


def list_untold(until: datetime, limit: int) -> tuple[ActionItem, ...]:
    """Items that were due until an instant without anybody being told, longest overdue first."""
    due = Item.due_sk <= f"{instant(until)}~"
    found = ActionItemItem.query(ITEMS_DUE, due, index_name="by_due", limit=limit)
    return tuple(decode(ActionItem, item.body) for item in found)


def records_of(change: Change) -> Iterator[ActionItemItem]:
    """Those that the change makes different."""
    before, after = _held(change.before), _held(change.after)
    for item_id, (item, agent_id) in after.items():
        if before.get(item_id) != (item, agent_id):
            yield _record(item, agent_id)
    for item_id in before.keys() - after.keys():
        yield _deleted(before[item_id][0], change.after.updated_at)


def counts_of(change: Change) -> dict[int, int]:
    """By how many the open items of each agent grow."""
    grown = Counter(_agents(change.after))
    grown.subtract(_agents(change.before))
    return {agent_id: number for agent_id, number in grown.items() if number}


def _agents(ticket: Ticket | None) -> list[int]:
    return [agent_id for item, agent_id in _held(ticket).values() if item.is_open and agent_id]


def _held(ticket: Ticket | None) -> dict[int, tuple[ActionItem, int]]:
    """Each item of a ticket, and whose it is for now (0: nobody's)."""
    return {item.id: (item, item.owner or ticket.assignee) for item in ticket.action_items} if ticket else {}


def _record(item: ActionItem, agent_id: int) -> ActionItemItem:
    record = ActionItemItem(ticket_key(item.ticket), action_item_key(item.id), body=encode(item))
    if item.reminds_at:
        record.due_pk, record.due_sk = ITEMS_DUE, instant(item.reminds_at)
    if item.done_at:
        record.assignee_pk, record.assignee_sk = done_key(item.done_by), instant(item.done_at)
    elif agent_id:
        record.assignee_pk = agent_items_key(agent_id)
        record.assignee_sk = instant(item.due_at) if item.due_at else NEVER
    return record


def _deleted(item: ActionItem, at: datetime) -> ActionItemItem:
    expires_at = int((at + _DELETED_FOR).timestamp())
    key = ticket_key(item.ticket), action_item_key(item.id)
    return ActionItemItem(*key, body=encode(item), expires_at=expires_at)
