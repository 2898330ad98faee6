"""Sessions of signed-in agents: only the hash of the token is stored; the table deletes what has expired."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import SIGNED_IN, SessionItem, SignInItem, agent_key, sessions_key
from chalicelib.adapters.transaction import Transaction

FRESH_FOR_SECONDS = 30
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_MOST_LISTED = 100
_cached: dict[str, tuple[float, "Session"]] = {}


@dataclass(frozen=True)
class Session:
    """`id` is the hash of the token, known once it is stored; `browser` is what called itself so (User-Agent)."""

    agent_id: int
    expires_at: datetime
    started_at: datetime = _LONG_AGO
    remote_address: str = ""
    browser: str = ""
    id: str = ""


def save(token: str, session: Session) -> None:
    """And when the agent signed in, in one request.

    Unconditional: nobody else has the token, and a request that is tried again must not stumble over itself.
    """
    transaction = Transaction()
    item = SessionItem(
        _key(_hash(token)),
        "SESSION",
        body=encode(session),
        assignee_pk=sessions_key(session.agent_id),
        assignee_sk=instant(session.started_at),
        expires_at=int(session.expires_at.timestamp()),
    )
    transaction.put_over(item)
    transaction.put_over(SignInItem(SIGNED_IN, agent_key(session.agent_id), body={"at": instant(session.started_at)}))
    transaction.commit()


def find(token: str) -> Session | None:
    """At most 30 seconds old: so long may a session that was ended elsewhere still be good in another container."""
    key = _hash(token)
    if key in _cached and time.monotonic() - _cached[key][0] < FRESH_FOR_SECONDS:
        return _cached[key][1]
    _cached.pop(key, None)
    session = find_by_id(key)
    if session:
        _cached[key] = (time.monotonic(), session)
    return session


def find_by_id(session_id: str) -> Session | None:
    """One request, consistent."""
    try:
        return _session_of(SessionItem.get(_key(session_id), "SESSION", consistent_read=True))
    except SessionItem.DoesNotExist:
        return None


def list_by_agent(agent_id: int) -> tuple[Session, ...]:
    """Newest first, at most a hundred; what has expired may still be among them. One began a moment ago may not be."""
    found = SessionItem.query(
        sessions_key(agent_id), index_name="by_assignee", limit=_MOST_LISTED, scan_index_forward=False
    )
    return tuple(_session_of(item) for item in found)


def list_last_sign_ins() -> Mapping[int, datetime]:
    """By agent; who has not signed in since this is kept is not among them. One request."""
    found = {item.sk: item.body["at"] for item in SignInItem.query(SIGNED_IN)}
    return {int(key.partition("#")[2]): datetime.fromisoformat(at) for key, at in found.items()}


def delete(token: str) -> None:
    delete_by_id(_hash(token))


def delete_by_id(session_id: str) -> None:
    """Harmless when repeated."""
    _cached.pop(session_id, None)
    SessionItem(_key(session_id), "SESSION").delete(add_version_condition=False)


def forget() -> None:
    """Drops the cache of this container."""
    _cached.clear()


def _session_of(item: SessionItem) -> Session:
    expires_at = datetime.fromtimestamp(int(item.expires_at), UTC)
    stored = {"expires_at": instant(expires_at), **item.body, "id": item.pk.partition("#")[2]}
    return replace(decode(Session, stored), expires_at=expires_at)


def _key(session_id: str) -> str:
    return f"SESSION#{session_id}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
