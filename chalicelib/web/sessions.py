"""Signing in and out. Pages of our own; the check is Cognito's."""

import re

from chalice.app import Response

from chalicelib.desk import sessions
from chalicelib.desk.sessions import FirstPassword
from chalicelib.domain.errors import DeskError, InvalidInput, TooMany
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

CONSOLE = "/agent"
_INSIDE = re.compile(r"/agent(/[A-Za-z0-9/_-]*)?")


@routes.public("/agent/sign-in")
def show_sign_in(visit: Visit) -> Response:
    return _sign_in_page(visit, "", visit.query("next"))


@routes.public("/agent/sign-in", "POST")
def sign_in(visit: Visit) -> Response:
    form = forms.read(visit.request)
    back = form.text("next")
    try:
        form.check(("email", "password", "next"))
        where = (visit.remote_address, visit.now, visit.header("user-agent"))
        result = sessions.sign_in(form.text("email"), form.fields.get("password", ""), *where)
    except (InvalidInput, TooMany) as error:
        return _sign_in_page(visit, form.text("email"), back, error)
    if isinstance(result, FirstPassword):
        return _first_password_page(visit, result.address, result.challenge)
    return pages.start_session(visit, pages.redirect(visit, _inside(back)), result)


@routes.public("/agent/first-password")
def show_first_password(visit: Visit) -> Response:
    """Signing in with the temporary password leads there; there is nothing to see without it."""
    return pages.redirect(visit, "/agent/sign-in")


@routes.public("/agent/first-password", "POST")
def set_first_password(visit: Visit) -> Response:
    form = forms.read(visit.request)
    address, challenge = form.text("email"), form.text("challenge")
    try:
        form.check(("email", "challenge", "password", "again"))
        if form.fields.get("password", "") != form.fields.get("again", ""):
            raise InvalidInput("passwords_differ", field="again")
        where = (visit.now, visit.remote_address, visit.header("user-agent"))
        token = sessions.set_first_password(challenge, form.fields.get("password", ""), *where)
    except InvalidInput as error:
        if error.code == "session_ended":
            return _sign_in_page(visit, address, "", error)
        return _first_password_page(visit, address, challenge, error)
    return pages.start_session(visit, pages.redirect(visit, CONSOLE, "signed_in"), token)


@routes.public("/agent/sign-out", "POST")
def sign_out(visit: Visit) -> Response:
    if visit.session:
        sessions.sign_out(visit.session)
    return pages.end_session(visit, pages.redirect(visit, "/agent/sign-in", "signed_out"))


def _inside(path: str) -> str:
    """Where to go after signing in: a page of the console, never another site."""
    return path if _INSIDE.fullmatch(path) else CONSOLE


def _sign_in_page(visit: Visit, address: str, back: str, error: DeskError | None = None) -> Response:
    values = {"address": address, "next": _inside(back) if back else ""}
    return errors.render(visit, "agent/sign_in.html", values, error)


def _first_password_page(visit: Visit, address: str, challenge: str, error: DeskError | None = None) -> Response:
    return errors.render(visit, "agent/first_password.html", {"address": address, "challenge": challenge}, error)
