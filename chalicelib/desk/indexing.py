"""What stands in the index besides the table: written after every change, and once an hour what was missed."""

from collections.abc import Iterable

from chalicelib.adapters import facts
from chalicelib.desk.changes import until_saved
from chalicelib.domain.ticket import Ticket


def take(tickets: Iterable[Ticket]) -> None:
    """Raises Conflict("busy") when others wrote at the same time again and again; harmless when repeated."""
    known = tuple(tickets)
    if known:
        until_saved(lambda: facts.take(known))
