"""The log of administrative changes: who set what from what to what, and when."""

from functools import partial

from chalice.app import Response

from chalicelib import i18n
from chalicelib.adapters import audit as audit_store
from chalicelib.domain.agent import Right
from chalicelib.domain.audit import Difference
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import identifier
from chalicelib.web.shown import Shown
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_ROWS = 25
_FAMILIES = ("audit_field", "priority", "clock")
_FAMILY_OF_VALUES = {"role": "role", "language": "language", "quoted_history": "quoted_history"}


@routes.agents("/agent/settings/changes", Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    """Newest first."""
    before = visit.query("before")
    page = audit_store.list_entries(identifier(before) if before else None, _ROWS)
    values = {
        "entries": page.items,
        "cursor": page.cursor,
        "is_continued": bool(before),
        "label": partial(_label, visit.language),
        "value": partial(_value, Shown(visit.language, visit.settings.time_zone, visit.now)),
    }
    return pages.render(visit, "agent/audit.html", values)


def _label(language: str, difference: Difference) -> str:
    """The way to the value; what is no word of ours is somebody's name for it."""
    return " › ".join(_word(language, part) for part in difference.path)


def _word(language: str, part: str) -> str:
    key = next((f"{family}.{part}" for family in _FAMILIES if i18n.has(f"{family}.{part}")), "")
    return i18n.text(language, key) if key else part


def _value(show: Shown, difference: Difference, value: str) -> str:
    """Words of a closed list and instants as the reader knows them; all else as it was set."""
    if not value:
        return i18n.text(show.language, "audit_value.nothing")
    if difference.path[-1].endswith("_at"):
        return show.instant(value)
    family = _FAMILY_OF_VALUES.get(difference.path[-1], "audit_value")
    return show.word(family, value)
