"""The help centre: solutions that customers read and search before they write to us."""

from chalice.app import Response

from chalicelib.adapters import solutions
from chalicelib.domain import search
from chalicelib.domain.errors import NotFound
from chalicelib.domain.solution import Solution
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_LONGEST_QUERY = 200


@routes.public("/")
def show(visit: Visit) -> Response:
    query = visit.query("q").strip()[:_LONGEST_QUERY]
    public = solutions.list_public()
    found = search.rank(query, public) if query else _own_language_first(visit, public)
    values = {"query": query, "solutions": found, "is_empty": not public}
    return pages.render(visit, "public/help_centre.html", values, cache=pages.A_MINUTE)


@routes.public("/solutions/{solution_id}")
def show_solution(visit: Visit, solution_id: str) -> Response:
    solution = solutions.get(identifier(solution_id))
    if not solution.is_public:
        raise NotFound("solution_not_found")
    return pages.render(visit, "public/solution.html", {"solution": solution}, cache=pages.A_MINUTE)


def _own_language_first(visit: Visit, public: tuple[Solution, ...]) -> list[Solution]:
    return sorted(public, key=lambda solution: solution.language != visit.language)
