"""An agent's day on one page: what is late or due today, in one order, what comes later, what was done."""

from chalice.app import Response

from chalicelib.adapters import action_items, counts, tickets
from chalicelib.adapters.parallel import both
from chalicelib.domain import day
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.agent import Right
from chalicelib.domain.ticket import Ticket
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_MOST_ROWS = 100


@routes.agents("/agent/day", Right.WORK_ON_TICKETS)
def show(visit: Visit) -> Response:
    agent = visit.agent
    began_at, ends_at = day.bounds(visit.now, visit.settings.time_zone)
    items, due = both(
        lambda: action_items.list_open(agent.id, _MOST_ROWS),
        lambda: tickets.list_due(agent.id, ends_at, _MOST_ROWS),
    )
    theirs, done = both(
        lambda: _tickets_of(visit, items),
        lambda: tickets.list_done(agent.id, began_at, _MOST_ROWS),
    )
    values = {
        "day": day.plan(items, due, theirs, ends_at),
        "done_today": tuple(one for one in done if isinstance(one, ActionItem) or one.is_visible_to(agent)),
        "is_cut": _MOST_ROWS in (len(items), len(due)),
        "open_items": counts.open_items(agent.id, visit.now),
    }
    return pages.render(visit, "agent/day.html", values)


def _tickets_of(visit: Visit, items: tuple[ActionItem, ...]) -> dict[int, Ticket]:
    """Those that the agent may see; one of a contributor's may have gone to somebody else."""
    found = tickets.list_by_numbers(item.ticket for item in items)
    return {number: ticket for number, ticket in found.items() if ticket.is_visible_to(visit.agent)}
