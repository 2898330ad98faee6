from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import BodyAttribute
from chalicelib.domain.agent import Absence, Agent
from chalicelib.domain.audit import AuditEntry, Difference, Subject
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Attachment, Entry, EntryKind, FieldChange
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.settings import General
from chalicelib.domain.sla import ClockName
from chalicelib.domain.solution import Solution
from chalicelib.domain.survey import Survey
from chalicelib.domain.ticket import Ticket
from tests import factories
from tests.conftest import AGENT, NOW

MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Old:
    name: str
    since: datetime | None = None


@dataclass(frozen=True)
class New:
    name: str
    since: datetime | None = None
    tags: tuple[str, ...] = ("new",)
    spans: dict[str, timedelta] = field(default_factory=dict)
    marks: frozenset[int] = frozenset()


def through_dynamodb(body: dict[str, Any]) -> dict[str, Any]:
    attribute = BodyAttribute()
    return attribute.deserialize(attribute.serialize(body))


def breached_ticket() -> Ticket:
    ticket = factories.answered("pending", cc=("park@customer.example",))
    clock = ticket.clock(ClockName.RESOLUTION).fired("warning")
    return ticket.with_clock(replace(clock, granted=timedelta(hours=1, microseconds=7), overrun=MICROSECOND))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Ticket, breached_ticket()),
        (Ticket, factories.answered("resolved")),
        (Entry, factories.opened().entries[1]),
        (
            Entry,
            replace(
                factories.message().entry(5),
                attachments=(Attachment("k", "사진.png", "image/png", 3, True),),
                changes=(FieldChange("status", "", "open"),),
                kind=EntryKind.NOTE,
            ),
        ),
        (Outgoing, Outgoing(1, 7, Purpose.TIMER, NOW, params={"timer": "1"})),
        (Outgoing, Outgoing(1, 7, Purpose.REPLY, NOW).sent("x@amazonses.com", NOW)),
        (Survey, factories.survey().answered(4, "좋아요", 0, NOW)),
        (Solution, factories.solution()),
        (Customer, factories.customer(surveyed_at=NOW)),
        (Agent, AGENT),
        (Agent, replace(AGENT, teams=frozenset({70}), absence=Absence(NOW.date(), NOW.date()), signed_out_at=NOW)),
        (AuditEntry, AuditEntry(1, NOW, 1, "Ada", Subject.AGENT, "Min", (Difference(("a", "b"), "", "1"),))),
        (General, General("https://desk.example", "support@desk.example", "Desk", survey_delay=timedelta(minutes=5))),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_stored_comes_back_as_it_was(kind: type, value: object) -> None:
    assert decode(kind, through_dynamodb(encode(value))) == value


@given(st.timedeltas(-timedelta(days=36500), timedelta(days=36500)))
def test_a_span_comes_back_to_the_microsecond(span: timedelta) -> None:
    stored = through_dynamodb(encode(New("x", spans={"a": span})))
    assert decode(New, stored).spans == {"a": span}


ages = st.timedeltas(timedelta(0), timedelta(days=36500))
instants = ages.map(lambda age: datetime(2000, 1, 1, tzinfo=UTC) + age)


@given(instants, st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(hours=3, minutes=30))]))
def test_an_instant_comes_back_in_utc(at: datetime, zone: timezone) -> None:
    since = decode(Old, through_dynamodb(encode(Old("x", at.astimezone(zone))))).since
    assert since == at
    assert since is not None
    assert since.utcoffset() == timedelta(0)


@given(instants, instants)
def test_instants_sort_as_text(a: datetime, b: datetime) -> None:
    assert (instant(a) < instant(b)) is (a < b)


@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists, max_leaves=10))
def test_plain_values_survive_dynamodb(value: Any) -> None:
    stored = through_dynamodb({"value": value})["value"]
    assert stored == value
    assert isinstance(stored, bool) is isinstance(value, bool)


def test_an_older_item_takes_the_defaults_of_what_it_lacks() -> None:
    assert decode(New, encode(Old("x", NOW))) == New("x", NOW, ("new",))


def test_a_newer_item_can_be_read_by_an_older_release() -> None:
    assert decode(Old, encode(New("x", NOW, marks=frozenset({2, 1})))) == Old("x", NOW)


def test_what_must_be_there_is_missed() -> None:
    with pytest.raises(KeyError, match="name"):
        decode(Old, {})
