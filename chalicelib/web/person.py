"""One person of the desk, for admins: what they are and may, their absence, their tickets, their leaving."""

from collections.abc import Mapping

from chalice.app import Response

from chalicelib import i18n
from chalicelib.adapters import counts
from chalicelib.adapters import sessions as session_store
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import agents, hand_over, sessions
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import DeskError, InvalidInput, StaleVersion
from chalicelib.domain.queue import Queue
from chalicelib.domain.variables import OF_WRITERS
from chalicelib.domain.words import Role
from chalicelib.web import errors, forms, pages, people, person_form
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = f"{people.PAGE}/{{agent_id}}"


@routes.agents(_PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit, agent_id: str) -> Response:
    person = _person(agent_id)
    return _page(visit, person, person_form.fields_of(person))


@routes.agents(_PAGE, Right.CHANGE_SETTINGS, "POST")
def change(visit: Visit, agent_id: str) -> Response:
    form, settings = forms.read(visit.request), settings_store.get(is_fresh=True)
    person = settings.agent(identifier(agent_id))
    wanted, mistakes = person_form.read(form, person, settings)
    if mistakes:
        return _page(visit, person, form.fields, mistakes)
    try:
        agents.change(wanted, visit.agent, visit.now)
    except InvalidInput as mistake:
        return _page(visit, person, form.fields, Mistakes({mistake.field: mistake}))
    except StaleVersion as error:
        return _page(visit, _person(agent_id), form.fields, Mistakes({"": error}))
    return pages.redirect(visit, _path(person), "person_saved")


@routes.agents(f"{_PAGE}/hand-over", Right.CHANGE_SETTINGS, "POST")
def hand_tickets_over(visit: Visit, agent_id: str) -> Response:
    form, person = forms.read(visit.request), _person(agent_id)
    try:
        form.check({"to"})
        hand_over.begin(person.id, form.number("to"), visit.agent, visit.now)
    except InvalidInput as mistake:
        return _page(visit, person, person_form.fields_of(person), Mistakes({mistake.field: mistake}))
    return pages.redirect(visit, _path(person), "handed_over")


@routes.agents(f"{_PAGE}/active", Right.CHANGE_SETTINGS)
def ask_to_deactivate(visit: Visit, agent_id: str) -> Response:
    return _farewell(visit, _person(agent_id), Mistakes())


@routes.agents(f"{_PAGE}/active", Right.CHANGE_SETTINGS, "POST")
def set_active(visit: Visit, agent_id: str) -> Response:
    """Somebody's leaving goes with what becomes of their tickets: "keep", or the agent who gets them, 0 for nobody."""
    form, person = forms.read(visit.request), _person(agent_id)
    try:
        form.check({"is_active", "to", "version"})
        is_active, keeps = bool(form.text("is_active")), form.text("to") == "keep"
        to = 0 if is_active or keeps else form.number("to")
        hand_over.check_receiver(person.id, to)
        agents.set_active(person.id, form.number("version"), visit.agent, visit.now, is_active=is_active)
        if not (is_active or keeps):
            hand_over.begin(person.id, to, visit.agent, visit.now)
    except (InvalidInput, StaleVersion) as error:
        field = "to" if getattr(error, "field", "") == "to" else ""
        return _farewell(visit, _person(agent_id), Mistakes({field: error}))
    return pages.redirect(visit, _path(person), "person_active" if is_active else "person_inactive")


@routes.agents(f"{_PAGE}/sign-out", Right.CHANGE_SETTINGS, "POST")
def sign_out(visit: Visit, agent_id: str) -> Response:
    forms.read(visit.request).check(())
    person = _person(agent_id)
    sessions.sign_out_everywhere(person.id, visit.agent, visit.now)
    return pages.redirect(visit, _path(person), "person_signed_out")


@routes.agents(f"{_PAGE}/password", Right.CHANGE_SETTINGS, "POST")
def renew_password(visit: Visit, agent_id: str) -> Response:
    forms.read(visit.request).check(())
    person = _person(agent_id)
    return people.password_page(visit, person, agents.renew_password(person.id, visit.agent, visit.now))


def _page(
    visit: Visit, person: Agent, fields: Mapping[str, str], mistakes: Mapping[str, DeskError] | None = None
) -> Response:
    settings, mistakes = settings_store.get(), Mistakes(mistakes or {})
    is_overtaken = isinstance(mistakes.get(""), StaleVersion)
    values = {
        "person": person,
        "fields": fields,
        "version": person.version if is_overtaken else fields.get("version", person.version),
        "came_in": person_form.overtaken_fields(fields, person) if is_overtaken else {},
        "roles": tuple(Role),
        "languages": i18n.LANGUAGES,
        "teams": [team for team in settings.teams.values() if team.is_active or team.id in person.teams],
        "team_field": person_form.team_field,
        "variables": ", ".join(f"{{{name}}}" for name in OF_WRITERS),
        "last_sign_in": session_store.list_last_sign_ins().get(person.id),
        **hand_over_values(visit, person),
    }
    return errors.render_form(visit, "agent/person.html", values, mistakes)


def hand_over_values(visit: Visit, person: Agent) -> dict[str, object]:
    """What the choice of who gets somebody's tickets needs, and that of who stands in."""
    settings = settings_store.get()
    others = [agent for agent in settings.active_agents() if agent.id != person.id]
    return {
        "others": others,
        "away": {agent.id for agent in others if settings.is_away(agent.id, visit.now)},
        "agents": settings.agents,
        "is_away": settings.is_away(person.id, visit.now),
        "open_tickets": counts.by_queue(person.id, visit.now)[Queue.MINE],
    }


def _farewell(visit: Visit, person: Agent, mistakes: Mistakes) -> Response:
    led = [team for team in settings_store.get().active_teams() if team.lead == person.id]
    values = {"person": person, "led": led, **hand_over_values(visit, person)}
    return errors.render_form(visit, "agent/person_leaves.html", values, mistakes)


def _person(agent_id: str) -> Agent:
    return settings_store.get(is_fresh=True).agent(identifier(agent_id))


def _path(person: Agent) -> str:
    return f"{people.PAGE}/{person.id}"
