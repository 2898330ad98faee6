"""Mails as SES stored them, what is known of each, and what became of it."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.adapters.aws import client, send_to_queue
from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import (
    CustomerItem,
    Item,
    LoopItem,
    MailItem,
    MessageItem,
    address_key,
    mail_queue,
)
from chalicelib.adapters.paging import Page, cursor_after, cursor_of, place_of
from chalicelib.adapters.transaction import Transaction
from chalicelib.config import config
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import LISTED, SETTLED, Fate, FateState

PREFIX = "inbound/"
NO_MAIL = f"{PREFIX}AMAZON_SES_SETUP_NOTIFICATION"
"""What SES writes there when the receipt rule is made."""
_LONGEST_ID = 1_000
_HOUR_SECONDS = 3600
_KEPT_SECONDS = 2 * _HOUR_SECONDS
_MOST_IDS = 93  # a batch asks for a hundred items; the rest are seven more


@dataclass(frozen=True)
class Answered:
    """What a Message-ID that we know belongs to: a ticket, and the outgoing mail that bore it (0: a mail to us)."""

    ticket: int
    outgoing: int = 0


@dataclass(frozen=True)
class Alike:
    """How many mails of one sender with one subject came within an hour, and the ticket of the latest (rule 13)."""

    count: int = 0
    ticket: int = 0


@dataclass(frozen=True)
class Known:
    """What the table knows of a mail: what it answers, nearest first; its sender; where it went before.

    `taken_as` is the ticket that has the same mail, whichever key it came under; `fate` that of this very key.
    `is_id_known` tells whether another mail came under the same Message-ID.
    """

    answered: tuple[Answered, ...]
    customer: Customer | None
    taken_as: int | None
    fate: Fate | None
    alike: Alike
    is_id_known: bool

    @property
    def tickets(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(each.ticket for each in self.answered))


@dataclass(frozen=True)
class Query:
    """What is to be looked up for one mail; ids without angle brackets, `thread_ids` the nearest first.

    `also_taken_as` are two further fingerprints at most under which the same mail may have been taken.
    """

    key: str
    thread_ids: tuple[str, ...]
    message_id: str
    address: str
    fingerprint: str
    alike: str
    received_at: datetime
    also_taken_as: tuple[str, ...] = ()


def read_raw(key: str, size: int | None = None) -> bytes:
    """The whole mail, or no more than its first `size` bytes. Raises NotFound("mail_not_found")."""
    s3 = client("s3")
    try:
        body: Any = s3.get_object(Bucket=config().mail_bucket, Key=key)["Body"]
    except s3.exceptions.NoSuchKey:
        raise NotFound("mail_not_found") from None
    with body:
        return bytes(body.read(size))


def list_raw(since: datetime) -> Iterator[Mapping[str, datetime]]:
    """When the mails came that SES stored since then, by key, as many at a time as one request lists.

    SES's keys have no order, so each call walks through all mails there are: a request per thousand, of which most may
    bring nothing (a thousand requests cost half a US cent: https://aws.amazon.com/s3/pricing/).
    """
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=config().mail_bucket, Prefix=PREFIX)
    for page in pages:
        found = {entry["Key"]: entry["LastModified"] for entry in page.get("Contents", ())}
        yield {key: at for key, at in found.items() if since <= at and key != NO_MAIL}


def enqueue(key: str, received_at: datetime) -> None:
    """Tells `inbound_mail` of a mail once more, as S3 did; twice is harmless.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    record = {"eventTime": instant(received_at), "s3": {"object": {"key": quote_plus(key)}}}
    send_to_queue(config().inbound_queue_url, {"Records": [record]})


def look_up(query: Query) -> Known:
    """One batch request. Of very many `thread_ids` the nearest 93 are asked for."""
    threads = tuple(dict.fromkeys(message_key(thread_id) for thread_id in query.thread_ids))[:_MOST_IDS]
    keys = [(key, "MESSAGE") for key in dict.fromkeys((*threads, message_key(query.message_id)))]
    alike_key = _alike_key(query.alike, query.received_at)
    keys += [(address_key(query.address), "CUSTOMER"), (_mail_key(query.key), "MAIL"), (alike_key, "LOOP")]
    fingerprints = [_mail_key(fingerprint) for fingerprint in (query.fingerprint, *query.also_taken_as)]
    keys += [(fingerprint, "MAIL") for fingerprint in fingerprints]
    found = {item.pk: item for item in Item.batch_get(keys, consistent_read=True)}
    customer = found.get(address_key(query.address))
    taken = next((found[fingerprint] for fingerprint in fingerprints if fingerprint in found), None)
    fate = found.get(_mail_key(query.key))
    return Known(
        tuple(decode(Answered, found[key].body) for key in threads if key in found),
        decode(Customer, customer.body | {"version": customer.version}) if isinstance(customer, CustomerItem) else None,
        taken.body["ticket"] if taken else None,
        decode(Fate, fate.body) if fate else None,
        _alike_of(found.get(alike_key)),
        message_key(query.message_id) in found,
    )


def taken(fingerprint: str, number: int) -> MailItem:
    """Marks a mail, by what it says, as dealt with by a ticket."""
    return MailItem(_mail_key(fingerprint), "MAIL", body={"ticket": number})


def message_of(message_id: str, number: int, outgoing: int = 0) -> MessageItem:
    """Remembers which ticket, and which of its outgoing mails, a Message-ID (without angle brackets) belongs to."""
    return MessageItem(message_key(message_id), "MESSAGE", body=encode(Answered(number, outgoing)))


def message_key(message_id: str) -> str:
    """DynamoDB's partition keys hold 2,048 bytes; an id that no honest program would make stands under its hash."""
    encoded = message_id.encode(errors="replace")
    name = encoded.decode() if len(encoded) <= _LONGEST_ID else hashlib.sha256(encoded).hexdigest()
    return f"MESSAGE#{name}"


def find_answered(message_ids: Iterable[str]) -> Answered | None:
    """What the first known of these ids belongs to; one batch request."""
    keys = tuple(dict.fromkeys(message_key(message_id) for message_id in message_ids))[:_MOST_IDS]
    found = {item.pk: item for item in MessageItem.batch_get([(key, "MESSAGE") for key in keys], consistent_read=True)}
    return next((decode(Answered, found[key].body) for key in keys if key in found), None)


def count_alike(transaction: Transaction, query: Query, number: int) -> None:
    """Counts one more mail of this sender with this subject, which went to ticket `number`."""
    forgotten_at = _hour_of(query.received_at) + _KEPT_SECONDS
    actions = [Path("total").add(1), Path("ticket").set(number), Path("kind").set("loop")]
    transaction.update(
        LoopItem(_alike_key(query.alike, query.received_at), "LOOP"), [*actions, Path("expires_at").set(forgotten_at)]
    )


def settle(transaction: Transaction, fate: Fate) -> None:
    """Writes that a ticket has a mail, together with what it led to there."""
    transaction.put_over(item_of(fate))


def hold(transaction: Transaction, fate: Fate) -> None:
    """Writes that a mail waits for a person; the transaction fails with StaleVersion when a ticket has it."""
    transaction.put_over(item_of(fate), _is_free())


def keep_fate(fate: Fate) -> bool:
    """Writes a fate alone. False when a ticket has the mail already: then that stays. Harmless when repeated."""
    return _keep(fate, _is_free())


def put_aside(fate: Fate) -> bool:
    """As `keep_fate`, but what a person dismissed stays dismissed as well."""
    return _keep(fate, _is_free(but={FateState.DISMISSED}))


def keep_first_fate(fate: Fate) -> bool:
    """Writes a fate alone. False when the mail has any already: then that stays."""
    return _keep(fate, MailItem.pk.does_not_exist())


def find_fates(keys: Iterable[str]) -> dict[str, Fate]:
    """Of these mails, by key, as far as they have one; a batch request per hundred."""
    wanted = [(_mail_key(key), "MAIL") for key in keys]
    found = (decode(Fate, item.body) for item in MailItem.batch_get(wanted, consistent_read=True))
    return {fate.key: fate for fate in found}


def list_in_hand(state: FateState, cursor: str | None = None, limit: int = 100) -> Page[Fate]:
    """A page of the held, quarantined or dismissed mails, newest first; one request at any number of mails."""
    queue = mail_queue(state)
    results = MailItem.query(
        queue,
        index_name="by_queue",
        limit=limit,
        page_size=limit,
        scan_index_forward=False,
        last_evaluated_key=place_of(cursor, "queue", queue, "MAIL"),
    )
    items = tuple(decode(Fate, item.body) for item in results)
    return Page(items, cursor_of(results.last_evaluated_key, "queue"))


def place_after(fate: Fate) -> str:
    """The cursor that asks for the mails that came before this one."""
    return cursor_after(instant(fate.received_at), _mail_key(fate.key))


def count_in_hand(state: FateState, before: datetime | None = None, most: int = 1_000) -> int:
    """How many held or quarantined mails there are, of those that came before an instant; counts no further than
    `most`, which takes a request or two (PynamoDB's own count knows no end)."""
    older = MailItem.queue_sk < instant(before) if before else None
    found = MailItem.query(
        mail_queue(state), older, index_name="by_queue", limit=most, page_size=most, attributes_to_get=["pk", "kind"]
    )
    return sum(1 for _ in found)


def get_fate(key: str) -> Fate:
    """Raises NotFound("mail_not_found")."""
    try:
        return decode(Fate, MailItem.get(_mail_key(key), "MAIL", consistent_read=True).body)
    except MailItem.DoesNotExist:
        raise NotFound("mail_not_found") from None


def _keep(fate: Fate, condition: Condition) -> bool:
    try:
        item_of(fate).save(condition=condition, add_version_condition=False)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return False
        raise
    return True


def item_of(fate: Fate) -> MailItem:
    item = MailItem(_mail_key(fate.key), "MAIL", body=encode(fate))
    if fate.state in LISTED:
        item.queue_pk, item.queue_sk = mail_queue(fate.state), instant(fate.received_at)
    return item


def _is_free(but: Collection[FateState] = ()) -> Condition:
    """That no ticket has the mail, nor is it in any of these states."""
    open_states = [state.value for state in FateState if state not in {*SETTLED, *but}]
    is_free: Condition = MailItem.pk.does_not_exist() | Path("body.state").is_in(*open_states)
    return is_free


def _alike_of(item: Item | None) -> Alike:
    if not isinstance(item, LoopItem):
        return Alike()
    return Alike(int(item.total or 0), int(item.ticket or 0))


def _alike_key(alike: str, at: datetime) -> str:
    return f"LOOP#{alike}#{_hour_of(at)}"


def _hour_of(at: datetime) -> int:
    return int(at.timestamp()) // _HOUR_SECONDS * _HOUR_SECONDS


def _mail_key(name: str) -> str:
    return f"MAIL#{name}"
