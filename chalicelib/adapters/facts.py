"""The facts of all tickets that are not closed, in one SQLite file in the files bucket: what views and the board ask.

The stream writes it (`take`), and whoever reads keeps it in memory by its ETag: one conditional request. A ticket
stands there within a few seconds; what must be exact is read from the table afterwards. Written with `If-Match`: of two
writers at once one begins again, and an older version of a ticket never replaces a newer one, so that records may come
twice.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import json
from collections.abc import Iterable
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
_INSERT = """
insert into facts values (
  :number, :version, :status, :priority, :kind, :team, :assignee, :source, :language, :address, :domain, :words,
  :created_at, :updated_at, :due_at, :waits_since, :overdue
)
"""
_FITS = """
  (:statuses is null or status in (select value from json_each(:statuses)))
  and (:priorities is null or priority in (select value from json_each(:priorities)))
  and (:kinds is null or kind in (select value from json_each(:kinds)))
  and (:teams is null or team in (select value from json_each(:teams)))
  and (:assignees is null or assignee in (select value from json_each(:assignees)))
  and (:sources is null or source in (select value from json_each(:sources)))
  and (:languages is null or language in (select value from json_each(:languages)))
  and (:tags is null or number in (select number from tags where tag in (select value from json_each(:tags))))
  and (:customer = '' or :customer in (address, domain))
  and (:text = '' or instr(words, :text))
  and created_at >= :created_from and updated_at >= :updated_from
  and (:due_until is null or overdue or due_at <= :due_until)
  and (not :has_no_due or due_at = :never)
"""
_COLUMNS = {
    Sort.TIME_LEFT: ("due_at", "asc", ">"),
    Sort.IMPORTANCE: ("priority", "desc", "<"),
    Sort.WAITING: ("waits_since", "asc", ">"),
    Sort.NEWEST: ("created_at", "desc", "<"),
}
_QUERIES = {
    sort: f"""
    select number, {column} from facts where {_FITS}
    and (:after is null or ({column}, number) {follows} (:after, :after_number))
    order by {column} {order}, number {order} limit :limit
    """  # noqa: S608 - made of the constants above
    for sort, (column, order, follows) in _COLUMNS.items()
}
_COUNT = f"select count(*) from facts where {_FITS}"  # noqa: S608 - as above
_PRIORITIES = {priority: place for place, priority in enumerate(Priority)}


Place = tuple[str | int, int]
"""What orders the last ticket of a page, and its number."""


@dataclass(frozen=True)
class Found:
    """Numbers of tickets in their order, and where the next ones begin (None at the end)."""

    numbers: tuple[int, ...]
    after: Place | None


@dataclass
class _File:
    """What was read last: the file's ETag ("" for none) and its content as a database in memory."""

    etag: str
    facts: apsw.Connection


_kept: list[_File] = []


def find(view: View, now: datetime, zone: str, limit: int, after: Place | None = None) -> Found:
    """As many as asked for, from the place after which the page before ended; one request."""
    rows = ask(_facts(), view, now, zone, limit + 1, after)
    shown = rows[:limit]
    return Found(tuple(number for number, _ in shown), (shown[-1][1], shown[-1][0]) if len(rows) > limit else None)


def ask(
    facts: apsw.Connection, view: View, now: datetime, zone: str, limit: int, after: Place | None
) -> list[tuple[int, str | int]]:
    """The numbers that a database holds, each with its place in the view's order."""
    place, number = after or (None, None)
    values = _values(view, now, zone) | {"after": place, "after_number": number, "limit": limit}
    rows: list[Any] = list(facts.execute(_QUERIES[view.sort], values))
    return rows


def count(view: View, now: datetime, zone: str) -> int:
    """How many tickets a view holds; one request."""
    ((found,),) = _facts().execute(_COUNT, _values(view, now, zone)).fetchall()
    return int(str(found))


def take(tickets: Iterable[Ticket]) -> None:
    """Writes what became of tickets; two requests. Raises StaleVersion when somebody else wrote at the same time."""
    file = _fetch(None)
    for ticket in tickets:
        put(file.facts, ticket)
    condition = {"IfMatch": file.etag} if file.etag else {"IfNoneMatch": "*"}
    try:
        client("s3").put_object(Bucket=config().files_bucket, Key=KEY, Body=file.facts.serialize("main"), **condition)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
            raise
        raise StaleVersion("facts_changed") from error


def empty() -> apsw.Connection:
    """A database that holds nothing yet."""
    facts = apsw.Connection(":memory:")
    facts.execute(_SCHEMA)
    return facts


def forget() -> None:
    """Drops what this container keeps."""
    _kept.clear()


def _values(view: View, now: datetime, zone: str) -> dict[str, Any]:
    """What `_FITS` asks for; null for what the view does not name."""
    until = view.due_until(now, zone) or now
    return {
        "statuses": _listed(view.statuses),
        "priorities": _listed(_PRIORITIES[one] for one in view.priorities),
        "kinds": _listed(view.kinds),
        "teams": _listed(view.teams),
        "assignees": _listed(view.assignees),
        "sources": _listed(view.sources),
        "languages": _listed(view.languages),
        "tags": _listed(view.tags),
        "customer": view.customer,
        "text": folded(view.text),
        "created_from": _from(view.created_within, now),
        "updated_from": _from(view.updated_within, now),
        "due_until": instant(until) if view.due and view.due is not Due.NONE else None,
        "has_no_due": view.due is Due.NONE,
        "never": _NEVER,
    }


def _listed(values: Iterable[Any]) -> str | None:
    return json.dumps(list(values)) if (values := list(values)) else None


def _from(days: int, now: datetime) -> str:
    return instant(now - timedelta(days=days)) if days else ""


def put(facts: apsw.Connection, ticket: Ticket) -> None:
    """A closed ticket leaves; its line stays away, since nothing happens to it afterwards."""
    is_newer = "select 1 from facts where number = ? and version > ?"
    if facts.execute(is_newer, (ticket.number, ticket.version)).fetchall():
        return
    facts.execute("delete from tags where number = ?", (ticket.number,))
    facts.execute("delete from facts where number = ?", (ticket.number,))
    if ticket.status is Status.CLOSED:
        return
    facts.execute(_INSERT, _row(ticket))
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
    _kept[:] = [_fetch(_kept[0] if _kept else None)]
    return _kept[0].facts


def _fetch(known: _File | None) -> _File:
    """The file as it is now: `known` itself where nothing was written since, an empty one where there is none."""
    condition = {"IfNoneMatch": known.etag} if known and known.etag else {}
    try:
        answer = client("s3").get_object(Bucket=config().files_bucket, Key=KEY, **condition)
    except ClientError as error:
        if known and error.response["ResponseMetadata"]["HTTPStatusCode"] == 304:
            return known
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return _File("", empty())
    facts = apsw.Connection(":memory:")
    facts.deserialize("main", answer["Body"].read())
    return _File(answer["ETag"], facts)
