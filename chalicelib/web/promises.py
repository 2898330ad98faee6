"""What is promised: the policies in their order, the calendars, how far the last change of them has come, what a
ticket would be promised, and what becomes of one whose customer says nothing."""

from collections.abc import Mapping
from dataclasses import replace

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import renewal
from chalicelib.desk import settings as desk
from chalicelib.domain.agent import Right
from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.errors import DeskError, InvalidInput, StaleVersion
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import errors, forms, pages, promise_trial, promise_words
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/settings/promises"
_MOVES = {"up": -1, "down": 1}
_DAYS = ("reminder", "last_reminder", "resolve")
_MOST_DAYS = 365


@routes.agents(_PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    return _page(visit)


@routes.agents(f"{_PAGE}/move", Right.CHANGE_SETTINGS, "POST")
def move(visit: Visit) -> Response:
    """On a list that somebody changed nothing moves: the page shows it as it is now."""
    form, levels, mistakes = forms.read(visit.request), settings_store.get(is_fresh=True).levels, Mistakes()
    with mistakes.at(""):
        form.check({"policy", "move", "version"})
        moved = levels.with_policy_moved(form.text("policy"), _MOVES.get(form.text("move"), 0))
        try:
            renewal.save(replace(moved, version=form.number("version")), visit.agent, visit.now)
        except StaleVersion as error:
            return _page(visit, Mistakes({"": error}))
        return pages.redirect(visit, _PAGE, "promises_saved")
    return _page(visit, mistakes)


@routes.agents(f"{_PAGE}/auto-close", Right.CHANGE_SETTINGS, "POST")
def set_auto_close(visit: Visit) -> Response:
    form, mistakes = forms.read(visit.request), Mistakes()
    days: dict[str, int] = {}
    with mistakes.at(""):
        form.check({*_DAYS, "is_on", "version"})
        version = form.number("version")
    for name in _DAYS:
        with mistakes.at(name):
            days[name] = _days(form.text(name))
    with mistakes.at("resolve"):
        if not mistakes:
            wanted = CloseAfter(**days, is_on=bool(form.text("is_on")))
            try:
                desk.set_close_after(wanted, version, visit.agent, visit.now)
            except StaleVersion as error:
                return _page(visit, Mistakes({"": error}), form.fields)
            return pages.redirect(visit, _PAGE, "auto_close_saved")
    return _page(visit, mistakes, form.fields)


def _days(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and 1 <= int(typed[:4]) <= _MOST_DAYS and len(typed) < len("1000")):
        raise InvalidInput("days_unreadable", limit=_MOST_DAYS)
    return int(typed)


def _page(visit: Visit, mistakes: Mistakes | None = None, typed: Mapping[str, str] | None = None) -> Response:
    """`typed` is what stands in the form of the auto-close, None for what is set."""
    settings = settings_store.get(is_fresh=True)
    trial = promise_trial.of(visit, settings)
    values = {
        "policies": promise_words.policies(settings, visit.language),
        "clocks": tuple(ClockName),
        "calendars": {name: settings.calendars[name] for name in sorted(settings.calendars)},
        "users_of": settings.levels.users_of,
        "version": settings.levels_version,
        "renewal": settings_store.find_renewal(),
        "close": _close_fields(settings, typed, mistakes or {}),
        "trial": trial,
        "trial_error": "".join(errors.words(visit.language, mistake) for mistake in trial.mistakes.values()),
        "moment_of": promise_words.moment_of,
        "priorities": tuple(reversed(Priority)),
        "kinds": tuple(Kind),
        "sources": tuple(Source),
        "teams": settings.active_teams(),
    }
    return errors.render_form(visit, "agent/promises.html", values, mistakes or {})


def _close_fields(
    settings: Settings, typed: Mapping[str, str] | None, mistakes: Mapping[str, DeskError]
) -> dict[str, object]:
    """With the version that the admin saw, unless the page just said that there is a newer one."""
    known = settings.close_after
    if typed is None:
        return {name: getattr(known, name) for name in (*_DAYS, "is_on")} | {"version": settings.version}
    seen = settings.version if "" in mistakes else typed.get("version", "")
    return {name: typed.get(name, "") for name in (*_DAYS, "is_on")} | {"version": seen}
