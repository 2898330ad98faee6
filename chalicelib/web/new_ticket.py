"""The hosted form: a customer writes to us. Whatever is wrong comes back with the form, nothing typed is lost."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalice.app import Response

from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import intake, links
from chalicelib.desk.intake import FormRequest
from chalicelib.domain.address import sendable_address
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput, TooMany
from chalicelib.domain.sla import ClockName
from chalicelib.domain.texts import LONGEST_SUBJECT, LONGEST_TEXT
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

LONGEST_NAME = 100
SHORTEST_TIME = timedelta(seconds=2)
TRAP = "website"
FIELDS = ("name", "email", "subject", "text", "files", "form", TRAP)
_RETURNED_AT_MOST = 200_000


@dataclass(frozen=True)
class Draft:
    """The form as it is shown: what was typed, the signed token, and errors by field ("" for the whole form)."""

    token: str
    fields: dict[str, str] = field(default_factory=dict)
    errors: dict[str, DeskError] = field(default_factory=dict)
    had_files: bool = False


@routes.public("/new")
def show(visit: Visit) -> Response:
    return _page(visit, Draft(_new_token(visit), {"subject": visit.query("subject")[:LONGEST_SUBJECT]}))


@routes.public("/new", "POST")
def send(visit: Visit) -> Response:
    form = forms.read(visit.request)
    token, mistakes = _checked(visit, form)
    if not mistakes:
        try:
            number = intake.open_from_form(_request(visit, form, token), visit.now)
        except (InvalidInput, TooMany, Conflict) as error:
            mistakes = {getattr(error, "field", ""): error}
        else:
            return pages.redirect(visit, f"/sent/{_status_token(visit, number)}")
    return _page(visit, Draft(token or _new_token(visit), form.fields, mistakes, bool(form.uploads)))


@routes.public("/sent/{token}")
def show_sent(visit: Visit, token: str) -> Response:
    number = links.read_status(visit.settings, token)
    ticket = ticket_store.get(number)
    values = {
        "ticket": ticket,
        "due_at": ticket.clock(ClockName.FIRST_RESPONSE).due_at,
        "status_url": links.status_url(visit.settings, number),
    }
    return pages.render(visit, "public/sent.html", values)


def _checked(visit: Visit, form: Form) -> tuple[str, dict[str, DeskError]]:
    """The form's token, "" when a new one is needed, and what must be mended by field, first things first."""
    mistakes: dict[str, DeskError] = {}
    token = form.fields.get("form", "")
    if form.problem and not form.problem.field:
        return token, {"": form.problem}
    try:
        _, started_at = links.read_form(visit.settings, token)
    except DeskError as error:
        token, started_at = "", visit.now - SHORTEST_TIME
        mistakes[""] = error
    for mistake in _mistakes(form, started_at, visit.now):
        mistakes[mistake.field] = mistake
    return token, mistakes


def _mistakes(form: Form, started_at: datetime, now: datetime) -> Iterator[InvalidInput]:
    checks: tuple[Callable[[], object], ...] = (
        lambda: form.check(FIELDS),
        lambda: _check_human(form, started_at, now),
        lambda: _check_length(form, "name", LONGEST_NAME),
        lambda: sendable_address(form.text("email")),
        lambda: _check_length(form, "subject", LONGEST_SUBJECT),
        lambda: _check_text(form),
        form.check_files,
    )
    for check in checks:
        try:
            check()
        except InvalidInput as mistake:
            yield mistake


def _check_human(form: Form, started_at: datetime, now: datetime) -> None:
    if form.text(TRAP):
        raise InvalidInput("trap_filled")
    if now - started_at < SHORTEST_TIME:
        raise InvalidInput("sent_too_fast")


def _check_text(form: Form) -> None:
    if not form.text("text"):
        raise InvalidInput("text_missing", field="text")
    _check_length(form, "text", LONGEST_TEXT)


def _check_length(form: Form, name: str, limit: int) -> None:
    if len(form.text(name)) > limit:
        raise InvalidInput("text_too_long", field=name, limit=limit)


def _request(visit: Visit, form: Form, token: str) -> FormRequest:
    submission_id, _ = links.read_form(visit.settings, token)
    return FormRequest(
        submission_id=f"{submission_id}-{_digest(form)}",
        name=form.line("name"),
        address=form.text("email"),
        subject=form.line("subject"),
        text=form.text("text"),
        language=visit.language,
        uploads=tuple(form.uploads),
        remote_address=visit.remote_address,
    )


def _digest(form: Form) -> str:
    """The same form sent twice is one ticket; another text written after going back is another one."""
    digest = hashlib.sha256()
    for part in (*(form.text(name) for name in FIELDS), *(upload.filename for upload in form.uploads)):
        digest.update(f"{len(part)}:{part}".encode())
    for upload in form.uploads:
        digest.update(upload.content)
    return digest.hexdigest()[:16]


def _new_token(visit: Visit) -> str:
    return links.sign_form(visit.settings, secrets.token_hex(12))


def _status_token(visit: Visit, number: int) -> str:
    return links.status_url(visit.settings, number).rpartition("/")[2]


def _page(visit: Visit, draft: Draft) -> Response:
    error = forms.first(draft.errors)
    words = {name: errors.words(visit.language, mistake) for name, mistake in draft.errors.items()}
    values = {
        "draft": draft,
        "fields": {name: draft.fields.get(name, "") for name in FIELDS},
        "errors": words,
        "mistakes": {name: words.get(name, "") for name in FIELDS},
        "limits": {"files": forms.MOST_FILES, "size": forms.LARGEST_FILES, "text": LONGEST_TEXT},
        "trap": TRAP,
    }
    response = errors.render(visit, "public/new.html", values, error)
    if not pages.fits(response.body):
        return _page(visit, _cut(draft))
    return response


def _cut(draft: Draft) -> Draft:
    """A text so long that no answer could carry it back: its beginning stays, and the page says so."""
    fields = {name: value[:_RETURNED_AT_MOST] for name, value in draft.fields.items()}
    return Draft(draft.token, fields, {**draft.errors, "": InvalidInput("text_cut")}, draft.had_files)
