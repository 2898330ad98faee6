"""The people of the desk: who they are, when they were last here, and inviting one more."""

from chalice.app import Response

from chalicelib import i18n
from chalicelib.adapters import counts
from chalicelib.adapters import sessions as session_store
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import agents
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.queue import Queue
from chalicelib.domain.words import Role
from chalicelib.web import errors, forms, pages, person_form
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

PAGE = "/agent/settings/people"
_INVITATION = ("email", "name", "role", "language", "way")


@routes.agents(PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    settings = settings_store.get(is_fresh=True)
    people = sorted(settings.agents.values(), key=lambda agent: (not agent.is_active, agent.name.casefold()))
    values = {
        "people": people,
        "teams": settings.teams,
        "open_tickets": {agent.id: counts.by_queue(agent.id, visit.now)[Queue.MINE] for agent in people},
        "last_sign_ins": session_store.list_last_sign_ins(),
        "away": {agent.id for agent in people if settings.is_away(agent.id, visit.now)},
        "agents": settings.agents,
    }
    return pages.render(visit, "agent/people.html", values)


@routes.agents(f"{PAGE}/new", Right.CHANGE_SETTINGS)
def show_invitation(visit: Visit) -> Response:
    return _invitation_page(visit, {"role": Role.AGENT, "language": visit.settings.language, "way": "mail"}, Mistakes())


@routes.agents(f"{PAGE}/new", Right.CHANGE_SETTINGS, "POST")
def invite(visit: Visit) -> Response:
    """A password that is shown stands on the answer to the form: it must not be kept anywhere."""
    form = forms.read(visit.request)
    try:
        form.check(_INVITATION)
        words = (form.text("email"), form.line("name"), person_form.read_role(form), person_form.read_language(form))
        is_mailed = form.text("way") != "show"
        invitation = agents.invite_newcomer(*words, visit.agent, visit.now, is_mailed=is_mailed)
    except InvalidInput as mistake:
        return _invitation_page(visit, form.fields, Mistakes({mistake.field: mistake}))
    if is_mailed:
        return pages.redirect(visit, PAGE, "invited")
    return password_page(visit, invitation.agent, invitation.password)


def password_page(visit: Visit, agent: Agent, password: str) -> Response:
    """Once, to be handed on."""
    return pages.render(visit, "agent/temporary_password.html", {"person": agent, "password": password})


def _invitation_page(visit: Visit, fields: dict[str, str], mistakes: Mistakes) -> Response:
    values = {"fields": fields, "roles": tuple(Role), "languages": i18n.LANGUAGES}
    return errors.render_form(visit, "agent/invitation.html", values, mistakes)
