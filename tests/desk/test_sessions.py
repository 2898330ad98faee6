from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.adapters import sessions as session_store
from chalicelib.adapters import settings
from chalicelib.adapters.items import SessionItem
from chalicelib.adapters.sessions import Session
from chalicelib.desk import agents, sessions
from chalicelib.desk.sessions import FirstPassword
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import InvalidInput, NotAllowed, NotSignedIn, TooMany
from chalicelib.domain.words import Role
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW

ADDRESS, PASSWORD, TEMPORARY = "jo@desk.example", "Correct-horse-7", "Temporary-1"

pytestmark = pytest.mark.usefixtures("user_pool")


@pytest.fixture
def jo(user_pool: str) -> None:
    """An agent who chose a password long ago."""
    agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD, is_final=True)


PLACE = "192.0.2.1"


def sign_in(password: str = PASSWORD, address: str = ADDRESS, place: str = PLACE) -> str:
    token = sessions.sign_in(address, password, place, NOW)
    assert isinstance(token, str)
    return token


def dismiss() -> None:
    jo = settings.get().agent_by_address(ADDRESS)
    assert jo is not None
    settings.save_agent(replace(jo, is_active=False))


@pytest.mark.usefixtures("jo")
class TestSignIn:
    def test_address_and_password_open_a_session(self) -> None:
        assert sessions.agent_of(sign_in(), NOW).name == "Jo"

    def test_the_address_may_be_written_in_any_way(self) -> None:
        assert sign_in(address="  JO@Desk.Example ")

    @pytest.mark.parametrize(
        ("address", "password"),
        [
            pytest.param(ADDRESS, "wrong", id="wrong password"),
            pytest.param(ADDRESS, "", id="no password"),
            pytest.param("eve@elsewhere.example", PASSWORD, id="unknown address"),
            pytest.param("", PASSWORD, id="no address"),
        ],
    )
    def test_every_failure_looks_the_same(self, address: str, password: str) -> None:
        with pytest.raises(InvalidInput) as error:
            sessions.sign_in(address, password, PLACE, NOW)
        assert (error.value.code, error.value.field) == ("sign_in_failed", "password")

    def test_who_left_can_not_sign_in(self) -> None:
        dismiss()
        with pytest.raises(InvalidInput, match="sign_in_failed"):
            sign_in()

    def test_after_ten_tries_in_15_minutes_even_the_right_password_has_to_wait(self) -> None:
        for _ in range(10):
            with pytest.raises(InvalidInput):
                sign_in("wrong")
        with pytest.raises(TooMany):
            sign_in()
        assert sessions.sign_in(ADDRESS, PASSWORD, PLACE, NOW + timedelta(minutes=15))

    def test_a_stranger_can_not_lock_an_agent_out(self) -> None:
        for _ in range(11):
            with pytest.raises((InvalidInput, TooMany)):
                sign_in("wrong", place="198.51.100.7")
        assert sign_in()

    def test_fifty_failures_from_everywhere_are_too_many(self) -> None:
        for number in range(50):
            with pytest.raises(InvalidInput):
                sign_in("wrong", place=f"198.51.100.{number}")
        with pytest.raises(TooMany):
            sign_in()

    def test_right_passwords_are_never_too_many(self) -> None:
        assert len({sign_in() for _ in range(12)}) == 12

    def test_tries_at_one_address_do_not_lock_out_another(self) -> None:
        for _ in range(11):
            with pytest.raises((InvalidInput, TooMany)):
                sign_in("wrong", "admin@desk.example")
        assert sign_in()


class TestFirstPassword:
    @pytest.fixture(autouse=True)
    def _invited(self, user_pool: str) -> None:
        agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=TEMPORARY)

    def challenge(self) -> str:
        first = sessions.sign_in(ADDRESS, TEMPORARY, PLACE, NOW)
        assert isinstance(first, FirstPassword)
        assert first.address == ADDRESS
        return first.challenge

    def test_a_temporary_password_must_be_replaced(self) -> None:
        token = sessions.set_first_password(self.challenge(), PASSWORD, NOW)
        assert sessions.agent_of(token, NOW).name == "Jo"
        assert sign_in()

    @pytest.mark.parametrize("challenge", ["", "forged", "a.b.c"])
    def test_a_forged_challenge(self, challenge: str) -> None:
        with pytest.raises(InvalidInput, match="session_ended"):
            sessions.set_first_password(challenge, PASSWORD, NOW)

    def test_who_left_meanwhile(self) -> None:
        challenge = self.challenge()
        dismiss()
        with pytest.raises(InvalidInput, match="sign_in_failed"):
            sessions.set_first_password(challenge, PASSWORD, NOW)


@pytest.mark.usefixtures("jo")
class TestSession:
    def test_it_lasts_twelve_hours(self) -> None:
        token = sign_in()
        assert sessions.agent_of(token, NOW + timedelta(hours=12) - timedelta(seconds=1))
        with pytest.raises(NotSignedIn):
            sessions.agent_of(token, NOW + timedelta(hours=12))

    def test_signing_out_ends_it_and_may_be_repeated(self) -> None:
        token = sign_in()
        assert sessions.agent_of(token, NOW)
        for _ in range(2):
            sessions.sign_out(token)
        with pytest.raises(NotSignedIn):
            sessions.agent_of(token, NOW)

    def test_signing_out_ends_no_other_session(self) -> None:
        here, there = sign_in(), sign_in()
        sessions.sign_out(here)
        assert sessions.agent_of(there, NOW)

    def test_who_leaves_is_signed_out(self) -> None:
        token = sign_in()
        dismiss()
        with pytest.raises(NotSignedIn):
            sessions.agent_of(token, NOW)

    @pytest.mark.parametrize("token", [None, "", "unknown"])
    def test_a_token_of_nobodys(self, token: str | None) -> None:
        with pytest.raises(NotSignedIn):
            sessions.agent_of(token, NOW)

    def test_the_token_itself_is_not_stored(self) -> None:
        token = sign_in()
        (stored,) = SessionItem.scan()
        assert token not in str(stored.to_dynamodb_dict())

    def test_the_table_forgets_it_when_it_ends(self) -> None:
        sign_in()
        (stored,) = SessionItem.scan()
        assert stored.expires_at == (NOW + timedelta(hours=12)).timestamp()

    def test_another_container_finds_it_too(self) -> None:
        token = sign_in()
        session_store.forget()
        assert sessions.agent_of(token, NOW)


class TestWhereOneIsSignedIn:
    def begin(self, token: str, at: datetime = NOW, who: Agent = AGENT) -> None:
        session_store.save(token, Session(who.id, at + sessions.LIFE, at, "192.0.2.1", f"Browser of {token}"))

    def browsers(self, now: datetime = NOW) -> list[str]:
        return [session.browser for session in sessions.open_sessions(settings.get().agent(AGENT.id), now)]

    def test_open_sessions_are_listed_newest_first(self) -> None:
        self.begin("one")
        self.begin("two", NOW + timedelta(hours=1))
        self.begin("other", who=COLLEAGUE)
        assert self.browsers() == ["Browser of two", "Browser of one"]
        assert self.browsers(NOW + sessions.LIFE) == ["Browser of two"]

    def test_signing_in_tells_from_where_and_when(self) -> None:
        agent = agents.invite(ADDRESS, "Jo", Role.AGENT, NOW, password=PASSWORD, is_final=True)
        sessions.sign_in(ADDRESS, PASSWORD, PLACE, NOW, "Firefox/140.0" + "x" * 1_000)
        (session,) = sessions.open_sessions(agent, NOW)
        assert (session.remote_address, session.started_at) == (PLACE, NOW)
        assert len(session.browser) == 300
        assert session_store.list_last_sign_ins() == {agent.id: NOW}

    def test_one_session_is_ended_by_whose_it_is_and_by_nobody_else(self) -> None:
        self.begin("one")
        (session,) = sessions.open_sessions(AGENT, NOW)
        sessions.end_session(session.id, COLLEAGUE)
        assert sessions.agent_of("one", NOW).id == AGENT.id
        for _ in range(2):
            sessions.end_session(session.id, AGENT)
        with pytest.raises(NotSignedIn):
            sessions.agent_of("one", NOW)

    def test_signing_out_everywhere_ends_what_began_before(self) -> None:
        self.begin("one")
        self.begin("other", who=COLLEAGUE)
        sessions.sign_out_everywhere(AGENT.id, AGENT, NOW + timedelta(hours=1))
        self.begin("later", NOW + timedelta(hours=2))
        with pytest.raises(NotSignedIn):
            sessions.agent_of("one", NOW)
        assert sessions.agent_of("later", NOW).id == AGENT.id
        assert sessions.agent_of("other", NOW).id == COLLEAGUE.id

    def test_a_session_that_the_list_does_not_show_yet_is_ended_as_well(self) -> None:
        """The index follows the table a moment later."""
        sessions.sign_out_everywhere(AGENT.id, ADMIN, NOW + timedelta(seconds=1))
        self.begin("unseen")
        with pytest.raises(NotSignedIn):
            sessions.agent_of("unseen", NOW)

    def test_only_admins_sign_others_out(self) -> None:
        with pytest.raises(NotAllowed):
            sessions.sign_out_everywhere(COLLEAGUE.id, AGENT, NOW)
