import time
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import settings
from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.policy import DEFAULT_POLICY, ServiceLevels
from chalicelib.domain.team import Team
from chalicelib.domain.words import Priority, Status
from tests.conftest import ADMIN, AGENT
from tests.wire import on_the_wire

pytestmark = pytest.mark.usefixtures("cloud")


def test_a_new_desk_has_the_defaults_and_its_people() -> None:
    desk = settings.get()
    assert (desk.policies, desk.calendars) == ((DEFAULT_POLICY,), {"default": DEFAULT})
    assert desk.agent(AGENT.id) == replace(AGENT, version=1)
    assert desk.agent(ADMIN.id).role == "admin"


def test_they_are_read_with_one_request_and_then_kept() -> None:
    with on_the_wire() as wire:
        for _ in range(3):
            settings.get()
    assert wire.requests == ["dynamodb.Query"]


def test_what_was_saved_is_seen_at_once() -> None:
    general = settings.find_general()
    assert general is not None
    settings.get()
    settings.save_general(replace(general, desk_name="도움 창구", survey_delay=timedelta(minutes=1)))
    assert (settings.get().desk_name, settings.get().survey_delay) == ("도움 창구", timedelta(minutes=1))


def test_two_admins_who_save_at_once_do_not_overwrite_one_another() -> None:
    general = settings.find_general()
    assert general is not None
    settings.save_general(replace(general, desk_name="One"))
    with pytest.raises(StaleVersion):
        settings.save_general(replace(general, desk_name="Two"))


def test_an_agent_who_leaves_stays_in_the_books() -> None:
    settings.save_agent(replace(settings.get().agent(AGENT.id), is_active=False))
    assert not settings.get().is_active(AGENT.id)
    assert settings.get().agent(AGENT.id).name == AGENT.name


def test_teams_are_read_along_with_the_rest() -> None:
    settings.save_team(Team(70, "Repairs", "repairs@desk.example", "{agent.name}"))
    with on_the_wire() as wire:
        kept = settings.get().team(70)
    assert (kept, wire.requests) == (
        Team(70, "Repairs", "repairs@desk.example", "{agent.name}", version=1),
        ["dynamodb.Query"],
    )
    settings.save_team(replace(kept, name="One"))
    with pytest.raises(StaleVersion):
        settings.save_team(replace(kept, name="Two"))


def test_what_another_container_saved_is_seen_when_asked_for() -> None:
    before = settings.get()
    general = settings.find_general()
    assert general is not None
    settings.save_general(replace(general, desk_name="One"))
    settings._cached[:] = [(time.monotonic(), before)]
    assert settings.get().desk_name == before.desk_name
    assert settings.get(is_fresh=True).desk_name == settings.get().desk_name == "One"


def test_own_promises_and_hours_take_the_place_of_the_defaults() -> None:
    policy = replace(DEFAULT_POLICY, calendar="night", pauses_in=frozenset({Status.PENDING, Status.ON_HOLD}))
    settings.save_levels(ServiceLevels((policy,), {"night": ALWAYS, "default": DEFAULT}))
    desk = settings.get()
    assert (desk.policies, desk.calendars["night"]) == ((policy,), ALWAYS)
    assert desk.calendars["default"] == DEFAULT
    assert desk.policies[0].targets[Priority.URGENT] == DEFAULT_POLICY.targets[Priority.URGENT]


@pytest.mark.parametrize(("age", "requests"), [(29, []), (31, ["dynamodb.Query"])])
def test_they_are_read_again_after_half_a_minute(age: int, requests: list[str]) -> None:
    known = settings.get()
    settings._cached[:] = [(time.monotonic() - age, known)]
    with on_the_wire() as wire:
        assert settings.get() == known
    assert wire.requests == requests
