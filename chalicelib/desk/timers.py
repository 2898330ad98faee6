"""What a ticket's timer asks and does when it wakes; called by the state machine `infra/sla.asl.json`."""

from datetime import datetime

from chalicelib.adapters import settings as settings_store
from chalicelib.adapters import tickets
from chalicelib.desk.changes import change_ticket, new_ids, until_saved
from chalicelib.domain import timer
from chalicelib.domain.change import Change
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.timer import Action, Decision


def check(number: int, timer_number: int, waited_for: datetime, now: datetime) -> Decision:
    """What the execution does next: one request when it is to wait for the instant that the ticket already names.

    `waited_for` is the instant it waited for: the decision is made as of the later of that and now, so that a clock
    that runs behind doesn't ring twice.
    """
    as_of = max(now, waited_for)
    settings = settings_store.get()
    for _ in range(2):
        ticket = tickets.get(number)
        decision = timer.decide(ticket, timer_number, settings, as_of)
        if decision.action is Action.ESCALATE or timer_number != ticket.timer.number:
            return decision
        asleep = timer.sleep(ticket, settings, as_of, new_ids(now))
        try:
            if not asleep.is_empty:
                tickets.save(asleep, settings.time_zone)
        except StaleVersion:
            continue
        return _sleeping(asleep.after, timer_number)
    return Decision(Action.WAIT, as_of)


def escalate(number: int, timer_number: int, waited_for: datetime, now: datetime) -> Decision:
    """Fires what is due, and says what the execution does next: two requests.

    Harmless when repeated, and when the execution was superseded meanwhile.
    """

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        if timer_number != ticket.timer.number:
            return Change(ticket, ticket)
        as_of = max(now, waited_for)
        fired = timer.escalate(ticket, settings, as_of, now, ids)
        return fired.then(timer.sleep(fired.after, settings, as_of, ids))

    return _sleeping(change_ticket(number, decide, now).after, timer_number)


def fail(number: int, timer_number: int, error: str, now: datetime) -> None:
    """An execution gave up after all its tries: the ticket says so, and `upkeep` starts another one.

    Not at once, since what failed so often would fail again.
    """

    def attempt() -> None:
        ticket = tickets.get(number)
        failed = timer.fail(ticket, error, now, new_ids(now))
        if timer_number == ticket.timer.number and not failed.is_empty:
            tickets.save(failed, settings_store.get().time_zone)

    until_saved(attempt)


def _sleeping(ticket: Ticket, timer_number: int) -> Decision:
    """Waiting for what the ticket remembers, or done, where another execution took over or none is needed."""
    wakes_at = ticket.timer.wakes_at
    if timer_number != ticket.timer.number or wakes_at is None:
        return Decision(Action.DONE)
    return Decision(Action.WAIT, wakes_at)
