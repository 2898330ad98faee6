from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain import ticket as domain
from chalicelib.domain.change import Change
from chalicelib.domain.entry import AuthorKind, FieldChange
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, Targets
from chalicelib.domain.sla import ClockName
from chalicelib.domain.texts import LONGEST_TEXT
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Status
from tests import factories
from tests.conftest import AGENT, COLLEAGUE, NOW, SUPERVISOR
from tests.factories import CUSTOMER_ADDRESS, ids, message

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()


def history(change: Change) -> list[FieldChange]:
    """What the change leaves in the ticket's history, but for what its clocks did."""
    lines = [line for entry in change.entries for line in entry.changes]
    return [line for line in lines if not line.field.startswith(tuple(ClockName))]


def reply(ticket: Ticket, text: str = "We are on it.", at: datetime = NOW + HOUR) -> Change:
    return ticket.reply(text, AGENT, ticket.last_entry, at, ids(50))


def move(ticket: Ticket, status: Status, at: datetime = NOW + HOUR) -> Change:
    return ticket.set_status(status, AGENT, DESK, at, ids(60))


class TestReceive:
    def test_a_customer_reply_reopens_a_resolved_ticket(self) -> None:
        change = factories.answered("resolved").receive(message(at=NOW + HOUR), DESK, NOW + HOUR, ids(200))
        assert (change.after.status, change.after.reopened, change.after.resolved_at) == ("open", 1, None)
        assert history(change) == [FieldChange("status", "resolved", "open")]
        assert change.entries[1].cause == "customer_message"
        assert change.entries[1].author.kind is AuthorKind.CUSTOMER

    def test_reopening_withdraws_the_survey_that_was_to_be_sent(self) -> None:
        resolved = factories.answered("resolved")
        assert resolved.survey_due_at == resolved.resolved_at + DAY
        assert resolved.receive(message(), DESK, NOW + HOUR, ids(200)).after.survey_due_at is None

    def test_reopening_keeps_the_first_response_met(self) -> None:
        resolved = factories.answered("resolved")
        reopened = resolved.receive(message(at=NOW + HOUR), DESK, NOW + HOUR, ids(200)).after
        assert reopened.clock(ClockName.FIRST_RESPONSE) == resolved.clock(ClockName.FIRST_RESPONSE)
        assert reopened.clock(ClockName.RESOLUTION).is_running

    def test_a_reopened_ticket_stays_with_its_agent(self) -> None:
        change = factories.answered("resolved").receive(message(), DESK, NOW + HOUR, ids(200))
        assert change.after.assignee == AGENT.id

    def test_a_reopened_ticket_does_not_stay_with_an_agent_who_left(self) -> None:
        without = factories.settings(SUPERVISOR, replace(AGENT, is_active=False))
        change = factories.answered("resolved").receive(message(), without, NOW + HOUR, ids(200))
        assert change.after.assignee == 0
        assert FieldChange("assignee", str(AGENT.id), "") in history(change)

    @pytest.mark.parametrize("late", [timedelta(0), HOUR, DAY])
    def test_a_reply_ends_pending_at_the_instant_it_was_received_not_processed(self, late: timedelta) -> None:
        pending = factories.ticket("pending")
        received = NOW + 40 * MINUTE
        change = pending.receive(message(at=received), DESK, received + late, ids(200))
        assert change.after.status is Status.OPEN
        assert factories.due_at(change.after, "resolution") == NOW + 3 * DAY + 30 * MINUTE
        assert change.entries[1].at == received

    def test_a_reply_received_before_the_ticket_became_pending_costs_nothing(self) -> None:
        """Mail and clicks may overtake one another."""
        pending = factories.ticket("pending")
        change = pending.receive(message(at=NOW + 5 * MINUTE), DESK, NOW + HOUR, ids(200))
        assert change.after.status is Status.OPEN
        assert factories.due_at(change.after, "resolution") == NOW + 3 * DAY

    def test_a_reply_received_before_the_ticket_was_resolved_reopens_it_all_the_same(self) -> None:
        resolved = factories.answered("resolved")
        change = resolved.receive(message(at=NOW + 6 * MINUTE), DESK, NOW + HOUR, ids(200))
        assert change.after.status is Status.OPEN
        assert not change.after.is_overdue

    @pytest.mark.parametrize("status", ["open", "on_hold"])
    def test_a_message_to_a_ticket_that_waits_for_us_moves_nothing(self, status: str) -> None:
        ticket = factories.ticket(status)
        change = ticket.receive(message(), DESK, NOW + HOUR, ids(200))
        assert (change.after.status, history(change)) == (status, [])

    @pytest.mark.parametrize("status", ["open", "pending", "on_hold", "resolved"])
    @pytest.mark.parametrize("mark", ["is_automatic", "is_from_stranger"])
    def test_automatic_mail_and_strangers_change_nothing_but_the_timeline(self, status: str, mark: str) -> None:
        ticket = factories.answered(status)
        change = ticket.receive(message(**{mark: True}), DESK, NOW + HOUR, ids(200))
        assert (change.after.status, change.after.clocks) == (ticket.status, ticket.clocks)
        assert change.after.survey_due_at == ticket.survey_due_at
        assert getattr(change.entries[0], mark)

    def test_a_closed_ticket_takes_no_mail(self) -> None:
        with pytest.raises(Conflict, match="ticket_closed"):
            factories.ticket("closed").receive(message(), DESK, NOW, ids())

    def test_a_stranger_is_not_shown_to_the_customer(self) -> None:
        change = factories.ticket().receive(message(is_from_stranger=True), DESK, NOW, ids(200))
        assert not change.entries[0].is_public
        assert factories.opened().entries[0].is_public


class TestReply:
    def test_a_public_reply_by_a_person_meets_the_first_response(self) -> None:
        clock = reply(factories.ticket()).after.clock(ClockName.FIRST_RESPONSE)
        assert clock.met_at == NOW + HOUR

    def test_only_the_first_reply_does(self) -> None:
        twice = reply(reply(factories.ticket()).after, at=NOW + 2 * HOUR)
        assert twice.after.clock(ClockName.FIRST_RESPONSE).met_at == NOW + HOUR

    def test_neither_notes_nor_status_nor_assignment_do(self) -> None:
        ticket = factories.ticket()
        ticket = ticket.add_note("Call them.", AGENT, NOW, ids(20)).after
        ticket = ticket.assign(COLLEAGUE, AGENT, NOW, ids(30)).after
        ticket = move(ticket, Status.PENDING).after
        assert not ticket.clock(ClockName.FIRST_RESPONSE).is_met

    def test_it_goes_to_the_customer_by_mail(self) -> None:
        change = reply(factories.ticket(cc=("park@customer.example",)))
        (mail,) = change.outgoing
        assert (mail.purpose, mail.to, mail.entry_id) == (Purpose.REPLY, CUSTOMER_ADDRESS, change.entries[0].id)

    def test_an_unassigned_ticket_becomes_the_repliers(self) -> None:
        change = reply(factories.ticket())
        assert change.after.assignee == AGENT.id
        assert history(change) == [FieldChange("assignee", "", str(AGENT.id))]
        assert change.entries[1].cause == "reply"

    def test_an_assigned_ticket_stays_with_its_agent(self) -> None:
        change = reply(factories.ticket(assignee=COLLEAGUE.id))
        assert (change.after.assignee, change.after.last_replier) == (COLLEAGUE.id, AGENT.id)

    def test_a_reply_that_was_overtaken_by_a_message_is_not_sent(self) -> None:
        ticket = factories.ticket()
        overtaken = ticket.receive(message("And it smells."), DESK, NOW, ids(20)).after
        with pytest.raises(Conflict, match="stale_reply"):
            overtaken.reply("We are on it.", AGENT, ticket.last_entry, NOW, ids(30))

    @pytest.mark.parametrize("overtaken_by", ["a note", "a reply"])
    def test_nor_is_one_overtaken_by_a_colleague(self, overtaken_by: str) -> None:
        ticket = factories.ticket()
        note, said = ticket.add_note("Mine.", COLLEAGUE, NOW, ids(20)), reply(ticket)
        overtaken = (note if overtaken_by == "a note" else said).after
        with pytest.raises(Conflict, match="stale_reply"):
            overtaken.reply("We are on it.", AGENT, ticket.last_entry, NOW, ids(30))

    def test_the_writer_of_the_last_reply_may_write_another_one(self) -> None:
        once = reply(factories.ticket()).after
        assert len(reply(once, "One more thing.").entries) == 1

    def test_a_status_that_changed_meanwhile_does_not_stop_it(self) -> None:
        ticket = factories.ticket()
        pending = move(ticket, Status.PENDING).after
        assert pending.reply("We are on it.", AGENT, ticket.last_entry, NOW, ids(90)).entries

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            pytest.param("", "text_missing", id="nothing"),
            pytest.param(" \n\t ", "text_missing", id="blanks"),
            pytest.param("x" * (LONGEST_TEXT + 1), "text_too_long", id="too much"),
        ],
    )
    def test_what_can_not_be_sent(self, text: str, code: str) -> None:
        with pytest.raises(InvalidInput) as error:
            reply(factories.ticket(), text)
        assert (error.value.code, error.value.field) == (code, "text")

    def test_a_closed_ticket_takes_no_reply(self) -> None:
        with pytest.raises(Conflict, match="ticket_closed"):
            reply(factories.ticket("closed"))


class TestNote:
    def test_a_note_leaves_clocks_status_and_customer_alone(self) -> None:
        ticket = factories.ticket("pending")
        change = ticket.add_note("  Ask Lee.  ", AGENT, NOW + HOUR, ids(20))
        assert change.entries[0].text == "Ask Lee."
        assert not change.entries[0].is_public
        assert change.outgoing == ()
        assert replace(change.after, last_entry=0, updated_at=NOW) == replace(ticket, last_entry=0, updated_at=NOW)

    def test_an_empty_note_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="text_missing"):
            factories.ticket().add_note(" ", AGENT, NOW, ids())


class TestAssign:
    def test_the_new_assignee_is_told(self) -> None:
        change = factories.ticket().assign(COLLEAGUE, AGENT, NOW, ids(20))
        assert change.after.assignee == COLLEAGUE.id
        assert [(mail.purpose, mail.to, mail.agent_id) for mail in change.outgoing] == [
            ("assigned", COLLEAGUE.address, COLLEAGUE.id)
        ]
        assert history(change) == [FieldChange("assignee", "", str(COLLEAGUE.id))]

    def test_who_takes_a_ticket_is_not_told_about_it(self) -> None:
        assert factories.ticket().assign(AGENT, AGENT, NOW, ids(20)).outgoing == ()

    def test_giving_a_ticket_back_tells_nobody(self) -> None:
        change = factories.ticket(assignee=AGENT.id).assign(None, AGENT, NOW, ids(20))
        assert (change.after.assignee, change.outgoing) == (0, ())

    def test_assigning_again_changes_nothing(self) -> None:
        assert factories.ticket(assignee=AGENT.id).assign(AGENT, COLLEAGUE, NOW, ids(20)).is_empty


class TestStatus:
    @pytest.mark.parametrize(
        ("old", "new"), [(old, new) for old in Status for new in Status if new in domain.TRANSITIONS[old]]
    )
    def test_a_possible_step_is_taken_and_stands_in_the_history(self, old: Status, new: Status) -> None:
        change = move(factories.ticket(old), new)
        assert change.after.status is new
        assert history(change) == [FieldChange("status", old, new)]
        assert (change.entries[0].author.id, change.entries[0].cause) == (AGENT.id, "agent")

    @pytest.mark.parametrize(
        ("old", "new"),
        [(old, new) for old in Status for new in Status if new is not old and new not in domain.TRANSITIONS[old]],
    )
    def test_an_impossible_step_is_refused(self, old: Status, new: Status) -> None:
        with pytest.raises(Conflict, match="status_not_possible"):
            move(factories.ticket(old), new)

    def test_only_what_was_resolved_is_closed_and_what_is_closed_stays_so(self) -> None:
        assert [old for old in Status if Status.CLOSED in domain.TRANSITIONS[old]] == [Status.RESOLVED]
        assert domain.TRANSITIONS[Status.CLOSED] == frozenset()

    @pytest.mark.parametrize("status", list(Status))
    def test_the_same_status_again_changes_nothing(self, status: Status) -> None:
        assert move(factories.ticket(status), status).is_empty

    def test_the_resolution_pauses_while_pending_and_the_first_response_does_not(self) -> None:
        pending = move(factories.ticket(), Status.PENDING).after
        assert pending.clock(ClockName.RESOLUTION).is_paused
        assert pending.clock(ClockName.FIRST_RESPONSE).is_running
        assert pending.due_at == factories.due_at(pending, "first_response")

    def test_a_pause_adds_its_working_time_to_the_target(self) -> None:
        """From 11:00 until the next day at 11:00, of which nine hours are working time."""
        pending = move(factories.ticket(), Status.PENDING).after
        back = move(pending, Status.OPEN, at=NOW + HOUR + DAY).after
        assert factories.due_at(back, "resolution") == NOW + 4 * DAY

    @pytest.mark.parametrize("pauses", [True, False])
    def test_on_hold_pauses_if_the_policy_says_so(self, pauses: bool) -> None:
        statuses = frozenset({Status.PENDING, Status.ON_HOLD} if pauses else {Status.PENDING})
        desk = factories.settings(policies=(replace(DEFAULT_POLICY, pauses_in=statuses),))
        on_hold = factories.ticket().set_status(Status.ON_HOLD, AGENT, desk, NOW, ids(20)).after
        assert on_hold.clock(ClockName.RESOLUTION).is_paused is pauses

    def test_going_on_hold_ends_the_pause_of_pending(self) -> None:
        on_hold = move(factories.ticket("pending"), Status.ON_HOLD, at=NOW + 40 * MINUTE).after
        assert on_hold.clock(ClockName.RESOLUTION).is_running
        assert factories.due_at(on_hold, "resolution") == NOW + 3 * DAY + 30 * MINUTE

    def test_resolving_meets_the_resolution_clock(self) -> None:
        resolved = move(factories.ticket(), Status.RESOLVED).after
        assert resolved.clock(ClockName.RESOLUTION).met_at == NOW + HOUR
        assert resolved.resolved_at == NOW + HOUR

    def test_resolving_out_of_pending_too_late_by_the_wall_is_in_time(self) -> None:
        pending = move(factories.ticket(), Status.PENDING).after
        resolved = move(pending, Status.RESOLVED, at=NOW + 30 * DAY).after
        assert resolved.clock(ClockName.RESOLUTION).breached_at is None

    def test_a_resolved_ticket_is_neither_active_nor_overdue(self) -> None:
        late = factories.ticket().clock(ClockName.FIRST_RESPONSE).breach(NOW + 9 * DAY)
        breached = factories.ticket().with_clock(late)
        assert breached.is_overdue
        resolved = move(breached, Status.RESOLVED).after
        assert (resolved.is_active, resolved.is_overdue) == (False, False)


class TestSurveyDue:
    def test_a_survey_is_due_a_day_after_the_resolution(self) -> None:
        assert factories.answered("resolved").survey_due_at == NOW + 10 * MINUTE + DAY

    def test_not_without_a_reply_by_a_person(self) -> None:
        assert factories.ticket("resolved").survey_due_at is None

    def test_closing_a_ticket_at_once_does_not_lose_its_survey(self) -> None:
        assert factories.answered("closed").survey_due_at == factories.answered("resolved").survey_due_at

    def test_closing_later_does_not_bring_back_a_survey_that_was_sent(self) -> None:
        asked = replace(factories.answered("resolved"), survey_due_at=None)
        assert move(asked, Status.CLOSED).after.survey_due_at is None


class TestWhatIsOver:
    def test_a_change_while_it_is_resolved_breaks_no_promise_of_it(self) -> None:
        """Used for a day; urgent allows four hours, of which one is left when it is opened again (rules 4 and 6)."""
        resolved = factories.answered("resolved", at=NOW - DAY)
        urgent = resolved.set_priority(Priority.URGENT, AGENT, DESK, NOW + HOUR, ids(200)).after
        assert urgent.clocks == resolved.clocks
        reopened = move(urgent, Status.OPEN, NOW + 2 * HOUR).after
        assert not reopened.is_overdue
        assert reopened.renew(DESK, NOW + 2 * HOUR + MINUTE, ids(300)).is_empty

    def test_the_priority_of_a_closed_ticket_breaks_nothing(self) -> None:
        closed = factories.ticket("closed").set_priority(Priority.URGENT, AGENT, DESK, NOW + 30 * DAY, ids(20)).after
        assert all(clock.breached_at is None for clock in closed.clocks)

    def test_a_ticket_without_promises_has_no_deadline_to_clear(self) -> None:
        machine = factories.opened(is_promised=False).after
        assert machine.unpin_due(AGENT, DESK, NOW, ids(20)).is_empty

    def test_nobody_means_a_deadline_of_another_century(self) -> None:
        with pytest.raises(InvalidInput, match="due_too_far"):
            factories.ticket().pin_due(NOW + 1100 * DAY, "Ordered.", AGENT, DESK, NOW, ids(20))


class TestKind:
    def test_another_kind_may_have_other_promises(self) -> None:
        fast = {priority: Targets(MINUTE * 10, MINUTE * 10, HOUR) for priority in Priority}
        claims = replace(DEFAULT_POLICY, id="claims", condition=Condition(kinds=frozenset({Kind.CLAIM})), targets=fast)
        desk = factories.settings(policies=(claims, DEFAULT_POLICY))
        change = factories.ticket().set_kind(Kind.CLAIM, AGENT, desk, NOW + 5 * MINUTE, ids(20))
        assert (change.after.kind, change.after.policy) == (Kind.CLAIM, "claims")
        assert factories.due_at(change.after, "first_response") == NOW + 10 * MINUTE
        assert history(change) == [FieldChange("kind", "", "claim")]
        back = change.after.set_kind(None, AGENT, desk, NOW + 6 * MINUTE, ids(40)).after
        assert (back.kind, back.policy) == (None, DEFAULT_POLICY.id)
        assert factories.due_at(back, "first_response") == factories.due_at(factories.ticket(), "first_response")

    def test_the_same_kind_again_changes_nothing(self) -> None:
        assert factories.ticket().set_kind(None, AGENT, DESK, NOW, ids(20)).is_empty


class TestPriority:
    def test_targets_are_recomputed_from_the_original_start(self) -> None:
        """Urgent: one hour to answer, four to resolve, from ten o'clock."""
        change = factories.ticket().set_priority(Priority.URGENT, AGENT, DESK, NOW + 30 * MINUTE, ids(20))
        assert factories.due_at(change.after, "first_response") == NOW + HOUR
        assert factories.due_at(change.after, "resolution") == NOW + 4 * HOUR
        assert history(change) == [FieldChange("priority", "medium", "urgent")]

    def test_the_moved_deadlines_stand_in_the_history(self) -> None:
        change = factories.ticket().set_priority(Priority.URGENT, AGENT, DESK, NOW, ids(20))
        moved = {line.field: line.new for line in change.entries[0].changes}
        assert moved["first_response_due_at"] == (NOW + HOUR).isoformat()
        assert moved["resolution_due_at"] == (NOW + 4 * HOUR).isoformat()

    def test_a_deadline_that_is_now_past_is_breached_now(self) -> None:
        change = factories.ticket().set_priority(Priority.URGENT, AGENT, DESK, NOW + 2 * HOUR, ids(20))
        clock = change.after.clock(ClockName.FIRST_RESPONSE)
        assert (clock.breached_at, clock.is_breached_by_policy) == (NOW + 2 * HOUR, True)
        assert change.after.is_overdue

    def test_what_was_met_stays_met(self) -> None:
        ticket = factories.answered()
        change = ticket.set_priority(Priority.URGENT, AGENT, DESK, NOW + 2 * HOUR, ids(90))
        assert change.after.clock(ClockName.FIRST_RESPONSE) == ticket.clock(ClockName.FIRST_RESPONSE)

    def test_the_same_priority_again_changes_nothing(self) -> None:
        assert factories.ticket().set_priority(Priority.MEDIUM, AGENT, DESK, NOW, ids(20)).is_empty


class TestParticipants:
    def test_requester_and_people_in_copy_take_part(self) -> None:
        ticket = factories.ticket(cc=("park@customer.example",))
        assert ticket.is_participant(CUSTOMER_ADDRESS)
        assert ticket.is_participant("park@customer.example")
        assert not ticket.is_participant("eve@elsewhere.example")


class TestChange:
    def test_two_steps_become_one(self) -> None:
        first = factories.opened()
        second = first.after.add_note("Mine.", AGENT, NOW, ids(20))
        both = first.then(second)
        assert (both.before, both.after) == (None, second.after)
        assert both.entries == first.entries + second.entries
        assert both.outgoing == first.outgoing
