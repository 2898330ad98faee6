"""Many tickets of a list changed at once: the answer tells what became of each, and takes it back."""

from chalice.app import Response

from chalicelib.desk import bulk
from chalicelib.desk.bulk import Act, Outcome
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.texts import whole_number
from chalicelib.web import errors, forms
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/tickets/bulk"
_TICKET = "ticket_"


@routes.agents(_PAGE, Right.CHANGE_PROPERTIES, "POST")
def apply(visit: Visit) -> Response:
    """Each ticket has a field: "1" for the value that was chosen for all, or in `undo` the value of its own."""
    form = forms.read(visit.request)
    chosen = {name.removeprefix(_TICKET): value for name, value in form.fields.items() if name.startswith(_TICKET)}
    try:
        form.check({*form.fields.keys() & {f"{_TICKET}{number}" for number in chosen}, "act", "tags", "back", "undo"})
        act, value = _act(form)
        values = {whole_number(number): own if form.text("undo") else value for number, own in chosen.items()}
        outcomes = bulk.apply(act, values, visit.agent, visit.now)
    except InvalidInput as error:
        return _page(visit, form, Act.TAGS, (), error)
    return _page(visit, form, act, outcomes)


def _act(form: Form) -> tuple[Act, str]:
    """What was chosen stands in one field: "status:pending"; tags are typed."""
    name, _, value = form.text("act").partition(":")
    if name not in tuple(Act):
        raise InvalidInput("act_missing")
    if name == Act.ADD_TAGS and not form.text("undo"):
        value = form.text("tags").replace(",", " ")
        if not value:
            raise InvalidInput("act_missing")
    return Act(name), value


def _page(
    visit: Visit, form: Form, act: Act, outcomes: tuple[Outcome, ...], error: InvalidInput | None = None
) -> Response:
    back = form.text("back")
    values = {
        "changed": [outcome for outcome in outcomes if outcome.is_changed],
        "same": [outcome for outcome in outcomes if not outcome.is_changed and outcome.error is None],
        "failed": [
            (outcome.number, errors.words(visit.language, outcome.error)) for outcome in outcomes if outcome.error
        ],
        "undo_act": Act.TAGS if act is Act.ADD_TAGS else act,
        "is_undone": bool(form.text("undo")),
        "back": back if back.startswith(("/agent?", "/agent/views")) else "/agent",
    }
    return errors.render(visit, "agent/bulk.html", values, error)
