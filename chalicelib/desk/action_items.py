"""What people do with a ticket's action items. One function a thing; each is harmless when repeated, but for `add`."""

from collections.abc import Callable
from datetime import datetime

from chalicelib.adapters import action_items as action_items_store
from chalicelib.desk.tickets import work_on
from chalicelib.domain import action_item, checklist
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket, author_of


def add(number: int, title: str, owner: int, due_at: datetime | None, by: Agent, now: datetime) -> None:
    """`owner` 0 leaves it to whoever has the ticket. Raises InvalidInput, Conflict, NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        _check_owner(owner, ticket, settings)
        return action_item.add(ticket, title, author_of(by), now, ids, owner=owner, due_at=due_at)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def change(
    number: int, item_id: int, title: str, owner: int, due_at: datetime | None, by: Agent, now: datetime
) -> None:
    """An owner who left may stay; nobody chooses them anew. Raises InvalidInput, NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        if owner != action_item.find(ticket, item_id).owner:
            _check_owner(owner, ticket, settings)
        return action_item.change(ticket, item_id, title, owner, due_at, author_of(by), now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def set_done(number: int, item_id: int, by: Agent, now: datetime, *, is_done: bool) -> None:
    """Raises NotFound, NotAllowed."""
    verb: Callable[..., Change] = action_item.tick if is_done else action_item.untick
    work_on(number, by, lambda ticket, _, ids: verb(ticket, item_id, author_of(by), now, ids), now)


def delete(number: int, item_id: int, by: Agent, now: datetime) -> None:
    """For a month it can be restored. Raises NotFound, NotAllowed."""

    def decide(ticket: Ticket, _: Settings, ids: Ids) -> Change:
        return action_item.delete(ticket, item_id, author_of(by), now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def restore(number: int, item_id: int, by: Agent, now: datetime) -> None:
    """One request more. Raises Conflict, NotFound, NotAllowed."""
    by.require(Right.CHANGE_PROPERTIES)
    item = action_items_store.get(number, item_id)

    def decide(ticket: Ticket, _: Settings, ids: Ids) -> Change:
        return action_item.restore(ticket, item, author_of(by), now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def add_checklist(number: int, checklist_id: int, by: Agent, now: datetime) -> None:
    """All steps of a checklist that fits the ticket. Raises Conflict, NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        wanted = settings.checklists.get(checklist_id)
        if wanted is None or not wanted.fits(ticket):
            raise NotFound("checklist_not_found")
        return checklist.add(ticket, wanted, author_of(by), settings, now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def _check_owner(owner: int, ticket: Ticket, settings: Settings) -> None:
    """Only who can see the ticket (rule 25)."""
    agent = settings.agents.get(owner)
    if owner and (agent is None or not agent.may(Right.WORK_ON_TICKETS) or not ticket.is_visible_to(agent)):
        raise InvalidInput("owner_not_possible", field="owner")
