"""What is promised: the policies in their order, the calendars, how far the last change of them has come."""

from dataclasses import replace

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import renewal
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.sla import ClockName
from chalicelib.web import errors, forms, pages, promise_words
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/settings/promises"
_MOVES = {"up": -1, "down": 1}


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
            renewal.save(replace(moved, version=form.number("version")), visit.agent)
        except StaleVersion as error:
            return _page(visit, Mistakes({"": error}))
        return pages.redirect(visit, _PAGE, "promises_saved")
    return _page(visit, mistakes)


def _page(visit: Visit, mistakes: Mistakes | None = None) -> Response:
    settings = settings_store.get(is_fresh=True)
    values = {
        "policies": promise_words.policies(settings, visit.language),
        "clocks": tuple(ClockName),
        "calendars": {name: settings.calendars[name] for name in sorted(settings.calendars)},
        "users_of": settings.levels.users_of,
        "version": settings.levels_version,
        "renewal": settings_store.find_renewal(),
    }
    return errors.render_form(visit, "agent/promises.html", values, mistakes or {})
