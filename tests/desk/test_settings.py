from typing import Any

import pytest

from chalicelib.adapters import settings as store
from chalicelib.desk import settings
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from chalicelib.domain.settings import QuotedHistory, Settings
from chalicelib.domain.team import Team
from tests.conftest import ADMIN, AGENT, NOW, SUPERVISOR, SUPPORT

pytestmark = pytest.mark.usefixtures("cloud")


def now_set() -> Settings:
    return store.get(is_fresh=True)


def add(name: str = "Repairs", address: str = "repairs@desk.example", by: Agent = ADMIN) -> Team:
    return settings.add_team(name, address, "", by, NOW)


def change(team: Team, version: int = 1, **wanted: Any) -> None:
    words = {"name": team.name, "address": team.address, "signature": team.signature, "is_active": True} | wanted
    settings.change_team(team.id, **words, version=version, by=ADMIN, now=NOW)


class TestMail:
    def test_what_an_admin_sets_is_kept(self) -> None:
        settings.set_mail("  Sunny   Help ", "all", now_set().version, ADMIN, NOW)
        assert (now_set().desk_name, now_set().quoted_history) == ("Sunny Help", QuotedHistory.ALL)
        assert now_set().support_address == SUPPORT

    def test_a_new_desk_quotes_the_last_message(self) -> None:
        assert now_set().quoted_history is QuotedHistory.LAST

    def test_two_admins_do_not_overwrite_one_another(self) -> None:
        seen = now_set().version
        settings.set_mail("One", "last", seen, ADMIN, NOW)
        with pytest.raises(StaleVersion):
            settings.set_mail("Two", "last", seen, ADMIN, NOW)
        assert now_set().desk_name == "One"

    def test_the_same_sent_twice_is_harmless(self) -> None:
        seen = now_set().version
        for _ in range(2):
            settings.set_mail("One", "last", seen, ADMIN, NOW)
        assert now_set().desk_name == "One"

    @pytest.mark.parametrize(
        ("name", "history", "code", "field"),
        [
            (" ", "last", "name_missing", "desk_name"),
            ("De\u202esk", "last", "name_unseen", "desk_name"),
            ("x" * 101, "last", "text_too_long", "desk_name"),
            ("Desk", "some", "setting_unknown", "quoted_history"),
        ],
    )
    def test_what_is_wrong_is_named(self, name: str, history: str, code: str, field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            settings.set_mail(name, history, now_set().version, ADMIN, NOW)
        assert (error.value.code, error.value.field) == (code, field)

    def test_other_addresses_that_lead_here_are_kept_as_people_type_them(self) -> None:
        typed = "Info@OurShop.example\nOrders <orders@ourshop.example>, info@ourshop.example"
        settings.set_mail("Desk", "last", now_set().version, ADMIN, NOW, other_addresses=typed)
        assert now_set().other_addresses == ("info@ourshop.example", "orders@ourshop.example")
        settings.set_mail("Other", "last", now_set().version, ADMIN, NOW)
        assert now_set().other_addresses == ("info@ourshop.example", "orders@ourshop.example")
        settings.set_mail("Other", "last", now_set().version, ADMIN, NOW, other_addresses="")
        assert now_set().other_addresses == ()

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ("info@ourshop.example, info", "other_address_invalid"),
            (AGENT.address, "other_address_of_agent"),
            (" ".join(f"a{number}@ourshop.example" for number in range(51)), "too_many_addresses"),
        ],
    )
    def test_a_wrong_list_changes_nothing(self, typed: str, code: str) -> None:
        with pytest.raises(InvalidInput, match=code) as error:
            settings.set_mail("Other", "last", now_set().version, ADMIN, NOW, other_addresses=typed)
        assert error.value.field == "other_addresses"
        assert (now_set().desk_name, now_set().other_addresses) == ("Desk", ())

    def test_only_admins_set_anything(self) -> None:
        with pytest.raises(NotAllowed):
            settings.set_mail("Desk", "last", now_set().version, SUPERVISOR, NOW)
        with pytest.raises(NotAllowed):
            add(by=SUPERVISOR)


class TestTeams:
    def test_a_team_is_added_and_changed(self) -> None:
        team = add()
        change(team, name="Workshop", signature="{agent.name}")
        kept = now_set().team(team.id)
        assert (kept.name, kept.address, kept.signature) == ("Workshop", "repairs@desk.example", "{agent.name}")

    def test_a_team_given_up_is_still_known_and_may_come_back(self) -> None:
        team = add()
        change(team, is_active=False)
        assert now_set().active_teams() == ()
        assert "repairs@desk.example" in now_set().own_addresses
        change(team, version=2)
        assert now_set().active_team(team.id) is not None

    def test_two_admins_do_not_overwrite_one_another(self) -> None:
        team = add()
        change(team, name="One")
        with pytest.raises(StaleVersion):
            change(team, name="Two")

    def test_the_same_sent_twice_is_harmless(self) -> None:
        team = add()
        for _ in range(2):
            change(team, name="One")
        assert now_set().team(team.id).name == "One"

    @pytest.mark.parametrize(
        ("name", "address", "code"),
        [
            ("Repairs", "", "name_taken"),
            ("REPAIRS", "", "name_taken"),
            ("Ｒepairs", "", "name_taken"),
            ("Parts", "repairs@desk.example", "address_taken"),
            ("Parts", SUPPORT, "address_taken"),
            ("Parts", AGENT.address, "address_of_agent"),
            ("Parts", "parts@elsewhere.example", "address_elsewhere"),
        ],
    )
    def test_an_address_belongs_to_one_team_at_our_own_domain(self, name: str, address: str, code: str) -> None:
        add()
        with pytest.raises(InvalidInput, match=code):
            add(name, address)
        assert len(now_set().teams) == 1

    def test_a_team_that_never_was_can_not_be_changed(self) -> None:
        with pytest.raises(NotFound, match="team_not_found"):
            change(Team(404, "Nobody"))


class TestEscalation:
    def test_a_team_has_a_lead_and_a_next_level(self) -> None:
        second = add("Experts", "")
        first = settings.add_team("Desk", "", "", ADMIN, NOW, lead=AGENT.id, next_level=second.id)
        assert (now_set().team(first.id).lead, now_set().team(first.id).next_level) == (AGENT.id, second.id)

    def test_teams_never_hand_on_in_a_circle(self) -> None:
        third = add("Makers", "")
        second = settings.add_team("Experts", "", "", ADMIN, NOW, next_level=third.id)
        first = settings.add_team("Desk", "", "", ADMIN, NOW, next_level=second.id)
        for next_level in (first.id, third.id):
            with pytest.raises(InvalidInput, match="team_circle") as refused:
                change(third, next_level=next_level)
            assert refused.value.field == "next_level"
        assert now_set().team(third.id).next_level == 0

    def test_nobody_is_led_by_a_stranger(self) -> None:
        with pytest.raises(InvalidInput, match="agent_not_active"):
            change(add(), lead=99)
        with pytest.raises(InvalidInput, match="team_not_active"):
            change(add("Makers", ""), next_level=99)

    def test_a_team_that_was_given_up_stays_where_it_was_chosen(self) -> None:
        second = add("Experts", "")
        first = settings.add_team("Desk", "", "", ADMIN, NOW, next_level=second.id)
        change(second, is_active=False)
        change(first, name="Front desk", next_level=second.id)
        assert now_set().team(first.id).next_level == second.id
