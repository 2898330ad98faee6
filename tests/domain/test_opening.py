"""How a ticket begins."""

from datetime import timedelta

import pytest

from chalicelib.domain.change import Change
from chalicelib.domain.entry import AuthorKind, EntryKind, FieldChange
from chalicelib.domain.opening import open_ticket
from chalicelib.domain.sla import ClockName
from chalicelib.domain.texts import LONGEST_SUBJECT
from chalicelib.domain.words import Kind, Priority, Source
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import CUSTOMER_ADDRESS, ids, message

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()


def history(change: Change) -> list[FieldChange]:
    """What the change leaves in the ticket's history, but for what its clocks did."""
    lines = [line for entry in change.entries for line in entry.changes]
    return [line for line in lines if not line.field.startswith(tuple(ClockName))]


class TestOpen:
    def test_a_new_ticket_is_open_and_nobodys(self) -> None:
        ticket = factories.opened().after
        assert (ticket.number, ticket.status, ticket.priority, ticket.assignee) == (7, "open", "medium", 0)
        assert (ticket.customer_id, ticket.customer_address) == (500, CUSTOMER_ADDRESS)

    def test_the_clocks_start_at_the_first_message_not_when_it_was_processed(self) -> None:
        first = message(at=NOW)
        late = open_ticket(7, "Pump", first, factories.customer(), "en", DESK, NOW + 2 * HOUR, ids())
        assert {clock.started_at for clock in late.after.clocks} == {NOW}
        assert late.after.created_at == NOW

    def test_promises_are_those_of_the_policy(self) -> None:
        """Medium: nine hours to answer, 27 to resolve; Monday ten o'clock in Seoul, open nine to six."""
        ticket = factories.opened().after
        assert factories.due_at(ticket) == NOW + DAY
        assert factories.due_at(ticket, "resolution") == NOW + 3 * DAY
        assert ticket.due_at == NOW + DAY

    def test_the_customer_gets_one_acknowledgement_and_nobody_in_copy_does(self) -> None:
        change = factories.opened(cc=("park@customer.example",))
        assert [(mail.purpose, mail.to) for mail in change.outgoing] == [("acknowledgement", CUSTOMER_ADDRESS)]
        assert change.outgoing[0].entry_id == change.entries[0].id

    def test_mail_that_must_not_be_answered_gets_no_acknowledgement(self) -> None:
        assert factories.opened(acknowledge=False).outgoing == ()

    def test_the_message_is_the_first_entry_and_the_opening_stands_in_the_history(self) -> None:
        change = factories.opened()
        assert [entry.kind for entry in change.entries] == [EntryKind.MESSAGE, EntryKind.EVENT]
        assert history(change) == [FieldChange("status", "", "open")]
        assert change.entries[1].cause == "email"
        assert change.after.last_entry == change.entries[0].id

    def test_a_follow_up_names_what_it_follows(self) -> None:
        change = factories.opened(follows=3)
        assert (change.after.follows, change.entries[1].cause) == (3, "follow_up")

    @pytest.mark.parametrize(
        ("subject", "text", "expected"),
        [
            pytest.param("  Pump  ", "It broke.", "Pump", id="blanks around it go"),
            pytest.param("", "\n  It broke. \nYesterday.", "It broke.", id="the first line stands in"),
            pytest.param("  ", "", "", id="nothing at all"),
            pytest.param("x" * LONGEST_SUBJECT, "", "x" * LONGEST_SUBJECT, id="just short enough"),
            pytest.param("x" * (LONGEST_SUBJECT + 1), "", "x" * (LONGEST_SUBJECT - 1) + "…", id="too long"),
        ],
    )
    def test_the_subject(self, subject: str, text: str, expected: str) -> None:
        change = open_ticket(7, subject, message(text), factories.customer(), "en", DESK, NOW, ids())
        assert change.after.subject == expected


class TestTakenDown:
    """What an agent writes down while they speak with the customer."""

    def test_its_first_response_is_met_and_the_rest_is_promised(self) -> None:
        """Rule 1."""
        ticket = factories.opened(taken_by=AGENT).after
        first, resolution = ticket.clock(ClockName.FIRST_RESPONSE), ticket.clock(ClockName.RESOLUTION)
        assert (first.met_at, first.breached_at) == (NOW, None)
        assert resolution.is_running
        assert not ticket.waits_for_answer

    def test_the_history_says_who_took_it_down_and_that_it_was_answered(self) -> None:
        change = factories.opened(taken_by=AGENT)
        event = change.entries[1]
        assert (event.author.kind, event.author.id) == (AuthorKind.AGENT, AGENT.id)
        assert FieldChange("first_response_met_at", "", NOW.isoformat()) in event.changes

    def test_it_is_theirs_and_counts_as_answered_by_a_person(self) -> None:
        change = factories.opened(taken_by=AGENT)
        assert (change.after.assignee, change.after.last_replier) == (AGENT.id, AGENT.id)
        assert FieldChange("assignee", "", f"{AGENT.id}") in history(change)

    def test_it_has_the_properties_that_were_chosen_and_their_promises(self) -> None:
        first = message(source=Source.PHONE)
        change = open_ticket(
            7,
            "Pump",
            first,
            factories.customer(),
            "ko",
            DESK,
            NOW,
            ids(),
            priority=Priority.URGENT,
            kind=Kind.CLAIM,
            taken_by=AGENT,
        )
        ticket = change.after
        assert (ticket.priority, ticket.kind, ticket.source, ticket.language) == ("urgent", "claim", "phone", "ko")
        assert factories.due_at(ticket, "resolution") == NOW + 4 * HOUR
