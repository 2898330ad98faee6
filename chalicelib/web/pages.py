"""Answers as HTML: templates, redirects, and the headers that every answer carries."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from chalice.app import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib import i18n
from chalicelib.domain.address import in_unicode
from chalicelib.domain.queue import queues_for
from chalicelib.web import assets, cookies, shown
from chalicelib.web.visit import Visit

NOT_STORED = "no-store"
A_MINUTE = "public, max-age=60"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
_LARGEST_ANSWER = 6_000_000
_A_YEAR = timedelta(days=365)
_UNTIL_SHOWN = timedelta(minutes=1)


def render(
    visit: Visit,
    template: str,
    values: Mapping[str, object] | None = None,
    *,
    status: int = 200,
    cache: str = NOT_STORED,
) -> Response:
    """A page from a template, which gets `values` and the words, links and formats of this visit."""
    html = _environment().get_template(template).render(**_common(visit), **(values or {}))
    return Response(html, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": cache}, status)


def redirect(visit: Visit, path: str, done: str = "") -> Response:
    """303 to a path of ours. `done` is a message that the next page shows once: a key below `done.` in the catalogues,
    and after a colon the value that undoes the change."""
    response = redirect_out(visit.url(path))
    if shown.Done.of(done).code:
        _set_cookie(visit, response, cookies.DONE, done, _UNTIL_SHOWN)
    return response


def redirect_out(url: str) -> Response:
    """303 to a full address, such as a file's."""
    return Response("", {"Location": url, "Cache-Control": NOT_STORED}, 303)


def start_session(visit: Visit, response: Response, token: str) -> Response:
    _set_cookie(visit, response, cookies.session_name(visit.is_secure), token)
    return response


def end_session(visit: Visit, response: Response) -> Response:
    _set_cookie(visit, response, cookies.session_name(visit.is_secure), "", timedelta(0))
    return response


def finish(visit: Visit, response: Response) -> Response:
    """The answer with what all of them carry: security headers, the chosen language, no message twice."""
    response.headers = {**SECURITY_HEADERS, **response.headers}
    if visit.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    if _is_html(response):
        response.headers["Vary"] = "Accept-Language, Cookie"
        if visit.query("lang") in i18n.LANGUAGES:
            _set_cookie(visit, response, cookies.LANGUAGE, visit.query("lang"), _A_YEAR)
        if visit.cookie(cookies.DONE) and response.status_code < 400:
            _set_cookie(visit, response, cookies.DONE, "", timedelta(0))
    if "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = NOT_STORED
    if response.headers.get("Cache-Control") == NOT_STORED:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def wants_json(visit: Visit) -> bool:
    accept = visit.header("accept").lower()
    return "application/json" in accept and "text/html" not in accept


def fits(html: str) -> bool:
    """Whether Lambda can hand the page over: 6 MB as JSON, each character outside ASCII as six (Lambda quotas)."""
    return len(html) * 6 < _LARGEST_ANSWER or len(json.dumps(html)) < _LARGEST_ANSWER


def _common(visit: Visit) -> dict[str, object]:
    words: Callable[..., str] = partial(i18n.text, visit.language)
    return {
        "visit": visit,
        "language": visit.language,
        "desk_name": visit.settings.desk_name,
        "has_mail": bool(visit.settings.support_address),
        "t": words,
        "url": visit.url,
        "static": lambda name: visit.url(assets.path_of(name)),
        "show": shown.Shown(visit.language, visit.settings.time_zone, visit.now),
        "done": shown.Done.of(visit.cookie(cookies.DONE)),
        "queues_for": queues_for,
        "other_languages": tuple(code for code in i18n.LANGUAGES if code != visit.language),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for format_ in (
        shown.markdown,
        shown.prose,
        shown.opening,
        shown.extract,
        shown.initial,
        shown.file_size,
        shown.halves,
        in_unicode,
    ):
        environment.filters[format_.__name__] = format_
    environment.tests["cut"] = shown.is_cut
    return environment


def _set_cookie(visit: Visit, response: Response, name: str, value: str, lasts: timedelta | None = None) -> None:
    # A cookie with the __Host- prefix must be for the whole host; locally several desks may share one under prefixes.
    path = "/" if visit.is_secure else visit.settings.link_prefix or "/"
    cookie = cookies.header(name, value, path, is_secure=visit.is_secure, lasts=lasts)
    before = response.headers.get("Set-Cookie", [])
    response.headers["Set-Cookie"] = [*([before] if isinstance(before, str) else before), cookie]


def _is_html(response: Response) -> bool:
    return str(response.headers.get("Content-Type", "")).startswith("text/html")
