"""What agents do with the action items of a ticket, on its page and on that of their day."""

from datetime import datetime

from chalice.app import Response

from chalicelib.desk import action_items
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput
from chalicelib.web import clocks, forms, pages, tickets
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form
from chalicelib.web.paths import identifier
from chalicelib.web.tickets import Draft, ItemDraft
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_ITEMS = "/agent/tickets/{number}/items"
_ITEM = f"{_ITEMS}/{{item_id}}"
_FIELDS = ("title", "owner", "due_at")


@routes.agents(_ITEMS, Right.CHANGE_PROPERTIES, "POST")
def add(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(_FIELDS)
        action_items.add(at, form.line("title"), form.number("owner"), _due(visit, form), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _again(visit, at, form, 0, error)
    return pages.redirect(visit, _ticket(at), "item_added")


@routes.agents(_ITEM, Right.CHANGE_PROPERTIES, "POST")
def change(visit: Visit, number: str, item_id: str) -> Response:
    form, at, item = forms.read(visit.request), identifier(number), identifier(item_id)
    try:
        form.check(_FIELDS)
        words = (form.line("title"), form.number("owner"), _due(visit, form))
        action_items.change(at, item, *words, visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _again(visit, at, form, item, error)
    return pages.redirect(visit, _ticket(at), "item_changed")


@routes.agents(f"{_ITEM}/done", Right.WORK_ON_TICKETS, "POST")
def set_done(visit: Visit, number: str, item_id: str) -> Response:
    """`done` is 0 to undo it, `from` the page that it was ticked on."""
    form, at, item = forms.read(visit.request), identifier(number), identifier(item_id)
    form.check(("done", "from"))
    is_done = form.text("done") == "1"
    action_items.set_done(at, item, visit.agent, visit.now, is_done=is_done)
    done = "item_done" if is_done else "item_undone"
    return pages.redirect(visit, _back(form, at), f"{done}:{at}-{item}")


@routes.agents(f"{_ITEM}/delete", Right.CHANGE_PROPERTIES, "POST")
def delete(visit: Visit, number: str, item_id: str) -> Response:
    at, item = identifier(number), identifier(item_id)
    forms.read(visit.request).check(())
    action_items.delete(at, item, visit.agent, visit.now)
    return pages.redirect(visit, _ticket(at), f"item_deleted:{at}-{item}")


@routes.agents(f"{_ITEM}/restore", Right.CHANGE_PROPERTIES, "POST")
def restore(visit: Visit, number: str, item_id: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(("from",))
    action_items.restore(at, identifier(item_id), visit.agent, visit.now)
    return pages.redirect(visit, _ticket(at), "item_restored")


@routes.agents("/agent/tickets/{number}/checklists", Right.CHANGE_PROPERTIES, "POST")
def add_checklist(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("checklist",))
        action_items.add_checklist(at, form.number("checklist"), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return tickets.page_of(visit, at, Draft(error=error))
    return pages.redirect(visit, _ticket(at), "checklist_added")


def _again(visit: Visit, number: int, form: Form, item_id: int, error: DeskError) -> Response:
    typed = ItemDraft(item_id, form.text("title"), form.text("owner"), form.text("due_at"))
    return tickets.page_of(visit, number, Draft(item=typed, error=error))


def _due(visit: Visit, form: Form) -> datetime | None:
    typed = form.text("due_at")
    return clocks.read_due(typed, visit.settings.time_zone) if typed else None


def _back(form: Form, number: int) -> str:
    return "/agent/day" if form.text("from") == "day" else _ticket(number)


def _ticket(number: int) -> str:
    return f"/agent/tickets/{number}"
