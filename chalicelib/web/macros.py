"""Macros and canned replies: the pages on which they are kept, and what they bring into a reply."""

from dataclasses import replace

from chalice.app import Response

from chalicelib.adapters import macros as macro_store
from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import macros
from chalicelib.desk.macros import Chosen, Prepared
from chalicelib.desk.tickets import get_visible
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chalicelib.domain.macro import Macro
from chalicelib.domain.queue import Queue
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.variables import VARIABLES
from chalicelib.web import errors, forms, macro_form, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_LIST = "/agent/macros"
_PAGE = f"{_LIST}/{{macro_id}}"


@routes.agents(_LIST, Right.CHANGE_PROPERTIES)
def show_all(visit: Visit) -> Response:
    query = visit.query("q").strip()
    listed = macro_store.list_for(visit.agent, is_fresh=True)
    values = {
        "listed": tuple(one for one in listed if one.macro.has(query)),
        "has_any": bool(listed),
        "query": query,
        "teams": visit.settings.teams,
    }
    return pages.render(visit, "agent/macros.html", values)


@routes.agents(f"{_LIST}/new", Right.CHANGE_PROPERTIES)
def show_new(visit: Visit) -> Response:
    """Empty, or a copy for oneself of the one that `from` names."""
    copied = _find(visit, visit.query("from")) if visit.query("from") else None
    base = replace(copied, visibility=_new(visit).visibility) if copied else _new(visit)
    return _page(visit, _new(visit), macro_form.fields_of(replace(base, version=0)))


@routes.agents(f"{_LIST}/new", Right.CHANGE_PROPERTIES, "POST")
def add(visit: Visit) -> Response:
    return _try(visit, _new(visit))


@routes.agents(_PAGE, Right.CHANGE_PROPERTIES)
def show(visit: Visit, macro_id: str) -> Response:
    macro = _find(visit, macro_id)
    return _page(visit, macro, macro_form.fields_of(macro))


@routes.agents(_PAGE, Right.CHANGE_PROPERTIES, "POST")
def change(visit: Visit, macro_id: str) -> Response:
    """One that was deleted in the meantime is refused like one that was changed: what was typed stays."""
    return _try(visit, _find(visit, macro_id, is_kept=True))


@routes.agents(f"{_PAGE}/delete", Right.CHANGE_PROPERTIES, "POST")
def delete(visit: Visit, macro_id: str) -> Response:
    wanted = identifier(macro_id)
    forms.read(visit.request).check(())
    macros.delete(wanted, visit.agent, visit.now)
    return pages.redirect(visit, _LIST, f"macro_deleted:{wanted}")


@routes.agents(f"{_PAGE}/restore", Right.CHANGE_PROPERTIES, "POST")
def restore(visit: Visit, macro_id: str) -> Response:
    wanted = identifier(macro_id)
    forms.read(visit.request).check(())
    macros.restore(wanted, visit.agent)
    return pages.redirect(visit, f"{_LIST}/{wanted}", "macro_restored")


@routes.agents("/agent/tickets/{number}/macros/{macro_id}", Right.WORK_ON_TICKETS)
def show_prepared(visit: Visit, number: str, macro_id: str) -> Response:
    """What a macro would bring into the reply, as a piece of the ticket's page."""
    ticket = get_visible(identifier(number), visit.agent)
    prepared = prepare(visit, ticket, identifier(macro_id))
    values = {
        "agents": visit.settings.agents,
        "teams": visit.settings.teams,
        **shown(visit, prepared),
        "is_piece": True,
    }
    return pages.render(visit, "agent/_prepared.html", values)


def chosen_into(text: str, name: str, form: forms.Form, visit: Visit, number: int) -> tuple[str, str]:
    """The text with the words of the macro that was chosen, and the name of what is prepared with it now: one without
    changes leaves those of the earlier one, `name`, in place. Raises Conflict("macro_gone")."""
    if not form.text("canned"):
        return text, name
    ticket = get_visible(number, visit.agent)
    prepared, earlier = prepare(visit, ticket, form.number("canned")), find_prepared(visit, ticket, name)
    stays = prepared.macro.is_canned_reply and earlier is not None and not earlier.macro.is_canned_reply
    return below(text, prepared.text), name if stays else name_of(prepared.macro)


def below(text: str, words: str) -> str:
    """A draft with words of somebody else under it."""
    if not words:
        return text
    return f"{text.rstrip()}\n\n{words}\n" if text.strip() else f"{words}\n"


def prepare(visit: Visit, ticket: Ticket, macro_id: int) -> Prepared:
    """Raises Conflict("macro_gone") for one that this agent can't use there."""
    macro = next((one for one in macros.list_for(ticket, visit.agent) if one.id == macro_id), None)
    if macro is None:
        raise Conflict("macro_gone")
    return macros.prepare(macro, ticket, visit.agent, visit.settings, visit.now)


def find_prepared(visit: Visit, ticket: Ticket, name: str) -> Prepared | None:
    """What a form had prepared, as it is now; None for nothing, and for what is gone."""
    try:
        chosen = chosen_by(name)
        return prepare(visit, ticket, chosen.id) if chosen else None
    except (InvalidInput, Conflict):
        return None


def shown(visit: Visit, prepared: Prepared | None) -> dict[str, object]:
    """What the pages need of what was prepared; `problem` in words."""
    problem = prepared.problem if prepared else None
    return {
        "prepared": prepared,
        "problem": errors.words(visit.language, problem) if problem else "",
        "is_piece": False,
    }


def name_of(macro: Macro) -> str:
    """As a form names a macro that was chosen, with the version that was seen."""
    return f"{macro.id}-{macro.version}"


def chosen_by(name: str) -> Chosen | None:
    """None for "". Raises InvalidInput("form_unreadable") for what `name_of` never gave."""
    macro_id, _, version = name.partition("-")
    if not name:
        return None
    if not all(part.isascii() and part.isdigit() and len(part) <= 16 for part in (macro_id, version)):
        raise InvalidInput("form_unreadable")
    return Chosen(int(macro_id), int(version))


def _try(visit: Visit, base: Macro) -> Response:
    """Saves what was typed, or shows what it would do on a ticket."""
    form = forms.read(visit.request)
    macro, mistakes = macro_form.read(form, base, visit.settings)
    if mistakes:
        return _page(visit, base, form.fields, mistakes)
    if form.text("do") == "preview":
        with mistakes.at("ticket"):
            ticket = _ticket(visit, form)
            return _page(visit, base, form.fields, tried_on=ticket, tried=macro)
        return _page(visit, base, form.fields, mistakes)
    try:
        macros.save(macro, visit.agent, visit.now)
    except (InvalidInput, NotAllowed, StaleVersion) as error:
        return _page(visit, base, form.fields, Mistakes({"": error}))
    return pages.redirect(visit, _LIST, "macro_saved")


def _ticket(visit: Visit, form: forms.Form) -> Ticket:
    """The one that was named, else the agent's most urgent one. Raises InvalidInput("ticket_to_try")."""
    typed = form.text("ticket").removeprefix("#")
    try:
        if typed:
            return get_visible(identifier(typed), visit.agent)
    except NotFound:
        raise InvalidInput("ticket_to_try", field="ticket") from None
    for queue in (Queue.MINE, Queue.OPEN):
        tickets = ticket_store.list_by_queue(queue, visit.agent.id, limit=1).items
        if tickets and tickets[0].is_visible_to(visit.agent):
            return tickets[0]
    raise InvalidInput("ticket_to_try", field="ticket")


def _new(visit: Visit) -> Macro:
    return Macro(0, "", visit.agent.id)


def _find(visit: Visit, macro_id: str, *, is_kept: bool = False) -> Macro:
    """One that the agent sees, or with `is_kept` saw before it was deleted. Raises NotFound("macro_not_found")."""
    macro = macro_store.get(identifier(macro_id))
    if not (replace(macro, deleted_at=None) if is_kept else macro).is_seen_by(visit.agent):
        raise NotFound("macro_not_found")
    return macro


def _page(
    visit: Visit,
    macro: Macro,
    fields: dict[str, str],
    mistakes: dict[str, DeskError] | None = None,
    tried: Macro | None = None,
    tried_on: Ticket | None = None,
) -> Response:
    mistakes = mistakes or {}
    prepared = macros.prepare(tried, tried_on, visit.agent, visit.settings, visit.now) if tried and tried_on else None
    is_overtaken = isinstance(mistakes.get(""), StaleVersion)
    values = {
        "macro": macro,
        "fields": fields,
        "version": macro_store.get(macro.id).version if is_overtaken else fields.get("version", macro.version),
        "may_change": macro.may_be_changed_by(visit.agent),
        "variables": " ".join(f"{{{name}}}" for name in VARIABLES),
        "tried_on": tried_on,
        **shown(visit, prepared),
        "agents": visit.settings.agents,
        "teams": visit.settings.teams,
        **macro_form.choices(visit.agent, visit.settings, macro),
    }
    return errors.render_form(visit, "agent/macro.html", values, mistakes)
