"""Rule 15; a Monday, ten o'clock in Seoul, open nine to six."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.domain import timer
from chalicelib.domain.auto_close import CloseAfter, Waiting
from chalicelib.domain.errors import InvalidSetting
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import ids, message

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()
ANSWERED = NOW + 10 * MINUTE
"""When the ticket became pending, after it was answered."""


def pending() -> Ticket:
    return factories.answered("pending")


def after(ticket: Ticket, *instants: datetime) -> tuple[Ticket, list[str]]:
    """The ticket once its timer woke at these instants, and what was mailed."""
    mails: list[str] = []
    for number, at in enumerate(instants):
        change = timer.escalate(ticket, DESK, at, at, ids(1000 + 100 * number))
        ticket = change.after
        mails += [mail.purpose.value for mail in change.outgoing]
    return ticket, mails


def wakes(ticket: Ticket) -> Iterable[datetime]:
    """Every instant the timer wakes at until there is none any more."""
    while at := timer.next_wake(ticket, DESK):
        yield at
        ticket = timer.escalate(ticket, DESK, at, at, ids(1000)).after


class TestTheLadder:
    def test_reminds_twice_and_resolves_by_working_days(self) -> None:
        """Thursday, Tuesday after the weekend, Wednesday."""
        assert list(wakes(pending())) == [ANSWERED + 3 * DAY, ANSWERED + 8 * DAY, ANSWERED + 9 * DAY]
        ticket, mails = after(pending(), *wakes(pending()))
        assert mails == ["close_reminder", "close_last_reminder", "auto_resolved"]
        assert (ticket.status, ticket.resolved_at) == (Status.RESOLVED, ANSWERED + 9 * DAY)

    def test_its_mails_go_to_the_requester_alone(self) -> None:
        ticket = replace(pending(), cc=("park@customer.example",))
        (mail,) = timer.escalate(ticket, DESK, ANSWERED + 3 * DAY, ANSWERED + 3 * DAY, ids(1000)).outgoing
        assert (mail.to, mail.cc) == (factories.CUSTOMER_ADDRESS, ())

    def test_history_names_its_steps(self) -> None:
        (event,) = timer.escalate(pending(), DESK, ANSWERED + 3 * DAY, ANSWERED + 3 * DAY, ids(1000)).entries
        assert event.cause == "timer:auto_close:reminder"
        assert [(line.field, line.new) for line in event.changes] == [("reminded", "reminder")]

    def test_a_step_is_taken_once(self) -> None:
        ticket, _ = after(pending(), ANSWERED + 3 * DAY)
        assert after(ticket, ANSWERED + 3 * DAY) == (ticket, [])

    def test_nobody_is_reminded_and_resolved_in_one_breath(self) -> None:
        """A timer that slept for weeks goes on from where it woke."""
        late = ANSWERED + 30 * DAY
        ticket, mails = after(pending(), late, late)
        assert mails == ["close_reminder"]
        assert timer.next_wake(ticket, DESK) == late + 5 * DAY  # three working days from a Wednesday

    def test_a_timer_a_little_late_moves_nothing(self) -> None:
        ticket, _ = after(pending(), ANSWERED + 3 * DAY + MINUTE)
        assert timer.next_wake(ticket, DESK) == ANSWERED + 8 * DAY

    @pytest.mark.parametrize("days", [(0, 6, 7), (6, 6, 7), (3, 8, 7)])
    def test_comes_in_its_order(self, days: tuple[int, int, int]) -> None:
        with pytest.raises(InvalidSetting, match="auto_close_order"):
            CloseAfter(*days)

    def test_may_be_turned_off(self) -> None:
        patient = factories.settings(close_after=CloseAfter(is_on=False))
        assert timer.next_wake(pending(), patient) is None
        assert timer.escalate(pending(), patient, ANSWERED + 90 * DAY, ANSWERED + 90 * DAY, ids(1)).is_empty


class TestWaiting:
    def test_begins_with_pending_after_a_persons_reply(self) -> None:
        assert pending().waiting == Waiting(ANSWERED)

    def test_does_not_begin_before_anybody_replied(self) -> None:
        assert factories.ticket("pending").waiting is None

    def test_does_not_begin_while_a_message_is_unanswered(self) -> None:
        asked = factories.answered().receive(message(at=NOW + HOUR), DESK, NOW + HOUR, ids(200)).after
        assert asked.set_status(Status.PENDING, AGENT, DESK, NOW + 2 * HOUR, ids(300)).after.waiting is None

    def test_a_customers_message_ends_it(self) -> None:
        reminded, _ = after(pending(), ANSWERED + 3 * DAY)
        answered = reminded.receive(message(at=NOW + 4 * DAY), DESK, NOW + 4 * DAY, ids(200)).after
        assert (answered.status, answered.waiting) == (Status.OPEN, None)

    @pytest.mark.parametrize("mark", ["is_automatic", "is_from_stranger"])
    def test_an_out_of_office_or_a_stranger_does_not(self, mark: str) -> None:
        change = pending().receive(message(at=NOW + DAY, **{mark: True}), DESK, NOW + DAY, ids(200))
        assert change.after.waiting == Waiting(ANSWERED)

    def test_a_note_does_not(self) -> None:
        assert pending().add_note("Ask Lee.", AGENT, NOW + DAY, ids(200)).after.waiting == Waiting(ANSWERED)

    def test_an_agents_public_reply_begins_it_again(self) -> None:
        reminded, _ = after(pending(), ANSWERED + 3 * DAY)
        told = reminded.reply("One more thing.", AGENT, reminded.last_entry, NOW + 4 * DAY, ids(200)).after
        assert told.waiting == Waiting(NOW + 4 * DAY)

    @pytest.mark.parametrize("status", ["open", "on_hold", "resolved"])
    def test_another_status_ends_it(self, status: str) -> None:
        assert pending().set_status(Status(status), AGENT, DESK, NOW + DAY, ids(200)).after.waiting is None
