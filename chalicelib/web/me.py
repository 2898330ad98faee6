"""What everybody sets for themselves: name, language, signature, absence; and where they are signed in."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib import i18n
from chalicelib.adapters import sessions as session_store
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import agents, hand_over, sessions
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import DeskError, InvalidInput, StaleVersion
from chalicelib.domain.variables import OF_WRITERS
from chalicelib.web import browsers, errors, forms, pages, person, person_form
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

PAGE = "/agent/me"


@routes.agents(PAGE, Right.WORK_ON_TICKETS)
def show(visit: Visit) -> Response:
    known = settings_store.get(is_fresh=True).agent(visit.agent.id)
    return _page(visit, person_form.fields_of(known))


@routes.agents(PAGE, Right.WORK_ON_TICKETS, "POST")
def change(visit: Visit) -> Response:
    """The next page is in the language that was chosen, whatever this browser showed before."""
    form, known = forms.read(visit.request), settings_store.get(is_fresh=True).agent(visit.agent.id)
    wanted, mistakes = person_form.read_own(form, known)
    if mistakes:
        return _page(visit, form.fields, mistakes)
    try:
        own = (wanted.name, wanted.language, wanted.signature, wanted.absence, wanted.version)
        agents.change_own(*own, visit.agent, visit.now)
    except InvalidInput as mistake:
        return _page(visit, form.fields, {mistake.field: mistake})
    except StaleVersion as error:
        return _page(visit, form.fields, {"": error})
    return pages.redirect(visit, f"{PAGE}?lang={wanted.language}", "me_saved")


@routes.agents(f"{PAGE}/hand-over", Right.CHANGE_PROPERTIES, "POST")
def hand_tickets_over(visit: Visit) -> Response:
    form = forms.read(visit.request)
    try:
        form.check({"to"})
        hand_over.begin(visit.agent.id, form.number("to"), visit.agent, visit.now)
    except InvalidInput as mistake:
        known = settings_store.get(is_fresh=True).agent(visit.agent.id)
        return _page(visit, person_form.fields_of(known), {mistake.field: mistake})
    return pages.redirect(visit, PAGE, "handed_over")


@routes.agents(f"{PAGE}/sessions", Right.WORK_ON_TICKETS, "POST")
def end_session(visit: Visit) -> Response:
    form = forms.read(visit.request)
    form.check({"session"})
    sessions.end_session(form.text("session"), visit.agent)
    return pages.redirect(visit, PAGE, "session_ended")


@routes.agents(f"{PAGE}/sign-out", Right.WORK_ON_TICKETS, "POST")
def sign_out_everywhere(visit: Visit) -> Response:
    forms.read(visit.request).check(())
    sessions.sign_out_everywhere(visit.agent.id, visit.agent, visit.now)
    return pages.end_session(visit, pages.redirect(visit, "/agent/sign-in", "signed_out"))


def _page(visit: Visit, fields: Mapping[str, str], mistakes: Mapping[str, DeskError] | None = None) -> Response:
    known, mistakes = settings_store.get().agent(visit.agent.id), mistakes or {}
    this = session_store.find(visit.session)
    is_overtaken = isinstance(mistakes.get(""), StaleVersion)
    values = {
        "person": known,
        "fields": fields,
        "version": known.version if is_overtaken else fields.get("version", known.version),
        "came_in": person_form.overtaken_fields(fields, known) if is_overtaken else {},
        "languages": i18n.LANGUAGES,
        "variables": ", ".join(f"{{{name}}}" for name in OF_WRITERS),
        "sessions": sessions.open_sessions(known, visit.now),
        "this_session": this.id if this else "",
        "browser_name": browsers.name_of,
        **person.hand_over_values(visit, known),
    }
    return errors.render_form(visit, "agent/me.html", values, mistakes)
