"""The console's first page: what to do next, queue by queue."""

from chalice.app import Response

from chalicelib.adapters import counts, tickets
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.queue import Queue, queues_for
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import cursor_of
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

ROWS = 25


@routes.agents("/agent", Right.WORK_ON_TICKETS)
def show(visit: Visit) -> Response:
    queue = _queue(visit.query("queue"), visit.agent)
    cursor = cursor_of(visit, "after")
    page = tickets.list_by_queue(queue, visit.agent.id, cursor, ROWS)
    values = {
        "queue": queue,
        "counts": counts.by_queue(visit.agent.id, visit.now),
        "open_items": counts.open_items(visit.agent.id, visit.now),
        "tickets": page.items,
        "cursor": page.cursor,
        "is_continued": cursor is not None,
        "agents": visit.settings.agents,
    }
    return pages.render(visit, "agent/queue.html", values)


def _queue(name: str, agent: Agent) -> Queue:
    """The agent's own tickets where no queue, or none that they may see, is named."""
    return Queue(name) if name in queues_for(agent) else Queue.MINE
