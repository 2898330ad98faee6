"""What the desk does by itself once a day."""

from datetime import datetime

from chalicelib.adapters import tickets
from chalicelib.desk.changes import change_ticket
from chalicelib.domain.ticket import CLOSED_AFTER

_AT_ONCE = 500


def close_resolved(now: datetime) -> int:
    """Closes what was resolved 14 days ago (rule 15) and returns how many; what is left waits for the next run."""
    due = tickets.list_resolved_until(now - CLOSED_AFTER, limit=_AT_ONCE)
    for ticket in due:
        change_ticket(ticket.number, lambda current, settings, ids: current.close(settings, now, ids), now)
    return len(due)
