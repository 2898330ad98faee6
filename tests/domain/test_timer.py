"""When a ticket's timer wakes and what it does (rule 7); a Monday, ten o'clock in Seoul, open nine to six."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain import timer
from chalicelib.domain.agent import Absence, Agent
from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.change import Change
from chalicelib.domain.entry import DESK as DESK_ITSELF
from chalicelib.domain.escalation import DEFAULT_LADDER, Channel, Receiver, Step, StepAction
from chalicelib.domain.outgoing import Delivery, Purpose
from chalicelib.domain.policy import DEFAULT_POLICY
from chalicelib.domain.sla import ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.ticket import Ticket, Timer
from chalicelib.domain.timer import Action, Decision
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW, SUPERVISOR
from tests.factories import ids, message

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()
HALF = NOW + 4 * HOUR + 30 * MINUTE  # 50 % of nine hours
WARNING = NOW + 7 * HOUR + 12 * MINUTE  # 80 % of nine hours, at 17:12
BREACH = NOW + DAY


def sleeping(ticket: Ticket | None = None, **others: object) -> Ticket:
    """A ticket with timer 1 asleep until its warning."""
    made = replace(ticket or factories.ticket(), **others)
    return replace(made, timer=Timer(1, timer.next_wake(made, DESK), NOW))


def escalated(ticket: Ticket, as_of: object = HALF) -> Change:
    return timer.escalate(ticket, DESK, as_of, NOW, ids(300))  # type: ignore[arg-type]


def told(change: Change) -> list[tuple[str, str]]:
    return [(mail.purpose.value, mail.to) for mail in change.outgoing]


class TestNextWake:
    def test_the_earliest_step_of_all_clocks(self) -> None:
        assert timer.next_wake(factories.ticket(), DESK) == HALF

    def test_after_the_answer_it_is_the_resolutions_turn(self) -> None:
        """Half of 27 working hours are 13.5: Tuesday, 14:30."""
        assert timer.next_wake(factories.answered(), DESK) == NOW + DAY + 4 * HOUR + 30 * MINUTE

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_nothing_is_left_to_wait_for_when_it_is_over(self, status: str) -> None:
        assert timer.next_wake(factories.ticket(status), DESK) is None

    def test_nor_when_all_that_runs_is_paused_and_nobody_is_reminded(self) -> None:
        patient = factories.settings(close_after=CloseAfter(is_on=False))
        assert timer.next_wake(factories.answered("pending"), patient) is None

    def test_a_customer_who_was_answered_is_reminded_after_three_working_days(self) -> None:
        assert timer.next_wake(factories.answered("pending"), DESK) == NOW + 3 * DAY + 10 * MINUTE


class TestPlan:
    def test_a_new_ticket_starts_its_first_timer(self) -> None:
        change = timer.plan(factories.opened(), DESK, NOW, ids(300))
        assert change.after.timer == Timer(1, HALF, NOW)
        start = change.outgoing[-1]
        assert (start.purpose, start.ticket, start.params) == (
            Purpose.TIMER,
            7,
            {"timer": "1", "wait_until": timer.written(HALF)},
        )

    def test_an_earlier_step_starts_another_one(self) -> None:
        raised = sleeping().set_priority(Priority.URGENT, AGENT, DESK, NOW, ids(20))
        change = timer.plan(raised, DESK, NOW, ids(300))
        assert change.after.timer == Timer(2, NOW + 30 * MINUTE, NOW)
        assert change.outgoing[-1].params["timer"] == "2"

    def test_a_later_step_starts_nothing(self) -> None:
        answered = sleeping().reply("We are on it.", AGENT, 99, NOW, ids(50))
        planned = timer.plan(answered, DESK, NOW, ids(300))
        assert planned.after.timer == Timer(1, HALF, NOW)
        assert [mail.purpose for mail in planned.outgoing] == [Purpose.REPLY]

    def test_the_state_machine_is_told_instants_in_utc_wherever_they_were_typed(self) -> None:
        in_seoul = HALF.astimezone(ZoneInfo("Asia/Seoul"))
        assert timer.written(in_seoul) == timer.written(HALF) == "2026-11-23T05:30:00.000000Z"

    def test_a_ticket_without_a_sleeping_timer_gets_one(self) -> None:
        asleep = replace(factories.ticket(), timer=Timer(3, None))
        change = timer.plan(Change(asleep, asleep), DESK, NOW, ids(300))
        assert change.after.timer == Timer(4, HALF, NOW)

    def test_a_timer_that_should_have_woken_long_ago_is_lost_and_replaced(self) -> None:
        lost = sleeping()
        assert timer.plan(Change(lost, lost), DESK, HALF + 30 * MINUTE, ids(300)).is_empty
        change = timer.plan(Change(lost, lost), DESK, HALF + 2 * HOUR, ids(300))
        assert change.after.timer.number == 2

    def test_a_resolved_ticket_needs_none(self) -> None:
        resolved = sleeping().set_status(Status.RESOLVED, AGENT, DESK, NOW, ids(50))
        assert timer.plan(resolved, DESK, NOW, ids(300)) == resolved


class TestDecide:
    def test_it_waits_until_the_step_is_due(self) -> None:
        assert timer.decide(sleeping(), 1, DESK, HALF - MINUTE) == Decision(Action.WAIT, HALF)

    def test_it_escalates_at_the_very_instant(self) -> None:
        assert timer.decide(sleeping(), 1, DESK, HALF) == Decision(Action.ESCALATE)

    @pytest.mark.parametrize("number", [0, 2])
    def test_one_that_was_superseded_is_done(self, number: int) -> None:
        assert timer.decide(sleeping(), number, DESK, HALF) == Decision(Action.DONE)

    def test_it_is_done_when_nothing_is_left(self) -> None:
        resolved = replace(factories.ticket("resolved"), timer=Timer(1, HALF, NOW))
        assert timer.decide(resolved, 1, DESK, HALF) == Decision(Action.DONE)

    def test_it_waits_on_when_the_step_moved_later(self) -> None:
        moved = replace(factories.answered(), timer=Timer(1, HALF, NOW))
        assert timer.decide(moved, 1, DESK, HALF) == Decision(Action.WAIT, timer.next_wake(moved, DESK))


class TestEscalate:
    def test_the_assignee_is_warned(self) -> None:
        change = escalated(sleeping(assignee=AGENT.id))
        assert told(change) == [("sla_warning", AGENT.address)]
        assert change.outgoing[0].params == {
            "clock": "first_response",
            "due_at": BREACH.isoformat(),
            "step": "half",
        }

    def test_a_step_may_tell_in_the_console_alone(self) -> None:
        quiet = tuple(replace(step, channels=(Channel.CONSOLE,)) for step in DEFAULT_LADDER)
        desk = factories.settings(policies=(replace(DEFAULT_POLICY, ladder=quiet),))
        (notice,) = timer.escalate(sleeping(assignee=AGENT.id), desk, HALF, NOW, ids(300)).outgoing
        assert (notice.to, notice.agent_id, notice.delivery) == (AGENT.address, AGENT.id, Delivery.LISTED)
        assert escalated(sleeping(assignee=AGENT.id)).outgoing[0].delivery is Delivery.QUEUED

    def test_an_unassigned_ticket_goes_a_level_up(self) -> None:
        assert told(escalated(sleeping())) == [("sla_warning", SUPERVISOR.address)]

    def test_so_does_one_whose_agent_left(self) -> None:
        gone = factories.settings(SUPERVISOR, replace(AGENT, is_active=False))
        change = timer.escalate(sleeping(assignee=AGENT.id), gone, HALF, NOW, ids(300))
        assert told(change) == [("sla_warning", SUPERVISOR.address)]

    def test_a_desk_without_supervisor_tells_its_admins(self) -> None:
        small = factories.settings(ADMIN, AGENT)
        assert told(timer.escalate(sleeping(), small, HALF, NOW, ids(300))) == [("sla_warning", ADMIN.address)]

    def test_a_broken_promise_is_told_above_and_to_the_assignee(self) -> None:
        change = escalated(sleeping(assignee=AGENT.id), BREACH)
        assert told(change) == [("sla_breach", AGENT.address), ("sla_breach", SUPERVISOR.address)]

    def test_a_supervisors_own_ticket_tells_them_once(self) -> None:
        assert told(escalated(sleeping(assignee=SUPERVISOR.id), BREACH)) == [("sla_breach", SUPERVISOR.address)]

    def test_the_ticket_is_marked_as_of_its_deadline(self) -> None:
        change = escalated(sleeping(), BREACH + 3 * HOUR)
        assert change.after.is_overdue
        assert change.after.clock(ClockName.FIRST_RESPONSE).breached_at == BREACH

    def test_the_history_names_the_cause_and_who_was_told(self) -> None:
        (event,) = escalated(sleeping(), BREACH).entries
        assert (event.author, event.cause) == (DESK_ITSELF, "timer:first_response:breach")
        lines = {line.field: line.new for line in event.changes}
        assert lines == {"told": SUPERVISOR.name, "first_response_breached_at": BREACH.isoformat()}

    def test_every_step_fires_once(self) -> None:
        warned = escalated(sleeping())
        assert escalated(warned.after).is_empty
        broken = escalated(warned.after, BREACH)
        assert escalated(broken.after, BREACH + HOUR).is_empty

    def test_a_warning_that_comes_after_the_deadline_is_not_sent(self) -> None:
        assert [purpose for purpose, _ in told(escalated(sleeping(), BREACH + HOUR))] == ["sla_breach"]

    def test_two_clocks_may_be_due_at_once(self) -> None:
        change = escalated(sleeping(), NOW + 3 * DAY)
        steps = [(mail.params["clock"], mail.params["step"]) for mail in change.outgoing]
        assert steps == [("first_response", "very_late"), ("resolution", "breach")]
        assert len({mail.id for mail in change.outgoing} | {entry.id for entry in change.entries}) == 6

    def test_of_steps_due_at_once_each_person_hears_of_the_last_one(self) -> None:
        ladder = (Step("breach", (Receiver.TEAM_LEAD,)), Step("late", (Receiver.ASSIGNEE,), after=HOUR))
        desk = factories.settings(policies=(replace(DEFAULT_POLICY, ladder=ladder),))
        change = timer.escalate(sleeping(assignee=AGENT.id), desk, BREACH + HOUR, NOW, ids(300))
        heard = [(mail.to, mail.params["step"]) for mail in change.outgoing]
        assert heard == [(SUPERVISOR.address, "breach"), (AGENT.address, "late")]
        assert change.after.clock(ClockName.FIRST_RESPONSE).steps_done == {"breach", "late"}

    def test_a_step_that_names_nobody_tells_nobody(self) -> None:
        quiet = replace(DEFAULT_POLICY, ladder=(replace(DEFAULT_LADDER[0], receivers=()), DEFAULT_LADDER[2]))
        desk = factories.settings(policies=(quiet,))
        for assignee in (0, AGENT.id):
            change = timer.escalate(sleeping(assignee=assignee), desk, HALF, NOW, ids(300))
            assert (told(change), change.is_empty) == ([], False)

    def test_a_deadline_breaks_in_quiet_hours_and_is_told_when_they_end(self) -> None:
        """Round the clock from Friday, 17:00: due nine hours later, told on Monday at nine."""
        awake = replace(DEFAULT_POLICY, calendar="always", awake="default")
        desk = factories.settings(policies=(awake,), calendars={"always": ALWAYS, "default": DEFAULT})
        friday = NOW + 4 * DAY + 7 * HOUR
        ticket = factories.opened(at=friday, desk=desk).after
        due_at = friday + 9 * HOUR
        broken = timer.escalate(ticket, desk, due_at, due_at, ids(300))
        assert (told(broken), broken.after.is_overdue) == ([], True)
        assert broken.after.clock(ClockName.FIRST_RESPONSE).breached_at == due_at
        assert broken.entries[0].cause == "timer:first_response:deadline"
        assert timer.escalate(broken.after, desk, due_at, due_at, ids(400)).is_empty
        monday = NOW + 7 * DAY - HOUR
        first = timer.escalate(broken.after, desk, monday, monday, ids(500)).outgoing[0]
        assert (first.purpose, first.params["clock"]) == ("sla_breach", "first_response")

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_nobody_is_told_about_what_is_over(self, status: str) -> None:
        assert escalated(factories.ticket(status), BREACH + DAY).is_empty

    def test_nobody_is_told_when_it_was_answered_in_time(self) -> None:
        assert escalated(factories.answered(), BREACH).is_empty

    def test_a_breach_by_a_change_of_priority_is_told_once_and_keeps_its_date(self) -> None:
        raised = sleeping().set_priority(Priority.URGENT, AGENT, DESK, NOW + 90 * MINUTE, ids(20)).after
        change = escalated(raised, NOW + 90 * MINUTE)
        assert told(change) == [("sla_breach", SUPERVISOR.address)]
        assert change.after.clock(ClockName.FIRST_RESPONSE).breached_at == NOW + 90 * MINUTE
        assert escalated(change.after, NOW + 100 * MINUTE).is_empty

    def test_reopening_rings_nobody_for_what_lies_behind_it(self) -> None:
        resolved = factories.answered("resolved")
        later = NOW + 10 * DAY
        reopened = resolved.receive(message(at=later), DESK, later, ids(400)).after
        assert escalated(reopened, later).is_empty
        assert not reopened.is_overdue


class TestAbsence:
    """Who is away is not left alone with a deadline, and gets nothing by itself."""

    AWAY = replace(AGENT, absence=Absence(NOW.date(), NOW.date() + DAY, COLLEAGUE.id))
    LEFT_ALONE = replace(AWAY, absence=Absence(NOW.date(), NOW.date() + DAY))
    TEAM = Team(70, "Repairs", lead=AGENT.id)
    STEP = Step("breach", (Receiver.ASSIGNEE,), actions=(StepAction.TO_TEAM_LEAD,))

    def told(self, who: Agent, **ticket: int) -> set[str]:
        desk = factories.settings(ADMIN, SUPERVISOR, who, COLLEAGUE, teams={70: self.TEAM})
        made = factories.ticket(**ticket)
        return {agent.name for agent in timer.receivers(self.STEP, made, desk, NOW)}

    def test_who_stands_in_for_the_assignee_is_told_as_well(self) -> None:
        assert self.told(self.AWAY, assignee=AGENT.id) == {AGENT.name, COLLEAGUE.name}

    def test_without_a_stand_in_it_goes_up(self) -> None:
        assert self.told(self.LEFT_ALONE, assignee=AGENT.id) == {AGENT.name, SUPERVISOR.name}

    def test_who_stands_in_for_the_lead_is_told_instead(self) -> None:
        assert self.told(self.AWAY, team=70) == {COLLEAGUE.name}
        assert self.told(self.LEFT_ALONE, team=70) == {SUPERVISOR.name}

    @pytest.mark.parametrize(("lead", "assignee"), [(AGENT, AGENT.id), (AWAY, COLLEAGUE.id), (LEFT_ALONE, 0)])
    def test_a_step_assigns_to_nobody_who_is_away(self, lead: Agent, assignee: int) -> None:
        policy = replace(DEFAULT_POLICY, ladder=(self.STEP,))
        desk = factories.settings(ADMIN, SUPERVISOR, lead, COLLEAGUE, teams={70: self.TEAM}, policies=(policy,))
        change = timer.escalate(factories.ticket(desk=desk, team=70), desk, BREACH, NOW, ids(300))
        assert change.after.assignee == assignee
