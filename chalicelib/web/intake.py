"""The page on which an agent takes down what a customer says, on the phone or at the counter."""

import secrets

from chalice.app import Response

from chalicelib import i18n
from chalicelib.desk import intake, links
from chalicelib.desk.intake import Call
from chalicelib.domain.address import sendable_address
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.texts import LONGEST_SUBJECT, checked_name, checked_text
from chalicelib.domain.words import Kind, Priority, Source, word_of
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form, Mistakes
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/tickets/new"
_PREFILLED = ("email", "name", "subject", "source")
_TICKED = ("acknowledge",)
_CHOICES = ("source", "kind", "priority", "team", "language")
_FIELDS = ("form", "name", "email", "subject", "text", "do", *_CHOICES, *_TICKED)
_SOURCES = (Source.PHONE, Source.CHAT, Source.EMAIL, Source.FORM)
_LONGEST_NAME = 100


@routes.agents(_PAGE, Right.CHANGE_PROPERTIES)
def show(visit: Visit) -> Response:
    """A telephone system may open it with what it knows of the caller."""
    known = {name: visit.query(name).strip()[:LONGEST_SUBJECT] for name in _PREFILLED}
    usual = {"priority": Priority.MEDIUM.value, "acknowledge": "1", "language": visit.language}
    return _page(visit, {**usual, **known, "source": known["source"] or Source.PHONE, "form": _new_token(visit)})


@routes.agents(_PAGE, Right.CHANGE_PROPERTIES, "POST")
def save(visit: Visit) -> Response:
    form, mistakes = forms.read(visit.request), Mistakes()
    call = _read(visit, form, mistakes)
    if call is None:
        return _page(visit, form.fields | ({"form": _new_token(visit)} if "form" in mistakes else {}), mistakes)
    try:
        number = intake.open_by_agent(call, visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, form.fields, Mistakes({getattr(error, "field", ""): error}))
    return pages.redirect(visit, f"/agent/tickets/{number}", "taken_down")


def _read(visit: Visit, form: Form, mistakes: Mistakes) -> Call | None:
    """None where something is to be mended."""
    submission, name = "", ""
    with mistakes.at(""):
        form.check(_FIELDS)
    with mistakes.at("form"):
        submission, _ = links.read_form(visit.settings, form.text("form"))
    if form.text("name"):
        with mistakes.at("name"):
            name = checked_name(form.line("name"), _LONGEST_NAME, "name")
    with mistakes.at("email"):
        sendable_address(form.text("email") or "?")
    with mistakes.at("text"):
        checked_text(form.text("text"))
    with mistakes.at(""):
        call = _call(form, submission, name)
        return None if mistakes else call
    return None


def _call(form: Form, submission: str, name: str) -> Call:
    """Raises InvalidInput("form_unreadable") for a choice that the page does not offer."""
    kind, source, language = form.text("kind"), form.text("source"), form.text("language")
    if source not in _SOURCES or language not in i18n.LANGUAGES:
        raise InvalidInput("form_unreadable")
    return Call(
        submission,
        name,
        form.text("email"),
        form.line("subject"),
        form.text("text"),
        Source(source),
        language,
        word_of(Priority, form.text("priority")),
        word_of(Kind, kind) if kind else None,
        form.number("team") if form.text("team") else 0,
        acknowledge=bool(form.text("acknowledge")),
        is_answered=form.text("do") == "answered",
    )


def _new_token(visit: Visit) -> str:
    """With it the same form sent twice makes one ticket."""
    return links.sign_form(visit.settings, secrets.token_hex(12))


def _page(visit: Visit, fields: dict[str, str], mistakes: Mistakes | None = None) -> Response:
    values = {
        "fields": fields,
        "sources": _SOURCES,
        "kinds": tuple(Kind),
        "priorities": tuple(reversed(Priority)),
        "languages": i18n.LANGUAGES,
        "teams": [team for team in visit.settings.teams.values() if team.is_active],
    }
    return errors.render_form(visit, "agent/intake.html", values, mistakes or {})
