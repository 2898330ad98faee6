"""Sessions of signed-in agents: only the hash of the token is stored; the table deletes what has expired."""

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.adapters.items import SessionItem

FRESH_FOR_SECONDS = 30
_cached: dict[str, tuple[float, "Session"]] = {}


@dataclass(frozen=True)
class Session:
    agent_id: int
    expires_at: datetime


def save(token: str, session: Session) -> None:
    """Unconditional: nobody else has the token, and a request that is tried again must not stumble over itself."""
    SessionItem(
        f"SESSION#{_hash(token)}",
        "SESSION",
        body={"agent_id": session.agent_id},
        expires_at=int(session.expires_at.timestamp()),
    ).save(add_version_condition=False)


def find(token: str) -> Session | None:
    """At most 30 seconds old: so long may a session that was ended elsewhere still be good in another container."""
    key = _hash(token)
    if key in _cached and time.monotonic() - _cached[key][0] < FRESH_FOR_SECONDS:
        return _cached[key][1]
    _cached.pop(key, None)
    try:
        item = SessionItem.get(f"SESSION#{key}", "SESSION", consistent_read=True)
    except SessionItem.DoesNotExist:
        return None
    session = Session(item.body["agent_id"], datetime.fromtimestamp(int(item.expires_at), UTC))
    _cached[key] = (time.monotonic(), session)
    return session


def delete(token: str) -> None:
    key = _hash(token)
    _cached.pop(key, None)
    SessionItem(f"SESSION#{key}", "SESSION").delete(add_version_condition=False)


def forget() -> None:
    """Drops the cache of this container."""
    _cached.clear()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
