"""The settings of mail: the desk's name, what replies quote, teams; with a preview of a reply as it would leave."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import replies
from chalicelib.desk import settings as desk
from chalicelib.domain.address import in_unicode
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import DeskError, InvalidInput, StaleVersion
from chalicelib.domain.settings import QuotedHistory, Settings
from chalicelib.domain.team import Team
from chalicelib.domain.variables import OF_TEAMS
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/settings/mail"
_TEAMS = f"{_PAGE}/teams"
_FIELDS = ("desk_name", "quoted_history", "other_addresses", "version")
_TEAM_FIELDS = ("name", "address", "signature", "lead", "next_level", "is_active", "version")
_IN_FRAME = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": pages.NOT_STORED,
}


@routes.agents(_PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    return _page(visit, settings_store.get(is_fresh=True))


@routes.agents(_PAGE, Right.CHANGE_SETTINGS, "POST")
def save(visit: Visit) -> Response:
    form = forms.read(visit.request)
    try:
        form.check(_FIELDS)
        words = (form.line("desk_name"), form.text("quoted_history"))
        others = form.fields.get("other_addresses")
        desk.set_mail(*words, form.number("version"), visit.agent, visit.now, other_addresses=others)
    except (InvalidInput, StaleVersion) as error:
        typed = form.fields.get("other_addresses")
        return _page(visit, _written(form, settings_store.get(is_fresh=True)), error, typed)
    return pages.redirect(visit, _PAGE, "mail_settings_saved")


@routes.agents(f"{_TEAMS}/new", Right.CHANGE_SETTINGS)
def show_new(visit: Visit) -> Response:
    return _team_page(visit, Team(0, ""))


@routes.agents(f"{_TEAMS}/new", Right.CHANGE_SETTINGS, "POST")
def add_team(visit: Visit) -> Response:
    form = forms.read(visit.request)
    try:
        form.check(_TEAM_FIELDS)
        words = (form.line("name"), form.text("address"), form.text("signature"))
        desk.add_team(*words, visit.agent, visit.now, lead=_id(form, "lead"), next_level=_id(form, "next_level"))
    except InvalidInput as error:
        return _team_page(visit, _written_team(form, Team(0, "")), error)
    return pages.redirect(visit, _PAGE, "team_saved")


@routes.agents(f"{_TEAMS}/{{team_id}}", Right.CHANGE_SETTINGS)
def show_team(visit: Visit, team_id: str) -> Response:
    return _team_page(visit, settings_store.get(is_fresh=True).team(identifier(team_id)))


@routes.agents(f"{_TEAMS}/{{team_id}}", Right.CHANGE_SETTINGS, "POST")
def change_team(visit: Visit, team_id: str) -> Response:
    form, team = forms.read(visit.request), settings_store.get(is_fresh=True).team(identifier(team_id))
    try:
        form.check(_TEAM_FIELDS)
        words = (form.line("name"), form.text("address"), form.text("signature"))
        is_active, version = bool(form.text("is_active")), form.number("version")
        lead, next_level = _id(form, "lead"), _id(form, "next_level")
        who = (visit.agent, visit.now)
        desk.change_team(team.id, *words, version, *who, is_active=is_active, lead=lead, next_level=next_level)
    except (InvalidInput, StaleVersion) as error:
        return _team_page(visit, _written_team(form, team), error)
    return pages.redirect(visit, _PAGE, "team_saved")


@routes.agents(f"{_PAGE}/preview", Right.CHANGE_SETTINGS)
def show_preview(visit: Visit) -> Response:
    team = visit.settings.teams.get(identifier(visit.query("team") or "0"))
    return _preview(visit, team, visit.settings, is_text=False)


@routes.agents(f"{_PAGE}/preview", Right.CHANGE_SETTINGS, "POST")
def preview(visit: Visit) -> Response:
    """Of what stands in the form and was not saved yet."""
    form = forms.read(visit.request)
    form.check({*_FIELDS, *_TEAM_FIELDS, "show"})
    settings, team = _written(form, visit.settings), None
    if "signature" in form.fields:
        words = (form.line("name") or settings.desk_name, "", form.text("signature"))
        try:
            team = Team(0, "").changed_to(*words, settings.mail_domain)
        except InvalidInput as error:
            return _framed(errors.render(visit, "agent/preview_refused.html", {}, error))
    return _preview(visit, team, settings, is_text=form.text("show") == "text")


def _id(form: forms.Form, name: str) -> int:
    """0 where nobody is chosen. Raises InvalidInput("form_unreadable")."""
    return form.number(name) if form.text(name) else 0


def _chosen(form: forms.Form, name: str) -> int:
    try:
        return _id(form, name)
    except InvalidInput:
        return 0


def _written(form: forms.Form, known: Settings) -> Settings:
    """The settings with what stands in the form; an unknown choice leaves the one that was there."""
    word = form.text("quoted_history")
    history = QuotedHistory(word) if word in tuple(QuotedHistory) else known.quoted_history
    return replace(known, desk_name=form.fields.get("desk_name", known.desk_name), quoted_history=history)


def _written_team(form: forms.Form, known: Team) -> Team:
    fields = form.fields
    return replace(
        known,
        name=fields.get("name", ""),
        address=fields.get("address", ""),
        signature=fields.get("signature", ""),
        is_active=bool(form.text("is_active")),
        lead=_chosen(form, "lead"),
        next_level=_chosen(form, "next_level"),
    )


def _page(visit: Visit, settings: Settings, error: DeskError | None = None, typed: str | None = None) -> Response:
    """`typed` are other addresses as they were written, None for those that are set."""
    values = {
        "settings": settings,
        "choices": tuple(QuotedHistory),
        "teams": settings.teams.values(),
        "other_addresses": in_unicode("\n".join(settings.other_addresses)) if typed is None else typed,
    }
    return _rendered(visit, "agent/mail_settings.html", values, error)


def _team_page(visit: Visit, team: Team, error: DeskError | None = None) -> Response:
    values = {
        "team": team,
        "leads": [agent for agent in visit.settings.agents.values() if agent.is_active or agent.id == team.lead],
        "levels": [
            other
            for other in visit.settings.teams.values()
            if other.id != team.id and (other.is_active or other.id == team.next_level)
        ],
        "members": [agent for agent in visit.settings.active_agents() if team.id in agent.teams],
        "support_address": visit.settings.support_address,
        "mail_domain": visit.settings.mail_domain,
        "variables": ", ".join(f"{{{name}}}" for name in OF_TEAMS),
    }
    return _rendered(visit, "agent/team.html", values, error)


def _rendered(visit: Visit, template: str, values: Mapping[str, Any], error: DeskError | None) -> Response:
    return errors.render(visit, template, {**values, "error_field": getattr(error, "field", "")}, error)


def _preview(visit: Visit, team: Team | None, settings: Settings, *, is_text: bool) -> Response:
    notice = replies.preview(team, visit.agent, settings, visit.language, visit.now)
    return _in_frame(notice.text, "plain") if is_text else _in_frame(notice.html, "html")


def _in_frame(body: str, kind: str) -> Response:
    return _framed(Response(body, {"Content-Type": f"text/{kind}; charset=utf-8"}))


def _framed(response: Response) -> Response:
    """To be seen in the frame of the page, where it can do nothing."""
    response.headers |= _IN_FRAME
    return response
