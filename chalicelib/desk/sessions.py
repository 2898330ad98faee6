"""Agents signing in and out. The cookie holds a random token, the table its hash; ending a session deletes the item."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeTimedSerializer

from chalicelib.adapters import cognito, limits, sessions
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.sessions import Session
from chalicelib.desk import audit
from chalicelib.desk.changes import until_saved
from chalicelib.domain.address import canonical
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import InvalidInput, NotSignedIn

LIFE = timedelta(hours=12)
FAILURES_FROM_ONE_PLACE, FAILURES_FROM_ANYWHERE = 10, 50
FAILURES_WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 10
_LONGEST_BROWSER = 300
_CHALLENGE_LIFE_SECONDS = 180  # Cognito's own: https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html


@dataclass(frozen=True)
class FirstPassword:
    """The password was right but temporary; `challenge` goes into the form that asks for the new one."""

    address: str
    challenge: str


def sign_in(address: str, password: str, remote_address: str, now: datetime, browser: str = "") -> str | FirstPassword:
    """The token for the cookie; `browser` is what calls itself so, for the agent's list of sessions.

    Raises InvalidInput("sign_in_failed"); TooMany after ten failures in 15 minutes from one remote address, so that a
    stranger can't lock an agent out, or fifty from all of them.
    """
    key = canonical(address)
    failures = _limits_of(key, remote_address)
    for what, most in failures:
        limits.check(what, most, FAILURES_WINDOW, now)
    agent = settings_store.get().agent_by_address(key)
    try:
        if agent is None or not agent.is_active or not password:
            raise InvalidInput("sign_in_failed", field="password")
        challenge = cognito.check_password(key, password)
    except InvalidInput:
        for what, most in failures:
            limits.count(what, most, FAILURES_WINDOW, now)
        raise
    if challenge is None:
        return _begin(agent, now, remote_address, browser)
    return FirstPassword(key, _challenges().dumps([key, challenge.user, challenge.session]))


def set_first_password(
    challenge: str, password: str, now: datetime, remote_address: str = "", browser: str = ""
) -> str:
    """The token for the cookie. Raises InvalidInput("password_too_weak" | "session_ended")."""
    try:
        address, user, session = _challenges().loads(challenge, max_age=_CHALLENGE_LIFE_SECONDS)
    except BadData:
        raise InvalidInput("session_ended", field="password") from None
    agent = settings_store.get().agent_by_address(address)
    if agent is None or not agent.is_active:
        raise InvalidInput("sign_in_failed", field="password")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidInput("password_too_weak", field="password")
    cognito.replace_password(cognito.Challenge(user, session), password)
    return _begin(agent, now, remote_address, browser)


def agent_of(token: str | None, now: datetime) -> Agent:
    """Raises NotSignedIn when the session is unknown or ended, or its agent no longer active."""
    session = sessions.find(token) if token else None
    agent = settings_store.get().agents.get(session.agent_id) if session else None
    if session is None or agent is None or not (agent.is_active and _is_open(session, agent, now)):
        raise NotSignedIn("not_signed_in")
    return agent


def open_sessions(agent: Agent, now: datetime) -> tuple[Session, ...]:
    """An agent's own, newest first."""
    return tuple(session for session in sessions.list_by_agent(agent.id) if _is_open(session, agent, now))


def sign_out(token: str) -> None:
    """Ends the session everywhere; harmless when repeated."""
    sessions.delete(token)


def end_session(session_id: str, by: Agent) -> None:
    """One of the agent's own; harmless when repeated, and for what is nobody's or somebody else's."""
    session = sessions.find_by_id(session_id)
    if session and session.agent_id == by.id:
        sessions.delete_by_id(session_id)


def sign_out_everywhere(agent_id: int, by: Agent, now: datetime) -> None:
    """Ends every session that an agent began until now; within half a minute in all containers.

    Raises NotFound, NotAllowed for others than admins and the agent, Conflict("busy").
    """
    if by.id != agent_id:
        by.require(Right.CHANGE_SETTINGS)

    def attempt() -> None:
        settings = settings_store.get(is_fresh=True)
        known = settings.agent(agent_id)
        wanted = replace(known, signed_out_at=now)
        settings_store.save_agent(wanted, audit.of_agent(known, wanted, settings, by, now))

    until_saved(attempt)
    for session in sessions.list_by_agent(agent_id):
        if session.started_at <= now:
            sessions.delete_by_id(session.id)


def _is_open(session: Session, agent: Agent, now: datetime) -> bool:
    is_signed_out = agent.signed_out_at is not None and session.started_at <= agent.signed_out_at
    return session.expires_at > now and not is_signed_out


def _limits_of(address: str, remote_address: str) -> tuple[tuple[str, int], ...]:
    """Names and heights of the limits on failures to sign in as one agent."""
    name = hashlib.sha256(address.encode()).hexdigest()
    place = hashlib.sha256(f"{address}\n{remote_address}".encode()).hexdigest()
    return (f"sign-in:{place}", FAILURES_FROM_ONE_PLACE), (f"sign-in:{name}", FAILURES_FROM_ANYWHERE)


def _begin(agent: Agent, now: datetime, remote_address: str, browser: str) -> str:
    token = secrets.token_urlsafe(32)
    sessions.save(token, Session(agent.id, now + LIFE, now, remote_address, browser[:_LONGEST_BROWSER]))
    return token


def _challenges() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings_store.get().secret, salt="first-password")
