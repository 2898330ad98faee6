"""Rule 7, in January 2025 in Seoul, open Monday to Friday, nine to six; the 15th is a Wednesday."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.business_hours import ALWAYS, DEFAULT, BusinessHours
from chalicelib.domain.errors import InvalidSetting
from chalicelib.domain.escalation import DEFAULT_LADDER, Ladder, Receiver, Step, StepAction
from chalicelib.domain.sla import Clock, ClockName

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER = (
    Step("half", (Receiver.ASSIGNEE,), at=50),
    Step("warning", (Receiver.ASSIGNEE,), at=80),
    Step("breach", (Receiver.SUPERVISOR, Receiver.ASSIGNEE)),
    Step("lead", (Receiver.TEAM_LEAD,), after=2 * HOUR),
)


def at(day_and_time: str) -> datetime:
    """`"15 10:00"` is the 15th at ten in Seoul."""
    day, wall = day_and_time.split()
    return datetime.fromisoformat(f"2025-01-{day}T{wall}+09:00").astimezone(UTC)


def resolution(start: str = "15 09:00", target: timedelta = 5 * HOUR) -> Clock:
    """Due at 14:00, its steps at 11:30, 13:00, 14:00 and 16:00."""
    return Clock.start(ClockName.RESOLUTION, at(start), target, DEFAULT, "default")


def ladder(*steps: Step, awake: BusinessHours = ALWAYS) -> Ladder:
    return Ladder(steps or LADDER, DEFAULT, awake)


def upcoming(clock: Clock, by: Ladder | None = None) -> tuple[str, datetime] | None:
    found = (by or ladder()).next_step(clock)
    return (found[0].key, found[1]) if found else None


def due(clock: Clock, as_of: str, by: Ladder | None = None) -> list[str]:
    """The steps that fire one after the other."""
    keys: list[str] = []
    while step := (by or ladder()).due_step(clock, at(as_of)):
        clock = clock.fired(step.key).breach(at(as_of))
        keys.append(step.key)
    return keys


class TestTheInstantOfAStep:
    @pytest.mark.parametrize(
        ("done", "key", "instant"),
        [
            pytest.param([], "half", "15 11:30", id="50 %"),
            pytest.param(["half"], "warning", "15 13:00", id="80 %"),
            pytest.param(["half", "warning"], "breach", "15 14:00", id="100 %"),
            pytest.param(["half", "warning", "breach"], "lead", "15 16:00", id="two hours after the breach"),
        ],
    )
    def test_follows_from_the_target(self, done: list[str], key: str, instant: str) -> None:
        clock = resolution()
        for step in done:
            clock = clock.fired(step)
        assert upcoming(clock) == (key, at(instant))

    def test_is_in_working_time(self) -> None:
        clock = resolution("15 17:00").fired("half").fired("warning")
        assert upcoming(clock) == ("breach", at("16 13:00"))
        assert upcoming(clock.fired("breach")) == ("lead", at("16 15:00"))

    def test_moves_with_a_pause(self) -> None:
        clock = resolution().pause(at("15 10:00")).resume(at("15 12:00"), DEFAULT)
        assert upcoming(clock) == ("half", at("15 13:30"))

    def test_after_the_breach_excludes_pauses_too(self) -> None:
        breached = resolution().breach(at("15 14:00")).fired("breach")
        clock = breached.pause(at("15 15:00")).resume(at("15 16:30"), DEFAULT)
        assert upcoming(clock) == ("lead", at("15 17:30"))

    def test_after_a_breach_by_policy_counts_from_the_change(self) -> None:
        clock = resolution().retarget(HOUR, DEFAULT, at("15 11:00"))
        assert due(clock, "15 11:00") == ["breach"]
        assert upcoming(clock.fired("breach")) == ("lead", at("15 13:00"))


class TestAStepFires:
    @pytest.mark.parametrize(
        ("as_of", "keys"),
        [
            pytest.param("15 11:29", [], id="never early"),
            pytest.param("15 11:30", ["half"], id="at its instant"),
            pytest.param("15 13:30", ["half", "warning"], id="late with the next, in order"),
            pytest.param("15 14:00", ["breach"], id="warnings are void at the deadline"),
            pytest.param("16 10:00", ["breach", "lead"], id="what follows the breach is not"),
        ],
    )
    def test_when_the_timer_wakes(self, as_of: str, keys: list[str]) -> None:
        assert due(resolution(), as_of) == keys

    def test_in_the_order_of_time_whatever_the_order_of_the_ladder(self) -> None:
        upside_down = ladder(*LADDER[::-1])
        assert due(resolution(), "15 13:30", upside_down) == ["half", "warning"]
        assert upcoming(resolution(), upside_down) == ("half", at("15 11:30"))

    def test_once(self) -> None:
        assert due(resolution().fired("half"), "15 12:00") == []

    def test_no_warning_after_the_breach(self) -> None:
        breached = resolution().breach(at("15 14:00")).fired("breach")
        assert upcoming(breached) == ("lead", at("15 16:00"))

    @pytest.mark.parametrize(
        "clock",
        [
            pytest.param(resolution().meet(at("15 11:00")), id="met"),
            pytest.param(resolution().pause(at("15 11:00")), id="paused"),
            pytest.param(resolution().breach(at("15 14:00")).fired("breach").fired("lead"), id="all done"),
        ],
    )
    def test_never_when_nothing_is_left_to_tell(self, clock: Clock) -> None:
        assert upcoming(clock) is None
        assert due(clock, "30 12:00") == []


class TestANewGeneration:
    def test_does_not_repeat_after_a_pause_what_was_told_before(self) -> None:
        clock = resolution().fired("half").pause(at("15 12:00")).resume(at("16 12:00"), DEFAULT)
        assert upcoming(clock) == ("warning", at("16 13:00"))

    def test_does_not_repeat_a_step_that_fired_at_the_very_pause(self) -> None:
        clock = resolution().fired("half").pause(at("15 11:30")).resume(at("15 17:00"), DEFAULT)
        assert upcoming(clock) == ("warning", at("16 09:30"))

    def test_does_not_repeat_what_fired_before_a_pause_that_was_overtaken_by_a_reply(self) -> None:
        clock = resolution().fired("half").pause(at("15 11:31")).resume(at("15 11:29"), DEFAULT)
        assert upcoming(clock) == ("warning", at("15 13:00"))

    def test_tells_again_what_moved_into_the_future(self) -> None:
        clock = resolution().fired("half").fired("warning").retarget(20 * HOUR, DEFAULT, at("15 13:30"))
        assert upcoming(clock) == ("half", at("16 10:00"))

    def test_does_not_tell_again_what_still_lies_behind(self) -> None:
        clock = resolution().fired("half").fired("warning").retarget(6 * HOUR, DEFAULT, at("15 13:30"))
        assert upcoming(clock) == ("warning", at("15 13:48"))

    def test_tells_at_once_what_an_earlier_deadline_put_behind(self) -> None:
        clock = resolution().retarget(3 * HOUR, DEFAULT, at("15 11:00"))
        assert due(clock, "15 11:00") == ["half"]

    def test_forgets_nothing_over_several_generations(self) -> None:
        clock = resolution().fired("half")
        for pause, resume in (("15 12:00", "15 12:10"), ("15 12:20", "15 12:30")):
            clock = clock.pause(at(pause)).resume(at(resume), DEFAULT)
        assert upcoming(clock) == ("warning", at("15 13:20"))


class TestAMessageFoundLater:
    def test_does_not_tell_again_what_was_told(self) -> None:
        clock = Clock.start(ClockName.NEXT_RESPONSE, at("15 11:00"), 4 * HOUR, DEFAULT, "default").fired("half")
        older = clock.backdate(at("15 10:50"), DEFAULT)
        assert upcoming(older) == ("warning", at("15 14:02"))


class TestAfterTheBreach:
    def test_what_was_pinned_and_missed_is_told_once_when_it_is_cleared(self) -> None:
        pinned = resolution().pin(at("15 12:00"), at("15 10:00"), DEFAULT)
        missed = pinned.breach(at("15 12:00")).fired("half").fired("warning").fired("breach")
        cleared = missed.unpin(at("15 13:00"), DEFAULT)
        assert upcoming(cleared) == ("lead", at("15 14:00"))

    def test_another_calendar_leaves_the_deadline_where_it_was_missed(self) -> None:
        broken = resolution().breach(at("15 14:00")).fired("half").fired("warning").fired("breach")
        by_day_and_night = Ladder(LADDER, ALWAYS, ALWAYS)
        moved = broken.pause(at("15 15:00")).resume(at("15 15:30"), ALWAYS)
        assert upcoming(moved, by_day_and_night) == ("lead", at("15 16:30"))


class TestReopening:
    def test_a_deadline_set_by_hand_rings_nobody_for_what_lies_behind(self) -> None:
        pinned = resolution().pin(at("20 10:00"), at("15 10:00"), DEFAULT)
        reopened = pinned.meet(at("15 11:00")).reopen(at("17 17:30"), DEFAULT)
        assert upcoming(reopened) == ("breach", at("20 10:00"))

    def test_rings_nobody_for_a_breach_that_lies_behind(self) -> None:
        late = resolution().meet(at("15 14:30"))
        clock = late.reopen(at("17 10:00"), DEFAULT)
        assert due(clock, "17 10:00") == []
        assert upcoming(clock) == ("lead", at("17 11:30"))

    def test_rings_nobody_for_a_warning_that_was_just_missed(self) -> None:
        clock = resolution().meet(at("15 12:00")).reopen(at("16 12:00"), DEFAULT)
        assert upcoming(clock) == ("warning", at("16 13:00"))

    def test_rings_nobody_for_a_step_at_the_very_end(self) -> None:
        clock = resolution().meet(at("15 11:30")).reopen(at("15 12:30"), DEFAULT)
        assert upcoming(clock) == ("warning", at("15 14:00"))

    def test_goes_on_up_the_ladder(self) -> None:
        clock = resolution().meet(at("15 10:00")).reopen(at("16 12:00"), DEFAULT)
        assert upcoming(clock) == ("half", at("16 13:30"))


class TestADueDateSetByHand:
    def test_gives_warnings_their_share_of_the_whole_time(self) -> None:
        """From nine to one two days later are 22 working hours: half of them are over on the 16th at eleven."""
        assert upcoming(resolution().pin(at("17 13:00"), at("15 10:00"), DEFAULT)) == ("half", at("16 11:00"))

    def test_is_told_at_the_very_instant_even_when_the_desk_is_closed(self) -> None:
        pinned = resolution().pin(at("18 12:00"), at("15 10:00"), DEFAULT).fired("half").fired("warning")
        assert upcoming(pinned) == ("breach", at("18 12:00"))
        assert upcoming(pinned.breach(at("18 12:00")).fired("breach")) == ("lead", at("20 11:00"))

    def test_holds_while_the_ticket_waits_for_the_customer(self) -> None:
        pinned = resolution().pin(at("16 10:00"), at("15 10:00"), DEFAULT).pause(at("15 10:30"))
        assert due(pinned, "16 10:00") == ["breach"]


class TestQuietHours:
    AWAKE = BusinessHours.from_json({"time_zone": "Asia/Seoul", "hours": {"wed": [["09:00", "12:00"]]}})

    def test_keep_a_notice_until_people_are_awake(self) -> None:
        quiet = ladder(awake=self.AWAKE)
        assert upcoming(resolution().fired("half"), quiet) == ("warning", at("22 09:00"))

    def test_do_not_move_the_breach(self) -> None:
        assert due(resolution(), "22 09:00", ladder(awake=self.AWAKE)) == ["breach", "lead"]
        assert resolution().breach(at("22 09:00")).breached_at == at("15 14:00")

    def test_change_nothing_for_what_is_due_in_the_day(self) -> None:
        assert upcoming(resolution(), ladder(awake=self.AWAKE)) == ("half", at("15 11:30"))


class TestTheLadder:
    def test_by_default_climbs_from_the_assignee_to_the_supervisor(self) -> None:
        told = [(step.at, step.after / HOUR, step.receivers, step.marks_breach) for step in DEFAULT_LADDER]
        assert told == [
            (50, 0, (Receiver.ASSIGNEE,), False),
            (80, 0, (Receiver.ASSIGNEE,), False),
            (100, 0, (Receiver.TEAM_LEAD,), True),
            (100, 4, (Receiver.SUPERVISOR,), False),
            (100, 9, (Receiver.SUPERVISOR,), False),
        ]

    def test_is_exported_and_imported(self) -> None:
        step = Step("lead", (Receiver.TEAM_LEAD,), after=90 * MINUTE, actions=(StepAction.NEXT_LEVEL,))
        assert Step.from_json(step.to_json()) == step

    def test_marks_the_breach_at_the_deadline_alone(self) -> None:
        assert [step.key for step in LADDER if step.marks_breach] == ["breach"]

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"at": 0}, id="at the start"),
            pytest.param({"at": 101}, id="beyond the target"),
            pytest.param({"after": -MINUTE}, id="before the breach"),
            pytest.param({"at": 80, "after": MINUTE}, id="after a breach that has not come"),
        ],
    )
    def test_refuses_a_step_that_makes_no_sense(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidSetting, match="ladder_step"):
            Step("step", (Receiver.ASSIGNEE,), **wrong)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.integers(1, 3000),
    st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 2000)), max_size=4),
    st.integers(0, 90),
)
def test_a_clock_nobody_answers_fires_each_step_once_and_in_time(
    target: int, pauses: list[tuple[int, int]], delay: int
) -> None:
    """The timer wakes up to `delay` seconds late; pauses of the given minutes come between its wakes."""
    clock, now, fired = resolution(target=target * MINUTE), at("15 09:00"), list[str]()
    waiting = iter(pauses)
    while found := ladder().next_step(clock):
        run, rest = next(waiting, (0, 0))
        if rest and now + run * MINUTE < found[1]:
            now += run * MINUTE
            clock = clock.pause(now)
            now += rest * MINUTE
            clock = clock.resume(now, DEFAULT)
            continue
        now = max(now, found[1] + timedelta(seconds=delay))
        while step := ladder().due_step(clock, now):
            clock = clock.fired(step.key).breach(now)
            fired.append(step.key)
    assert sorted(fired) == sorted(set(fired))
    assert [key for key in fired if key in ("breach", "lead")] == ["breach", "lead"]
    assert clock.breached_at == clock.due_at
