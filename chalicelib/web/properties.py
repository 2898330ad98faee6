"""The properties of a ticket, each a form of its own: the way back is offered where there is one."""

from collections.abc import Callable
from dataclasses import replace

from chalice.app import Response

from chalicelib.desk import tickets
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.ticket import TRANSITIONS
from chalicelib.domain.words import Kind, Priority, Status, word_of
from chalicelib.web import clocks, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form
from chalicelib.web.paths import identifier
from chalicelib.web.tickets import Draft, page_of
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/tickets/{number}"


@routes.agents(f"{_PAGE}/assign", Right.CHANGE_PROPERTIES, "POST")
def assign(visit: Visit, number: str) -> Response:
    def act(at: int, form: Form) -> None:
        tickets.assign(at, form.number("assignee"), visit.agent, visit.now)

    return _set(visit, number, "assignee", act, "assigned")


@routes.agents(f"{_PAGE}/team", Right.CHANGE_PROPERTIES, "POST")
def hand_to_team(visit: Visit, number: str) -> Response:
    def act(at: int, form: Form) -> None:
        tickets.hand_to_team(at, form.number("team"), visit.agent, visit.now)

    return _set(visit, number, "team", act, "team_set")


@routes.agents(f"{_PAGE}/priority", Right.CHANGE_PROPERTIES, "POST")
def set_priority(visit: Visit, number: str) -> Response:
    def act(at: int, form: Form) -> None:
        tickets.set_priority(at, word_of(Priority, form.text("priority")), visit.agent, visit.now)

    return _set(visit, number, "priority", act, "priority_set")


@routes.agents(f"{_PAGE}/kind", Right.CHANGE_PROPERTIES, "POST")
def set_kind(visit: Visit, number: str) -> Response:
    def act(at: int, form: Form) -> None:
        word = form.text("kind")
        tickets.set_kind(at, None if word == "none" else word_of(Kind, word), visit.agent, visit.now)

    return _set(visit, number, "kind", act, "kind_set")


@routes.agents(f"{_PAGE}/status", Right.CHANGE_PROPERTIES, "POST")
def set_status(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("status", "was", "despite_items"))
        wanted, despite_items = word_of(Status, form.text("status")), bool(form.text("despite_items"))
        tickets.set_status(at, wanted, visit.agent, visit.now, despite_items=despite_items)
    except (InvalidInput, Conflict) as error:
        refused_end = form.text("status") if error.code == "items_open" else ""
        return page_of(visit, at, Draft(error=error, refused_end=refused_end))
    before = form.text("was")
    return pages.redirect(visit, _path(at), f"status_set:{before if before in TRANSITIONS[wanted] else ''}")


@routes.agents(f"{_PAGE}/tags", Right.CHANGE_PROPERTIES, "POST")
def set_tags(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("tags",))
        tickets.set_tags(at, form.text("tags").replace(",", " ").split(), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return page_of(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), "tags_set")


@routes.agents(f"{_PAGE}/due", Right.CHANGE_PROPERTIES, "POST")
def pin_due(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    draft = Draft(due=form.text("due_at"), due_reason=form.text("reason"))
    try:
        form.check(("due_at", "reason"))
        due_at = clocks.read_due(draft.due, visit.settings.time_zone)
        tickets.pin_due(at, due_at, draft.due_reason, visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return page_of(visit, at, replace(draft, error=error))
    return pages.redirect(visit, _path(at), "due_set")


@routes.agents(f"{_PAGE}/due/clear", Right.CHANGE_PROPERTIES, "POST")
def clear_due(visit: Visit, number: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    tickets.pin_due(at, None, "", visit.agent, visit.now)
    return pages.redirect(visit, _path(at), "due_cleared")


def _set(visit: Visit, number: str, field: str, act: Callable[[int, Form], None], done: str) -> Response:
    """The value from before goes along, as the way back."""
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check((field, "was"))
        act(at, form)
    except (InvalidInput, Conflict) as error:
        return page_of(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), f"{done}:{form.text('was')}")


def _path(number: int) -> str:
    return f"/agent/tickets/{number}"
