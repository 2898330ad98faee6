"""Settings, agents and teams: one query for all, kept by each container for half a minute."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from chalicelib.adapters import audit as audit_store
from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import (
    SETTINGS,
    AgentAddressItem,
    AgentItem,
    ChecklistItem,
    Item,
    SettingsItem,
    TeamItem,
    ViewItem,
    address_key,
    agent_key,
    at_version,
    checklist_key,
    team_key,
    view_key,
)
from chalicelib.adapters.transaction import Transaction, put_new
from chalicelib.domain.agent import Agent
from chalicelib.domain.audit import AuditEntry
from chalicelib.domain.checklist import Checklist
from chalicelib.domain.errors import AlreadyDone, InvalidInput, NotFound
from chalicelib.domain.policy import ServiceLevels
from chalicelib.domain.renewal import Renewal
from chalicelib.domain.settings import General, Settings
from chalicelib.domain.team import Team
from chalicelib.domain.view import SavedView

FRESH_FOR_SECONDS = 30
_GENERAL = "GENERAL"
_LEVELS = "LEVELS"
_RENEWAL = "RENEWAL"
_SECRET = "SECRET"  # noqa: S105 - the name of a key, not a secret
_cached: list[tuple[float, Settings]] = []
_Kept = TypeVar("_Kept", Agent, Team, SavedView, Checklist)


def get(*, is_fresh: bool = False) -> Settings:
    """At most 30 seconds old, or as they are now. Raises NotFound("desk_not_prepared") before `deploy` has finished."""
    if is_fresh or not _cached or time.monotonic() - _cached[0][0] > FRESH_FOR_SECONDS:
        _cached[:] = [(time.monotonic(), _read())]
    return _cached[0][1]


def find_general() -> General | None:
    """What was set, None in a new table."""
    try:
        item = SettingsItem.get(SETTINGS, _GENERAL, consistent_read=True)
    except SettingsItem.DoesNotExist:
        return None
    return decode(General, item.body | {"version": item.version})


def save_general(general: General, audit: AuditEntry | None = None) -> None:
    """With what the log says of it, or nothing of both. Raises StaleVersion."""
    _save(SettingsItem(SETTINGS, _GENERAL, body=encode(general), **at_version(general.version)), audit)


def save_levels(levels: ServiceLevels, audit: AuditEntry | None = None) -> None:
    """All policies and calendars as a whole. Raises StaleVersion."""
    _save(SettingsItem(SETTINGS, _LEVELS, body=levels.to_json(), **at_version(levels.version)), audit)


def changed_levels(record: Mapping[str, Any]) -> int:
    """The version of the promises that a stream record tells of; 0 for any other record."""
    image = record["dynamodb"].get("NewImage", {})
    is_levels = (image.get("pk", {}).get("S"), image.get("sk", {}).get("S")) == (SETTINGS, _LEVELS)
    return int(image["version"]["N"]) if is_levels else 0


def find_renewal() -> Renewal | None:
    """How far the last change of promises has come, None when there never was one."""
    try:
        return decode(Renewal, SettingsItem.get(SETTINGS, _RENEWAL, consistent_read=True).body)
    except SettingsItem.DoesNotExist:
        return None


def keep_renewal(renewal: Renewal) -> None:
    """Of one that runs twice at once, the last word stands."""
    SettingsItem(SETTINGS, _RENEWAL, body=encode(renewal)).save(add_version_condition=False)


def keep_secret(secret: str) -> None:
    """Stores the desk's secret unless it has one: links that were sent must stay valid."""
    try:
        put_new(SettingsItem(SETTINGS, _SECRET, body={"secret": secret}), AlreadyDone("secret_exists"))
    except AlreadyDone:
        return


def save_agent(agent: Agent, audit: AuditEntry | None = None, *, provided: Agent | None = None) -> None:
    """Adds or changes an agent, `provided` that another one is as they were read: of two changes at once that each rely
    on whom the other one changes, one is refused.

    Raises StaleVersion, InvalidInput("agent_known") for a new one at an address that another one took meanwhile.
    """
    also = Transaction()
    if not agent.version:
        taken = AgentAddressItem(address_key(agent.address), "AGENT", body={"id": agent.id})
        also.put_new(taken, InvalidInput("agent_known", field="email"))
    if provided:
        other = AgentItem(SETTINGS, agent_key(provided.id), version=provided.version)
        also.update(other, [AgentItem.kind.set(AgentItem)], AgentItem.version == provided.version)
    _save(AgentItem(SETTINGS, agent_key(agent.id), body=encode(agent), **at_version(agent.version)), audit, also)


def save_team(team: Team, audit: AuditEntry | None = None) -> None:
    """Adds or changes a team. Raises StaleVersion."""
    _save(TeamItem(SETTINGS, team_key(team.id), body=encode(team), **at_version(team.version)), audit)


def keep_view(view: SavedView) -> None:
    """Adds or changes a saved view, which is no change of how the desk works. Raises StaleVersion."""
    _save(ViewItem(SETTINGS, view_key(view.id), body=encode(view), **at_version(view.version)), None)


def delete_view(view_id: int) -> None:
    """One that is gone already is gone."""
    ViewItem(SETTINGS, view_key(view_id)).delete(add_version_condition=False)
    forget()


def save_checklist(checklist: Checklist, audit: AuditEntry | None = None) -> None:
    """Adds or changes a checklist. Raises StaleVersion."""
    key = checklist_key(checklist.id)
    _save(ChecklistItem(SETTINGS, key, body=encode(checklist), **at_version(checklist.version)), audit)


def forget() -> None:
    """Drops the cache of this container."""
    _cached.clear()


def _save(item: Item, audit: AuditEntry | None, also: Transaction | None = None) -> None:
    transaction = also or Transaction()
    transaction.put(item)
    if audit:
        audit_store.add(transaction, audit)
    transaction.commit()
    forget()


def _read() -> Settings:
    items = list(Item.query(SETTINGS, consistent_read=True))
    parts = {item.sk: item for item in items if isinstance(item, SettingsItem)}
    if _GENERAL not in parts or _SECRET not in parts:
        raise NotFound("desk_not_prepared")
    general = decode(General, parts[_GENERAL].body | {"version": parts[_GENERAL].version})
    settings = replace(
        Settings.of(general),
        secret=parts[_SECRET].body["secret"],
        agents=_found(items, AgentItem, Agent),
        teams=_found(items, TeamItem, Team),
        views=_found(items, ViewItem, SavedView),
        checklists=_found(items, ChecklistItem, Checklist),
    )
    if _LEVELS not in parts:
        return settings
    return settings.promising(ServiceLevels.from_json(parts[_LEVELS].body, int(parts[_LEVELS].version)))


def _found(items: Iterable[Item], stored_as: type[Item], kind: Callable[..., _Kept]) -> dict[int, _Kept]:
    """Those of a kind, by their ids."""
    found = (decode(kind, item.body | {"version": item.version}) for item in items if isinstance(item, stored_as))
    return {one.id: one for one in found}
