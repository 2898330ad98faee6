"""Outgoing mails and timers of a ticket: what the stream announces, and how each ended."""

from collections.abc import Iterable, Mapping
from typing import Any

from pynamodb.expressions.operand import Path

from chalicelib.adapters.aws import send_to_queue
from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.inbound_mail import message_of
from chalicelib.adapters.items import OutgoingItem, notices_key, outgoing_key, ticket_key
from chalicelib.adapters.paging import Page, cursor_of, place_of
from chalicelib.adapters.transaction import Transaction
from chalicelib.config import config
from chalicelib.domain.errors import AlreadyDone
from chalicelib.domain.outgoing import Delivery, Outgoing


def announced(record: Mapping[str, Any]) -> tuple[int, int] | None:
    """Ticket number and id of the outbox entry that a stream record tells of; None for any other record.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    image = record["dynamodb"].get("NewImage", {})
    if record["eventName"] != "INSERT" or image.get("kind", {}).get("S") != "outbox":
        return None
    body = image["body"]["M"]
    return int(body["ticket"]["N"]), int(body["id"]["N"])


def enqueue(number: int, outgoing_id: int, *, is_again: bool = False) -> None:
    """Hands an entry to `deliver`; twice is harmless, since `deliver` looks whether it is still queued.

    `is_again` says that it was handed over before, and nobody knows what became of it.
    """
    message = {"ticket": number, "id": outgoing_id}
    send_to_queue(config().outbox_queue_url, message | ({"is_again": True} if is_again else {}))


def find(number: int, outgoing_id: int) -> Outgoing | None:
    """One request, consistent."""
    try:
        item = OutgoingItem.get(ticket_key(number), outgoing_key(outgoing_id), consistent_read=True)
    except OutgoingItem.DoesNotExist:
        return None
    return decode(Outgoing, item.body)


def announce(transaction: Transaction, outgoing: Outgoing) -> None:
    """Adds what must leave to a transaction that changes nothing else of the ticket."""
    transaction.put_new(item_of(outgoing))


def item_of(outgoing: Outgoing) -> OutgoingItem:
    """What agents are told is found by agent as well."""
    item = OutgoingItem(ticket_key(outgoing.ticket), outgoing_key(outgoing.id), body=encode(outgoing))
    if outgoing.agent_id:
        item.assignee_pk, item.assignee_sk = notices_key(outgoing.agent_id), outgoing_key(outgoing.id)
    return item


def list_notices(agent_id: int, cursor: str | None, limit: int) -> Page[Outgoing]:
    """What an agent was told of tickets, newest first; one request."""
    partition = notices_key(agent_id)
    found = OutgoingItem.query(
        partition,
        index_name="by_assignee",
        limit=limit,
        page_size=limit,
        scan_index_forward=False,
        last_evaluated_key=_place_of(cursor, partition),
    )
    notices = tuple(decode(Outgoing, item.body) for item in found)
    last = found.last_evaluated_key
    return Page(notices, cursor_of(last, "assignee") if last else None)


def _place_of(cursor: str | None, partition: str) -> dict[str, Any] | None:
    """An outbox entry's sort key in the index is that in its ticket."""
    place = place_of(cursor, "assignee", partition, "")
    return place | {"sk": place["assignee_sk"]} if place else None


def save_failure(transaction: Transaction, before: Outgoing, after: Outgoing) -> None:
    """A mail that was sent came back; the transaction fails with StaleVersion when another report was faster."""
    item = OutgoingItem(ticket_key(after.ticket), outgoing_key(after.id))
    failed_for = Path("body.failed_for")
    is_same = (Path("body.delivery") == before.delivery.value) & (failed_for == list(before.failed_for))
    transaction.update(item, [OutgoingItem.body.set(encode(after))], is_same)


def save(outgoing: Outgoing, wire_ids: Iterable[str] = ()) -> None:
    """How a try ended; with a mail that was sent, the ids under which customers may answer it.

    Raises AlreadyDone when another try of the same entry ended it meanwhile: its outcome stays.
    """
    transaction = Transaction()
    item = OutgoingItem(ticket_key(outgoing.ticket), outgoing_key(outgoing.id))
    is_open = Path("body.delivery") == Delivery.QUEUED.value
    transaction.update(item, [OutgoingItem.body.set(encode(outgoing))], is_open, AlreadyDone("delivered_before"))
    for wire_id in wire_ids:
        pointer = message_of(wire_id, outgoing.ticket, outgoing.id)
        transaction.update(pointer, [type(pointer).body.set(pointer.body), type(pointer).kind.set(type(pointer))])
    transaction.commit()


def mark_maybe_left(outgoing: Outgoing) -> None:
    """However another try ended it: this one may have sent the mail as well."""
    item = OutgoingItem(ticket_key(outgoing.ticket), outgoing_key(outgoing.id))
    item.update([Path("body.maybe_left").set(True)], add_version_condition=False)
