"""Mails as SES stored them, what became of each, and those that nobody could read."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.adapters.aws import client
from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import QUARANTINE, CustomerItem, Item, MailItem, MessageItem, address_key
from chalicelib.config import config
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import NotFound

_LONGEST_ID = 1_000


@dataclass(frozen=True)
class Quarantined:
    """A mail that made no ticket: its object's key, `cause` (a code), and `detail` for who wants to mend it."""

    key: str
    cause: str
    received_at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Known:
    """What the table knows of a mail: the tickets it answers, nearest first; its sender; where it went before.

    `is_id_known` tells whether another mail came under the same Message-ID.
    """

    tickets: tuple[int, ...]
    customer: Customer | None
    taken_as: int | None
    is_id_known: bool


def read_raw(key: str) -> bytes:
    """The whole mail. Raises NotFound("mail_not_found")."""
    s3 = client("s3")
    try:
        body: Any = s3.get_object(Bucket=config().mail_bucket, Key=key)["Body"]
    except s3.exceptions.NoSuchKey:
        raise NotFound("mail_not_found") from None
    return bytes(body.read())


def look_up(thread_ids: Iterable[str], message_id: str, address: str, fingerprint: str) -> Known:
    """One batch request. Ids without angle brackets, of `thread_ids` the nearest first, at most 97 are asked for."""
    threads = tuple(dict.fromkeys(message_key(thread_id) for thread_id in thread_ids))[:97]
    keys = [(key, "MESSAGE") for key in dict.fromkeys((*threads, message_key(message_id)))]
    keys += [(address_key(address), "CUSTOMER"), (_mail_key(fingerprint), "MAIL")]
    found = {item.pk: item for item in Item.batch_get(keys, consistent_read=True)}
    customer, taken = found.get(address_key(address)), found.get(_mail_key(fingerprint))
    return Known(
        tuple(dict.fromkeys(found[key].body["ticket"] for key in threads if key in found)),
        decode(Customer, customer.body | {"version": customer.version}) if isinstance(customer, CustomerItem) else None,
        taken.body["ticket"] if taken else None,
        message_key(message_id) in found,
    )


def taken(fingerprint: str, number: int) -> MailItem:
    """Marks a mail as dealt with by a ticket."""
    return MailItem(_mail_key(fingerprint), "MAIL", body={"ticket": number})


def message_of(message_id: str, number: int) -> MessageItem:
    """Remembers which ticket a Message-ID (without angle brackets) belongs to."""
    return MessageItem(message_key(message_id), "MESSAGE", body={"ticket": number})


def message_key(message_id: str) -> str:
    """DynamoDB's partition keys hold 2,048 bytes; an id that no honest program would make stands under its hash."""
    encoded = message_id.encode(errors="replace")
    name = encoded.decode() if len(encoded) <= _LONGEST_ID else hashlib.sha256(encoded).hexdigest()
    return f"MESSAGE#{name}"


def quarantine(mail: Quarantined) -> None:
    """Harmless when repeated: the newest cause stays."""
    MailItem(
        _mail_key(mail.key), "MAIL", body=encode(mail), queue_pk=QUARANTINE, queue_sk=instant(mail.received_at)
    ).save(add_version_condition=False)


def list_quarantined(limit: int = 100) -> tuple[Quarantined, ...]:
    """Newest first."""
    items = MailItem.query(QUARANTINE, index_name="by_queue", limit=limit, scan_index_forward=False)
    return tuple(decode(Quarantined, item.body) for item in items)


def get_quarantined(key: str) -> Quarantined:
    """Raises NotFound("mail_not_quarantined")."""
    try:
        return decode(Quarantined, MailItem.get(_mail_key(key), "MAIL", consistent_read=True).body)
    except MailItem.DoesNotExist:
        raise NotFound("mail_not_quarantined") from None


def release(key: str) -> None:
    """Takes a mail out of the quarantine."""
    MailItem(_mail_key(key), "MAIL").delete(add_version_condition=False)


def _mail_key(fingerprint: str) -> str:
    return f"MAIL#{fingerprint}"
