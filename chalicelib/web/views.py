"""All tickets by what one asks of them: filters in the page's own address, and views that were saved under a name."""

import base64
import json
from collections.abc import Iterable
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib import i18n
from chalicelib.adapters import counts, facts, tickets
from chalicelib.adapters.facts import Place
from chalicelib.desk import views
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import DeskError, InvalidInput, NotFound
from chalicelib.domain.view import ME, Due, SavedView, Sort, View
from chalicelib.domain.words import Kind, Priority, Source, Status
from chalicelib.web import errors, forms, pages, view_form
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import cursor_of, identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/views"
_ROWS = (25, 50, 100)


@routes.agents(_PAGE, Right.SEE_ALL_TICKETS)
def show(visit: Visit) -> Response:
    """What the query asks for; with none, all that is not over."""
    asked = view_form.read(visit.query, visit.settings.agents, visit.settings.teams)
    is_asked = any(name not in ("lang", "after", "rows") for name in visit.request.query_params or {})
    return _page(visit, asked if is_asked else View())


@routes.agents(f"{_PAGE}/{{view_id}}", Right.SEE_ALL_TICKETS)
def show_saved(visit: Visit, view_id: str) -> Response:
    saved = _saved(visit, view_id)
    return _page(visit, saved.view, saved)


@routes.agents(_PAGE, Right.SEE_ALL_TICKETS, "POST")
def save(visit: Visit) -> Response:
    """Under a name, what the form's hidden fields ask for."""
    form = forms.read(visit.request)
    asked = view_form.read(form.text, visit.settings.agents, visit.settings.teams)
    try:
        form.check({*view_form.fields_of(asked), "name", "is_shared"})
        saved = views.save(form.line("name"), asked, visit.agent, visit.now, is_shared=bool(form.text("is_shared")))
    except InvalidInput as error:
        return _page(visit, asked, None, error)
    return pages.redirect(visit, f"{_PAGE}/{saved.id}", "view_saved")


@routes.agents(f"{_PAGE}/{{view_id}}/delete", Right.SEE_ALL_TICKETS, "POST")
def delete(visit: Visit, view_id: str) -> Response:
    """Its filters stay on the page, from where it can be saved again."""
    forms.read(visit.request).check(())
    gone = views.delete(identifier(view_id), visit.agent)
    query = f"?{urlencode(view_form.fields_of(gone.view))}" if gone else ""
    return pages.redirect(visit, f"{_PAGE}{query}", "view_deleted")


def _saved(visit: Visit, view_id: str) -> SavedView:
    """Raises NotFound for one that is gone, or another agent's."""
    saved = visit.settings.views.get(identifier(view_id))
    if saved is None or not saved.is_for(visit.agent.id):
        raise NotFound("view_not_found")
    return saved


def _page(visit: Visit, view: View, saved: SavedView | None = None, error: DeskError | None = None) -> Response:
    """Three requests: the index, the tickets as they are now, and the counts of the queues."""
    rows = next((rows for rows in _ROWS if f"{rows}" == visit.query("rows")), _ROWS[0])
    mine, zone = view.seen_by(visit.agent.id), visit.settings.time_zone
    found = facts.find(mine, visit.now, zone, rows, _place_of(cursor_of(visit, "after")))
    known = tickets.list_by_numbers(found.numbers)
    there = (known[number] for number in found.numbers if number in known)
    values = {
        "view": view,
        "saved": saved,
        "name": saved.name if saved else "",
        "fields": view_form.fields_of(view),
        "tickets": [one for one in there if mine.fits(one, visit.now, zone)],
        "cursor": _cursor_of(found.after),
        "is_continued": bool(visit.query("after")),
        "rows": rows,
        "row_choices": _ROWS,
        "counts": counts.by_queue(visit.agent.id, visit.now),
        "agents": visit.settings.agents,
        "choices": _choices(visit),
        "sorts": tuple(Sort),
        "dues": tuple(Due),
    }
    return errors.render(visit, "agent/view.html", values, error)


def _choices(visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be ticked: the name of a group, and its fields with their words."""

    def words(family: str, values: Iterable[str]) -> list[tuple[str, str]]:
        return [(f"{family}_{one}", i18n.text(visit.language, f"{family}.{one}")) for one in values]

    people = [(ME, i18n.text(visit.language, "view.me")), (0, i18n.text(visit.language, "ticket.nobody"))]
    people += [(agent.id, agent.name) for agent in visit.settings.active_agents() if agent.id != visit.agent.id]
    teams = [(f"team_{team.id}", team.name) for team in visit.settings.active_teams()]
    return [
        ("status", words("status", [status for status in Status if status is not Status.CLOSED])),
        ("priority", words("priority", reversed(Priority))),
        ("kind", words("kind", Kind)),
        ("assignee", [(f"assignee_{agent_id}", name) for agent_id, name in people]),
        *([("team", teams)] if teams else []),
        ("source", words("source", Source)),
        ("language", words("language", i18n.LANGUAGES)),
    ]


def _cursor_of(place: Place | None) -> str | None:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode() if place else None


def _place_of(cursor: str | None) -> Place | None:
    """One that was tampered with starts at the beginning."""
    try:
        place, number = json.loads(base64.urlsafe_b64decode(cursor or ""))
        return (place if isinstance(place, int) else str(place)[:100]), int(number)
    except (ValueError, TypeError):
        return None
