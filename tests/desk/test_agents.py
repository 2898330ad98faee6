import pytest

from chalicelib.adapters import aws, settings
from chalicelib.desk import agents, sessions
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import Role
from tests.conftest import NOW

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
