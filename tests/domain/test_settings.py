from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.agent import Absence
from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.entry import Mailbox
from chalicelib.domain.errors import NotFound
from chalicelib.domain.policy import DEFAULT_POLICY
from chalicelib.domain.settings import General, Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.words import Role
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW, SUPERVISOR


def test_what_is_set_in_one_form_is_part_of_the_settings() -> None:
    general = General("https://desk.example", "support@desk.example", "Desk", "ko", "Europe/Berlin")
    desk = Settings.of(general)
    assert (desk.desk_name, desk.language, desk.time_zone) == ("Desk", "ko", "Europe/Berlin")
    assert (desk.policies, desk.calendars) == ((DEFAULT_POLICY,), {"default": DEFAULT})


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
    promise = desk.promise_to(factories.ticket())
    assert promise.hours_of(replace(clock, calendar="night")) == night
    assert promise.hours_of(replace(clock, calendar="deleted")) == seoul


class TestTeams:
    REPAIRS = Team(70, "Repairs", "repairs@desk.example")
    GONE = Team(71, "Gone", "gone@desk.example", is_active=False)
    NAMELESS = Team(72, "Night shift")
    DESK = factories.settings(teams={70: REPAIRS, 71: GONE, 72: NAMELESS})

    def test_every_address_is_our_own_those_of_teams_given_up_too(self) -> None:
        assert self.DESK.own_addresses == ("support@desk.example", "repairs@desk.example", "gone@desk.example")
        assert factories.settings(support_address="").own_addresses == ()

    @pytest.mark.parametrize(
        ("address", "team"),
        [
            ("repairs@desk.example", REPAIRS),
            ("gone@desk.example", None),
            ("support@desk.example", None),
            ("", None),
        ],
    )
    def test_mail_comes_in_at_the_addresses_of_active_teams(self, address: str, team: Team | None) -> None:
        assert self.DESK.team_by_address(address) == team

    @pytest.mark.parametrize(
        ("team", "mailbox"),
        [
            pytest.param(0, Mailbox("support@desk.example", "Desk"), id="no team"),
            pytest.param(70, Mailbox("repairs@desk.example", "Repairs"), id="a team"),
            pytest.param(71, Mailbox("support@desk.example", "Desk"), id="a team given up"),
            pytest.param(72, Mailbox("support@desk.example", "Night shift"), id="a team without an address"),
            pytest.param(404, Mailbox("support@desk.example", "Desk"), id="no such team"),
        ],
    )
    def test_mail_goes_out_from_the_team_or_from_the_desk(self, team: int, mailbox: Mailbox) -> None:
        assert self.DESK.mailbox_of(team) == mailbox

    def test_an_address_left_at_an_earlier_mail_domain_is_not_used(self) -> None:
        moved = replace(self.DESK, support_address="support@new.example")
        assert moved.mailbox_of(70) == Mailbox("support@new.example", "Repairs")


class TestAbsence:
    """In Seoul the day begins nine hours before that of UTC."""

    AWAY = Absence(date(2026, 11, 24), date(2026, 11, 24), COLLEAGUE.id)

    def desk(self, **stand_in: Any) -> Settings:
        return factories.settings(replace(AGENT, absence=self.AWAY), replace(COLLEAGUE, **stand_in))

    @pytest.mark.parametrize(
        ("at", "is_away"),
        [
            ("2026-11-23T14:59:59Z", False),
            ("2026-11-23T15:00:00Z", True),
            ("2026-11-24T14:59:59Z", True),
            ("2026-11-24T15:00:00Z", False),
        ],
    )
    def test_an_absence_counts_by_the_day_of_the_desk(self, at: str, is_away: bool) -> None:
        assert self.desk().is_away(AGENT.id, datetime.fromisoformat(at)) is is_away

    def acting(self, desk: Settings) -> int | None:
        acting = desk.acting_for(desk.agents[AGENT.id], NOW + timedelta(days=1))
        return acting.id if acting else None

    def test_who_stands_in_acts(self) -> None:
        assert self.acting(self.desk()) == COLLEAGUE.id

    def test_nobody_acts_where_the_stand_in_is_away_as_well_or_has_left(self) -> None:
        assert self.acting(self.desk(absence=replace(self.AWAY, stand_in=0))) is None
        assert self.acting(self.desk(absence=replace(self.AWAY, stand_in=AGENT.id))) is None
        assert self.acting(self.desk(is_active=False)) is None

    def test_who_is_there_acts_themselves(self) -> None:
        desk = self.desk()
        acting = desk.acting_for(desk.agents[AGENT.id], NOW)
        assert acting is not None
        assert acting.id == AGENT.id
        assert desk.acting_for(None, NOW) is None
