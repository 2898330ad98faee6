"""What is to be done for a ticket; a Monday, ten o'clock in Seoul, open nine to six."""

from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain import action_item, timer
from chalicelib.domain.action_item import LONGEST_TITLE, MOST_ITEMS, ActionItem
from chalicelib.domain.auto_close import Waiting
from chalicelib.domain.change import Change
from chalicelib.domain.errors import Conflict, InvalidInput, NotFound
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.ticket import Ticket, Timer, author_of
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW, SUPERVISOR
from tests.factories import ids

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DESK = factories.settings()
BY = author_of(AGENT)
DUE = NOW + 2 * HOUR


def item(**others: object) -> ActionItem:
    return replace(ActionItem(40, 7, "Send the part", NOW, due_at=DUE), **others)  # type: ignore[arg-type]


def ticket(*items: ActionItem, status: str = "open", **others: object) -> Ticket:
    made = factories.answered(status) if status == "pending" else factories.ticket(status)
    return replace(made, action_items=items, **others)  # type: ignore[arg-type]


def history(change: Change) -> list[tuple[str, str, str]]:
    return [(one.field, one.old, one.new) for entry in change.entries for one in entry.changes]


class TestList:
    def test_an_item_says_what_is_to_be_done_by_whom_until_when(self) -> None:
        change = action_item.add(ticket(), " Send   the part ", BY, NOW, ids(40), owner=COLLEAGUE.id, due_at=DUE)
        assert change.after.action_items == (item(owner=COLLEAGUE.id),)
        assert history(change) == [("item_added", "", "Send the part")]
        assert change.entries[0].author == BY

    def test_due_times_are_kept_to_the_minute_as_forms_show_them_in_utc(self) -> None:
        typed = (DUE + timedelta(seconds=7, microseconds=3)).astimezone(ZoneInfo("Asia/Seoul"))
        (added,) = action_item.add(ticket(), "Send", BY, NOW, ids(), due_at=typed).after.action_items
        assert added.due_at
        assert (added.due_at, added.due_at.tzinfo) == (DUE, UTC)

    @pytest.mark.parametrize(
        ("title", "due_at", "code"),
        [
            ("  ", None, "item_untitled"),
            ("x" * (LONGEST_TITLE + 1), None, "text_too_long"),
            ("Send", NOW, "due_in_past"),
        ],
    )
    def test_what_cannot_be_done_is_refused(self, title: str, due_at: object, code: str) -> None:
        with pytest.raises(InvalidInput, match=code):
            action_item.add(ticket(), title, BY, NOW, ids(), due_at=due_at)  # type: ignore[arg-type]

    def test_a_ticket_has_room_for_fifty(self) -> None:
        full = ticket(*(item(id=number) for number in range(MOST_ITEMS)))
        with pytest.raises(Conflict, match="too_many_items"):
            action_item.add(full, "One more", BY, NOW, ids())
        with pytest.raises(Conflict, match="too_many_items"):
            action_item.restore(full, item(id=999), BY, NOW, ids())

    def test_a_tick_says_who_did_it_and_when(self) -> None:
        change = action_item.tick(ticket(item()), 40, BY, NOW + HOUR, ids())
        assert change.after.action_items == (item(done_at=NOW + HOUR, done_by=AGENT.id),)
        assert history(change) == [("item_done", "", "Send the part")]
        assert action_item.tick(change.after, 40, BY, NOW + DAY, ids()).is_empty

    def test_a_tick_can_be_taken_back(self) -> None:
        done = ticket(item(done_at=NOW, done_by=AGENT.id))
        change = action_item.untick(done, 40, BY, NOW, ids())
        assert change.after.open_items == (item(),)
        assert action_item.untick(change.after, 40, BY, NOW, ids()).is_empty

    def test_what_changes_stands_in_the_history(self) -> None:
        change = action_item.change(ticket(item()), 40, "Send two", COLLEAGUE.id, DUE + HOUR, BY, NOW, ids())
        assert history(change) == [
            ("item_changed", "Send the part", "Send two"),
            ("item_owner", "", f"{COLLEAGUE.id}"),
            ("item_due", DUE.isoformat(), (DUE + HOUR).isoformat()),
        ]
        assert action_item.change(change.after, 40, "Send two", COLLEAGUE.id, DUE + HOUR, BY, NOW, ids()).is_empty

    def test_a_due_time_that_is_past_may_stay_and_none_be_set(self) -> None:
        late = ticket(item(told_at=DUE))
        renamed = action_item.change(late, 40, "Send two", 0, DUE, BY, DUE + HOUR, ids()).after
        assert renamed.action_items == (item(title="Send two", told_at=DUE),)
        with pytest.raises(InvalidInput, match="due_in_past"):
            action_item.change(late, 40, "Send", 0, DUE + MINUTE, BY, DUE + HOUR, ids())

    def test_for_another_time_or_owner_somebody_is_told_anew(self) -> None:
        late = ticket(item(told_at=DUE))
        later = action_item.change(late, 40, "Send the part", 0, DUE + DAY, BY, DUE, ids()).after
        handed = action_item.change(late, 40, "Send the part", COLLEAGUE.id, DUE, BY, DUE, ids()).after
        assert [one.action_items[0].told_at for one in (later, handed)] == [None, None]

    def test_what_was_deleted_comes_back_to_its_place(self) -> None:
        both = ticket(item(), item(id=41, title="Call"))
        deleted = action_item.delete(both, 40, BY, NOW, ids())
        assert [one.id for one in deleted.after.action_items] == [41]
        assert history(deleted) == [("item_deleted", "", "Send the part")]
        assert action_item.delete(deleted.after, 40, BY, NOW, ids()).is_empty
        restored = action_item.restore(deleted.after, item(), BY, NOW, ids())
        assert restored.after.action_items == both.action_items
        assert action_item.restore(restored.after, item(), BY, NOW, ids()).is_empty

    def test_an_item_that_is_not_there(self) -> None:
        with pytest.raises(NotFound, match="item_not_found"):
            action_item.tick(ticket(), 40, BY, NOW, ids())


class TestEnd:
    @pytest.mark.parametrize(("status", "end"), [("open", Status.RESOLVED), ("resolved", Status.CLOSED)])
    def test_a_ticket_with_open_items_does_not_end_unless_somebody_says_so(self, status: str, end: Status) -> None:
        unfinished = ticket(item(), status=status)
        with pytest.raises(Conflict, match="items_open"):
            unfinished.set_status(end, AGENT, DESK, NOW, ids())
        change = unfinished.set_status(end, AGENT, DESK, NOW, ids(), despite_items=True)
        assert change.after.status is end
        assert change.after.open_items == (item(),), "they stay"
        assert ("items_left_open", "", "1") in history(change)

    def test_what_is_done_stands_in_nobodys_way(self) -> None:
        change = ticket(item(done_at=NOW)).set_status(Status.RESOLVED, AGENT, DESK, NOW, ids())
        assert "items_left_open" not in {field for field, _, _ in history(change)}

    def test_other_steps_are_free(self) -> None:
        assert ticket(item()).set_status(Status.PENDING, AGENT, DESK, NOW, ids()).after.status is Status.PENDING


class TestAutoClose:
    """Rule 15: only with no open action item."""

    WAITING = Waiting(NOW)
    RESOLVES_AT = NOW + 9 * DAY  # seven working days

    def test_a_waiting_ticket_with_an_open_item_is_neither_reminded_nor_resolved(self) -> None:
        waiting = ticket(item(due_at=None), status="pending", waiting=self.WAITING)
        assert timer.AUTO_CLOSE not in {one.clock for one in timer.coming(waiting, DESK)}
        assert timer.escalate(waiting, DESK, self.RESOLVES_AT, self.RESOLVES_AT, ids(300)).is_empty
        assert not timer.escalate(
            ticket(status="pending", waiting=self.WAITING), DESK, NOW + 9 * DAY, NOW, ids()
        ).is_empty

    @pytest.mark.parametrize("end", [action_item.tick, action_item.delete])
    def test_the_wait_begins_when_the_last_one_goes(self, end: object) -> None:
        two = ticket(item(), item(id=41), status="pending", waiting=Waiting(NOW, 1))
        one_left = end(two, 40, BY, NOW + DAY, ids()).after  # type: ignore[operator]
        assert one_left.waiting == Waiting(NOW, 1)
        none_left = end(one_left, 41, BY, NOW + 2 * DAY, ids()).after  # type: ignore[operator]
        assert none_left.waiting == Waiting(NOW + 2 * DAY, 1)
        assert [one.clock for one in timer.coming(none_left, DESK)] == [timer.AUTO_CLOSE]


class TestReminder:
    def told(self, change: Change) -> list[str]:
        assert {mail.purpose for mail in change.outgoing} <= {Purpose.ITEM_DUE}
        return [mail.to for mail in change.outgoing]

    def reminded(self, made: Ticket) -> Change:
        return timer.escalate(made, DESK, DUE, DUE, ids(300))

    def test_the_timer_wakes_when_an_item_is_due_before_any_clock(self) -> None:
        assert timer.next_wake(ticket(item()), DESK) == DUE
        assert timer.next_wake(ticket(item(due_at=DUE + 90 * DAY)), DESK) == timer.next_wake(ticket(), DESK)

    @pytest.mark.parametrize("status", ["resolved", "closed"])
    def test_an_item_of_a_ticket_that_ended_is_due_nevertheless(self, status: str) -> None:
        ended = ticket(item(), status=status)
        assert timer.next_wake(ended, DESK) == DUE
        started = timer.plan(Change(ended, replace(ended, timer=Timer())), DESK, NOW, ids())
        assert started.after.timer.wakes_at == DUE

    def test_the_owner_is_told_once(self) -> None:
        change = self.reminded(ticket(item(owner=COLLEAGUE.id), assignee=AGENT.id))
        assert self.told(change) == [COLLEAGUE.address]
        assert change.outgoing[0].params["title"] == "Send the part"
        assert history(change) == [("item_overdue", "", "Send the part"), ("told", "", COLLEAGUE.name)]
        assert change.entries[0].cause == "timer:action_item:due"
        assert self.reminded(change.after).is_empty
        assert timer.next_wake(change.after, DESK) != DUE

    @pytest.mark.parametrize(
        ("made", "receiver"),
        [
            (ticket(item(), assignee=AGENT.id), AGENT),
            (ticket(item(owner=77), assignee=AGENT.id), AGENT),
            (ticket(item()), SUPERVISOR),
        ],
        ids=["without an owner", "whose owner left", "of nobody's ticket"],
    )
    def test_otherwise_who_answers_for_the_ticket_is_told(self, made: Ticket, receiver: object) -> None:
        assert self.told(self.reminded(made)) == [receiver.address]  # type: ignore[attr-defined]

    def test_nobody_is_told_early_or_of_what_is_done_or_has_no_due_time(self) -> None:
        quiet = ticket(item(done_at=NOW), item(id=41, due_at=None), item(id=42, due_at=DUE + MINUTE))
        assert self.reminded(quiet).is_empty

    def test_an_admin_stands_in_where_there_is_no_supervisor(self) -> None:
        alone = factories.settings(ADMIN)
        assert self.told(timer.escalate(ticket(item()), alone, DUE, DUE, ids(300))) == [ADMIN.address]
