from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.errors import NotFound
from chalicelib.domain.settings import General, Settings
from chalicelib.domain.sla import DEFAULT_POLICY, ClockName
from chalicelib.domain.words import Role
from tests import factories
from tests.conftest import ADMIN, AGENT, SUPERVISOR


def test_what_is_set_in_one_form_is_part_of_the_settings() -> None:
    general = General("https://desk.example", "support@desk.example", "Desk", "ko", "Europe/Berlin")
    desk = Settings.of(general)
    assert (desk.desk_name, desk.language, desk.time_zone) == ("Desk", "ko", "Europe/Berlin")
    assert (desk.policy, desk.hours) == (DEFAULT_POLICY, DEFAULT)


@pytest.mark.parametrize(
    ("address", "prefix", "url"),
    [
        ("https://desk.example", "", "https://desk.example/new"),
        ("http://127.0.0.1:4566/_aws/execute-api/a1/api", "/_aws/execute-api/a1/api", None),
    ],
)
def test_a_desk_may_live_under_a_prefix(address: str, prefix: str, url: str | None) -> None:
    desk = factories.settings(address=address)
    assert desk.link_prefix == prefix
    assert desk.url("/new") == (url or f"{address}/new")


def test_supervisors_are_told_or_the_admins_where_there_are_none() -> None:
    assert factories.settings(ADMIN, SUPERVISOR, AGENT).supervisors() == (SUPERVISOR,)
    assert factories.settings(ADMIN, replace(SUPERVISOR, is_active=False)).supervisors() == (ADMIN,)


def test_people_who_left_are_not_among_the_active() -> None:
    desk = factories.settings(AGENT, factories.agent(is_active=False))
    assert desk.active_agents({Role.AGENT}) == (AGENT,)
    assert desk.is_active(AGENT.id)
    assert not desk.is_active(9)
    assert not desk.is_active(404)


def test_agents_are_found_by_id_and_address() -> None:
    desk = factories.settings(AGENT)
    assert desk.agent(AGENT.id) == AGENT
    assert desk.agent_by_address(AGENT.address) == AGENT
    assert desk.agent_by_address("eve@elsewhere.example") is None
    with pytest.raises(NotFound, match="agent_not_found"):
        desk.agent(404)


def test_a_clock_keeps_the_calendar_it_was_started_with() -> None:
    seoul, night = DEFAULT, replace(ALWAYS, time_zone=ZoneInfo("Asia/Seoul"))
    desk = factories.settings(calendars={"default": seoul, "night": night})
    clock = factories.ticket().clock(ClockName.RESOLUTION)
    assert desk.hours_of(replace(clock, calendar="night")) == night
    assert desk.hours_of(replace(clock, calendar="deleted")) == seoul
