import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import aws
from chalicelib.adapters import tickets as ticket_store
from chalicelib.config import config
from chalicelib.desk import action_items, intake, outbox, tickets, timers, upkeep
from chalicelib.domain.change import Change
from chalicelib.domain.outgoing import Delivery
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import AGENT, NOW
from tests.desk import journey
from tests.desk.letters import bodies
from tests.wire import Lost, on_the_wire

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HALF = NOW + 4 * HOUR + 30 * MINUTE
LATER = NOW + 14 * DAY

pytestmark = pytest.mark.usefixtures("cloud")


def resolved(at: datetime = NOW) -> int:
    number = intake.open_from_form(factories.form(), at)
    tickets.set_status(number, Status.RESOLVED, AGENT, at)
    return number


def test_what_was_resolved_14_days_ago_is_closed() -> None:
    older, newer = resolved(), resolved(NOW + timedelta(seconds=1))
    assert upkeep.close_resolved(LATER) == 1
    assert (journey.status(older), journey.status(newer)) == (Status.CLOSED, Status.RESOLVED)


def test_the_history_names_the_rule() -> None:
    resolved()
    upkeep.close_resolved(LATER)
    event = journey.page().entries[-1]
    assert (event.author.kind, event.at) == ("desk", LATER)
    assert [(line.field, line.old, line.new) for line in event.changes] == [("status", "resolved", "closed")]
    assert event.cause


def test_running_again_changes_nothing() -> None:
    resolved()
    upkeep.close_resolved(LATER)
    before = journey.page()
    assert upkeep.close_resolved(LATER + DAY) == 0
    assert journey.page() == before


def test_one_that_is_reopened_at_this_very_moment_stays_open() -> None:
    resolved()
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.set_status(1, Status.OPEN, AGENT, LATER))
        upkeep.close_resolved(LATER)
    assert journey.status() == Status.OPEN


def test_active_tickets_are_left_alone_however_old() -> None:
    intake.open_from_form(factories.form(), NOW - 100 * DAY)
    assert upkeep.close_resolved(LATER) == 0
    assert journey.status() == Status.OPEN


def test_one_that_fails_holds_up_none_of_the_others_and_rings() -> None:
    older, newer = resolved(), resolved(NOW + MINUTE)
    with on_the_wire() as wire:
        wire.fails_before("dynamodb.TransactWriteItems")
        with pytest.raises(Lost):
            upkeep.close_resolved(LATER + DAY)
    assert (journey.status(older), journey.status(newer)) == (Status.RESOLVED, Status.CLOSED)


def handed_over() -> list[tuple[int, int]]:
    """Ticket and entry of what waits for `deliver`."""
    answer = aws.client("sqs").receive_message(QueueUrl=config().outbox_queue_url, MaxNumberOfMessages=10)
    bodies = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
    return [(body["ticket"], body["id"]) for body in bodies]


def opened(at: datetime = NOW) -> int:
    """Acknowledged, and its timer started."""
    number = intake.open_from_form(factories.form(address=f"kim{at.timestamp()}@customer.example"), at)
    journey.deliver_all(at)
    return number


class TestMending:
    def test_nothing_is_done_where_nothing_was_lost(self) -> None:
        opened()
        before = journey.page()
        assert upkeep.mend(HALF + HOUR) == 0
        assert (journey.page(), handed_over()) == (before, [])

    def test_a_timer_that_did_not_wake_is_started_again(self) -> None:
        opened()
        late = HALF + HOUR + MINUTE
        assert upkeep.mend(late) == 1
        assert ticket_store.get(1).timer.number == 2
        (said,) = (entry for entry in journey.page().entries if entry.cause == "timer_lost")
        assert said.changes[0].old == HALF.isoformat()
        journey.deliver_all(late)
        assert [one["name"] for one in journey.executions()] == ["ticket-1-1", "ticket-1-2"]

    def test_an_active_ticket_without_a_timer_gets_one(self) -> None:
        opened()
        ticket = ticket_store.get(1)
        without = replace(ticket, timer=replace(ticket.timer, wakes_at=None))
        ticket_store.save(Change(ticket, without), "Asia/Seoul")
        assert upkeep.mend(NOW) == 1
        assert ticket_store.get(1).timer == replace(ticket.timer, number=2)

    def test_an_item_of_a_closed_ticket_is_not_forgotten(self) -> None:
        opened()
        action_items.add(1, "Call", AGENT.id, HALF, AGENT, NOW)
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW, despite_items=True)
        woken, late = ticket_store.get(1).timer.number, HALF + HOUR + MINUTE
        assert upkeep.mend(HALF + HOUR) == 0
        assert upkeep.mend(late) == 1
        assert ticket_store.get(1).timer.number == woken + 1
        timers.escalate(1, woken + 1, late, late)
        assert upkeep.mend(late + DAY) == 0

    def test_one_that_is_resolved_at_this_very_moment_needs_none(self) -> None:
        opened()
        late = HALF + HOUR + MINUTE
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.GetItem", lambda: tickets.set_status(1, Status.RESOLVED, AGENT, late))
            assert upkeep.mend(late) == 0
        assert ticket_store.get(1).timer.number == 1

    @pytest.mark.parametrize("status", [Status.OPEN, Status.ON_HOLD, Status.PENDING, Status.RESOLVED])
    def test_what_stands_in_the_outbox_for_more_than_an_hour_is_handed_over_again(self, status: Status) -> None:
        number = intake.open_from_form(factories.form(), NOW)
        if status is not Status.OPEN:
            tickets.set_status(number, status, AGENT, NOW)
        stuck = {(entry.ticket, entry.id) for entry in journey.queued()}
        assert upkeep.mend(NOW + HOUR) == 0
        assert upkeep.mend(NOW + HOUR + MINUTE) == 1
        messages = handed_over()
        assert set(messages) == stuck
        for ticket, entry in messages * 2:
            outbox.deliver(ticket, entry, 1, NOW + HOUR)
        assert {entry.delivery for entry in journey.page().outgoing} == {Delivery.SENT}
        assert upkeep.mend(NOW + 2 * HOUR) == 0

    def test_of_what_is_handed_over_again_nobody_knows_whether_it_left(self) -> None:
        intake.open_from_form(factories.form(), NOW)
        upkeep.mend(NOW + HOUR + MINUTE)
        assert {body["is_again"] for body in bodies(config().outbox_queue_url)} == {True}

    def test_every_page_of_a_queue_is_looked_at(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(upkeep, "_PAGE", 1)
        for seconds in range(3):
            opened(NOW + timedelta(seconds=seconds))
        assert upkeep.mend(HALF + 2 * HOUR) == 3

    def test_one_that_fails_holds_up_none_of_the_others_and_rings(self) -> None:
        first, second = opened(), opened(NOW + MINUTE)
        late = HALF + 2 * HOUR
        with on_the_wire() as wire:
            wire.fails_before("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                upkeep.mend(late)
        assert [ticket_store.get(number).timer.number for number in (first, second)] == [1, 2]
        assert upkeep.mend(late) >= 1
        assert ticket_store.get(first).timer.number == 2
