"""People of the desk: inviting them. Their passwords live in Cognito, what they may do in the settings."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import cognito, settings
from chalicelib.desk.changes import new_ids
from chalicelib.domain.address import sendable_address
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import Role


def invite(
    address: str,
    name: str,
    role: Role,
    now: datetime,
    language: str = "en",
    password: str | None = None,
    is_final: bool = False,
) -> Agent:
    """An agent with a sign-in; one who exists keeps their password and gets the role. Raises InvalidInput, also for an
    address of the desk itself.

    Without `password` Cognito makes a temporary one and mails it; a given one must be replaced at the first sign-in
    unless it `is_final`.
    """
    key, desk = sendable_address(address), settings.get()
    known = desk.agent_by_address(key)
    if known is None and desk.is_own(key):
        raise InvalidInput("address_is_ours", field="email")
    cognito.invite(key, password, is_final)
    agent = replace(known, role=role) if known else Agent(next(new_ids(now)), key, name, role, language)
    if agent != known:
        settings.save_agent(agent)
    return agent
