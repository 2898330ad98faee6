"""Solutions in the console: the list, and the page on which one is written, published and retired."""

from dataclasses import dataclass

from chalice.app import Response

from chalicelib.adapters import solutions as solution_store
from chalicelib.desk import solutions
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import DeskError, InvalidInput, NotAllowed, NotFound, StaleVersion
from chalicelib.domain.solution import Solution, SolutionStatus
from chalicelib.i18n import LANGUAGES
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_LIST = "/agent/solutions"
_PAGE = f"{_LIST}/{{solution_id}}"
_FIELDS = ("title", "body", "language")


@dataclass(frozen=True)
class Draft:
    title: str
    body: str
    language: str
    error: DeskError | None = None

    @classmethod
    def of(cls, form: forms.Form, error: DeskError | None = None) -> "Draft":
        language = form.text("language")
        return cls(form.text("title"), form.fields.get("body", ""), language if language in LANGUAGES else "", error)


@routes.agents(_LIST, Right.WRITE_SOLUTIONS)
def show_all(visit: Visit) -> Response:
    values = {"solutions": solution_store.list_all(), "agents": visit.settings.agents}
    return pages.render(visit, "agent/solutions.html", values)


@routes.agents(f"{_LIST}/new", Right.WRITE_SOLUTIONS)
def show_new(visit: Visit) -> Response:
    return _page(visit, None, Draft("", "", visit.language))


@routes.agents(f"{_LIST}/new", Right.WRITE_SOLUTIONS, "POST")
def write(visit: Visit) -> Response:
    draft, form = _read(visit)
    try:
        form.check(_FIELDS)
        solution = solutions.write(draft.title, draft.body, draft.language or visit.language, visit.agent, visit.now)
    except InvalidInput as error:
        return _page(visit, None, Draft.of(form, error))
    return pages.redirect(visit, f"{_LIST}/{solution.id}", "solution_saved")


@routes.agents(_PAGE, Right.WRITE_SOLUTIONS)
def show(visit: Visit, solution_id: str) -> Response:
    solution = solution_store.get(identifier(solution_id))
    return _page(visit, solution, Draft(solution.title, solution.body, solution.language))


@routes.agents(_PAGE, Right.WRITE_SOLUTIONS, "POST")
def rewrite(visit: Visit, solution_id: str) -> Response:
    draft, form = _read(visit)
    wanted = identifier(solution_id)
    try:
        form.check(_FIELDS)
        solutions.rewrite(wanted, draft.title, draft.body, draft.language or visit.language, visit.agent, visit.now)
    except (InvalidInput, NotAllowed, StaleVersion) as error:
        return _page(visit, solution_store.get(wanted), Draft.of(form, error))
    return pages.redirect(visit, f"{_LIST}/{wanted}", "solution_saved")


@routes.agents(f"{_PAGE}/body", Right.WORK_ON_TICKETS)
def show_body(visit: Visit, solution_id: str) -> Response:
    """The Markdown alone, for the reply form to insert."""
    solution = readable(identifier(solution_id), visit.agent)
    return Response(solution.body, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": pages.NOT_STORED})


@routes.agents(f"{_PAGE}/status", Right.APPROVE_SOLUTIONS, "POST")
def move(visit: Visit, solution_id: str) -> Response:
    form, wanted = forms.read(visit.request), identifier(solution_id)
    form.check(("status",))
    if form.text("status") not in tuple(SolutionStatus):
        raise InvalidInput("form_unreadable")
    solutions.move(wanted, SolutionStatus(form.text("status")), visit.agent, visit.now)
    return pages.redirect(visit, f"{_LIST}/{wanted}", "solution_moved")


def readable(solution_id: int, agent: Agent) -> Solution:
    """A solution that is public or that the agent could write. Raises NotFound for others, as for none."""
    solution = solution_store.get(solution_id)
    if not (solution.is_public or agent.may(Right.WRITE_SOLUTIONS)):
        raise NotFound("solution_not_found")
    return solution


def _read(visit: Visit) -> tuple[Draft, forms.Form]:
    form = forms.read(visit.request)
    return Draft.of(form), form


def _page(visit: Visit, solution: Solution | None, draft: Draft) -> Response:
    values = {
        "solution": solution,
        "draft": draft,
        "languages": LANGUAGES,
        "may_approve": visit.agent.may(Right.APPROVE_SOLUTIONS),
        "writer": visit.settings.agents.get(solution.written_by) if solution else None,
        "error_field": getattr(draft.error, "field", ""),
    }
    return errors.render(visit, "agent/solution.html", values, draft.error)
