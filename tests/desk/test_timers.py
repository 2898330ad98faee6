"""A ticket's timer over its life, as the state machine walks it; Monday, ten o'clock in Seoul, open nine to six."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import outbox, settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import intake, tickets, timers
from chalicelib.domain.business_hours import ALWAYS
from chalicelib.domain.change import Change
from chalicelib.domain.escalation import DEFAULT_LADDER, Channel
from chalicelib.domain.outgoing import Delivery, Purpose
from chalicelib.domain.policy import DEFAULT_POLICY
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
HALF, WARNING, BREACH = NOW + 4 * HOUR + 30 * MINUTE, NOW + 7 * HOUR + 12 * MINUTE, NOW + DAY
LATE, VERY_LATE = BREACH + 4 * HOUR, BREACH + DAY  # four and nine working hours after the breach

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _opened(cloud: None) -> None:
    intake.open_from_form(factories.form(), NOW)


def ticket_now() -> ticket_store.Ticket:
    return ticket_store.get(1)


def run(timer: int = 1, until: datetime = NOW + 30 * DAY, clock_stands_at: datetime | None = None) -> list[datetime]:
    """Walks `infra/sla.asl.json` from the instant that the ticket remembers; gives the instants it woke at."""
    wait_until, woke = ticket_now().timer.wakes_at, []
    while wait_until and wait_until <= until:
        woke.append(wait_until)
        now = clock_stands_at or wait_until
        decision = timers.check(1, timer, wait_until, now)
        if decision.action is Action.ESCALATE:
            decision = timers.escalate(1, timer, wait_until, now)
        wait_until = decision.wait_until
        assert len(woke) < 20, "it never ends"
    return woke


def told() -> Counter[tuple[str, str, str]]:
    """Who was told what, about which clock."""
    return Counter(
        (mail.purpose.value, mail.to, mail.params["clock"])
        for mail in journey.page().outgoing
        if mail.purpose in (Purpose.SLA_WARNING, Purpose.SLA_BREACH)
    )


class TestConsoleAlone:
    def test_what_stands_in_the_console_is_not_mailed(self) -> None:
        quiet = tuple(replace(step, channels=(Channel.CONSOLE,)) for step in DEFAULT_LADDER)
        levels = settings.get().levels
        settings.save_levels(replace(levels, policies=(replace(DEFAULT_POLICY, ladder=quiet),)))
        tickets.assign(1, AGENT.id, AGENT, NOW)
        run(until=HALF)
        journey.deliver_all()
        assert journey.sent(AGENT.address) == []
        (notice,) = outbox.list_notices(AGENT.id, None, 10).items
        assert (notice.params["clock"], notice.delivery) == ("first_response", Delivery.LISTED)


class TestSilence:
    def test_the_supervisor_is_warned_and_told_once_when_nobody_has_the_ticket(self) -> None:
        run(until=BREACH)
        assert told() == {
            ("sla_warning", SUPERVISOR.address, "first_response"): 2,
            ("sla_breach", SUPERVISOR.address, "first_response"): 1,
        }

    def test_the_assignee_is_warned_and_the_breach_goes_up(self) -> None:
        tickets.assign(1, AGENT.id, AGENT, NOW)
        run(until=BREACH)
        assert told() == {
            ("sla_warning", AGENT.address, "first_response"): 2,
            ("sla_breach", SUPERVISOR.address, "first_response"): 1,
            ("sla_breach", AGENT.address, "first_response"): 1,
        }

    def test_it_wakes_for_each_step_of_each_clock_and_then_ends(self) -> None:
        resolution = [NOW + DAY + 4 * HOUR + 30 * MINUTE, NOW + 2 * DAY + 3 * HOUR + 36 * MINUTE, NOW + 3 * DAY]
        after = [NOW + 3 * DAY + 4 * HOUR, NOW + 4 * DAY]
        assert run() == sorted([HALF, WARNING, BREACH, LATE, VERY_LATE, *resolution, *after])
        assert sum(told().values()) == 10

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
        assert "50 %" in text
        assert "공개 답변" in text

    def test_a_clock_of_ours_that_stands_still_does_not_ring_twice(self) -> None:
        """The local cloud shortens waits but not our clock: the timer passes on what it waited for."""
        assert run(until=BREACH, clock_stands_at=NOW) == [HALF, WARNING, BREACH]
        assert sum(told().values()) == 3

    def test_a_check_or_escalation_that_comes_twice_tells_nobody_twice(self) -> None:
        for _ in range(2):
            assert timers.check(1, 1, HALF, HALF).action in (Action.ESCALATE, Action.WAIT)
            timers.escalate(1, 1, HALF, HALF)
        assert sum(told().values()) == 1

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_an_escalation_whose_request_is_lost_is_made_good(self, moment: str) -> None:
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                timers.escalate(1, 1, HALF, HALF)
            timers.escalate(1, 1, HALF, HALF)
        assert sum(told().values()) == 1


class TestInTime:
    def test_nobody_is_told_when_it_is_answered_and_resolved(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.RESOLVED)
        assert run() == [HALF]
        assert told() == {}

    def test_an_answer_moves_the_timer_to_the_next_clock(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR)
        decision = timers.check(1, 1, HALF, HALF)
        assert decision == Decision(Action.WAIT, NOW + DAY + 4 * HOUR + 30 * MINUTE)
        assert ticket_now().timer == Timer(1, decision.wait_until, NOW)

    def test_an_answer_after_the_warning_stops_the_breach(self) -> None:
        run(until=HALF)
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, HALF + MINUTE, then=Status.RESOLVED)
        timers.escalate(1, 1, BREACH, BREACH)
        assert sum(told().values()) == 1

    def test_while_pending_the_resolution_does_not_break(self) -> None:
        tickets.reply(1, "Which pump?", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.PENDING)
        assert run(until=NOW + 2 * DAY) == [HALF]
        assert told() == {}

    def test_a_silent_customer_is_reminded_twice_and_the_ticket_resolved(self) -> None:
        tickets.reply(1, "Which pump?", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.PENDING)
        assert run() == [HALF, NOW + 3 * DAY + HOUR, NOW + 8 * DAY + HOUR, NOW + 9 * DAY + HOUR]
        assert ticket_now().status is Status.RESOLVED
        journey.deliver_all()
        _, first, last, taken = journey.sent(factories.CUSTOMER_ADDRESS)[1:]
        assert "Wed 2 Dec 2026" in journey.text_of(first)
        assert "Last reminder" in last["Subject"]
        assert "reply to this mail" in journey.text_of(taken)
        assert all("> Which pump?" in journey.text_of(mail) for mail in (first, last, taken))
        assert ticket_now().timer == Timer(1, None, NOW)


class TestOneSleepingTimer:
    def executions(self) -> list[str]:
        journey.deliver_all()
        return [str(one["name"]) for one in journey.executions()]

    def test_a_ticket_starts_with_one(self) -> None:
        assert ticket_now().timer == Timer(1, HALF, NOW)
        assert self.executions() == ["ticket-1-1"]

    def test_a_raised_priority_starts_an_earlier_one_and_stops_the_old_one(self) -> None:
        self.executions()
        tickets.set_priority(1, Priority.URGENT, AGENT, NOW)
        assert ticket_now().timer == Timer(2, NOW + 30 * MINUTE, NOW)
        assert self.executions() == ["ticket-1-1", "ticket-1-2"]
        assert [one["status"] for one in journey.executions()] == ["ABORTED", "RUNNING"]

    def test_one_that_could_not_be_stopped_ends_when_it_wakes(self) -> None:
        self.executions()
        tickets.set_priority(1, Priority.URGENT, AGENT, NOW)
        with on_the_wire() as wire:
            wire.refuses("sfn.StopExecution", 400, "ThrottlingException")
            assert self.executions() == ["ticket-1-1", "ticket-1-2"]
        assert [one["status"] for one in journey.executions()] == ["RUNNING", "RUNNING"]
        assert timers.check(1, 1, HALF, HALF) == Decision(Action.DONE)
        assert timers.escalate(1, 1, HALF, HALF) == Decision(Action.DONE)
        assert told() == {}

    def test_one_that_was_superseded_before_it_started_is_not_started(self) -> None:
        tickets.set_priority(1, Priority.URGENT, AGENT, NOW)
        assert self.executions() == ["ticket-1-2"]

    def test_beyond_a_year_one_hands_over_to_the_next(self) -> None:
        """A due date far away; Step Functions ends what runs for a year."""
        far = ticket_now()
        clocks = tuple(clock.pin(NOW + 800 * DAY, NOW, ALWAYS) for clock in far.clocks)
        ticket_store.save(Change(far, replace(far, clocks=clocks)), "Asia/Seoul")
        asked_at, timer, seen = HALF, 1, []
        for _ in range(20):
            decision = timers.check(1, timer, asked_at, asked_at)
            if decision.action is Action.ESCALATE:
                break
            timer = ticket_now().timer.number
            asked_at = ticket_now().timer.wakes_at or asked_at
            seen.append((timer, asked_at - NOW))
        assert seen == [(1, 300 * DAY), (2, 400 * DAY)]

    def test_a_priority_raised_too_late_is_told_at_once(self) -> None:
        later = NOW + 90 * MINUTE
        tickets.set_priority(1, Priority.URGENT, AGENT, later)
        assert timers.check(1, 2, later, later) == Decision(Action.ESCALATE)
        timers.escalate(1, 2, later, later)
        assert told() == {("sla_breach", SUPERVISOR.address, "first_response"): 1}

    def test_a_lowered_priority_keeps_the_timer(self) -> None:
        tickets.set_priority(1, Priority.LOW, AGENT, NOW)
        assert self.executions() == ["ticket-1-1"]
        assert timers.check(1, 1, HALF, HALF).action is Action.WAIT

    def test_reopening_after_the_timer_ended_starts_another_one(self) -> None:
        tickets.reply(1, "Turn it off.", AGENT, ticket_now().last_entry, NOW + HOUR, then=Status.RESOLVED)
        timers.check(1, 1, HALF, HALF)
        assert ticket_now().timer == Timer(1, None, NOW)
        tickets.set_status(1, Status.OPEN, AGENT, HALF)
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
            decision = timers.check(1, 1, HALF, HALF)
        assert ticket_now().timer == Timer(1, decision.wait_until, NOW)
        assert ticket_now().assignee == COLLEAGUE.id


def test_people_who_left_are_told_nothing() -> None:
    tickets.assign(1, AGENT.id, AGENT, NOW)
    stored = factories.stored_settings().agent(AGENT.id)
    settings.save_agent(factories.replace(stored, is_active=False))
    run(until=HALF)
    assert told() == {("sla_warning", SUPERVISOR.address, "first_response"): 1}
