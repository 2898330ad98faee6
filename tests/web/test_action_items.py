"""Action items on the page of their ticket."""

import re
from datetime import timedelta

import pytest

from chalicelib.adapters import settings, tickets
from chalicelib.desk import action_items, checklists, timers
from chalicelib.desk import tickets as desk
from chalicelib.domain.action_item import ActionItem
from chalicelib.domain.checklist import Checklist, ChecklistStep
from chalicelib.domain.words import Kind, Status
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW
from tests.web.tickets import open_ticket, reply
from tests.web.visitor import Answer, Visitor, now

STEPS = (ChecklistStep("Check the receipt", timedelta(hours=1)), ChecklistStep("Pay back"))


def page(visitor: Visitor, number: int = 1) -> str:
    return visitor.get(f"/agent/tickets/{number}").text


def items() -> tuple[ActionItem, ...]:
    return tickets.get(1).action_items


def post(visitor: Visitor, path: str = "items", **fields: str) -> Answer:
    return visitor.post(f"/agent/tickets/1/{path}", fields)


def add(visitor: Visitor, title: str = "Send the part", owner: int = 0, due_at: str = "") -> int:
    assert post(visitor, title=title, owner=f"{owner}", due_at=due_at).status == 303
    return items()[-1].id


def undo(visitor: Visitor, text: str) -> Answer:
    """Presses the button beside what was just done."""
    (form,) = re.findall(r'<form action="([^"]+)" method="post">((?:(?!</form>).)*?)Undo', text, re.DOTALL)
    return visitor.post(form[0], dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1])))


class TestList:
    def test_an_item_is_added_with_its_owner_and_due_time(self, agent: Visitor) -> None:
        open_ticket()
        add(agent, owner=COLLEAGUE.id, due_at="2099-01-31T15:00")
        assert items()[0].due_at is not None
        assert items()[0].due_at.isoformat() == "2099-01-31T06:00:00+00:00", "in the desk's time zone"
        text = page(agent)
        assert "Action item added." in text
        for words in ("Send the part", COLLEAGUE.name, 'value="2099-01-31T15:00"', "Open action items: 1"):
            assert words in text

    @pytest.mark.parametrize(
        ("fields", "words", "field"),
        [
            ({"title": " ", "owner": "4", "due_at": "2099-01-31T15:00"}, "Say what is to be done.", "title"),
            ({"title": "Send", "owner": "4", "due_at": "2020-01-31T15:00"}, "A deadline must lie ahead.", "due_at"),
            ({"title": "Send", "owner": "4", "due_at": "soon"}, "Please choose day and time.", "due_at"),
            ({"title": "Send", "owner": "5", "due_at": ""}, "This person cannot see the ticket.", "owner"),
        ],
    )
    def test_mistakes_stand_where_they_were_made_and_nothing_typed_is_lost(
        self, agent: Visitor, fields: dict[str, str], words: str, field: str
    ) -> None:
        open_ticket()
        answer = post(agent, **fields)
        assert (answer.status, items()) == (422, ())
        (panel,) = re.findall(r'<section class="panel items".*?</section>', answer.text, re.DOTALL)
        assert words in panel
        assert '<details class="item-form" open>' in panel
        assert re.findall(r'name="(\w+)"[^>]*aria-invalid', panel) == [field]
        assert f'value="{fields["due_at"]}"' in panel
        assert f'value="{fields["owner"]}" selected' in panel
        assert answer.text.count(words) == 1

    def test_a_mistake_in_an_item_opens_its_own_form(self, agent: Visitor) -> None:
        open_ticket()
        first, second = add(agent, "One"), add(agent, "Two")
        answer = post(agent, f"items/{second}", title="", owner="0", due_at="")
        assert re.findall(r'id="item-title-(\d+)"[^>]*aria-invalid', answer.text) == [f"{second}"]
        assert answer.text.count('<details class="item-form" open>') == 1
        assert first != second

    def test_an_item_is_changed(self, agent: Visitor) -> None:
        open_ticket()
        item = add(agent, due_at="2099-01-31T15:00")
        post(agent, f"items/{item}", title="Send two", owner=f"{COLLEAGUE.id}", due_at="")
        assert [(one.title, one.owner, one.due_at) for one in items()] == [("Send two", COLLEAGUE.id, None)]
        history = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(agent)))
        assert "Action item changed" in history
        assert f"Owner of the action item nothing {COLLEAGUE.name}" in history

    def test_a_tick_can_be_undone(self, agent: Visitor) -> None:
        open_ticket()
        item = add(agent)
        agent.get("/agent/tickets/1")
        answer = post(agent, f"items/{item}/done", done="1")
        assert answer.location == "/agent/tickets/1"
        text = page(agent)
        assert "Done (1)" in text
        assert "Open action items" not in text
        assert undo(agent, text).location == "/agent/tickets/1"
        assert items()[0].is_open

    def test_a_deletion_can_be_undone(self, agent: Visitor) -> None:
        open_ticket()
        item = add(agent)
        post(agent, f"items/{item}/delete")
        text = page(agent)
        assert "Action item deleted." in text
        assert items() == ()
        undo(agent, text)
        assert [one.title for one in items()] == ["Send the part"]

    def test_what_agents_write_is_no_html(self, agent: Visitor) -> None:
        open_ticket()
        add(agent, "<script>alert(1)</script>")
        assert "<script>alert" not in page(agent)

    def test_contributors_tick_and_do_nothing_else(self, contributor: Visitor) -> None:
        open_ticket()
        action_items.add(1, "Send the part", 0, None, AGENT, now())
        desk.assign(1, CONTRIBUTOR.id, AGENT, now())
        text = page(contributor)
        assert 'aria-label="Done: Send the part"' in text
        assert "Add an item" not in text
        assert "/delete" not in text
        assert post(contributor, title="x", owner="0", due_at="").status == 403
        assert post(contributor, f"items/{items()[0].id}/done", done="1").status == 303

    def test_it_reads_in_korean(self, supervisor: Visitor) -> None:
        open_ticket()
        add(supervisor)
        text = page(supervisor)
        for words in ("할 일", "남은 할 일 1건", "문의 담당자", "할 일을 추가했습니다."):
            assert words in text


class TestEnd:
    def test_to_resolve_with_open_items_takes_a_second_word(self, agent: Visitor) -> None:
        open_ticket()
        add(agent)
        refused = post(agent, "status", status="resolved", was="open")
        assert refused.status == 409
        assert "Action items are still open: 1." in refused.text
        assert tickets.get(1).status is Status.OPEN
        (form,) = re.findall(r'role="alert">.*?<form[^>]*>(.*?)</form>', refused.text, re.DOTALL)
        assert "Resolve all the same" in form
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        assert post(agent, "status", **fields).status == 303
        assert tickets.get(1).status is Status.RESOLVED
        text = page(agent)
        assert "Action items left open" in text
        assert 'aria-label="Done: Send the part"' in text, "they stay listed"

    def test_a_reply_that_would_resolve_keeps_its_words_until_the_box_is_ticked(self, agent: Visitor) -> None:
        open_ticket()
        add(agent)
        seen = f"{tickets.get(1).last_entry}"
        fields = {"text": "Here you are.", "seen": seen, "then": "resolved", "action": "send"}
        refused = post(agent, "reply", **fields)
        assert refused.status == 409
        assert "Here you are.</textarea>" in refused.text
        assert 'name="despite_items"' in refused.text
        assert post(agent, "reply", **fields, despite_items="1").status == 303
        assert tickets.get(1).status is Status.RESOLVED

    def test_without_open_items_there_is_no_such_box(self, agent: Visitor) -> None:
        open_ticket()
        assert "despite_items" not in page(agent)

    def test_the_clocks_say_why_a_waiting_ticket_is_not_resolved_by_itself(self, agent: Visitor) -> None:
        open_ticket()
        reply(1, then=Status.PENDING)
        assert "the customer is reminded" in page(agent)
        add(agent)
        text = page(agent)
        assert "The ticket is not resolved by itself: action items are open (1)." in text
        assert "the customer is reminded" not in text


class TestChecklists:
    def test_one_that_fits_is_put_on_by_one_press(self, agent: Visitor) -> None:
        open_ticket()
        checklists.save(Checklist(90, "Return", STEPS, frozenset({Kind.CLAIM})), ADMIN, NOW)
        assert "Return" not in page(agent)
        post(agent, "kind", kind="claim", was="none")
        assert "Add “Return” (steps: 2)" in page(agent)
        assert post(agent, "checklists", checklist="90").status == 303
        text = page(agent)
        assert "Checklist added." in text
        assert "Check the receipt" in text
        assert "Add “Return”" not in text

    def test_one_for_which_there_is_no_room_says_so(self, agent: Visitor) -> None:
        open_ticket()
        checklists.save(Checklist(90, "Return", STEPS), ADMIN, NOW)
        full = Checklist(91, "Full", tuple(ChecklistStep(f"{step}") for step in range(49)))
        checklists.save(full, ADMIN, NOW)
        post(agent, "checklists", checklist="91")
        answer = post(agent, "checklists", checklist="90")
        assert answer.status == 409
        assert "A ticket can have 50 action items at most." in answer.text

    def test_a_checklist_comes_with_a_ticket_that_is_taken_down_with_its_kind(self, agent: Visitor) -> None:
        checklists.save(Checklist(90, "Return", STEPS, frozenset({Kind.CLAIM}), comes_by_itself=True), ADMIN, NOW)
        settings.forget()
        open_ticket()
        post(agent, "kind", kind="claim", was="none")
        assert [item.title for item in items()] == ["Check the receipt", "Pay back"]


def test_queue_rows_show_how_many_are_open(agent: Visitor) -> None:
    open_ticket()
    assert "row-items" not in agent.get("/agent?queue=open").text
    add(agent)
    text = agent.get("/agent?queue=open").text
    assert "Open action items: 1" in text
    assert "row-items" in text


def test_a_notice_tells_which_item_is_due(agent: Visitor) -> None:
    open_ticket()
    action_items.add(1, "Send the part", AGENT.id, now() + timedelta(minutes=5), COLLEAGUE, now())
    due_at = now() + timedelta(minutes=6)
    timers.escalate(1, tickets.get(1).timer.number, due_at, due_at)
    text = agent.get("/agent/notices").text
    assert "Action item due" in text
    assert "Send the part" in text
