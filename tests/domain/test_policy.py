"""What is promised, and for which tickets."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.errors import InvalidSetting
from chalicelib.domain.escalation import DEFAULT_LADDER, Channel, Receiver, Step, StepAction
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, SlaPolicy, Targets
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Kind, Priority, Source, Status
from tests import factories

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NO_TIME = dict.fromkeys(Priority, Targets(0 * HOUR, HOUR, HOUR))
NARROW = Condition(frozenset({Priority.HIGH}), frozenset({7}), frozenset({Source.FORM}), frozenset({"@kim.example"}))


class TestPolicy:
    def test_the_default_promises_more_to_the_urgent(self) -> None:
        hours = {
            priority.value: (targets.first_response / HOUR, targets.resolution / HOUR)
            for priority, targets in DEFAULT_POLICY.targets.items()
        }
        assert hours == {"urgent": (1, 4), "high": (4, 9), "medium": (9, 27), "low": (18, 45)}

    def test_raising_the_priority_may_break_what_it_should_save(self) -> None:
        times = {priority: Targets(HOUR, HOUR, HOUR) for priority in Priority}
        times[Priority.MEDIUM] = Targets(HOUR, HOUR, 2 * HOUR)

        def hasty(
            percent: int, action: StepAction = StepAction.RAISE_PRIORITY
        ) -> list[tuple[int, str, str, list[str]]]:
            ladder = (Step("raise", (), at=percent, actions=(action,)), *DEFAULT_LADDER)
            policy = replace(DEFAULT_POLICY, targets=times, ladder=ladder)
            return [(step.at, *words) for step, *words in policy.hasty_raises()]

        assert hasty(49) == []
        assert hasty(50) == [(50, "medium", "high", ["resolution"])]
        assert hasty(80, StepAction.TO_TEAM_LEAD) == []
        assert hasty(100) == [], "it is broken by then anyway"

    def test_what_is_promised_to_other_priorities_is_another_policy_s(self) -> None:
        ladder = (Step("raise", (), at=80, actions=(StepAction.RAISE_PRIORITY,)), *DEFAULT_LADDER)

        def raised_from(*priorities: Priority) -> list[Priority]:
            policy = replace(DEFAULT_POLICY, ladder=ladder, condition=Condition(frozenset(priorities)))
            return [priority for _, priority, *_ in policy.hasty_raises()]

        assert raised_from() == [Priority.LOW, Priority.MEDIUM, Priority.HIGH]
        assert raised_from(Priority.LOW, Priority.MEDIUM) == [Priority.LOW]
        assert raised_from(Priority.LOW, Priority.HIGH) == []

    def test_targets_are_found_by_clock(self) -> None:
        targets = Targets(first_response=HOUR, next_response=2 * HOUR, resolution=3 * HOUR)
        assert [targets.of(name) for name in ClockName] == [HOUR, 2 * HOUR, 3 * HOUR]

    def test_is_exported_and_imported(self) -> None:
        policy = replace(
            DEFAULT_POLICY,
            calendar="always",
            ladder=(
                *DEFAULT_LADDER,
                Step("lead", (Receiver.TEAM_LEAD,), after=90 * MINUTE, channels=(Channel.CONSOLE,)),
            ),
            pauses_in=frozenset({Status.PENDING, Status.ON_HOLD}),
            condition=Condition(
                frozenset({Priority.HIGH}),
                frozenset({7}),
                frozenset({Source.FORM}),
                frozenset({"@a"}),
                frozenset({Kind.CLAIM}),
            ),
            awake="day",
        )
        assert SlaPolicy.from_json(policy.to_json()) == policy

    def test_is_exported_in_minutes_and_percent(self) -> None:
        exported = DEFAULT_POLICY.to_json()
        assert exported["targets"]["urgent"] == {"first_response": 60, "next_response": 60, "resolution": 240}
        assert exported["ladder"][3] == {
            "key": "late",
            "receivers": ["supervisor"],
            "at": 100,
            "after": 240,
            "actions": [],
            "channels": ["console", "mail"],
        }
        assert exported["pauses_in"] == ["pending"]

    def test_a_part_of_a_minute_is_kept(self) -> None:
        exported = Targets(first_response=timedelta(seconds=90), next_response=HOUR, resolution=HOUR).to_json()
        assert exported == {"first_response": 1.5, "next_response": 60, "resolution": 60}
        assert Targets.from_json(exported).first_response == timedelta(seconds=90)

    def test_of_before_there_was_a_next_response_promises_it_as_the_first(self) -> None:
        old = Targets.from_json({"first_response": 90, "resolution": 60})
        assert old.next_response == 90 * MINUTE

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            pytest.param({"targets": {}}, "policy_without_target", id="no targets"),
            pytest.param(
                {"targets": dict.fromkeys(Priority, Targets(0 * HOUR, HOUR, HOUR))}, "policy_target", id="no time"
            ),
            pytest.param({"ladder": ()}, "ladder_without_breach", id="nobody marks the breach"),
            pytest.param({"ladder": DEFAULT_LADDER * 2}, "ladder_key_twice", id="a key twice"),
        ],
    )
    def test_that_contradicts_itself_is_refused(self, change: dict[str, Any], code: str) -> None:
        with pytest.raises(InvalidSetting, match=code):
            replace(DEFAULT_POLICY, **change)

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"targets": {"asap": {}}}, id="unknown priority"),
            pytest.param({"targets": {"low": {"first_response": 60}}}, id="a target missing"),
            pytest.param({"pauses_in": ["waiting"]}, id="unknown status"),
            pytest.param({"ladder": [{"key": "warning", "receivers": ["boss"]}]}, id="unknown receiver"),
            pytest.param({"ladder": None}, id="another shape"),
        ],
    )
    def test_that_cannot_be_read_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(InvalidSetting, match="policy_unreadable"):
            SlaPolicy.from_json({**DEFAULT_POLICY.to_json(), **change})


class TestCondition:
    TICKET = replace(factories.ticket(team=7), kind=Kind.CLAIM)

    @pytest.mark.parametrize(
        "condition",
        [
            pytest.param(Condition(), id="none"),
            pytest.param(Condition(priorities=frozenset({Priority.MEDIUM, Priority.LOW})), id="one of the priorities"),
            pytest.param(Condition(teams=frozenset({7})), id="team"),
            pytest.param(Condition(sources=frozenset({Source.EMAIL})), id="source"),
            pytest.param(Condition(kinds=frozenset({Kind.CLAIM, Kind.COMPLAINT})), id="one of the kinds"),
            pytest.param(Condition(customers=frozenset({factories.CUSTOMER_ADDRESS})), id="customer"),
            pytest.param(Condition(customers=frozenset({"@customer.example"})), id="organization"),
            pytest.param(Condition(frozenset({Priority.MEDIUM}), frozenset({7})), id="all that is named"),
        ],
    )
    def test_fits(self, condition: Condition) -> None:
        assert condition.fits(self.TICKET)

    @pytest.mark.parametrize(
        "condition",
        [
            pytest.param(Condition(priorities=frozenset({Priority.HIGH})), id="priority"),
            pytest.param(Condition(teams=frozenset({8})), id="team"),
            pytest.param(Condition(sources=frozenset({Source.FORM})), id="source"),
            pytest.param(Condition(kinds=frozenset({Kind.PRAISE})), id="kind"),
            pytest.param(Condition(customers=frozenset({"lee@customer.example"})), id="customer"),
            pytest.param(Condition(customers=frozenset({"@example"})), id="a part of the domain"),
            pytest.param(Condition(frozenset({Priority.MEDIUM}), frozenset({8})), id="only one of two"),
        ],
    )
    def test_does_not_fit(self, condition: Condition) -> None:
        assert not condition.fits(self.TICKET)

    def test_a_ticket_of_which_no_kind_is_said_fits_no_kind(self) -> None:
        assert not Condition(kinds=frozenset(Kind)).fits(replace(self.TICKET, kind=None))

    def test_the_first_policy_that_fits_is_the_tickets(self) -> None:
        key = replace(DEFAULT_POLICY, id="key", condition=Condition(customers=frozenset({"@customer.example"})))
        team = replace(DEFAULT_POLICY, id="team", condition=Condition(teams=frozenset({7})))
        desk = factories.settings(policies=(key, team, DEFAULT_POLICY))
        assert desk.policy_for(self.TICKET) == key
        assert desk.policy_for(replace(self.TICKET, customer_address="lee@other.example")) == team
        assert desk.policy_for(replace(self.TICKET, customer_address="lee@other.example", team=0)) == DEFAULT_POLICY
