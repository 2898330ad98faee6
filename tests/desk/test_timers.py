"""A ticket's timer over its life, as the state machine walks it; Monday, ten o'clock in Seoul, open nine to six."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import tickets, timers
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.queue import Queue
from chalicelib.domain.sla import ClockName
from chalicelib.domain.ticket import Timer
from chalicelib.domain.timer import Action, Decision
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW, SUPERVISOR
from tests.desk import journey
from tests.wire import Lost, on_the_wire

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WARNING, BREACH = NOW + 7 * HOUR + 12 * MINUTE, NOW + DAY

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _opened(cloud: None) -> None:
    tickets.open_from_form(factories.form(), NOW)


def ticket_now() -> ticket_store.Ticket:
    return ticket_store.get(1)


def run(timer: int = 1, until: datetime = NOW + 30 * DAY, clock_stands_at: datetime | None = None) -> list[datetime]:
    """Walks `infra/sla.asl.json` from its start, waking at each instant it is told; gives the instants."""
    waited_for, woke = None, []
    for _ in range(20):
        now = clock_stands_at or waited_for or NOW
        decision = timers.check(1, timer, waited_for, now)
        if decision.action is Action.ESCALATE:
            timers.escalate(1, timer, waited_for, now)
        elif decision.action is Action.DONE or decision.wait_until is None or decision.wait_until > until:
            return woke
        else:
            waited_for = decision.wait_until
            woke.append(waited_for)
    raise AssertionError("it never ends")


def told() -> Counter[tuple[str, str, str]]:
    """Who was told what, about which clock."""
    return Counter(
        (mail.purpose.value, mail.to, mail.params["clock"])
        for mail in journey.page().outgoing
        if mail.purpose in (Purpose.SLA_WARNING, Purpose.SLA_BREACH)
    )


class TestSilence:
    def test_the_supervisor_is_warned_and_told_once_when_nobody_has_the_ticket(self) -> None:
        run(until=BREACH)
        assert told() == {
            ("sla_warning", SUPERVISOR.address, "first_response"): 1,
            ("sla_breach", SUPERVISOR.address, "first_response"): 1,
        }

    def test_the_assignee_is_warned_and_the_breach_goes_up(self) -> None:
        tickets.assign(1, AGENT.id, AGENT, NOW)
        run(until=BREACH)
        assert told() == {
            ("sla_warning", AGENT.address, "first_response"): 1,
            ("sla_breach", SUPERVISOR.address, "first_response"): 1,
            ("sla_breach", AGENT.address, "first_response"): 1,
        }

    def test_it_wakes_for_each_step_of_each_clock_and_then_ends(self) -> None:
        resolution_warning = NOW + 2 * DAY + 3 * HOUR + 36 * MINUTE
        assert run() == [WARNING, BREACH, resolution_warning, NOW + 3 * DAY]
        assert sum(told().values()) == 4

    def test_the_ticket_is_overdue_from_the_breach_on(self) -> None:
        run(until=WARNING)
        assert not ticket_now().is_overdue
        run(until=BREACH)
        assert ticket_now().clock(ClockName.FIRST_RESPONSE).breached_at == BREACH
        assert [one.number for one in ticket_store.list_by_queue(Queue.OVERDUE, 0).items] == [1]

    def test_who_is_told_gets_a_mail_in_their_language(self) -> None:
        run(until=WARNING)
        journey.deliver_all()
        text = journey.text_of(journey.sent(SUPERVISOR.address)[0])
        assert "https://desk.example/agent/tickets/1" in text
        assert "첫" in text

    def test_a_clock_of_ours_that_stands_still_does_not_ring_twice(self) -> None:
        """The local cloud shortens waits but not our clock: the timer passes on what it waited for."""
        assert run(until=BREACH, clock_stands_at=NOW) == [WARNING, BREACH]
        assert sum(told().values()) == 2

    def test_a_check_or_escalation_that_comes_twice_tells_nobody_twice(self) -> None:
        for _ in range(2):
            assert timers.check(1, 1, WARNING, WARNING).action in (Action.ESCALATE, Action.WAIT)
            timers.escalate(1, 1, WARNING, WARNING)
        assert sum(told().values()) == 1

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_an_escalation_whose_request_is_lost_is_made_good(self, moment: str) -> None:
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                timers.escalate(1, 1, WARNING, WARNING)
            timers.escalate(1, 1, WARNING, WARNING)
        assert sum(told().values()) == 1


class TestInTime:
    def test_nobody_is_told_when_it_is_answered_and_resolved(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.RESOLVED)
        assert run() == []
        assert told() == {}

    def test_an_answer_moves_the_timer_to_the_next_clock(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR)
        decision = timers.check(1, 1, WARNING, WARNING)
        assert decision == Decision(Action.WAIT, NOW + 2 * DAY + 3 * HOUR + 36 * MINUTE)
        assert ticket_now().timer == Timer(1, decision.wait_until)

    def test_an_answer_after_the_warning_stops_the_breach(self) -> None:
        run(until=WARNING)
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, WARNING + MINUTE, then=Status.RESOLVED)
        timers.escalate(1, 1, BREACH, BREACH)
        assert sum(told().values()) == 1

    def test_while_pending_the_resolution_does_not_break(self) -> None:
        tickets.reply(1, "Which pump?", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.PENDING)
        assert run() == []
        assert ticket_now().timer == Timer(1, None)


class TestOneSleepingTimer:
    def executions(self) -> list[str]:
        journey.deliver_all()
        return [str(one["name"]) for one in journey.executions()]

    def test_a_ticket_starts_with_one(self) -> None:
        assert ticket_now().timer == Timer(1, WARNING)
        assert self.executions() == ["ticket-1-1"]

    def test_a_raised_priority_starts_an_earlier_one_and_the_old_one_ends(self) -> None:
        tickets.set_priority(1, Priority.URGENT, AGENT, NOW)
        assert ticket_now().timer == Timer(2, NOW + 48 * MINUTE)
        assert self.executions() == ["ticket-1-1", "ticket-1-2"]
        assert timers.check(1, 1, WARNING, WARNING) == Decision(Action.DONE)
        timers.escalate(1, 1, WARNING, WARNING)
        assert told() == {}

    def test_a_priority_raised_too_late_is_told_at_once(self) -> None:
        later = NOW + 2 * HOUR
        tickets.set_priority(1, Priority.URGENT, AGENT, later)
        assert timers.check(1, 2, None, later) == Decision(Action.ESCALATE)
        timers.escalate(1, 2, None, later)
        assert told() == {("sla_breach", SUPERVISOR.address, "first_response"): 1}

    def test_a_lowered_priority_keeps_the_timer(self) -> None:
        tickets.set_priority(1, Priority.LOW, AGENT, NOW)
        assert self.executions() == ["ticket-1-1"]
        assert timers.check(1, 1, WARNING, WARNING).action is Action.WAIT

    def test_reopening_after_the_timer_ended_starts_another_one(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.RESOLVED)
        timers.check(1, 1, WARNING, WARNING)
        assert ticket_now().timer == Timer(1, None)
        tickets.set_status(1, Status.OPEN, AGENT, WARNING)
        assert ticket_now().timer.number == 2

    def test_resolving_and_reopening_before_it_wakes_needs_none(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.RESOLVED)
        tickets.set_status(1, Status.OPEN, AGENT, NOW + 2 * HOUR)
        assert self.executions() == ["ticket-1-1"]

    def test_a_timer_that_was_lost_is_replaced_at_the_next_change(self) -> None:
        tickets.add_note(1, "Still nothing.", AGENT, BREACH + 2 * HOUR)
        assert ticket_now().timer.number == 2

    def test_a_change_between_reading_and_writing_does_not_lose_the_instant(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR)
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: tickets.assign(1, COLLEAGUE.id, AGENT, NOW))
            decision = timers.check(1, 1, WARNING, WARNING)
        assert ticket_now().timer == Timer(1, decision.wait_until)
        assert ticket_now().assignee == COLLEAGUE.id


def test_people_who_left_are_told_nothing() -> None:
    tickets.assign(1, AGENT.id, AGENT, NOW)
    stored = factories.stored_settings().agent(AGENT.id)
    settings.save_agent(factories.replace(stored, is_active=False))
    run(until=WARNING)
    assert told() == {("sla_warning", SUPERVISOR.address, "first_response"): 1}
