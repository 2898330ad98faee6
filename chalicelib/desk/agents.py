"""People of the desk: inviting and changing them. Their passwords live in Cognito, what they may do in the settings."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import cognito
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import audit, sessions
from chalicelib.desk.changes import new_ids
from chalicelib.domain.address import sendable_address
from chalicelib.domain.agent import LONGEST_NAME, Absence, Agent, Right
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.settings import Settings
from chalicelib.domain.team import checked_signature
from chalicelib.domain.texts import checked_name
from chalicelib.domain.variables import OF_WRITERS
from chalicelib.domain.words import Role


@dataclass(frozen=True)
class Invitation:
    """`password` is the temporary one to be handed on, "" where Cognito mails it."""

    agent: Agent
    password: str


def invite(
    address: str,
    name: str,
    role: Role,
    now: datetime,
    language: str = "en",
    password: str | None = None,
    is_final: bool = False,
) -> Agent:
    """By the command line: an agent with a sign-in; one who exists keeps their password and gets the role. Raises
    InvalidInput, also for an address of the desk itself and where no admin would be left.

    Without `password` Cognito makes a temporary one and mails it; a given one must be replaced at the first sign-in
    unless it `is_final`.
    """
    settings = settings_store.get(is_fresh=True)
    key = _checked_address(address, settings)
    known = settings.agent_by_address(key)
    cognito.invite(key, password, is_final)
    agent = replace(known, role=role) if known else Agent(next(new_ids(now)), key, name, role, language)
    _save(agent, None, now)
    return agent


def invite_newcomer(
    address: str, name: str, role: Role, language: str, by: Agent, now: datetime, *, is_mailed: bool
) -> Invitation:
    """By an admin in the console. Saved first, so that of two at once only one gives a password; where no sign-in was
    made after that, `renew_password` makes it.

    Raises InvalidInput, also for somebody who is an agent already; NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    settings = settings_store.get(is_fresh=True)
    key = _checked_address(address, settings)
    if settings.agent_by_address(key):
        raise InvalidInput("agent_known", field="email")
    agent = Agent(next(new_ids(now)), key, checked_name(name, LONGEST_NAME, "name"), role, language)
    _save(agent, by, now)
    if is_mailed:
        cognito.invite(key, None, is_final=False)
        return Invitation(agent, "")
    return Invitation(agent, _new_password_for(agent))


def renew_password(agent_id: int, by: Agent, now: datetime) -> str:
    """A temporary password for somebody who lost theirs or never had one, to be replaced at the next sign-in; their
    sessions end. Raises NotFound, NotAllowed."""
    by.require(Right.CHANGE_SETTINGS)
    password = _new_password_for(settings_store.get(is_fresh=True).agent(agent_id))
    sessions.sign_out_everywhere(agent_id, by, now)
    return password


def change(wanted: Agent, by: Agent, now: datetime) -> None:
    """As an admin wrote it; `wanted.version` is that which the admin saw. Saving the same twice is harmless.

    Raises InvalidInput with the field that is to be mended, StaleVersion, NotFound, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    _save(_checked(wanted), by, now)


def change_own(
    name: str, language: str, signature: str, absence: Absence | None, version: int, by: Agent, now: datetime
) -> None:
    """What everybody may change of themselves; otherwise as `change`."""
    known = settings_store.get(is_fresh=True).agent(by.id)
    wanted = replace(known, name=name, language=language, signature=signature, absence=absence, version=version)
    _save(_checked(wanted), by, now)


def set_active(agent_id: int, version: int, by: Agent, now: datetime, *, is_active: bool) -> None:
    """Who is not active can't sign in, and nothing can be assigned to them; what they wrote keeps their name. Their
    sessions end for good. Saving the same twice is harmless.

    Raises InvalidInput("last_admin"), StaleVersion, NotFound, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    known = settings_store.get(is_fresh=True).agent(agent_id)
    if known.is_active != is_active:
        signed_out_at = known.signed_out_at if is_active else now
        _save(replace(known, is_active=is_active, signed_out_at=signed_out_at, version=version), by, now)


def _save(wanted: Agent, by: Agent | None, now: datetime) -> None:
    settings = settings_store.get(is_fresh=True)
    known = settings.agents.get(wanted.id)
    if known and replace(wanted, version=known.version) == known:
        return
    _check_stand_in(wanted, known, settings)
    entry = audit.of_agent(known, wanted, settings, by, now)
    settings_store.save_agent(wanted, entry, provided=_remaining_admin(wanted, known, settings))


def _checked(wanted: Agent) -> Agent:
    return replace(
        wanted,
        name=checked_name(wanted.name, LONGEST_NAME, "name"),
        signature=checked_signature(wanted.signature, OF_WRITERS),
    )


def _checked_address(address: str, settings: Settings) -> str:
    key = sendable_address(address)
    if settings.agent_by_address(key) is None and settings.is_own(key):
        raise InvalidInput("address_is_ours", field="email")
    return key


def _check_stand_in(wanted: Agent, known: Agent | None, settings: Settings) -> None:
    """Who was chosen once may stay when they have left; nobody chooses them anew, nor stands in for themselves."""
    chosen = wanted.absence.stand_in if wanted.absence else 0
    before = known.absence.stand_in if known and known.absence else 0
    if chosen == wanted.id or (chosen and chosen != before and not settings.is_active(chosen)):
        raise InvalidInput("agent_not_active", field="stand_in")


def _remaining_admin(wanted: Agent, known: Agent | None, settings: Settings) -> Agent | None:
    """Who looks after the desk when an admin ceases to be one; None where nobody ceases.

    Raises InvalidInput("last_admin") where nobody would.
    """
    is_leaving = known is not None and known.may(Right.CHANGE_SETTINGS) and not wanted.may(Right.CHANGE_SETTINGS)
    if not is_leaving:
        return None
    remaining = settings.other_admin(wanted.id)
    if remaining is None:
        raise InvalidInput("last_admin", field="role")
    return remaining


def _new_password_for(agent: Agent) -> str:
    """A temporary one. It satisfies the pool's policy, and the strictest that Cognito knows."""
    password = f"{secrets.token_hex(3)}-{secrets.token_hex(3)}-Aa1"
    if not cognito.invite(agent.address, password, is_final=False):
        cognito.set_temporary_password(agent.address, password)
    return password
