"""What an agent was told: promises near and broken, tickets assigned, mail that went wrong; each with what to do."""

from chalice.app import Response

from chalicelib.adapters import outbox
from chalicelib.domain.agent import Right
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import cursor_of
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_ROWS = 30


@routes.agents("/agent/notices", Right.WORK_ON_TICKETS)
def show(visit: Visit) -> Response:
    """Newest first; the mails say the same."""
    cursor = cursor_of(visit, "after")
    page = outbox.list_notices(visit.agent.id, cursor, _ROWS)
    values = {"notices": page.items, "cursor": page.cursor, "is_continued": cursor is not None}
    return pages.render(visit, "agent/notices.html", values)
