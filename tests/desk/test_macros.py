from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import macros as store
from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import intake, macros, tickets
from chalicelib.desk import settings as desk
from chalicelib.desk.macros import Chosen
from chalicelib.domain.agent import Agent
from chalicelib.domain.entry import EntryKind
from chalicelib.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from chalicelib.domain.macro import Macro, Visibility
from chalicelib.domain.words import Kind, Priority, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR
from tests.desk import journey
from tests.wire import on_the_wire

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def kept(by: Agent = SUPERVISOR, **others: Any) -> Macro:
    wanted = replace(Macro(0, "Ask", 0, Visibility.EVERYBODY, text="Dear {customer.name}"), **others)
    return store.get(macros.save(wanted, by, NOW).id)


def chosen(macro: Macro) -> Chosen:
    return Chosen(macro.id, macro.version)


def opened(**form: Any) -> int:
    return intake.open_from_form(factories.form(**form), NOW)


def send(number: int, text: str, macro: Macro, by: Agent = AGENT, *, as_it_is: bool = False) -> None:
    seen = ticket_store.get(number).last_entry
    say = tickets.replying(number, text, by, seen, LATER, as_it_is=as_it_is)
    macros.apply(number, chosen(macro), by, seen, LATER, say=say)


def change(number: int, macro: Macro, by: Agent = AGENT, **others: Any) -> None:
    macros.apply(number, chosen(macro), by, ticket_store.get(number).last_entry, LATER, **others)


def uses(by: Agent = AGENT) -> dict[str, int]:
    return {one.macro.name: one.used for one in store.list_for(by, is_fresh=True)}


def event_causes(number: int) -> list[str]:
    return [entry.cause for entry in journey.page(number).entries if entry.kind is EntryKind.EVENT]


class TestKeeping:
    def test_an_agent_keeps_their_own(self) -> None:
        macro = kept(AGENT, visibility=Visibility.PERSONAL)
        assert (macro.owner, macro.name) == (AGENT.id, "Ask")
        macros.save(replace(macro, name="Ask again"), AGENT, NOW)
        assert store.get(macro.id).name == "Ask again"

    @pytest.mark.parametrize("by", [AGENT, CONTRIBUTOR])
    def test_only_supervisors_and_admins_share(self, by: Agent) -> None:
        with pytest.raises(NotAllowed):
            kept(by)
        assert store.list_for(ADMIN, is_fresh=True) == ()

    def test_a_contributor_keeps_none(self) -> None:
        with pytest.raises(NotAllowed):
            kept(CONTRIBUTOR, visibility=Visibility.PERSONAL)

    def test_an_agent_can_not_change_what_is_shared_nor_make_it_their_own(self) -> None:
        macro = kept()
        for wanted in (macro, replace(macro, visibility=Visibility.PERSONAL, owner=AGENT.id)):
            with pytest.raises(NotAllowed):
                macros.save(replace(wanted, text="Mine now"), AGENT, NOW)
            with pytest.raises(NotAllowed):
                macros.delete(macro.id, AGENT, NOW)
        assert store.get(macro.id) == macro

    def test_somebody_else_s_is_not_there(self) -> None:
        theirs = kept(COLLEAGUE, visibility=Visibility.PERSONAL)
        for by in (AGENT, ADMIN):
            with pytest.raises(NotFound):
                macros.save(replace(theirs, text="Mine"), by, NOW)
            with pytest.raises(NotFound):
                macros.delete(theirs.id, by, NOW)
            with pytest.raises(NotFound):
                macros.restore(theirs.id, by)

    def test_the_writer_stays_the_owner_of_what_an_admin_changes(self) -> None:
        macro = kept(SUPERVISOR)
        macros.save(replace(macro, text="Better", owner=ADMIN.id), ADMIN, NOW)
        assert (store.get(macro.id).owner, store.get(macro.id).text) == (SUPERVISOR.id, "Better")

    def test_saving_the_same_twice_is_harmless(self) -> None:
        macro = kept()
        wanted = replace(macro, text="Better")
        macros.save(wanted, ADMIN, NOW)
        macros.save(wanted, ADMIN, NOW)
        assert store.get(macro.id).version == 2
        with pytest.raises(StaleVersion):
            macros.save(replace(macro, text="Other"), ADMIN, NOW)

    def test_what_was_deleted_comes_back_as_it_was(self) -> None:
        macro = kept()
        for _ in range(2):
            macros.delete(macro.id, SUPERVISOR, NOW)
        assert uses() == {}
        for _ in range(2):
            macros.restore(macro.id, SUPERVISOR)
        assert replace(store.get(macro.id), version=macro.version) == macro

    def test_a_change_that_comes_after_the_end_is_refused_once(self) -> None:
        macro = kept()
        macros.delete(macro.id, SUPERVISOR, NOW)
        with pytest.raises(StaleVersion):
            macros.save(replace(macro, text="Better"), ADMIN, NOW)
        macros.save(replace(macro, text="Better", version=store.get(macro.id).version), ADMIN, NOW)
        assert uses() == {"Ask": 0}


class TestUse:
    def test_reply_note_and_changes_are_saved_in_one_transaction_and_counted(self) -> None:
        number = opened()
        macro = kept(note="Asked {customer.name}.", status=Status.PENDING, priority=Priority.HIGH, assignee="me")
        before, causes = len(journey.page(number).entries), event_causes(number)
        store.list_for(AGENT)
        with on_the_wire() as wire:
            send(number, "Dear {customer.name}, which order?", macro)
        assert wire.requests[1:] == ["dynamodb.GetItem", "dynamodb.TransactWriteItems"], "after the look at the ticket"
        page = journey.page(number)
        assert (page.ticket.status, page.ticket.priority) == (Status.PENDING, Priority.HIGH)
        assert page.ticket.assignee == AGENT.id
        assert journey.texts(number)[-1] == "Dear Kim, which order?"
        assert [entry.text for entry in page.entries if entry.kind is EntryKind.NOTE] == ["Asked Kim."]
        assert event_causes(number) == [*causes, "macro:Ask"]
        assert len(page.entries) == before + 3
        assert uses() == {"Ask": 1}

    def test_the_customer_gets_what_the_agent_made_of_it(self) -> None:
        number = opened()
        send(number, "Dear {customer.name}, {ticket.number} of {desk.name} by {agent.name}.", kept())
        journey.deliver_all()
        assert "Dear Kim, 1 of Desk by Min Agent." in journey.text_of(journey.sent(factories.CUSTOMER_ADDRESS)[-1])

    def test_the_changes_alone_send_nothing(self) -> None:
        number = opened()
        journey.deliver_all()
        change(number, kept(kind=Kind.CLAIM, note="x"))
        assert journey.queued() == []
        assert len(journey.messages(number)) == 1
        assert journey.page(number).ticket.kind is Kind.CLAIM

    def test_the_agent_s_own_choice_of_a_status_wins(self) -> None:
        number = opened()
        change(number, kept(status=Status.PENDING), then=Status.ON_HOLD)
        assert journey.status(number) is Status.ON_HOLD

    def test_a_view_that_was_overtaken_stops_all_of_it(self) -> None:
        number, macro = opened(), kept(status=Status.RESOLVED, note="x")
        seen = ticket_store.get(number).last_entry
        tickets.add_note(number, "Wait!", COLLEAGUE, LATER)
        with pytest.raises(Conflict, match="stale_reply"):
            macros.apply(number, chosen(macro), AGENT, seen, LATER)
        assert (journey.status(number), uses()) == (Status.OPEN, {"Ask": 0})

    def test_the_same_press_twice_notes_once(self) -> None:
        number, macro = opened(), kept(note="x")
        seen = ticket_store.get(number).last_entry
        macros.apply(number, chosen(macro), AGENT, seen, LATER)
        with pytest.raises(Conflict, match="stale_reply"):
            macros.apply(number, chosen(macro), AGENT, seen, LATER)
        assert uses() == {"Ask": 1}

    def test_what_is_so_already_is_neither_saved_nor_counted(self) -> None:
        number = opened()
        change(number, kept(text="", status=Status.OPEN))
        assert uses() == {"Ask": 0}

    def test_who_was_in_the_way_is_no_reason_to_count_twice(self) -> None:
        number, macro = opened(), kept(kind=Kind.CLAIM)
        with on_the_wire() as wire:
            wire.meanwhile(
                "dynamodb.TransactWriteItems", lambda: tickets.set_priority(number, Priority.LOW, COLLEAGUE, LATER)
            )
            change(number, macro)
        assert journey.page(number).ticket.kind is Kind.CLAIM
        assert uses() == {"Ask": 1}

    def test_one_that_was_changed_since_it_was_seen_is_shown_first(self) -> None:
        number, macro = opened(), kept(status=Status.PENDING)
        macros.save(replace(macro, status=Status.RESOLVED), SUPERVISOR, NOW)
        with pytest.raises(Conflict, match="macro_changed"):
            change(number, macro)
        assert journey.status(number) is Status.OPEN
        change(number, store.get(macro.id))
        assert journey.status(number) is Status.RESOLVED

    def test_what_this_container_has_not_seen_yet_is_looked_up(self) -> None:
        number = opened()
        store.list_for(AGENT)
        known = list(store._cached)
        macro = kept(kind=Kind.CLAIM)
        store._cached[:] = known
        change(number, macro)
        assert journey.page(number).ticket.kind is Kind.CLAIM

    @pytest.mark.parametrize("why", ["deleted", "of another team", "somebody else's"])
    def test_what_can_not_be_used_there_changes_nothing(self, why: str) -> None:
        number = opened()
        team = desk.add_team("Repairs", "", "", ADMIN, NOW)
        macro = {
            "deleted": lambda: kept(kind=Kind.CLAIM),
            "of another team": lambda: kept(kind=Kind.CLAIM, visibility=Visibility.TEAM, team=team.id),
            "somebody else's": lambda: kept(COLLEAGUE, kind=Kind.CLAIM, visibility=Visibility.PERSONAL),
        }[why]()
        if why == "deleted":
            macros.delete(macro.id, SUPERVISOR, NOW)
        with pytest.raises(Conflict, match="macro_gone"):
            change(number, macro)
        assert journey.page(number).ticket.kind is None

    def test_contributors_reply_with_canned_words_and_change_nothing(self) -> None:
        number, canned, other = opened(), kept(), kept(name="Raise", priority=Priority.URGENT)
        tickets.assign(number, CONTRIBUTOR.id, AGENT, NOW)
        assert macros.list_for(ticket_store.get(number), CONTRIBUTOR) == (canned,)
        send(number, "Dear {customer.name}", canned, CONTRIBUTOR)
        assert journey.texts(number)[-1] == "Dear Kim"
        with pytest.raises(NotAllowed):
            change(number, other, CONTRIBUTOR)

    def test_a_ticket_that_one_may_not_see_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            send(opened(), "Hi", kept(), CONTRIBUTOR)


class TestVariables:
    def test_a_reply_with_something_open_is_held_back_and_sent_when_it_is_meant_so(self) -> None:
        number = opened()
        with pytest.raises(InvalidInput, match="variables_open") as error:
            send(number, "{customer.name}: {parcel}, {team.name}", kept(status=Status.PENDING))
        assert error.value.params["names"] == "{parcel}, {team.name}"
        assert (len(journey.messages(number)), journey.status(number), uses()) == (1, Status.OPEN, {"Ask": 0})
        send(number, "{customer.name}: {parcel}", store.list_for(AGENT)[0].macro, as_it_is=True)
        assert journey.texts(number)[-1] == "Kim: {parcel}"

    def test_so_is_one_without_a_macro(self) -> None:
        number = opened()
        seen = ticket_store.get(number).last_entry
        with pytest.raises(InvalidInput, match="variables_open"):
            tickets.reply(number, "Hi {name}", AGENT, seen, LATER)
        tickets.reply(number, "Hi {name}, {customer.name}", AGENT, seen, LATER, as_it_is=True)
        assert journey.texts(number)[-1] == "Hi {name}, Kim"

    def test_a_deadline_is_told_in_the_customer_s_language_while_it_runs(self) -> None:
        macro = kept(text="{ticket.due}")
        number = opened(language="ko")
        settings = factories.stored_settings()
        prepared = macros.prepare(macro, ticket_store.get(number), AGENT, settings, NOW)
        assert "2026년" in prepared.text
        tickets.set_status(number, Status.PENDING, AGENT, NOW)
        prepared = macros.prepare(macro, ticket_store.get(number), AGENT, settings, NOW)
        assert (prepared.text, prepared.open) == ("{ticket.due}", ("{ticket.due}",))

    def test_the_link_opens_the_customer_s_page(self) -> None:
        number = opened()
        text = macros.prepare(
            kept(text="{ticket.link}"), ticket_store.get(number), AGENT, factories.stored_settings(), NOW
        ).text
        assert text.startswith("https://desk.example/status/")


class TestPreparing:
    def test_it_shows_what_would_change_and_changes_nothing(self) -> None:
        number = opened()
        macro = kept(note="For {customer.name}", status=Status.PENDING, assignee="me", priority=Priority.MEDIUM)
        ticket = ticket_store.get(number)
        prepared = macros.prepare(macro, ticket, AGENT, factories.stored_settings(), LATER)
        assert [(one.field, one.old, one.new) for one in prepared.changes] == [
            ("assignee", "", f"{AGENT.id}"),
            ("status", "open", "pending"),
        ]
        assert (prepared.text, prepared.note, prepared.problem) == ("Dear Kim", "For Kim", None)
        assert ticket_store.get(number) == ticket

    def test_what_is_not_possible_is_told_before_anybody_presses(self) -> None:
        number = opened()
        tickets.set_status(number, Status.RESOLVED, AGENT, NOW)
        prepared = macros.prepare(
            kept(status=Status.PENDING), ticket_store.get(number), AGENT, factories.stored_settings(), LATER
        )
        assert prepared.problem is not None
        assert (prepared.problem.code, prepared.changes) == ("status_not_possible", ())
