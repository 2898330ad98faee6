"""The settings of checklists: the steps of a kind of ticket, with the time that each may take."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import checklists as desk
from chalicelib.desk.changes import new_ids
from chalicelib.domain.action_item import LONGEST_TITLE, checked_title
from chalicelib.domain.agent import Right
from chalicelib.domain.checklist import LONGEST_NAME, MOST_STEPS, Checklist, ChecklistStep
from chalicelib.domain.errors import InvalidInput, NotFound, StaleVersion
from chalicelib.domain.texts import checked_name
from chalicelib.domain.words import Kind
from chalicelib.web import errors, forms, pages, spans
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form, Mistakes
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/settings/checklists"
_SPARE_ROWS = 4
_FIELDS = {
    *("name", "comes_by_itself", "is_active", "version"),
    *(f"kind_{kind}" for kind in Kind),
    *(f"step_{row}_{part}" for row in range(MOST_STEPS) for part in ("title", "due")),
}


@routes.agents(_PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    known = settings_store.get(is_fresh=True).checklists.values()
    ordered = sorted(known, key=lambda one: (not one.is_active, one.name))
    values = {"checklists": ordered, "kinds": tuple(Kind), "write": lambda span: spans.write(visit.language, span)}
    return pages.render(visit, "agent/checklists.html", values)


@routes.agents(f"{_PAGE}/new", Right.CHANGE_SETTINGS)
def show_new(visit: Visit) -> Response:
    return _page(visit, 0, _fields_of(Checklist(0, "", ()), visit.language))


@routes.agents(f"{_PAGE}/new", Right.CHANGE_SETTINGS, "POST")
def add(visit: Visit) -> Response:
    return _try(visit, 0)


@routes.agents(f"{_PAGE}/{{checklist_id}}", Right.CHANGE_SETTINGS)
def show_one(visit: Visit, checklist_id: str) -> Response:
    known = settings_store.get(is_fresh=True).checklists.get(identifier(checklist_id))
    if known is None:
        raise NotFound("checklist_not_found")
    return _page(visit, known.id, _fields_of(known, visit.language))


@routes.agents(f"{_PAGE}/{{checklist_id}}", Right.CHANGE_SETTINGS, "POST")
def change(visit: Visit, checklist_id: str) -> Response:
    return _try(visit, identifier(checklist_id))


def _try(visit: Visit, checklist_id: int) -> Response:
    """Saves what was typed; where there are mistakes, or somebody was faster, it stays in the form."""
    form = forms.read(visit.request)
    wanted, mistakes = _read(form)
    with mistakes.at("name"):
        if not mistakes:
            try:
                desk.save(replace(wanted, id=checklist_id or next(new_ids(visit.now))), visit.agent, visit.now)
            except StaleVersion as error:
                return _page(visit, checklist_id, form.fields, Mistakes({"": error}))
            return pages.redirect(visit, _PAGE, "checklist_saved")
    return _page(visit, checklist_id, form.fields, mistakes)


def _read(form: Form) -> tuple[Checklist, Mistakes]:
    """A checklist without its id; an empty one where there are mistakes."""
    mistakes, empty = Mistakes(), Checklist(0, "", ())
    name, version, is_active = "", 0, bool(form.text("is_active"))
    with mistakes.at(""):
        form.check(_FIELDS)
        version = form.number("version")
    with mistakes.at("name"):
        name = checked_name(form.line("name"), LONGEST_NAME, "name")
    steps = _steps(form, mistakes)
    with mistakes.at("kinds"):
        kinds = frozenset(kind for kind in Kind if form.text(f"kind_{kind}"))
        return Checklist(0, name, steps, kinds, bool(form.text("comes_by_itself")), is_active, version), mistakes
    return empty, mistakes


def _steps(form: Form, mistakes: Mistakes) -> tuple[ChecklistStep, ...]:
    """In the order of their rows; an empty row is none."""
    steps = []
    for row in range(MOST_STEPS):
        title, typed = form.line(f"step_{row}_title"), form.text(f"step_{row}_due")
        due_after: timedelta | None = None
        with mistakes.at(f"step_{row}_due"):
            due_after = spans.read(typed) if typed else None
        with mistakes.at(f"step_{row}_title"):
            if title or typed:
                steps.append(ChecklistStep(checked_title(title), due_after))
    with mistakes.at("step_0_title"):
        if not steps and not mistakes:
            raise InvalidInput("checklist_without_step")
    return tuple(steps)


def _fields_of(checklist: Checklist, language: str) -> dict[str, str]:
    """What stands in the form; a box that is not ticked has no field."""
    ticked = [f"kind_{kind}" for kind in checklist.kinds]
    ticked += [name for name in ("comes_by_itself", "is_active") if getattr(checklist, name)]
    fields = {"name": checklist.name, "version": f"{checklist.version}", **dict.fromkeys(ticked, "1")}
    for row, step in enumerate(checklist.steps):
        fields[f"step_{row}_title"] = step.title
        fields[f"step_{row}_due"] = spans.write(language, step.due_after) if step.due_after else ""
    return fields


def _page(visit: Visit, checklist_id: int, fields: Mapping[str, str], mistakes: Mistakes | None = None) -> Response:
    """With the version that the admin saw, unless the page just said that there is a newer one."""
    known = settings_store.get(is_fresh=True).checklists.get(checklist_id)
    is_overtaken = mistakes is not None and isinstance(mistakes.get(""), StaleVersion)
    filled = (row for row in range(MOST_STEPS) if _is_filled(fields, row))
    values = {
        "checklist_id": checklist_id,
        "fields": fields,
        "version": known.version if known and is_overtaken else fields.get("version", "0"),
        "kinds": tuple(Kind),
        "rows": range(min(max(filled, default=-1) + 1 + _SPARE_ROWS, MOST_STEPS)),
        "longest_title": LONGEST_TITLE,
    }
    return errors.render_form(visit, "agent/checklist.html", values, mistakes or {})


def _is_filled(fields: Mapping[str, str], row: int) -> bool:
    return any(fields.get(f"step_{row}_{part}", "").strip() for part in ("title", "due"))
