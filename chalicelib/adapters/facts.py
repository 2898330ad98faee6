"""The facts of all tickets that are not closed, in one SQLite file in the files bucket: what views and the board ask.

The stream writes it (`take`), and whoever reads keeps it in memory by its ETag: one conditional request. A ticket stands
there within a few seconds; what must be exact is read from the table afterwards. Written with `If-Match`: of two writers
at once one begins again, and an older version of a ticket never replaces a newer one, so that records may come twice.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import apsw
from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client
from chalicelib.adapters.codec import instant
from chalicelib.config import config
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.texts import folded
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.view import Due, Sort, View, domain_of, words_of
from chalicelib.domain.words import Priority, Status

KEY = "index/facts.sqlite"
_NEVER = "9999"
_SCHEMA = """
create table facts (
  number integer primary key, version integer not null, status text not null, priority integer not null,
  kind text not null, team integer not null, assignee integer not null, source text not null, language text not null,
  address text not null, domain text not null, words text not null, created_at text not null, updated_at text not null,
  due_at text not null, waits_since text not null, overdue integer not null
) strict;
create table tags (number integer not null, tag text not null, primary key (number, tag)) strict, without rowid;
"""
_ORDERS = {
    Sort.TIME_LEFT: ("due_at", "asc"),
    Sort.IMPORTANCE: ("priority", "desc"),
    Sort.WAITING: ("waits_since", "asc"),
    Sort.NEWEST: ("created_at", "desc"),
}
_PRIORITIES = {priority: place for place, priority in enumerate(Priority)}


@dataclass(frozen=True)
class Found:
    """Numbers of tickets in their order, and where the next ones begin (None at the end)."""

    numbers: tuple[int, ...]
    after: tuple[str | int, int] | None


@dataclass
class _File:
    """What was read last: the file's ETag ("" for none) and its content as a database in memory."""

    etag: str
    facts: apsw.Connection


_kept: list[_File] = []


def find(view: View, now: datetime, zone: str, limit: int, after: tuple[str | int, int] | None = None) -> Found:
    """As many as asked for, from the place after which the page before ended; one request."""
    column, order = _ORDERS[view.sort]
    where, values = _condition(view, now, zone)
    if after:
        where += f" and ({column}, number) {'>' if order == 'asc' else '<'} (?, ?)"
        values += after
    query = f"select number, {column} from facts where {where} order by {column} {order}, number {order} limit ?"
    rows = list(_facts().execute(query, (*values, limit + 1)))
    shown = rows[:limit]
    return Found(tuple(int(row[0]) for row in shown), (shown[-1][1], shown[-1][0]) if len(rows) > limit else None)


def count(view: View, now: datetime, zone: str) -> int:
    """How many tickets a view holds; one request."""
    where, values = _condition(view, now, zone)
    return int(_facts().execute(f"select count(*) from facts where {where}", tuple(values)).fetchall()[0][0])


def take(tickets: Iterable[Ticket]) -> None:
    """Writes what became of tickets; two requests. Raises StaleVersion when somebody else wrote at the same time."""
    etag, facts = _fetch("")
    for ticket in tickets:
        _put(facts, ticket)
    condition = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
    try:
        client("s3").put_object(Bucket=config().files_bucket, Key=KEY, Body=facts.serialize("main"), **condition)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
            raise
        raise StaleVersion("facts_changed") from error


def forget() -> None:
    """Drops what this container keeps."""
    _kept.clear()


def _condition(view: View, now: datetime, zone: str) -> tuple[str, list[Any]]:
    """A clause and its values."""
    clauses, values = ["true"], list[Any]()
    named: Mapping[str, Iterable[Any]] = {
        "status": view.statuses,
        "priority": [_PRIORITIES[one] for one in view.priorities],
        "kind": view.kinds,
        "team": view.teams,
        "assignee": view.assignees,
        "source": view.sources,
        "language": view.languages,
    }
    for column, wanted in named.items():
        if some := list(wanted):
            clauses.append(f"{column} in ({_marks(some)})")
            values += some
    if view.tags:
        clauses.append(f"number in (select number from tags where tag in ({_marks(view.tags)}))")
        values += sorted(view.tags)
    if view.customer:
        clauses.append("? in (address, domain)")
        values.append(view.customer)
    if view.text:
        clauses.append("instr(words, ?)")
        values.append(folded(view.text))
    for column, days in (("created_at", view.created_within), ("updated_at", view.updated_within)):
        if days:
            clauses.append(f"{column} >= ?")
            values.append(instant(now - timedelta(days=days)))
    if view.due is Due.NONE:
        clauses.append(f"due_at = '{_NEVER}'")
    elif view.due:
        clauses.append("(overdue or due_at <= ?)")
        values.append(instant(view.due_until(now, zone) or now))
    return " and ".join(clauses), values


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)


def _put(facts: apsw.Connection, ticket: Ticket) -> None:
    """A closed ticket leaves; its line stays away, since nothing happens to it afterwards."""
    known = facts.execute("select version from facts where number = ?", (ticket.number,)).fetchall()
    if known and known[0][0] > ticket.version:
        return
    facts.execute("delete from tags where number = ?", (ticket.number,))
    facts.execute("delete from facts where number = ?", (ticket.number,))
    if ticket.status is Status.CLOSED:
        return
    row = _row(ticket)
    facts.execute(f"insert into facts ({', '.join(row)}) values ({_marks(row)})", tuple(row.values()))
    facts.executemany("insert into tags values (?, ?)", [(ticket.number, tag) for tag in ticket.tags])


def _row(ticket: Ticket) -> dict[str, str | int]:
    return {
        "number": ticket.number,
        "version": ticket.version,
        "status": ticket.status.value,
        "priority": _PRIORITIES[ticket.priority],
        "kind": ticket.kind.value if ticket.kind else "",
        "team": ticket.team,
        "assignee": ticket.assignee,
        "source": ticket.source.value,
        "language": ticket.language,
        "address": ticket.customer_address,
        "domain": domain_of(ticket.customer_address),
        "words": words_of(ticket),
        "created_at": instant(ticket.created_at),
        "updated_at": instant(ticket.updated_at),
        "due_at": instant(ticket.due_at) if ticket.due_at else _NEVER,
        "waits_since": instant(ticket.waits_since) if ticket.waits_since else _NEVER,
        "overdue": int(ticket.is_overdue),
    }


def _facts() -> apsw.Connection:
    """As they are now, by one request that answers with nothing where they are still the same."""
    etag = _kept[0].etag if _kept else ""
    new_etag, facts = _fetch(etag)
    if new_etag != etag or not _kept:
        _kept[:] = [_File(new_etag, facts)]
    return _kept[0].facts


def _fetch(etag: str) -> tuple[str, apsw.Connection]:
    """The file's ETag and content; an empty database where there is no file, or it is still that of `etag`."""
    facts = apsw.Connection(":memory:")
    condition = {"IfNoneMatch": etag} if etag else {}
    try:
        answer = client("s3").get_object(Bucket=config().files_bucket, Key=KEY, **condition)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 304:
            return etag, facts
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        facts.execute(_SCHEMA)
        return "", facts
    facts.deserialize("main", answer["Body"].read())
    return answer["ETag"], facts
