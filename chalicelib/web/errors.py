"""What a failure looks like: a page in the reader's language, or JSON for programs; class → status, code → words."""

from collections.abc import Mapping
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib import i18n
from chalicelib.domain.errors import (
    Conflict,
    DeskError,
    InvalidInput,
    InvalidSetting,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StaleVersion,
    TooMany,
)
from chalicelib.domain.words import Status
from chalicelib.web import pages
from chalicelib.web.visit import Visit

STATUS_BY_CLASS: dict[type[DeskError], int] = {
    InvalidInput: 422,
    InvalidSetting: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 409,
    TooMany: 429,
}
STATUS_BY_CODE = {
    "form_unreadable": 400,
    "body_too_large": 413,
    "file_too_large": 413,
    "too_many_files": 413,
    "content_type_wrong": 415,
}
_WORDS_BY_CLASS: dict[type[DeskError], str] = {StaleVersion: "stale_version"}
_LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Deskbell</title>'
    "<p>Something went wrong on our side. Please try again in a minute.</p>"
    '<p lang="ko">문제가 생겼습니다. 잠시 후 다시 시도해 주세요.</p></html>'
)


class Told(dict[str, str]):
    """What was wrong with each field, in words; "" for one with which nothing was."""

    def __missing__(self, field: str) -> str:
        return ""


def page(visit: Visit, error: DeskError) -> Response:
    """The answer to a failed request; who is not signed in is sent to the sign-in page and back afterwards."""
    if pages.wants_json(visit):
        body = {"error": {"code": error.code, "message": words(visit.language, error)}}
        return _with_retry(Response(body, {"Cache-Control": "no-store"}, status_of(error)), error)
    if isinstance(error, NotSignedIn):
        return _to_sign_in(visit)
    return render(visit, "error.html", {"status": status_of(error)}, error)


def render(visit: Visit, template: str, values: Mapping[str, object], error: DeskError | None) -> Response:
    """A page that tells what went wrong where it did: `error` in the template holds the words, "" when nothing did."""
    if error is None:
        return pages.render(visit, template, {**values, "error": ""})
    values = {**values, "error": words(visit.language, error)}
    return _with_retry(pages.render(visit, template, values, status=status_of(error)), error)


def render_form(
    visit: Visit, template: str, values: Mapping[str, object], mistakes: Mapping[str, DeskError]
) -> Response:
    """A page with a form: `errors` in the template holds the words by field, "" for the whole form."""
    values = {**values, "errors": told(visit.language, mistakes)}
    return render(visit, template, values, next(iter(mistakes.values()), None))


def told(language: str, mistakes: Mapping[str, DeskError]) -> Told:
    return Told({field: words(language, mistake) for field, mistake in mistakes.items()})


def _to_sign_in(visit: Visit) -> Response:
    """And back afterwards, where that is a page: a form that was sent can't be sent again."""
    back = f"?{urlencode({'next': visit.path})}" if visit.request.method == "GET" and visit.path != "/agent" else ""
    return pages.redirect(visit, f"/agent/sign-in{back}")


def last_resort() -> Response:
    """When not even the settings can be read, so that neither language nor name is known."""
    return Response(_LAST_RESORT, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, 500)


def status_of(error: DeskError) -> int:
    by_class = next((status for kind, status in STATUS_BY_CLASS.items() if isinstance(error, kind)), 500)
    return STATUS_BY_CODE.get(error.code, by_class)


def words(language: str, error: DeskError) -> str:
    """What went wrong, for the reader; an error without words of its own is one of ours."""
    code = _WORDS_BY_CLASS.get(type(error), error.code)
    key = f"error.{code}"
    return i18n.text(language, key if i18n.has(key) else "error.failed", **_shown(language, error.params))


def _shown(language: str, params: dict[str, object]) -> dict[str, object]:
    return {name: _parameter(language, value) for name, value in params.items()}


def _parameter(language: str, value: object) -> object:
    """A status in the reader's words, a number with its thousands apart."""
    if isinstance(value, Status):
        return i18n.text(language, f"status.{value}")
    return f"{value:,}" if isinstance(value, int) else value


def _with_retry(response: Response, error: DeskError) -> Response:
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.params.get("retry_after", 60))
    return response
