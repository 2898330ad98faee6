from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.adapters import settings, tickets
from chalicelib.desk import action_items, checklists, intake, timers
from chalicelib.desk import tickets as desk
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.agent import Agent
from chalicelib.domain.checklist import Checklist, ChecklistStep
from chalicelib.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, StaleVersion
from chalicelib.domain.outgoing import Delivery, Purpose
from chalicelib.domain.timer import Action
from chalicelib.domain.words import Kind, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR
from tests.desk import journey
from tests.wire import on_the_wire

HOUR = timedelta(hours=1)
DUE = NOW + 2 * HOUR
RETURN = Checklist(90, "Return", (ChecklistStep("Check the receipt", HOUR), ChecklistStep("File it")))

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _opened(cloud: None) -> None:
    intake.open_from_form(factories.form(), NOW)


def items() -> tuple[ActionItem, ...]:
    return tickets.get(1).action_items


def add(title: str = "Send the part", owner: int = 0, by: Agent = AGENT) -> int:
    action_items.add(1, title, owner, DUE, by, NOW)
    return items()[-1].id


class TestItems:
    def test_what_agents_do_with_them_is_kept(self) -> None:
        item = add()
        action_items.change(1, item, "Send two", COLLEAGUE.id, DUE + HOUR, AGENT, NOW)
        action_items.set_done(1, item, COLLEAGUE, NOW + HOUR, is_done=True)
        (done,) = items()
        assert (done.title, done.owner, done.done_by, done.done_at) == (
            "Send two",
            COLLEAGUE.id,
            COLLEAGUE.id,
            NOW + HOUR,
        )
        action_items.set_done(1, item, COLLEAGUE, NOW + HOUR, is_done=False)
        assert items()[0].is_open

    def test_what_was_deleted_comes_back(self) -> None:
        item = add()
        before = items()
        for _ in range(2):
            action_items.delete(1, item, AGENT, NOW)
        assert items() == ()
        for _ in range(2):
            action_items.restore(1, item, AGENT, NOW)
        assert items() == before

    def test_the_owner_must_be_able_to_see_the_ticket(self) -> None:
        with pytest.raises(InvalidInput, match="owner_not_possible"):
            add(owner=CONTRIBUTOR.id)
        with pytest.raises(InvalidInput, match="owner_not_possible"):
            add(owner=4711)
        desk.assign(1, CONTRIBUTOR.id, AGENT, NOW)
        item = add(owner=CONTRIBUTOR.id)
        desk.assign(1, AGENT.id, AGENT, NOW)
        action_items.change(1, item, "Renamed", CONTRIBUTOR.id, DUE, AGENT, NOW)
        assert items()[0].title == "Renamed", "who was chosen once may stay"

    def test_a_contributor_ticks_on_their_own_tickets_and_changes_none(self) -> None:
        item = add()
        with pytest.raises(NotFound):
            action_items.set_done(1, item, CONTRIBUTOR, NOW, is_done=True)
        desk.assign(1, CONTRIBUTOR.id, AGENT, NOW)
        action_items.set_done(1, item, CONTRIBUTOR, NOW, is_done=True)
        assert items()[0].done_by == CONTRIBUTOR.id
        acts: list[Callable[[], None]] = [
            lambda: action_items.add(1, "x", 0, None, CONTRIBUTOR, NOW),
            lambda: action_items.change(1, item, "x", 0, None, CONTRIBUTOR, NOW),
            lambda: action_items.delete(1, item, CONTRIBUTOR, NOW),
            lambda: action_items.restore(1, item, CONTRIBUTOR, NOW),
            lambda: action_items.add_checklist(1, 90, CONTRIBUTOR, NOW),
        ]
        for act in acts:
            with pytest.raises(NotAllowed):
                act()

    def test_of_two_agents_at_once_both_are_heard(self) -> None:
        first, second = add("One"), add("Two")
        with on_the_wire() as wire:
            wire.meanwhile(
                "dynamodb.TransactWriteItems", lambda: action_items.set_done(1, second, COLLEAGUE, NOW, is_done=True)
            )
            action_items.set_done(1, first, AGENT, NOW, is_done=True)
        assert [item.done_by for item in items()] == [AGENT.id, COLLEAGUE.id]


class TestEnd:
    def test_a_ticket_with_open_items_is_resolved_only_when_the_agent_says_so(self) -> None:
        add()
        with pytest.raises(Conflict, match="items_open"):
            desk.set_status(1, Status.RESOLVED, AGENT, NOW)
        assert journey.status() is Status.OPEN
        desk.set_status(1, Status.RESOLVED, AGENT, NOW, despite_items=True)
        assert (journey.status(), len(tickets.get(1).open_items)) == (Status.RESOLVED, 1)

    def test_a_reply_that_would_resolve_it_is_not_sent(self) -> None:
        add()
        seen = tickets.get(1).last_entry
        with pytest.raises(Conflict, match="items_open"):
            desk.reply(1, "Done.", AGENT, seen, NOW, Status.RESOLVED)
        assert journey.texts() == ["The pump is broken."]
        desk.reply(1, "Done.", AGENT, seen, NOW, Status.RESOLVED, despite_items=True)
        assert journey.status() is Status.RESOLVED


class TestReminder:
    def test_the_owner_is_told_by_mail_and_among_the_notices_in_their_language(self) -> None:
        add(owner=COLLEAGUE.id)
        timer = tickets.get(1).timer
        assert timer.wakes_at == DUE
        assert timers.check(1, timer.number, DUE, DUE).action is Action.ESCALATE
        for _ in range(2):
            decision = timers.escalate(1, timer.number, DUE, DUE)
        assert decision.action is Action.WAIT
        journey.deliver_all(DUE)
        (notice,) = [mail for mail in journey.page().outgoing if mail.purpose is Purpose.ITEM_DUE]
        assert (notice.delivery, notice.agent_id) == (Delivery.SENT, COLLEAGUE.id)
        (mail,) = journey.sent(COLLEAGUE.address)
        text = journey.text_of(mail)
        for words in ("할 일: Send the part", "12:00", "https://desk.example/agent/tickets/1"):
            assert words in text

    def test_what_is_done_in_time_is_nobodys_worry(self) -> None:
        item = add(owner=COLLEAGUE.id)
        timer = tickets.get(1).timer.number
        action_items.set_done(1, item, COLLEAGUE, NOW, is_done=True)
        assert timers.check(1, timer, DUE, DUE).action is Action.WAIT
        assert not [mail for mail in journey.page().outgoing if mail.purpose is Purpose.ITEM_DUE]


class TestChecklists:
    def test_a_checklist_is_put_onto_a_ticket_of_its_kind_once(self) -> None:
        checklists.save(Checklist(90, "Return", RETURN.steps, frozenset({Kind.CLAIM})), ADMIN, NOW)
        with pytest.raises(NotFound, match="checklist_not_found"):
            action_items.add_checklist(1, 90, AGENT, NOW)
        desk.set_kind(1, Kind.CLAIM, AGENT, NOW)
        for _ in range(2):
            action_items.add_checklist(1, 90, AGENT, NOW)
        assert [item.title for item in items()] == ["Check the receipt", "File it"]
        with pytest.raises(NotFound, match="checklist_not_found"):
            action_items.add_checklist(1, 91, AGENT, NOW)

    def test_one_that_comes_by_itself_needs_nobody(self) -> None:
        automatic = Checklist(90, "Return", RETURN.steps, frozenset({Kind.CLAIM}), comes_by_itself=True)
        checklists.save(automatic, ADMIN, NOW)
        desk.set_kind(1, Kind.CLAIM, AGENT, NOW)
        assert len(items()) == 2

    def test_what_admins_set_is_kept_and_known_at_once(self) -> None:
        for _ in range(2):
            checklists.save(RETURN, ADMIN, NOW)
        assert list(settings.get().checklists.values()) == [Checklist(90, "Return", RETURN.steps, version=1)]

    def test_names_are_given_once(self) -> None:
        checklists.save(RETURN, ADMIN, NOW)
        with pytest.raises(InvalidInput, match="name_taken"):
            checklists.save(Checklist(91, "return", RETURN.steps), ADMIN, NOW)

    def test_two_admins_do_not_overwrite_one_another(self) -> None:
        checklists.save(RETURN, ADMIN, NOW)
        checklists.save(Checklist(90, "Returns", RETURN.steps, version=1), ADMIN, NOW)
        with pytest.raises(StaleVersion):
            checklists.save(Checklist(90, "Sending back", RETURN.steps, version=1), ADMIN, NOW)

    def test_they_are_admins_business(self) -> None:
        with pytest.raises(NotAllowed):
            checklists.save(RETURN, SUPERVISOR, NOW)
