from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import aws, settings
from chalicelib.adapters import sessions as session_store
from chalicelib.adapters.sessions import Session
from chalicelib.desk import agents, sessions
from chalicelib.domain.agent import Absence, Agent, Right
from chalicelib.domain.errors import InvalidInput, NotAllowed, NotSignedIn, StaleVersion
from chalicelib.domain.words import Role
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW, SUPERVISOR, SUPPORT
from tests.wire import on_the_wire

ADDRESS, PASSWORD = "jo@desk.example", "Correct-horse-7"

pytestmark = pytest.mark.usefixtures("user_pool")


def stored_roles() -> list[Role]:
    return [agent.role for agent in settings.get().agents.values() if agent.address == ADDRESS]


def test_an_invited_agent_has_a_sign_in_and_a_role() -> None:
    agent = agents.invite(" JO@desk.example", "Jo", Role.AGENT, NOW, "ko", PASSWORD, is_final=True)
    assert (agent.address, agent.name, agent.language) == (ADDRESS, "Jo", "ko")
    assert stored_roles() == [Role.AGENT]
    assert isinstance(sessions.sign_in(ADDRESS, PASSWORD, "192.0.2.1", NOW), str)


def test_inviting_again_keeps_the_password_and_gives_the_role() -> None:
    first = agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD, is_final=True)
    second = agents.invite(ADDRESS, "Someone", Role.SUPERVISOR, NOW, password="Another-pass-9", is_final=True)
    assert (second.id, second.name) == (first.id, "Jo")
    assert stored_roles() == [Role.SUPERVISOR]
    assert isinstance(sessions.sign_in(ADDRESS, PASSWORD, "192.0.2.1", NOW), str)


def test_inviting_twice_the_same_way_changes_nothing() -> None:
    first = agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD)
    before = settings.get().agent(first.id)
    agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD)
    assert settings.get().agent(first.id) == before


def test_an_invitation_that_stopped_half_way_is_finished_by_the_next_one(user_pool: str) -> None:
    aws.client("cognito-idp").admin_create_user(UserPoolId=user_pool, Username=ADDRESS)
    agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD)
    assert stored_roles() == [Role.AGENT]


def test_what_is_no_address_invites_nobody() -> None:
    with pytest.raises(InvalidInput, match="address_invalid"):
        agents.invite("jo", "Jo", Role.AGENT, NOW)


def now_set(agent: Agent) -> Agent:
    return settings.get(is_fresh=True).agent(agent.id)


def change(agent: Agent, by: Agent = ADMIN, **wanted: Any) -> None:
    agents.change(replace(now_set(agent), **wanted), by, NOW)


class TestChanging:
    def test_an_admin_sets_what_somebody_is_and_can(self) -> None:
        absence = Absence(NOW.date(), NOW.date(), COLLEAGUE.id)
        words = {"skills": ("bikes",), "languages": ("ko", "en"), "teams": frozenset({70}), "absence": absence}
        change(AGENT, name=" Min  Kim ", role=Role.SUPERVISOR, signature="**Min**\n", **words)
        known = now_set(AGENT)
        assert (known.name, known.role, known.signature) == ("Min Kim", Role.SUPERVISOR, "**Min**")
        assert (known.skills, known.languages, known.teams) == (("bikes",), ("ko", "en"), frozenset({70}))
        assert known.absence == absence

    def test_two_admins_do_not_overwrite_one_another(self) -> None:
        seen = now_set(AGENT)
        agents.change(replace(seen, name="One"), ADMIN, NOW)
        with pytest.raises(StaleVersion):
            agents.change(replace(seen, name="Two"), ADMIN, NOW)
        assert now_set(AGENT).name == "One"

    def test_the_same_sent_twice_is_harmless(self) -> None:
        seen = now_set(AGENT)
        for _ in range(2):
            agents.change(replace(seen, name="One"), ADMIN, NOW)
        assert now_set(AGENT).name == "One"

    @pytest.mark.parametrize(
        ("wanted", "code", "field"),
        [
            ({"name": " "}, "name_missing", "name"),
            ({"signature": "{agent.phone}"}, "variable_unknown", "signature"),
            ({"signature": "{agent.signature}"}, "variable_unknown", "signature"),
            ({"absence": Absence(NOW.date(), NOW.date(), AGENT.id)}, "agent_not_active", "stand_in"),
            ({"absence": Absence(NOW.date(), NOW.date(), 99)}, "agent_not_active", "stand_in"),
        ],
    )
    def test_what_is_wrong_is_named(self, wanted: dict[str, Any], code: str, field: str) -> None:
        with pytest.raises(InvalidInput, match=code) as error:
            change(AGENT, **wanted)
        assert error.value.field == field

    def test_only_admins_change_others_and_nobody_more_of_themselves_than_is_theirs(self) -> None:
        for by in (SUPERVISOR, AGENT):
            with pytest.raises(NotAllowed):
                change(AGENT, by, name="Boss")
        agents.change_own("Minnie", "ko", "Min", None, now_set(AGENT).version, AGENT, NOW)
        known = now_set(AGENT)
        assert (known.name, known.language, known.signature, known.role) == ("Minnie", "ko", "Min", Role.AGENT)


class TestLeaving:
    def leave(self, agent: Agent, *, is_active: bool = False) -> None:
        agents.set_active(agent.id, now_set(agent).version, ADMIN, NOW, is_active=is_active)

    def test_who_leaves_is_signed_out_for_good_and_may_come_back(self) -> None:
        session_store.save("token", Session(AGENT.id, NOW + timedelta(hours=1), NOW))
        self.leave(AGENT)
        with pytest.raises(NotSignedIn):
            sessions.agent_of("token", NOW)
        self.leave(AGENT, is_active=True)
        with pytest.raises(NotSignedIn):
            sessions.agent_of("token", NOW)
        assert now_set(AGENT).is_active

    @pytest.mark.parametrize("way", ["leave", "role"])
    def test_the_last_admin_stays(self, way: str) -> None:
        with pytest.raises(InvalidInput, match="last_admin"):
            self.leave(ADMIN) if way == "leave" else change(ADMIN, role=Role.AGENT)
        assert now_set(ADMIN).may(Right.CHANGE_SETTINGS)

    def test_the_last_admin_stays_on_the_command_line_too(self) -> None:
        with pytest.raises(InvalidInput, match="last_admin"):
            agents.invite(ADMIN.address, "Ada", Role.AGENT, NOW, password=PASSWORD)

    def test_one_of_two_admins_may_go(self) -> None:
        change(SUPERVISOR, role=Role.ADMIN)
        self.leave(ADMIN)
        assert not now_set(ADMIN).is_active

    def test_two_admins_who_remove_one_another_at_once_do_not_both_succeed(self) -> None:
        change(SUPERVISOR, role=Role.ADMIN)
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: change(SUPERVISOR, role=Role.AGENT))
            with pytest.raises(StaleVersion):
                self.leave(ADMIN)
        assert now_set(ADMIN).may(Right.CHANGE_SETTINGS)


class TestInvitingInTheConsole:
    def invite(self, address: str = ADDRESS, *, is_mailed: bool = False, by: Agent = ADMIN) -> agents.Invitation:
        return agents.invite_newcomer(address, "Jo", Role.AGENT, "ko", by, NOW, is_mailed=is_mailed)

    def test_the_password_that_is_shown_must_be_replaced_at_the_first_sign_in(self) -> None:
        password = self.invite().password
        assert isinstance(sessions.sign_in(ADDRESS, password, "192.0.2.1", NOW), sessions.FirstPassword)

    def test_one_that_is_mailed_is_not_shown(self) -> None:
        assert self.invite(is_mailed=True).password == ""
        assert stored_roles() == [Role.AGENT]

    def test_an_invitation_that_stopped_half_way_is_finished_with_a_password_that_works(self, user_pool: str) -> None:
        aws.client("cognito-idp").admin_create_user(UserPoolId=user_pool, Username=ADDRESS)
        password = self.invite().password
        assert isinstance(sessions.sign_in(ADDRESS, password, "192.0.2.1", NOW), sessions.FirstPassword)

    @pytest.mark.parametrize(
        ("address", "code"), [(AGENT.address, "agent_known"), (SUPPORT, "address_is_ours"), ("jo", "address_invalid")]
    )
    def test_nobody_is_invited_twice_or_at_an_address_of_ours(self, address: str, code: str) -> None:
        with pytest.raises(InvalidInput, match=code):
            self.invite(address)
        assert now_set(AGENT) == replace(AGENT, version=1)

    def test_two_invitations_at_once_make_one_agent(self) -> None:
        with on_the_wire() as wire:
            passwords: list[str] = []
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: passwords.append(self.invite().password))
            with pytest.raises(InvalidInput, match="agent_known"):
                self.invite()
        assert len(stored_roles()) == 1
        assert isinstance(sessions.sign_in(ADDRESS, passwords[0], "192.0.2.1", NOW), sessions.FirstPassword)

    def test_only_admins_invite(self) -> None:
        with pytest.raises(NotAllowed):
            self.invite(by=SUPERVISOR)

    def test_a_new_password_takes_the_place_of_the_old_one_and_ends_sessions(self) -> None:
        agent = agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD, is_final=True)
        token = sessions.sign_in(ADDRESS, PASSWORD, "192.0.2.1", NOW)
        password = agents.renew_password(agent.id, ADMIN, NOW)
        assert isinstance(sessions.sign_in(ADDRESS, password, "192.0.2.1", NOW), sessions.FirstPassword)
        with pytest.raises(NotSignedIn):
            sessions.agent_of(str(token), NOW)

    def test_an_agent_without_a_sign_in_gets_one_with_the_new_password(self) -> None:
        password = agents.renew_password(AGENT.id, ADMIN, NOW)
        assert isinstance(sessions.sign_in(AGENT.address, password, "192.0.2.1", NOW), sessions.FirstPassword)
