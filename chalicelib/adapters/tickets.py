"""Tickets in the table: one by number, whole pages, queues; saved with everything that belongs to the change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.expressions.operand import Path

from chalicelib.adapters import action_items, counts, outbox
from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import (
    COUNTER,
    NEVER,
    OVERDUE,
    SURVEYS_DUE,
    CounterItem,
    EntryItem,
    Item,
    OutgoingItem,
    SurveyItem,
    TicketItem,
    assignee_queue,
    at_version,
    customer_key,
    done_key,
    entry_key,
    status_queue,
    ticket_key,
)
from chalicelib.adapters.paging import Page, cursor_of, place_of
from chalicelib.adapters.surveys import survey_of
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.change import Change
from chalicelib.domain.entry import Entry
from chalicelib.domain.errors import NotFound
from chalicelib.domain.outgoing import Outgoing
from chalicelib.domain.queue import Queue
from chalicelib.domain.survey import Survey
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Status


@dataclass(frozen=True)
class TicketPage:
    """A ticket with all that belongs to it, oldest first; `survey` is that of the latest resolution asked about."""

    ticket: Ticket
    entries: tuple[Entry, ...]
    outgoing: tuple[Outgoing, ...]
    survey: Survey | None


def get(number: int) -> Ticket:
    """One request, consistent. Raises NotFound("ticket_not_found")."""
    try:
        return _ticket_of(TicketItem.get(ticket_key(number), "TICKET", consistent_read=True))
    except TicketItem.DoesNotExist:
        raise NotFound("ticket_not_found", number=number) from None


def get_page(number: int) -> TicketPage:
    """One query (more for timelines past 1 MB). Raises NotFound("ticket_not_found")."""
    items = list(Item.query(ticket_key(number), consistent_read=True))
    ticket = next((item for item in items if isinstance(item, TicketItem)), None)
    if ticket is None:
        raise NotFound("ticket_not_found", number=number)
    surveys = [survey_of(item) for item in items if isinstance(item, SurveyItem)]
    return TicketPage(
        _ticket_of(ticket),
        tuple(decode(Entry, item.body) for item in items if isinstance(item, EntryItem)),
        tuple(decode(Outgoing, item.body) for item in items if isinstance(item, OutgoingItem)),
        surveys[-1] if surveys else None,
    )


def list_by_queue(queue: Queue, agent_id: int, cursor: str | None = None, limit: int = 25) -> Page[Ticket]:
    """A page of a queue, nearest deadline first (resolved: latest first). One request at any number of tickets."""
    index, key = _QUERIES[queue]
    partition = assignee_queue(agent_id) if queue is Queue.MINE else key
    results = TicketItem.query(
        partition,
        index_name=f"by_{index}",
        limit=limit,
        page_size=limit,
        scan_index_forward=queue is not Queue.RESOLVED,
        last_evaluated_key=place_of(cursor, index, partition, "TICKET"),
    )
    return Page(tuple(_ticket_of(item) for item in results), cursor_of(results.last_evaluated_key, index))


def list_by_numbers(numbers: Iterable[int]) -> dict[int, Ticket]:
    """By number, without those that there are not; a request for each hundred, none for none."""
    keys = [(ticket_key(number), "TICKET") for number in sorted(set(numbers))]
    return {ticket.number: ticket for ticket in map(_ticket_of, TicketItem.batch_get(keys))} if keys else {}


def list_due(agent_id: int, until: datetime, limit: int) -> tuple[Ticket, ...]:
    """An agent's unresolved tickets that are due until an instant, nearest deadline first."""
    due = Item.assignee_sk <= f"{instant(until)}~"
    found = TicketItem.query(assignee_queue(agent_id), due, index_name="by_assignee", limit=limit)
    return tuple(_ticket_of(item) for item in found)


def list_done(agent_id: int, since: datetime, limit: int) -> tuple[Ticket | ActionItem, ...]:
    """Tickets of an agent that were resolved since an instant, and action items that the agent did; latest first."""
    since_then = Item.assignee_sk >= instant(since)
    key = done_key(agent_id)
    found = Item.query(key, since_then, index_name="by_assignee", limit=limit, scan_index_forward=False)
    return tuple(_ticket_of(item) if isinstance(item, TicketItem) else decode(ActionItem, item.body) for item in found)


def get_entry(number: int, entry_id: int) -> Entry:
    """One entry of a ticket's timeline. Raises NotFound("entry_not_found")."""
    try:
        item = EntryItem.get(ticket_key(number), entry_key(entry_id), consistent_read=True)
    except EntryItem.DoesNotExist:
        raise NotFound("entry_not_found", number=number) from None
    return decode(Entry, item.body)


def list_surveys_due(now: datetime, limit: int) -> tuple[Ticket, ...]:
    """Resolved tickets whose survey is to be sent, longest waiting first."""
    due = Item.due_sk <= f"{instant(now)}~"
    return tuple(_ticket_of(item) for item in TicketItem.query(SURVEYS_DUE, due, index_name="by_due", limit=limit))


def list_resolved_until(instant_of_resolution: datetime, limit: int) -> tuple[Ticket, ...]:
    """Resolved tickets, those first that were resolved longest ago."""
    until = Item.queue_sk <= f"{instant(instant_of_resolution)}~"
    items = TicketItem.query(status_queue(Status.RESOLVED), until, index_name="by_queue", limit=limit)
    return tuple(_ticket_of(item) for item in items)


def list_outgoing(number: int) -> tuple[Outgoing, ...]:
    """The outbox of one ticket, oldest first, without the rest of its page."""
    items = OutgoingItem.query(ticket_key(number), OutgoingItem.sk.startswith("OUT#"), consistent_read=True)
    return tuple(decode(Outgoing, item.body) for item in items)


def next_number() -> int:
    """The next of consecutive ticket numbers; one that is not used after all stays a gap."""
    item = CounterItem(*COUNTER)
    item.update(actions=[Path("total").add(1), Path("kind").set("counter")], add_version_condition=False)
    return int(item.total)


def save(change: Change, time_zone: str, also: Transaction | None = None) -> None:
    """Everything of the change, and of `also`, or nothing.

    Raises StaleVersion when the ticket was changed since it was read, or what a failed condition of `also` means.
    """
    transaction = also or Transaction()
    transaction.put(item_of(change.after))
    for item in _additions(change):
        transaction.put_new(item)
    for record in action_items.records_of(change):
        transaction.put_over(record)
    for entry in change.changed:
        transaction.put_over(item_of_entry(change.after.number, entry))
    counts.count_change(transaction, change, time_zone)
    transaction.commit()


def told_of(records: Iterable[Mapping[str, Any]]) -> Iterator[Ticket]:
    """The tickets that stream records tell of, as they were then, the oldest first.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if image.get("kind", {}).get("S") == "ticket":
            item = TicketItem()
            item.deserialize(dict(image))
            yield _ticket_of(item)


def item_of_entry(number: int, entry: Entry) -> EntryItem:
    return EntryItem(ticket_key(number), entry_key(entry.id), body=encode(entry))


def _additions(change: Change) -> Iterable[Item]:
    for entry in change.entries:
        yield item_of_entry(change.after.number, entry)
    for outgoing in change.outgoing:
        yield outbox.item_of(outgoing)


def item_of(ticket: Ticket) -> TicketItem:
    order = instant(ticket.due_at) if ticket.due_at else NEVER
    item = TicketItem(
        ticket_key(ticket.number),
        "TICKET",
        body=encode(ticket),
        **at_version(ticket.version),
        queue_pk=status_queue(Status.OPEN if ticket.status is Status.ON_HOLD else ticket.status),
        queue_sk=instant(ticket.resolved_at) if ticket.resolved_at else order,
        customer_pk=customer_key(ticket.customer_id),
        customer_sk=f"TICKET#{ticket.number:016d}",
    )
    if ticket.is_active:
        item.assignee_pk, item.assignee_sk = assignee_queue(ticket.assignee), order
    elif ticket.status is Status.RESOLVED and ticket.resolved_at and ticket.assignee:
        item.assignee_pk, item.assignee_sk = done_key(ticket.assignee), instant(ticket.resolved_at)
    if ticket.is_overdue:
        item.due_pk, item.due_sk = OVERDUE, order
    elif ticket.survey_due_at:
        item.due_pk, item.due_sk = SURVEYS_DUE, instant(ticket.survey_due_at)
    return item


def _ticket_of(item: TicketItem) -> Ticket:
    return decode(Ticket, item.body | {"version": item.version})


_QUERIES = {
    Queue.MINE: ("assignee", ""),
    Queue.UNASSIGNED: ("assignee", assignee_queue(0)),
    Queue.OVERDUE: ("due", OVERDUE),
    Queue.OPEN: ("queue", status_queue(Status.OPEN)),
    Queue.PENDING: ("queue", status_queue(Status.PENDING)),
    Queue.RESOLVED: ("queue", status_queue(Status.RESOLVED)),
}
