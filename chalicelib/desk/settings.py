"""What admins set in the console: the desk's name, what its mail quotes, its teams, how long it waits for customers."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import audit
from chalicelib.desk.changes import new_ids
from chalicelib.domain.address import sendable_addresses
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.settings import LONGEST_DESK_NAME, MOST_OTHER_ADDRESSES, QuotedHistory, Settings
from chalicelib.domain.team import Team
from chalicelib.domain.texts import checked_name, folded


def set_mail(
    desk_name: str,
    quoted_history: str,
    version: int,
    by: Agent,
    now: datetime,
    *,
    other_addresses: str | None = None,
) -> None:
    """`version` is that of the settings which the admin saw, `other_addresses` a list as it was typed, None for those
    that are set. Saving the same twice is harmless.

    Raises InvalidInput, StaleVersion, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    general = settings_store.find_general()
    if general is None:
        raise NotFound("desk_not_prepared")
    name, history = checked_name(desk_name, LONGEST_DESK_NAME, "desk_name"), _checked_history(quoted_history)
    others = general.other_addresses if other_addresses is None else _checked_others(other_addresses)
    wanted = replace(general, desk_name=name, quoted_history=history, other_addresses=others)
    if wanted != general:
        settings_store.save_general(replace(wanted, version=version), audit.of_general(general, wanted, by, now))


def add_team(
    name: str, address: str, signature: str, by: Agent, now: datetime, *, lead: int = 0, next_level: int = 0
) -> Team:
    """Raises InvalidInput, NotAllowed."""
    by.require(Right.CHANGE_SETTINGS)
    team = Team(next(new_ids(now)), "", lead=lead, next_level=next_level)
    return _save(team, name, address, signature, by, now)


def change_team(
    team_id: int,
    name: str,
    address: str,
    signature: str,
    version: int,
    by: Agent,
    now: datetime,
    *,
    is_active: bool,
    lead: int = 0,
    next_level: int = 0,
) -> None:
    """A team that is not active stays on its tickets, whose mail comes from the desk's address until it is again.

    Saving the same twice is harmless. Raises InvalidInput, NotFound, StaleVersion, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    known = settings_store.get(is_fresh=True).team(team_id)
    wanted = replace(known, version=version, is_active=is_active, lead=lead, next_level=next_level)
    _save(wanted, name, address, signature, by, now)


def _save(team: Team, name: str, address: str, signature: str, by: Agent, now: datetime) -> Team:
    settings = settings_store.get(is_fresh=True)
    wanted = team.changed_to(name, address, signature, settings.mail_domain)
    _check_unique(wanted, settings)
    _check_escalation(wanted, settings)
    known = settings.teams.get(wanted.id)
    if known is None or replace(wanted, version=known.version) != known:
        settings_store.save_team(wanted, audit.of_team(known, wanted, settings, by, now))
    return wanted


def _check_unique(wanted: Team, settings: Settings) -> None:
    """One name and one address for one team, or neither people nor mails would know where to go."""
    others = [team for team in settings.teams.values() if team.id != wanted.id]
    if any(folded(team.name) == folded(wanted.name) for team in others):
        raise InvalidInput("name_taken", field="name")
    if not wanted.address:
        return
    if wanted.address in {settings.support_address, *(team.address for team in others)}:
        raise InvalidInput("address_taken", field="address")
    if settings.agent_by_address(wanted.address):
        raise InvalidInput("address_of_agent", field="address")
    former = next((team for team in others if team.is_active and wanted.address in team.former_addresses), None)
    if former:
        raise InvalidInput("address_leads_to", field="address", name=former.name)


def _checked_others(text: str) -> tuple[str, ...]:
    """An agent's address would make the agent's own mail come from us."""
    try:
        others = sendable_addresses(text)
    except InvalidInput as error:
        raise InvalidInput("other_address_invalid", field="other_addresses", **error.params) from None
    if len(others) > MOST_OTHER_ADDRESSES:
        raise InvalidInput("too_many_addresses", field="other_addresses", limit=MOST_OTHER_ADDRESSES)
    wanted = replace(settings_store.get(is_fresh=True), other_addresses=others)
    taken = next((agent.address for agent in wanted.agents.values() if wanted.is_own(agent.address)), None)
    if taken:
        raise InvalidInput("other_address_of_agent", field="other_addresses", address=taken)
    return others


def _check_escalation(wanted: Team, settings: Settings) -> None:
    """What was chosen once may stay when the agent left or the team was given up; nobody chooses it anew."""
    known = settings.teams.get(wanted.id, Team(0, ""))
    if wanted.lead and wanted.lead != known.lead and not settings.is_active(wanted.lead):
        raise InvalidInput("agent_not_active", field="lead")
    if wanted.next_level and wanted.next_level != known.next_level and not settings.active_team(wanted.next_level):
        raise InvalidInput("team_not_active", field="next_level")
    if wanted.is_reached_from(wanted.next_level, settings.teams):
        raise InvalidInput("team_circle", field="next_level")


def _checked_history(word: str) -> QuotedHistory:
    if word not in tuple(QuotedHistory):
        raise InvalidInput("setting_unknown", field="quoted_history")
    return QuotedHistory(word)
