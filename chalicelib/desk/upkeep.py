"""What the desk does by itself once an hour: closes old tickets, and starts again what was lost on its way."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from chalicelib.adapters import action_items, outbox, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import indexing, renewal
from chalicelib.desk.changes import change_ticket, new_ids
from chalicelib.domain import timer
from chalicelib.domain.outgoing import Delivery
from chalicelib.domain.queue import Queue
from chalicelib.domain.ticket import CLOSED_AFTER, Ticket
from chalicelib.domain.words import Status
from chalicelib.log import logger

_AT_ONCE = 500
_PAGE = 100
_MENDED_QUEUES = (Queue.OPEN, Queue.PENDING, Queue.RESOLVED)
"""Active tickets, and resolved ones: an answer often leaves together with its ticket's resolution."""
_STUCK_AFTER = timedelta(hours=1)
"""Five tries take a quarter of an hour: what is queued for longer has no message in the queue any more."""


def close_resolved(now: datetime) -> int:
    """Closes what was resolved 14 days ago (rule 15) and returns how many; what is left waits for the next run.

    Raises as `each_by_itself`.
    """

    def close(due: Ticket) -> bool:
        decide = change_ticket(due.number, lambda current, settings, ids: current.close(settings, now, ids), now)
        return not decide.is_empty

    return each_by_itself(tickets.list_resolved_until(now - CLOSED_AFTER, limit=_AT_ONCE), close)


def mend(now: datetime) -> int:
    """Starts lost timers again, hands over again what stands in the outbox for an hour, renews what counts by promises
    of before; returns of how many tickets.

    One query for each ticket that is not closed. Harmless when repeated. Raises as `each_by_itself`.
    """
    settings, found = settings_store.get(), list[Ticket]()

    def mend_one(seen: Ticket) -> bool:
        found.append(seen)
        stuck = _hand_over_stuck(seen.number, now)
        is_outdated = not renewal.renewed(seen, settings, now, new_ids(now)).is_empty
        is_renewed = is_outdated and renewal.renew(seen.number, now)
        if stuck or is_renewed:
            logger.warning("ticket mended", number=seen.number, stuck=stuck, is_renewed=is_renewed)
        return bool(stuck or is_renewed)

    renewal.resume(now)
    try:
        return each_by_itself(_mendable(now), mend_one)
    finally:
        indexing.take(found)


def each_by_itself(due: Iterable[Ticket], work: Callable[[Ticket], bool]) -> int:
    """Does the work on each and returns on how many it did something.

    One that fails is logged and holds up none of the others; the first failure is raised in the end, so that the alarm
    goes off.
    """
    done, first = 0, None
    for ticket in due:
        try:
            done += work(ticket)
        except Exception as error:
            logger.exception("ticket failed", number=ticket.number)
            first = first or error
    if first:
        raise first
    return done


def _mendable(now: datetime) -> Iterator[Ticket]:
    """And closed tickets that have an action item of which nobody was told in time."""
    for queue in _MENDED_QUEUES:
        page = tickets.list_by_queue(queue, 0, limit=_PAGE)
        yield from page.items
        while page.cursor:
            page = tickets.list_by_queue(queue, 0, page.cursor, _PAGE)
            yield from page.items
    untold = action_items.list_untold(now - timer.LOST_AFTER, _AT_ONCE)
    late = (tickets.get(number) for number in sorted({item.ticket for item in untold}))
    yield from (ticket for ticket in late if ticket.status is Status.CLOSED)


def _hand_over_stuck(number: int, now: datetime) -> int:
    stuck = [
        outgoing
        for outgoing in tickets.list_outgoing(number)
        if outgoing.delivery is Delivery.QUEUED and outgoing.created_at + _STUCK_AFTER < now
    ]
    for outgoing in stuck:
        outbox.enqueue(number, outgoing.id, is_again=True)
    return len(stuck)
