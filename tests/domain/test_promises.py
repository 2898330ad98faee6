"""What a ticket's events do to its clocks (rules 1, 2, 4, 6); a Monday, ten o'clock in Seoul, open nine to six."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain import participants, timer
from chalicelib.domain.entry import FieldChange
from chalicelib.domain.errors import Conflict
from chalicelib.domain.policy import DEFAULT_POLICY, Condition
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import ids, message

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()


def written(ticket: Ticket, at: datetime, **others: object) -> Ticket:
    return ticket.receive(message(at=at, **others), DESK, at, ids(200)).after


def replied(ticket: Ticket, at: datetime) -> Ticket:
    return ticket.reply("We are on it.", AGENT, ticket.last_entry, at, ids(300)).after


def moved(ticket: Ticket, status: Status, at: datetime) -> Ticket:
    return ticket.set_status(status, AGENT, DESK, at, ids(400)).after


def next_response(ticket: Ticket) -> Clock:
    return ticket.clock(ClockName.NEXT_RESPONSE)


class TestNextResponse:
    def test_there_is_none_before_the_first_response(self) -> None:
        """Until then the first response is what the customer waits for."""
        twice = written(factories.ticket(), NOW + HOUR)
        assert [clock.name for clock in twice.clocks] == ["first_response", "resolution"]
        assert twice.waits_for_answer

    def test_it_starts_with_the_message_that_nobody_answered_yet(self) -> None:
        asked = written(factories.answered(), NOW + HOUR)
        assert (next_response(asked).started_at, next_response(asked).due_at) == (NOW + HOUR, NOW + DAY + HOUR)
        assert [clock.name for clock in asked.clocks] == ["first_response", "next_response", "resolution"]

    def test_further_messages_do_not_move_it(self) -> None:
        asked = written(factories.answered(), NOW + HOUR)
        assert next_response(written(asked, NOW + 3 * HOUR)) == next_response(asked)

    def test_a_message_received_earlier_but_processed_later_is_the_oldest(self) -> None:
        asked = written(written(factories.answered(), NOW + 3 * HOUR), NOW + HOUR)
        assert (next_response(asked).started_at, next_response(asked).due_at) == (NOW + HOUR, NOW + DAY + HOUR)

    def test_a_public_reply_meets_it(self) -> None:
        answered = replied(written(factories.answered(), NOW + HOUR), NOW + 2 * HOUR)
        assert next_response(answered).met_at == NOW + 2 * HOUR
        assert not answered.waits_for_answer

    def test_the_next_message_starts_it_afresh_in_another_generation(self) -> None:
        once = replied(written(factories.answered(), NOW + HOUR), NOW + 2 * HOUR)
        again = next_response(written(once.with_clock(next_response(once).fired("half")), NOW + DAY))
        assert (again.started_at, again.generation, again.is_met) == (NOW + DAY, 2, False)
        assert again.steps_done | again.steps_before == frozenset()

    def test_neither_a_note_nor_pending_meets_or_pauses_it(self) -> None:
        asked = written(factories.answered(), NOW + HOUR)
        noted = asked.add_note("Call them.", AGENT, NOW + 2 * HOUR, ids(500)).after
        assert next_response(moved(noted, Status.PENDING, NOW + 2 * HOUR)) == next_response(asked)

    @pytest.mark.parametrize("mark", ["is_automatic", "is_from_stranger"])
    def test_automatic_mail_and_strangers_do_not_start_it(self, mark: str) -> None:
        answered = factories.answered()
        assert written(answered, NOW + HOUR, **{mark: True}).clocks == answered.clocks

    def test_a_strangers_message_starts_it_once_it_is_accepted_at_the_instant_it_came(self) -> None:
        stranger = message(at=NOW + HOUR, is_from_stranger=True, sender="lee@other.example")
        change = factories.answered().receive(stranger, DESK, NOW + HOUR, ids(200))
        accepted = participants.accept(change.after, change.entries[0], AGENT, DESK, NOW + 5 * HOUR, ids(300)).after
        assert next_response(accepted).started_at == NOW + HOUR

    def test_a_message_to_a_pending_ticket_starts_it_and_resumes_the_resolution(self) -> None:
        asked = written(factories.answered("pending"), NOW + HOUR)
        assert next_response(asked).is_running
        assert asked.clock(ClockName.RESOLUTION).is_running

    def test_its_breach_is_one_of_the_ticket(self) -> None:
        asked = written(factories.answered(), NOW + HOUR)
        late = asked.with_clock(next_response(asked).breach(NOW + 2 * DAY))
        assert late.is_overdue
        assert not replied(late, NOW + 2 * DAY).is_overdue


class TestWhatNoPersonWrote:
    """Newsletters, spam and machines' mail: nobody waits, so nobody is called."""

    def unpromised(self) -> Ticket:
        return factories.opened(is_promised=False).after

    def test_runs_no_clock(self) -> None:
        ticket = self.unpromised()
        assert (ticket.clocks, ticket.due_at, ticket.is_overdue, ticket.waits_for_answer) == ((), None, False, False)
        assert timer.next_wake(ticket, DESK) is None

    def test_starts_its_clocks_with_the_first_message_of_a_person(self) -> None:
        asked = written(self.unpromised(), NOW + HOUR)
        assert [(clock.name, clock.started_at) for clock in asked.clocks] == [
            ("first_response", NOW + HOUR),
            ("resolution", NOW + HOUR),
        ]

    def test_can_be_answered_prioritized_and_resolved_as_any_other(self) -> None:
        answered = replied(self.unpromised(), NOW + HOUR)
        urgent = answered.set_priority(Priority.URGENT, AGENT, DESK, NOW + HOUR, ids(500)).after
        resolved = moved(urgent, Status.RESOLVED, NOW + 2 * HOUR)
        assert (resolved.clocks, resolved.status) == ((), Status.RESOLVED)
        assert written(resolved, NOW + DAY).clock(ClockName.FIRST_RESPONSE).started_at == NOW + DAY

    def test_has_no_deadline_to_set(self) -> None:
        with pytest.raises(Conflict, match="clock_ended"):
            self.unpromised().pin_due(NOW + DAY, "Promised", AGENT, DESK, NOW, ids(500))


class TestResolvedAndReopened:
    def test_a_question_left_open_stops_with_the_ticket(self) -> None:
        resolved = moved(written(factories.answered(), NOW + HOUR), Status.RESOLVED, NOW + 2 * HOUR)
        assert next_response(resolved).is_paused
        assert not next_response(resolved).is_met

    def test_and_runs_on_when_an_agent_reopens_it(self) -> None:
        resolved = moved(written(factories.answered(), NOW + HOUR), Status.RESOLVED, NOW + 2 * HOUR)
        reopened = moved(resolved, Status.OPEN, NOW + 2 * HOUR + 5 * DAY)
        assert next_response(reopened).due_at == NOW + 7 * DAY + 7 * HOUR  # of nine hours one was used before

    def test_the_message_that_reopens_it_starts_it_afresh(self) -> None:
        resolved = moved(written(factories.answered(), NOW + HOUR), Status.RESOLVED, NOW + 2 * HOUR)
        reopened = written(resolved, NOW + 3 * DAY)
        assert (next_response(reopened).started_at, next_response(reopened).is_running) == (NOW + 3 * DAY, True)
        assert next_response(reopened).generation > 2

    def test_a_ticket_that_nobody_answered_is_not_breached_at_the_instant_of_reopening(self) -> None:
        resolved = factories.ticket("resolved")
        reopened = written(resolved, NOW + 10 * DAY)
        first = reopened.clock(ClockName.FIRST_RESPONSE)
        assert (first.is_running, first.breached_at) == (True, None)
        assert first.due_at > NOW + 10 * DAY
        assert not reopened.is_overdue

    def test_a_first_response_that_was_late_when_it_was_resolved_stays_breached(self) -> None:
        resolved = moved(factories.ticket(), Status.RESOLVED, NOW + 2 * DAY)
        assert written(resolved, NOW + 3 * DAY).clock(ClockName.FIRST_RESPONSE).breached_at == NOW + DAY


class TestAnotherPolicy:
    QUICK = replace(
        DEFAULT_POLICY,
        id="quick",
        targets=dict.fromkeys(Priority, DEFAULT_POLICY.targets[Priority.URGENT]),
        condition=Condition(teams=frozenset({70})),
    )
    DESK = factories.settings(policies=(QUICK, DEFAULT_POLICY))

    def test_holds_for_the_team_that_takes_the_ticket_over(self) -> None:
        change = factories.ticket().hand_to(Team(70, "Repairs"), AGENT, self.DESK, NOW + 10 * MINUTE, ids(20))
        assert (change.after.policy, factories.due_at(change.after)) == ("quick", NOW + HOUR)
        moved_to = FieldChange("first_response_due_at", (NOW + DAY).isoformat(), (NOW + HOUR).isoformat())
        assert moved_to in change.entries[0].changes

    def test_never_restarts_a_clock_and_breaches_now_what_is_past(self) -> None:
        change = factories.ticket().hand_to(Team(70, "Repairs"), AGENT, self.DESK, NOW + 2 * HOUR, ids(20))
        first = change.after.clock(ClockName.FIRST_RESPONSE)
        assert (first.started_at, first.breached_at, first.is_breached_by_policy) == (NOW, NOW + 2 * HOUR, True)

    def test_is_the_earlier_one_again_when_the_team_gives_it_back(self) -> None:
        handed = factories.ticket().hand_to(Team(70, "Repairs"), AGENT, self.DESK, NOW, ids(20)).after
        back = handed.hand_to(None, AGENT, self.DESK, NOW + MINUTE, ids(30)).after
        assert (back.policy, factories.due_at(back)) == ("default", NOW + DAY)

    def test_may_pause_where_the_other_one_did_not(self) -> None:
        calm = replace(self.QUICK, pauses_in=frozenset({Status.PENDING, Status.ON_HOLD}))
        desk = factories.settings(policies=(calm, DEFAULT_POLICY))
        handed = factories.ticket("on_hold").hand_to(Team(70, "Repairs"), AGENT, desk, NOW + HOUR, ids(20)).after
        assert handed.clock(ClockName.RESOLUTION).is_paused

    def test_that_was_deleted_is_replaced_by_the_last(self) -> None:
        assert self.DESK.promise_to(factories.ticket(policy="gone")).policy == DEFAULT_POLICY


class TestHistory:
    def test_tells_what_each_clock_did_and_why(self) -> None:
        change = factories.answered("pending").receive(message(at=NOW + HOUR), DESK, NOW + 2 * HOUR, ids(200))
        told = {line.field: (line.old, line.new) for entry in change.entries for line in entry.changes}
        ten_past = (NOW + 10 * MINUTE).isoformat()
        assert told["resolution_paused_at"] == (ten_past, "")
        assert told["next_response_due_at"] == ("", (NOW + DAY + HOUR).isoformat())
        assert {entry.cause for entry in change.entries if entry.changes} == {"customer_message"}

    def test_tells_when_a_promise_was_kept(self) -> None:
        ticket = factories.ticket()
        change = ticket.reply("We are on it.", AGENT, ticket.last_entry, NOW + HOUR, ids(50))
        lines = [line for entry in change.entries if entry.cause == "reply" for line in entry.changes]
        assert FieldChange("first_response_met_at", "", (NOW + HOUR).isoformat()) in lines
