"""Saved views: what agents look at again and again, for themselves or for all."""

from datetime import datetime

from chalicelib.adapters import settings as settings_store
from chalicelib.desk.changes import new_ids
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.texts import checked_name
from chalicelib.domain.view import SavedView, View

LONGEST_NAME = 60
MOST_VIEWS = 50
"""Of one agent, and of all together: they come with the settings."""


def save(name: str, view: View, by: Agent, now: datetime, *, is_shared: bool) -> SavedView:
    """Under a name that the agent has for another view, it takes its place. Raises InvalidInput, NotAllowed."""
    by.require(Right.SEE_ALL_TICKETS)
    owner, checked = 0 if is_shared else by.id, checked_name(name, LONGEST_NAME, "name")
    own = [known for known in settings_store.get(is_fresh=True).views.values() if known.owner == owner]
    same = next((known for known in own if known.name == checked), None)
    if same is None and len(own) >= MOST_VIEWS:
        raise InvalidInput("views_too_many", field="name", limit=MOST_VIEWS)
    saved = SavedView(same.id if same else next(new_ids(now)), checked, owner, view, same.version if same else 0)
    settings_store.keep_view(saved)
    return saved


def delete(view_id: int, by: Agent) -> SavedView | None:
    """One of their own, or one of all; None when it is gone already. Raises NotFound for another agent's."""
    by.require(Right.SEE_ALL_TICKETS)
    known = settings_store.get(is_fresh=True).views.get(view_id)
    if known is None:
        return None
    if not known.is_for(by.id):
        raise NotFound("view_not_found")
    settings_store.delete_view(view_id)
    return known
