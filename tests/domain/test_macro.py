from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.domain.change import Change
from chalicelib.domain.entry import Entry, EntryKind, FieldChange
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.macro import LONGEST_NAME, LONGEST_NOTE, LONGEST_TEXT, ME, NOBODY, Macro, Visibility
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.team import Team
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR
from tests.factories import ids

DESK = factories.settings(teams={70: Team(70, "Repairs"), 71: Team(71, "Old", is_active=False)})


def macro(name: str = "Ask", **others: Any) -> Macro:
    return replace(Macro(80, name, AGENT.id), **others)


def used(one: Macro, ticket: Ticket | None = None) -> Change:
    ticket = ticket or factories.ticket()
    return one.after(Change(ticket, ticket), AGENT, DESK, NOW, ids(20))


def events(change: Change) -> list[Entry]:
    return [entry for entry in change.entries if entry.kind is EntryKind.EVENT]


class TestUse:
    EVERYTHING = macro(
        note="Call them.",
        status=Status.PENDING,
        priority=Priority.URGENT,
        kind=Kind.CLAIM,
        to_team=70,
        assignee=f"{COLLEAGUE.id}",
    )

    def test_everything_is_one_change_told_by_one_event_that_names_the_macro(self) -> None:
        change = used(self.EVERYTHING)
        after = change.after
        assert (after.status, after.priority, after.kind) == (Status.PENDING, Priority.URGENT, Kind.CLAIM)
        assert (after.team, after.assignee) == (70, COLLEAGUE.id)
        (event,) = events(change)
        assert event.cause == "macro:Ask"
        told = {one.field: (one.old, one.new) for one in event.changes}
        assert told["status"] == ("open", "pending")
        assert told["priority"] == ("medium", "urgent")
        assert told["assignee"] == ("", f"{COLLEAGUE.id}")
        assert len(told) == len(event.changes), "each field once"
        assert [entry.text for entry in change.entries if entry.kind is EntryKind.NOTE] == ["Call them."]

    def test_a_reply_goes_along_in_the_same_change(self) -> None:
        ticket = factories.ticket()
        said = ticket.reply("We are on it.", AGENT, ticket.last_entry, NOW, ids(10))
        change = self.EVERYTHING.after(said, AGENT, DESK, NOW, ids(20))
        assert change.before == ticket
        assert [entry.text for entry in change.entries if entry.kind is EntryKind.MESSAGE] == ["We are on it."]
        (event,) = events(change)
        told = [(one.field, one.old, one.new) for one in event.changes]
        assert ("assignee", "", f"{COLLEAGUE.id}") in told, "and not the replier in between"
        assert any(field == "first_response_met_at" for field, _, _ in told)
        purposes = [mail.purpose for mail in change.outgoing]
        assert purposes == [Purpose.REPLY, Purpose.ASSIGNED]

    def test_a_deadline_that_moved_twice_is_told_once(self) -> None:
        ticket = factories.ticket()
        raised = ticket.set_priority(Priority.HIGH, AGENT, DESK, NOW, ids(10))
        change = macro(priority=Priority.URGENT).after(raised, AGENT, DESK, NOW, ids(20))
        (event,) = events(change)
        (moved,) = [one for one in event.changes if one.field == "first_response_due_at"]
        assert datetime.fromisoformat(moved.old) == factories.due_at(ticket)
        assert datetime.fromisoformat(moved.new) == factories.due_at(change.after)
        assert moved.old != moved.new

    def test_what_is_so_already_changes_nothing(self) -> None:
        assert used(macro(status=Status.OPEN, priority=Priority.MEDIUM, assignee=NOBODY, to_team=0)).is_empty

    def test_it_takes_a_ticket_for_who_uses_it_or_from_everybody(self) -> None:
        taken = used(macro(assignee=ME))
        assert (taken.after.assignee, taken.outgoing) == (AGENT.id, ())
        assert used(macro(assignee=NOBODY), taken.after).after.assignee == 0
        assert used(macro(to_team=0), factories.ticket(team=70)).after.team == 0

    def test_a_step_that_is_not_possible_stops_all_of_it(self) -> None:
        with pytest.raises(Conflict, match="status_not_possible"):
            used(macro(priority=Priority.HIGH, status=Status.PENDING), factories.ticket("resolved"))

    @pytest.mark.parametrize(
        ("wish", "code"), [({"to_team": 71}, "team_not_active"), ({"assignee": "9"}, "agent_not_active")]
    )
    def test_nobody_gets_it_who_is_gone(self, wish: dict[str, Any], code: str) -> None:
        with pytest.raises(InvalidInput, match=code):
            used(macro(**wish))


class TestWhoseItIs:
    def test_personal_ones_are_nobody_else_s_business(self) -> None:
        mine = macro(text="Hi")
        assert mine.is_seen_by(AGENT)
        assert not mine.is_seen_by(COLLEAGUE)
        assert not mine.is_seen_by(ADMIN)
        assert mine.may_be_changed_by(AGENT)
        assert not mine.may_be_changed_by(ADMIN)

    @pytest.mark.parametrize("visibility", [Visibility.TEAM, Visibility.EVERYBODY])
    def test_shared_ones_are_changed_by_supervisors_and_admins(self, visibility: Visibility) -> None:
        shared = macro(text="Hi", visibility=visibility, team=70)
        assert [shared.may_be_changed_by(one) for one in (AGENT, SUPERVISOR, ADMIN)] == [False, True, True]
        assert shared.is_seen_by(COLLEAGUE)

    def test_a_team_s_are_for_its_tickets(self) -> None:
        shared = macro(text="Hi", visibility=Visibility.TEAM, team=70)
        assert shared.is_for(factories.ticket(team=70), COLLEAGUE)
        assert not shared.is_for(factories.ticket(), COLLEAGUE)
        assert not shared.is_for(factories.ticket(team=71), COLLEAGUE)

    def test_contributors_use_what_changes_no_property(self) -> None:
        canned = macro(text="Hi", note="Said hi.", visibility=Visibility.EVERYBODY)
        assert canned.is_for(factories.ticket(), CONTRIBUTOR)
        assert not replace(canned, kind=Kind.CLAIM).is_for(factories.ticket(), CONTRIBUTOR)
        assert not replace(canned, to_team=0).is_for(factories.ticket(), CONTRIBUTOR)
        assert not macro(owner=CONTRIBUTOR.id).may_be_changed_by(CONTRIBUTOR)

    def test_what_was_deleted_is_seen_by_nobody(self) -> None:
        assert not macro(text="Hi", deleted_at=NOW).is_seen_by(AGENT)


class TestKeeping:
    def test_it_is_kept_without_blanks_around(self) -> None:
        kept = macro("  Ask \n again ", text=" Hi \n", note=" x ", team=70).checked(DESK)
        assert (kept.name, kept.text, kept.note, kept.team) == ("Ask again", "Hi", "x", 0)
        assert macro(text="Hi", visibility=Visibility.TEAM, team=70).checked(DESK).team == 70

    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            ({"name": " "}, "name_missing", "name"),
            ({"name": "x" * (LONGEST_NAME + 1)}, "text_too_long", "name"),
            ({"text": "x" * (LONGEST_TEXT + 1)}, "text_too_long", "text"),
            ({"note": "x" * (LONGEST_NOTE + 1)}, "text_too_long", "note"),
            ({"text": "{custmer.name}"}, "variable_unknown", "text"),
            ({"note": "{agent.phone}"}, "variable_unknown", "note"),
            ({"text": " "}, "macro_empty", "text"),
            ({"visibility": Visibility.TEAM}, "team_not_active", "team"),
            ({"visibility": Visibility.TEAM, "team": 71}, "team_not_active", "team"),
            ({"to_team": 71}, "team_not_active", "to_team"),
            ({"assignee": "99"}, "agent_not_active", "assignee"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_field(self, wrong: dict[str, Any], code: str, field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            macro(**{"text": "Hi", **wrong}).checked(DESK)
        assert (error.value.code, error.value.field) == (code, field)

    def test_a_canned_reply_is_a_macro_with_words_alone(self) -> None:
        assert macro(text="Hi").is_canned_reply
        assert not macro(text="Hi", note="x").is_canned_reply
        assert not macro(text="Hi", to_team=0).is_canned_reply
        assert not macro(note="x").is_canned_reply

    def test_it_is_found_by_all_words_wherever_they_stand(self) -> None:
        one = macro("감사 인사", text="Thank You", note="regular")
        assert one.has("감사 thank REGULAR")
        assert one.has("")
        assert not one.has("thank nobody")


class TestOneEvent:
    def test_what_went_there_and_back_is_not_told(self) -> None:
        ticket = factories.ticket()
        there = ticket.set_kind(Kind.CLAIM, AGENT, DESK, NOW, ids(20))
        back = there.then(there.after.set_kind(None, AGENT, DESK, NOW, ids(30)))
        assert back.in_one_event("macro:x").entries == ()

    def test_the_first_old_and_the_last_new_value_are_told(self) -> None:
        ticket = factories.ticket()
        first = ticket.set_kind(Kind.CLAIM, AGENT, DESK, NOW, ids(20))
        change = first.then(first.after.set_kind(Kind.PRAISE, AGENT, DESK, NOW, ids(30))).in_one_event("macro:x")
        (event,) = change.entries
        assert (event.id, event.changes) == (20, (FieldChange("kind", "", "praise"),))
