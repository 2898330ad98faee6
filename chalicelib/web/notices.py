"""What an agent was told: promises near and broken, tickets assigned, mail that went wrong; each with what to do."""

from chalice.app import Response

from chalicelib.adapters import outbox, tickets
from chalicelib.domain.agent import Right
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import cursor_of
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_ROWS = 30


@routes.agents("/agent/notices", Right.WORK_ON_TICKETS)
def show(visit: Visit) -> Response:
    """Newest first; the mails say the same. Of a ticket that somebody else has by now, contributors see the number."""
    cursor = cursor_of(visit, "after")
    page = outbox.list_notices(visit.agent.id, cursor, _ROWS)
    found = tickets.list_by_numbers(notice.ticket for notice in page.items)
    may_see = {number: ticket for number, ticket in found.items() if ticket.is_visible_to(visit.agent)}
    values = {"notices": page.items, "tickets": may_see, "cursor": page.cursor, "is_continued": cursor is not None}
    return pages.render(visit, "agent/notices.html", values)
