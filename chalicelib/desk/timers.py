"""What a ticket's timer asks and does when it wakes; called by the state machine `infra/sla.asl.json`."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import settings as settings_store
from chalicelib.adapters import tickets
from chalicelib.desk.changes import change_ticket
from chalicelib.domain import timer
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Change, Ids, Ticket, Timer
from chalicelib.domain.timer import Action, Decision


def check(number: int, timer_number: int, waited_for: datetime | None, now: datetime) -> Decision:
    """What the execution does next: one request when it is to wait for the instant that the ticket already names.

    `waited_for` is the instant it waited for: the decision is made as of the later of that and now, so that a clock
    that runs behind doesn't ring twice.
    """
    as_of = max(now, waited_for or now)
    settings = settings_store.get()
    for _ in range(2):
        ticket = tickets.get(number)
        decision = timer.decide(ticket, timer_number, settings, as_of)
        if decision.action is Action.ESCALATE or _knows(ticket, timer_number, decision):
            return decision
        awake = replace(ticket, timer=Timer(timer_number, decision.wait_until))
        try:
            tickets.save(Change(ticket, awake), settings.time_zone)
        except StaleVersion:
            continue
        return decision
    return Decision(Action.WAIT, as_of)


def escalate(number: int, timer_number: int, waited_for: datetime | None, now: datetime) -> None:
    """Fires what is due. Harmless when repeated, and when the execution was superseded meanwhile."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        if timer_number != ticket.timer.number:
            return Change(ticket, ticket)
        return timer.escalate(ticket, settings, max(now, waited_for or now), now, ids)

    change_ticket(number, decide, now)


def _knows(ticket: Ticket, timer_number: int, decision: Decision) -> bool:
    """Whether the ticket remembers already when this timer wakes, or has another timer."""
    return timer_number != ticket.timer.number or ticket.timer.wakes_at == decision.wait_until
