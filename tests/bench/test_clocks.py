"""The whole year is `./deskbell bench clocks`; here small desks are played, and those that break promises are found."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.policy import SlaPolicy
from infra.bench import clocks
from infra.bench.clocks import CALENDARS, Tally, World
from infra.bench.stopwatch import Table

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def played(world: World, seed: int, tickets: int = 150) -> Tally:
    tally = Tally()
    for number in range(1, tickets + 1):
        world.judge(number, random.Random(f"{seed}/{number}"), tally)
    return tally


def broken(world: World, **others: object) -> World:
    """The same judge for a desk whose policies differ from what it knows."""
    worse = tuple(replace(policy, **others) for policy in world.desk.policies)  # type: ignore[arg-type]
    found = World.__new__(World)
    found.__dict__.update(world.__dict__, desk=replace(world.desk, policies=worse))
    return found


@pytest.mark.parametrize("seed", [1, 2, random.SystemRandom().randrange(10**9)], ids="seed {}".format)
def test_every_notice_comes_once_and_in_time(world: World, seed: int) -> None:
    tally = played(world, seed)
    assert tally.faults == []
    assert tally.due > 500
    assert tally.worst <= 60


class TestTheJudgeFinds:
    def test_a_step_that_is_missing(self, world: World) -> None:
        without = tuple(step for step in world.desk.policies[-1].ladder if step.key != "half")
        assert played(broken(world, ladder=without), 1).missed > 0

    def test_a_step_that_comes_early(self, world: World) -> None:
        hasty = tuple(replace(step, at=40) if step.key == "half" else step for step in clocks.POLICIES[-1].ladder)
        assert not played(broken(world, ladder=hasty), 1).is_clean

    def test_a_clock_that_goes_on_while_the_customer_is_waited_for(self, world: World) -> None:
        assert not played(broken(world, pauses_in=frozenset()), 1).is_clean


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_the_judges_table_agrees_with_the_domain_though_they_share_no_code(name: str) -> None:
    start = datetime(2027, 3, 20, tzinfo=UTC)
    table, hours = Table(CALENDARS[name], start, start + 60 * 24 * HOUR), BusinessHours.from_json(CALENDARS[name])
    chance = random.Random(name)
    for _ in range(300):
        at = start + chance.random() * 14 * 24 * HOUR
        working = chance.random() * 40 * HOUR
        assert table.add(at, working) - hours.add(at, working) == timedelta(0)
        assert table.next_open(at) == hours.next_open(at)
        assert table.elapsed(at, at + working) == hours.elapsed(at, at + working)
        assert table.add_days(at, 3) == hours.add_days(at, 3)


def test_policies_of_the_game_are_such_as_can_be_set() -> None:
    assert [SlaPolicy.from_json(policy.to_json()) for policy in clocks.POLICIES] == list(clocks.POLICIES)
