"""Rules 1–6, in January 2025 in Seoul, open Monday to Friday, nine to six; the 15th is a Wednesday."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.domain.business_hours import ALWAYS, DEFAULT, BusinessHours
from chalicelib.domain.sla import Clock, ClockName, ClockState
from tests.domain import slow_reference

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(day_and_time: str) -> datetime:
    """`"15 10:00"` is the 15th at ten in Seoul."""
    day, wall = day_and_time.split()
    return datetime.fromisoformat(f"2025-01-{day}T{wall}+09:00").astimezone(UTC)


def resolution(start: str = "15 09:00", target: timedelta = 4 * HOUR, hours: BusinessHours = DEFAULT) -> Clock:
    return Clock.start(ClockName.RESOLUTION, at(start), target, hours, "default")


class TestStart:
    def test_a_clock_is_due_when_its_target_has_run_out(self) -> None:
        clock = resolution()
        assert clock.due_at == at("15 13:00")
        assert (clock.state, clock.generation, clock.calendar) == (ClockState.RUNNING, 1, "default")

    def test_a_message_outside_hours_starts_the_clock_at_the_next_opening(self) -> None:
        clock = resolution("18 11:00")
        assert (clock.started_at, clock.due_at) == (at("18 11:00"), at("20 13:00"))


class TestPause:
    def test_the_clock_stops_while_pending(self) -> None:
        paused = resolution().pause(at("15 10:00"))
        assert paused.state is ClockState.PAUSED
        assert paused.resume(at("15 12:00"), DEFAULT).due_at == at("15 15:00")

    @pytest.mark.parametrize(
        ("paused", "resumed", "due"),
        [
            pytest.param("15 10:00", "15 10:00", "15 13:00", id="for no time"),
            pytest.param("15 10:00", "15 18:00", "16 12:00", id="until closing"),
            pytest.param("15 10:00", "16 02:00", "16 12:00", id="the night costs nothing"),
            pytest.param("15 10:00", "20 09:30", "20 12:30", id="nor does the weekend"),
            pytest.param("15 10:00", "17 11:00", "17 14:00", id="over two days"),
        ],
    )
    def test_adds_exactly_the_paused_working_time(self, paused: str, resumed: str, due: str) -> None:
        assert resolution().pause(at(paused)).resume(at(resumed), DEFAULT).due_at == at(due)

    def test_several_pauses_add_up(self) -> None:
        clock = resolution()
        for pause, resume in (("15 09:30", "15 10:00"), ("15 10:15", "15 11:15")):
            clock = clock.pause(at(pause)).resume(at(resume), DEFAULT)
        assert (len(clock.pauses), clock.due_at, clock.generation) == (2, at("15 14:30"), 3)

    def test_a_reply_received_before_the_pause_adds_nothing(self) -> None:
        clock = resolution().pause(at("15 10:00")).resume(at("15 09:59"), DEFAULT)
        assert (clock.is_running, clock.due_at) == (True, at("15 13:00"))

    def test_a_pause_after_the_deadline_does_not_hide_the_breach(self) -> None:
        late = resolution().pause(at("15 14:00"))
        assert late.breached_at == at("15 13:00")
        resumed = late.resume(at("16 14:00"), DEFAULT)
        assert (resumed.due_at, resumed.state) == (at("15 13:00"), ClockState.BREACHED)


class TestMeet:
    def test_in_time(self) -> None:
        met = resolution().meet(at("15 12:00"))
        assert (met.state, met.met_at, met.breached_at) == (ClockState.MET, at("15 12:00"), None)

    def test_at_the_deadline_is_in_time(self) -> None:
        assert resolution().meet(at("15 13:00")).breached_at is None

    def test_late_is_a_breach_at_the_deadline(self) -> None:
        assert resolution().meet(at("15 13:01")).breached_at == at("15 13:00")

    def test_out_of_a_pause_counts_from_the_pause(self) -> None:
        paused = resolution().pause(at("15 12:00"))
        assert paused.meet(at("20 12:00")).breached_at is None
        assert not paused.meet(at("20 12:00")).is_paused

    def test_only_the_first_time_counts(self) -> None:
        assert resolution().meet(at("15 12:00")).meet(at("15 14:00")).met_at == at("15 12:00")


class TestBreach:
    def test_is_dated_to_the_deadline_whenever_the_timer_wakes(self) -> None:
        breached = resolution().breach(at("15 13:02"))
        assert (breached.breached_at, breached.state) == (at("15 13:00"), ClockState.BREACHED)
        assert breached.is_running
        assert not breached.is_breached_by_policy

    def test_comes_with_the_deadline_not_before(self) -> None:
        assert resolution().breach(at("15 12:59")).breached_at is None
        assert resolution().breach(at("15 13:00")).breached_at == at("15 13:00")

    def test_keeps_its_first_date(self) -> None:
        by_policy = resolution().retarget(1 * HOUR, DEFAULT, at("15 12:00"))
        assert by_policy.breach(at("15 14:00")) == by_policy

    def test_never_follows_a_promise_kept(self) -> None:
        met = resolution().meet(at("15 12:00"))
        assert met.breach(at("15 14:00")) == met


class TestWhatIsOver:
    def test_after_a_late_change_counts_from_the_deadline_without_the_pause_behind_it(self) -> None:
        """Four hours used, two of pause, then a target of two: breached by two hours, which the pause is none of."""
        clock = resolution(target=9 * HOUR).pause(at("15 13:00")).resume(at("15 15:00"), DEFAULT)
        late = clock.retarget(2 * HOUR, DEFAULT, at("15 15:00"))
        assert (late.due_at, late.overrun) == (at("15 11:00"), 2 * HOUR)
        assert late.counted_from(late.due_at, late.overrun + HOUR, DEFAULT) == at("15 16:00")


class TestReopen:
    def test_the_resolved_period_is_excluded(self) -> None:
        reopened = resolution().meet(at("15 11:00")).reopen(at("15 15:00"), DEFAULT)
        assert (reopened.is_running, reopened.due_at, reopened.generation) == (True, at("15 17:00"), 2)

    def test_after_three_days_it_is_not_breached_at_once(self) -> None:
        reopened = resolution().meet(at("15 11:00")).reopen(at("20 10:00"), DEFAULT)
        assert reopened.due_at == at("20 12:00")

    def test_the_pause_it_was_resolved_in_is_excluded_too(self) -> None:
        reopened = resolution().pause(at("15 10:00")).meet(at("15 11:00")).reopen(at("15 12:00"), DEFAULT)
        assert (reopened.is_paused, reopened.due_at) == (False, at("15 15:00"))

    def test_by_a_mail_received_before_it_was_resolved_excludes_nothing(self) -> None:
        reopened = resolution().meet(at("15 11:00")).reopen(at("15 10:59"), DEFAULT)
        assert (reopened.due_at, reopened.generation_at) == (at("15 13:00"), at("15 11:00"))

    def test_resolved_at_the_last_moment_it_has_an_hour(self) -> None:
        reopened = resolution().meet(at("15 13:00")).reopen(at("16 10:00"), DEFAULT)
        assert (reopened.due_at, reopened.breached_at) == (at("16 11:00"), None)

    def test_that_hour_is_never_more_than_its_target(self) -> None:
        reopened = resolution(target=10 * MINUTE).meet(at("15 09:09")).reopen(at("16 10:00"), DEFAULT)
        assert reopened.due_at == at("16 10:10")

    def test_a_breach_stays_what_it_was(self) -> None:
        reopened = resolution().meet(at("15 15:00")).reopen(at("16 10:00"), DEFAULT)
        assert (reopened.breached_at, reopened.due_at) == (at("15 13:00"), at("15 13:00"))

    def test_needs_a_clock_that_was_met(self) -> None:
        assert resolution().reopen(at("15 10:00"), DEFAULT) == resolution()


class TestRetarget:
    def test_counts_from_the_original_start(self) -> None:
        clock = resolution().retarget(2 * HOUR, DEFAULT, at("15 10:00"))
        assert (clock.due_at, clock.target, clock.generation) == (at("15 11:00"), 2 * HOUR, 2)

    def test_keeps_what_was_paused(self) -> None:
        clock = resolution().pause(at("15 10:00")).resume(at("15 11:00"), DEFAULT)
        assert clock.retarget(8 * HOUR, DEFAULT, at("15 12:00")).due_at == at("15 18:00")

    def test_a_deadline_now_past_is_breached_now_by_policy(self) -> None:
        clock = resolution().retarget(1 * HOUR, DEFAULT, at("15 12:00"))
        assert (clock.due_at, clock.breached_at, clock.overrun) == (at("15 10:00"), at("15 12:00"), 2 * HOUR)
        assert clock.is_breached_by_policy

    def test_a_deadline_past_before_the_pause_began_is_breached_too(self) -> None:
        clock = resolution().pause(at("15 12:00")).retarget(1 * HOUR, DEFAULT, at("17 12:00"))
        assert (clock.breached_at, clock.overrun) == (at("17 12:00"), 2 * HOUR)

    def test_a_deadline_that_comes_while_paused_is_not(self) -> None:
        clock = resolution().pause(at("15 10:00")).retarget(3 * HOUR, DEFAULT, at("17 12:00"))
        assert (clock.is_paused, clock.breached_at) == (True, None)

    def test_a_breach_nobody_noticed_yet_is_not_undone(self) -> None:
        clock = resolution().retarget(8 * HOUR, DEFAULT, at("15 13:01"))
        assert (clock.breached_at, clock.target) == (at("15 13:00"), 4 * HOUR)

    @pytest.mark.parametrize(
        "ended", [resolution().meet(at("15 10:00")), resolution().breach(at("15 13:00"))], ids=["met", "breached"]
    )
    def test_met_and_breached_clocks_stay_as_they_are(self, ended: Clock) -> None:
        assert ended.retarget(HOUR, DEFAULT, at("15 14:00")) == ended

    def test_an_edited_calendar_moves_the_deadline(self) -> None:
        clock = resolution().retarget(4 * HOUR, hours_with_lunch(), at("15 10:00"))
        assert (clock.due_at, clock.calendar) == (at("15 14:00"), "default")

    def test_a_pause_that_is_over_counts_by_the_calendar_that_holds_now(self) -> None:
        """Paused from Friday noon to Monday noon: 9 hours of office time, 72 of the clock's."""
        paused = resolution("17 11:00", 20 * HOUR).pause(at("17 12:00")).resume(at("20 12:00"), DEFAULT)
        round_the_clock = paused.retarget(20 * HOUR, ALWAYS, at("20 12:01"), "always")
        assert (round_the_clock.due_at, round_the_clock.breached_at) == (at("21 07:00"), None)
        assert round_the_clock.retarget(20 * HOUR, DEFAULT, at("20 12:02"), "default").due_at == paused.due_at

    def test_another_calendar_is_remembered(self) -> None:
        assert resolution().retarget(4 * HOUR, ALWAYS, at("15 10:00"), "always").calendar == "always"

    def test_without_a_difference_nothing_changes(self) -> None:
        assert resolution().retarget(4 * HOUR, DEFAULT, at("15 10:00")) == resolution()


class TestRepeating:
    def test_a_second_pause_changes_nothing(self) -> None:
        once = resolution().pause(at("15 10:30"))
        assert once.pause(at("15 11:00")) == once

    def test_a_second_resume_changes_nothing(self) -> None:
        once = resolution().pause(at("15 10:00")).resume(at("15 11:00"), DEFAULT)
        assert once.resume(at("15 12:00"), DEFAULT) == once

    def test_a_resolved_clock_neither_pauses_nor_resumes(self) -> None:
        met = resolution().pause(at("15 10:00")).meet(at("15 11:00"))
        assert met.pause(at("15 12:00")) == met
        assert met.resume(at("15 12:00"), DEFAULT) == met


class TestSteps:
    def test_are_noted_per_generation(self) -> None:
        clock = resolution().fired("warning")
        assert clock.steps_done == {"warning"}
        resumed = clock.pause(at("15 12:30")).resume(at("15 15:00"), DEFAULT)
        assert not resumed.steps_done
        assert resumed.steps_before == {"warning"}
        assert resumed.generation_at == at("15 15:00")


class TestADueDateSetByHand:
    """Rule 5."""

    def test_holds_until_it_is_cleared_whatever_else_moves(self) -> None:
        pinned = resolution().pin(at("17 12:00"), at("15 10:00"), DEFAULT)
        paused = pinned.pause(at("15 11:00")).resume(at("16 11:00"), DEFAULT)
        assert paused.retarget(HOUR, DEFAULT, at("16 12:00")).due_at == at("17 12:00")

    def test_cleared_it_is_due_when_its_working_time_runs_out(self) -> None:
        pinned = resolution().pin(at("17 12:00"), at("15 10:00"), DEFAULT)
        paused = pinned.pause(at("15 11:00")).resume(at("15 12:00"), DEFAULT)
        assert paused.unpin(at("15 13:00"), DEFAULT).due_at == at("15 14:00")

    def test_cleared_while_the_ticket_is_pending_it_is_paused(self) -> None:
        pinned = resolution().pin(at("17 12:00"), at("15 10:00"), DEFAULT).pause(at("15 11:00"))
        assert pinned.is_running
        assert pinned.unpin(at("15 12:00"), DEFAULT).is_paused

    def test_cleared_after_its_time_ran_out_it_is_breached_by_that_change(self) -> None:
        cleared = resolution().pin(at("17 12:00"), at("15 10:00"), DEFAULT).unpin(at("16 10:00"), DEFAULT)
        assert (cleared.breached_at, cleared.is_breached_by_policy) == (at("16 10:00"), True)

    def test_that_was_missed_is_a_breach_like_any_other(self) -> None:
        pinned = resolution().pin(at("15 11:00"), at("15 10:00"), DEFAULT)
        assert pinned.breach(at("15 11:00")).breached_at == at("15 11:00")

    def test_is_no_way_to_hide_a_breach(self) -> None:
        late = resolution().pin(at("17 12:00"), at("15 14:00"), DEFAULT)
        assert (late.breached_at, late.due_at) == (at("15 13:00"), at("17 12:00"))

    def test_changes_nothing_once_the_promise_is_kept(self) -> None:
        met = resolution().meet(at("15 10:00"))
        assert met.pin(at("17 12:00"), at("15 11:00"), DEFAULT) == met

    def test_is_cleared_once(self) -> None:
        assert resolution().unpin(at("15 10:00"), DEFAULT) == resolution()

    def test_that_passed_while_the_ticket_was_pending_is_a_breach(self) -> None:
        pinned = resolution().pause(at("15 10:00")).pin(at("15 12:00"), at("15 11:00"), DEFAULT)
        assert pinned.meet(at("15 12:30")).breached_at == at("15 12:00")

    def test_that_passed_while_it_was_resolved_holds_no_more(self) -> None:
        pinned = resolution().pin(at("16 10:00"), at("15 10:00"), DEFAULT)
        reopened = pinned.meet(at("15 11:00")).reopen(at("17 11:00"), DEFAULT)
        assert (reopened.pinned_to, reopened.breached_at, reopened.due_at) == (None, None, at("17 13:00"))

    def test_that_lies_ahead_still_holds_after_reopening(self) -> None:
        pinned = resolution().pin(at("20 10:00"), at("15 10:00"), DEFAULT)
        assert pinned.meet(at("15 11:00")).reopen(at("17 11:00"), DEFAULT).due_at == at("20 10:00")


class TestBackdating:
    def test_begins_at_the_older_instant(self) -> None:
        assert resolution("15 10:00").backdate(at("15 09:00"), DEFAULT).due_at == at("15 13:00")

    @pytest.mark.parametrize(
        "clock",
        [
            pytest.param(resolution("15 08:00"), id="no newer one"),
            pytest.param(resolution("15 10:00").meet(at("15 11:00")), id="nor one that was met"),
            pytest.param(resolution("15 10:00").breach(at("15 14:00")), id="or breached"),
        ],
    )
    def test_moves_no_other(self, clock: Clock) -> None:
        assert clock.backdate(at("15 09:00"), DEFAULT) == clock


def hours_with_lunch() -> BusinessHours:
    return BusinessHours.from_json(
        {"time_zone": "Asia/Seoul", "hours": {"wed": [["09:00", "12:00"], ["13:00", "18:00"]]}}
    )


CALENDAR = {
    "time_zone": "America/New_York",
    "hours": {
        "sat": [["09:00", "12:30"], ["22:00", "24:00"]],
        "sun": [["00:00", "04:00"], ["12:00", "17:00"]],
        "mon": [["08:00", "12:00"], ["13:00", "18:00"]],
        "tue": [["21:00", "05:00"]],
    },
    "breaks": {"2025-03-10": [["09:00", "09:30"]]},
}
START = datetime(2025, 3, 8, 13, 0, tzinfo=UTC)

verbs = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "meet", "reopen", "retarget"]), st.integers(1, 600)), max_size=8
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(verbs, st.integers(300, 1200))
def test_whatever_happens_the_deadline_is_where_a_stopwatch_would_ring(
    verbs: list[tuple[str, int]], minutes: int
) -> None:
    """A stopwatch that looks every minute, over the night of a DST change, as long as the promise is not broken."""
    hours = BusinessHours.from_json(CALENDAR)
    clock = Clock.start(ClockName.RESOLUTION, START, minutes * MINUTE, hours, "default")
    now, left = START, minutes * MINUTE
    for verb, later in verbs:
        was, now = now, now + later * MINUTE
        left -= slow_reference.elapsed(CALENDAR, was, now, MINUTE) * clock.is_running
        assume(left > timedelta(0))
        if verb == "reopen" and clock.is_met:
            left = max(left, HOUR)
        if verb == "retarget" and not clock.is_met:
            left += 30 * MINUTE
        clock = after(clock, verb, now, hours)
    expected = slow_reference.add(CALENDAR, now, left, MINUTE, timedelta(days=8))
    assume(clock.is_running and expected is not None)
    assert (clock.due_at, clock.breached_at) == (expected, None)


def after(clock: Clock, verb: str, now: datetime, hours: BusinessHours) -> Clock:
    match verb:
        case "pause":
            return clock.pause(now)
        case "resume":
            return clock.resume(now, hours)
        case "meet":
            return clock.meet(now)
        case "reopen":
            return clock.reopen(now, hours)
        case _:
            return clock.retarget(clock.target + 30 * MINUTE, hours, now)
