"""What admins prepare for tickets of a kind."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import audit
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.checklist import Checklist
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.texts import folded


def save(checklist: Checklist, by: Agent, now: datetime) -> None:
    """Adds one or changes it for tickets to come. `version` is that which the admin saw; saving the same twice is
    harmless.

    Raises InvalidInput("name_taken"), StaleVersion, NotAllowed.
    """
    by.require(Right.CHANGE_SETTINGS)
    checklists = settings_store.get(is_fresh=True).checklists
    others = (other for other in checklists.values() if other.id != checklist.id)
    if any(folded(other.name) == folded(checklist.name) for other in others):
        raise InvalidInput("name_taken", field="name")
    known = checklists.get(checklist.id)
    if known is None or replace(checklist, version=known.version) != known:
        settings_store.save_checklist(checklist, audit.of_checklist(known, checklist, by, now))
