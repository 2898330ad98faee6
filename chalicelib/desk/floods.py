"""More mail than people write: who gets no acknowledgement any more, and who is told of it (rule 13)."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.adapters import limits, outbox, tickets
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk.changes import new_ids
from chalicelib.domain import mail_trouble
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.errors import DeskIsSilent, StaleVersion
from chalicelib.domain.mail_trouble import Flood
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids

MOST_ACKNOWLEDGEMENTS = 500
"""Of the whole desk in an hour of the clock; what comes after makes tickets silently (rule 13). The limits of one
sender hold nobody back who writes under ten thousand forged addresses."""
SHARDS = 10
"""Counters among which the acknowledgements are spread, so that tickets made at once seldom meet on one. Each has its
share: a full one ends its own, so that the limit is reached about at its number."""
_HOUR = timedelta(hours=1)


def reached(customer: Customer, is_desk_silent: bool, now: datetime) -> Flood | None:
    """The limit for whose sake the customer gets no acknowledgement, None when one may be sent."""
    if is_desk_silent:
        return Flood.DESK
    return None if customer.may_be_acknowledged(now) else Flood.SENDER


def count(
    opened: Change,
    customer: Customer,
    flood: Flood | None,
    settings: Settings,
    now: datetime,
    ids: Ids,
    also: Transaction,
) -> tuple[Change, Customer]:
    """The new ticket and its customer, with the acknowledgement counted or with the notices of its limit.

    `also` fails with DeskIsSilent when the whole desk has sent too many in this hour: then the ticket is to be made
    once more, without one. Costs a request only where a limit is reached.
    """
    if flood is None:
        shard, most = secrets.randbelow(SHARDS), MOST_ACKNOWLEDGEMENTS // SHARDS
        limits.count_in(also, f"acknowledgement:{shard}", most, _HOUR, now, DeskIsSilent("desk_limit"))
        return opened, customer.acknowledged(now)
    is_known = flood is Flood.SENDER and not customer.is_to_be_alerted_of(now)
    if is_known or not _is_first(also, flood, now):
        return opened, customer
    is_of_one = flood is Flood.SENDER
    sender, mails = (customer.address, customer.lately_acknowledged(now)) if is_of_one else ("", MOST_ACKNOWLEDGEMENTS)
    notices = mail_trouble.flood_notices(opened.after, flood, sender, mails, settings, now, ids)
    told = opened.then(Change(opened.after, opened.after, outgoing=notices))
    return told, replace(customer, alerted_at=now) if is_of_one else customer


def announce_held(also: Transaction, sender: str, number: int, mails: int, settings: Settings, now: datetime) -> None:
    """Tells the supervisors, on the ticket of the mail before, that further ones of this sender are held."""
    if _is_first(also, Flood.ALIKE, now):
        ticket = tickets.get(number)
        for notice in mail_trouble.flood_notices(ticket, Flood.ALIKE, sender, mails, settings, now, new_ids(now)):
            outbox.announce(also, notice)


def _is_first(also: Transaction, flood: Flood, now: datetime) -> bool:
    """Whether nobody was told of such a flood in this hour, whoever it came from: ten thousand senders would make ten
    thousand notices. Then `also` notes that they are, and fails with StaleVersion when somebody else was faster."""
    what = f"flood:{flood}"
    if limits.is_reached(what, 1, _HOUR, now):
        return False
    limits.count_in(also, what, 1, _HOUR, now, StaleVersion("told_before"))
    return True
