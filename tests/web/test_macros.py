import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import macros as store
from chalicelib.adapters import tickets
from chalicelib.desk import macros
from chalicelib.desk import settings as desk
from chalicelib.desk import tickets as ticket_desk
from chalicelib.domain.agent import Agent
from chalicelib.domain.entry import EntryKind
from chalicelib.domain.macro import Macro, Visibility
from chalicelib.domain.words import Kind, Priority, Status
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, SUPERVISOR
from tests.web.tickets import open_ticket, receive
from tests.web.visitor import Answer, Visitor, now

LIST = "/agent/macros"
FORM = {"name": "Ask", "text": "Dear {customer.name}", "version": "0", "do": "save"}


def kept(by: Agent = SUPERVISOR, **others: Any) -> Macro:
    wanted = replace(Macro(0, "Ask", 0, Visibility.EVERYBODY, text="Dear {customer.name}"), **others)
    return store.get(macros.save(wanted, by, now()).id)


def chosen(macro: Macro) -> str:
    return f"{macro.id}-{macro.version}"


def all_macros() -> list[Macro]:
    return [one.macro for one in store.list_for(AGENT, is_fresh=True)]


def page_of(agent: Visitor, number: int) -> Answer:
    return agent.get(f"/agent/tickets/{number}")


def press(agent: Visitor, number: int, action: str, **fields: str) -> Answer:
    seen = page_of(agent, number).hidden("seen")
    return agent.post(f"/agent/tickets/{number}/reply", {"text": "", "seen": seen, "action": action, **fields})


def said(number: int) -> list[str]:
    return [entry.text for entry in tickets.get_page(number).entries if entry.kind is EntryKind.MESSAGE]


def written(answer: Answer) -> str:
    found = re.search(r'<textarea id="text".*?>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert found
    return found[1]


def prepared_words(answer: Answer) -> str:
    box = answer.text.partition('<div class="prepared"')[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", box).split())


class TestKeeping:
    def test_the_list_is_empty_at_first_and_says_what_it_is_for(self, agent: Visitor) -> None:
        page = agent.get(LIST).text
        assert "No canned replies yet" in page
        assert 'type="search"' not in page

    def test_an_agent_writes_their_own(self, agent: Visitor) -> None:
        page = agent.get(f"{LIST}/new").text
        assert 'name="visibility"' not in page
        shown = agent.follow(agent.post(f"{LIST}/new", FORM))
        assert "Saved." in shown.text
        (macro,) = all_macros()
        assert (macro.name, macro.owner, macro.visibility) == ("Ask", AGENT.id, Visibility.PERSONAL)
        assert "Canned reply" in shown.text
        assert "Dear {customer.name}" in shown.text

    def test_a_supervisor_writes_one_for_a_team_with_everything(self, supervisor: Visitor) -> None:
        team = desk.add_team("Repairs", "", "", ADMIN, now())
        wishes = {"visibility": "team", "team": f"{team.id}", "status": "pending", "priority": "high", "kind": "claim"}
        wishes |= {"to_team": "none", "assignee": f"{COLLEAGUE.id}", "note": "Mind."}
        assert supervisor.post(f"{LIST}/new", {**FORM, **wishes}).status == 303
        (macro,) = all_macros()
        assert (macro.team, macro.to_team, macro.assignee, macro.note) == (team.id, 0, f"{COLLEAGUE.id}", "Mind.")
        assert (macro.status, macro.priority, macro.kind) == (Status.PENDING, Priority.HIGH, Kind.CLAIM)
        page = supervisor.get(f"{LIST}/{macro.id}").text
        for value in (team.id, "pending", "high", "claim", "none", COLLEAGUE.id):
            assert f'<option value="{value}" selected>' in page
        assert "Repairs" in supervisor.get(LIST).text

    def test_a_macro_is_changed(self, supervisor: Visitor) -> None:
        macro = kept()
        answer = supervisor.post(
            f"{LIST}/{macro.id}", {**FORM, "name": "Again", "visibility": "everybody", "version": "1"}
        )
        assert answer.status == 303
        assert all_macros()[0].name == "Again"

    @pytest.mark.parametrize(
        ("wrong", "words", "status"),
        [
            ({"name": " "}, "Please give a name.", 422),
            ({"text": " ", "note": "", "name": "Kept note"}, "Write a reply or a note", 422),
            ({"text": "Kept {custmer.name}"}, "a variable that does not exist: {custmer.name}", 422),
            ({"status": "closed"}, "Please choose one of the values offered.", 422),
            ({"priority": "huge"}, "Please choose one of the values offered.", 422),
            ({"assignee": "x"}, "Please choose one of the values offered.", 422),
            ({"to_team": "-1"}, "Please choose one of the values offered.", 422),
            ({"assignee": "4711"}, "This agent cannot take tickets.", 422),
            ({"visibility": "team"}, "There is no such team.", 422),
            ({"visibility": "everybody"}, "You do not have the right to do this.", 403),
            ({"extra": "1"}, "no such fields: extra", 422),
            ({"version": "x"}, "could not be read", 400),
        ],
    )
    def test_what_must_be_mended_comes_back(
        self, agent: Visitor, wrong: dict[str, str], words: str, status: int
    ) -> None:
        page = agent.post(f"{LIST}/new", {**FORM, "note": "Kept note", **wrong})
        assert page.status == status
        assert words in page.text
        assert "Kept note" in page.text
        assert all_macros() == []

    def test_two_who_change_it_at_once_do_not_overwrite_one_another(self, supervisor: Visitor, admin: Visitor) -> None:
        macro = kept()
        form = {**FORM, "visibility": "everybody", "version": "1"}
        assert admin.post(f"{LIST}/{macro.id}", {**form, "text": "First"}).status == 303
        late = supervisor.post(f"{LIST}/{macro.id}", {**form, "text": "Second"})
        assert late.status == 409
        assert "Second" in late.text
        assert all_macros()[0].text == "First"
        again = {**form, "text": "Second", "version": late.hidden("version")}
        assert supervisor.post(f"{LIST}/{macro.id}", again).status == 303

    def test_what_was_deleted_comes_back_at_a_press(self, supervisor: Visitor) -> None:
        macro = kept()
        shown = supervisor.follow(supervisor.post(f"{LIST}/{macro.id}/delete", {}))
        assert f'action="{LIST}/{macro.id}/restore"' in shown.text
        assert all_macros() == []
        assert supervisor.get(f"{LIST}/{macro.id}").status == 404
        back = supervisor.follow(supervisor.post(f"{LIST}/{macro.id}/restore", {}))
        assert 'data-done="macro_restored"' in back.text
        assert [one.id for one in all_macros()] == [macro.id]

    def test_what_was_typed_into_a_deleted_one_is_kept(self, supervisor: Visitor) -> None:
        macro = kept()
        macros.delete(macro.id, ADMIN, now())
        late = supervisor.post(
            f"{LIST}/{macro.id}", {**FORM, "visibility": "everybody", "text": "Typed", "version": "1"}
        )
        assert late.status == 409
        assert "Typed" in late.text

    def test_the_list_is_searched(self, agent: Visitor) -> None:
        kept(name="Refund", text="The money is on its way.")
        kept(name="감사 인사", text="고맙습니다.")
        page = agent.get(f"{LIST}?q=MONEY+way").text
        assert "Refund" in page
        assert "감사 인사" not in page
        assert "Nothing holds “xylophone”." in agent.get(f"{LIST}?q=xylophone").text

    def test_how_often_it_was_used_is_told(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(kind=Kind.CLAIM)
        press(agent, number, "apply", macro=chosen(macro))
        assert "Used 1 times, 1 by you" in agent.get(LIST).text


class TestWhoMay:
    def test_an_agent_reads_what_is_shared_and_copies_it(self, agent: Visitor) -> None:
        macro = kept(priority=Priority.HIGH)
        page = agent.get(f"{LIST}/{macro.id}").text
        assert '<fieldset class="group macro-fields" disabled>' in page
        assert "macro-delete" not in page
        copy = agent.get(f"{LIST}/new?from={macro.id}").text
        assert "Dear {customer.name}" in copy
        assert '<option value="high" selected>' in copy
        assert agent.post(f"{LIST}/{macro.id}", {**FORM, "version": "1"}).status == 403
        assert agent.post(f"{LIST}/{macro.id}/delete", {}).status == 403
        assert all_macros() == [macro]

    def test_somebody_else_s_is_not_there(self, agent: Visitor, admin: Visitor) -> None:
        theirs = kept(COLLEAGUE, name="Secret", visibility=Visibility.PERSONAL)
        for visitor in (agent, admin):
            assert "Secret" not in visitor.get(LIST).text
            assert visitor.get(f"{LIST}/{theirs.id}").status == 404
            assert visitor.get(f"{LIST}/new?from={theirs.id}").status == 404
            answer = visitor.post(f"{LIST}/{theirs.id}", {**FORM, "name": "", "version": "1"})
            assert (answer.status, "Secret" in answer.text) == (404, False)
            assert visitor.post(f"{LIST}/{theirs.id}/delete", {}).status == 404

    def test_contributors_have_no_page_of_them(self, contributor: Visitor) -> None:
        assert contributor.get(LIST).status == 403
        assert contributor.post(f"{LIST}/new", FORM).status == 403


class TestPreview:
    def test_it_shows_the_reply_and_the_changes_on_a_real_ticket(self, supervisor: Visitor) -> None:
        number = open_ticket(subject="Leak")
        form = {**FORM, "do": "preview", "visibility": "everybody", "ticket": f"#{number}", "status": "pending"}
        page = supervisor.post(
            f"{LIST}/new?lang=en", {**form, "text": "Dear **{customer.name}**, {parcel}", "note": "Mind."}
        )
        preview = page.text.partition('id="preview"')[2].partition("</section>")[0]
        for words in (f"#{number} Leak", "<strong>Kim</strong>", "{parcel}", "Pending", "Mind."):
            assert words in preview
        assert all_macros() == []
        assert tickets.get(number).status is Status.OPEN

    def test_without_a_number_the_most_urgent_one_of_one_s_own_is_taken(self, agent: Visitor) -> None:
        open_ticket(subject="Other")
        mine = open_ticket(subject="My own")
        ticket_desk.assign(mine, AGENT.id, ADMIN, now())
        assert f"#{mine} My own" in agent.post(f"{LIST}/new", {**FORM, "do": "preview"}).text

    @pytest.mark.parametrize("typed", ["", "4711", "pump"])
    def test_where_there_is_no_such_ticket_it_says_so(self, agent: Visitor, typed: str) -> None:
        page = agent.post(f"{LIST}/new", {**FORM, "do": "preview", "ticket": typed})
        assert page.status == 422
        assert "no such ticket to try it on" in page.text
        assert "Dear {customer.name}" in page.text


class TestReply:
    def test_a_canned_reply_comes_into_the_text_without_javascript(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept()
        assert f'<option value="{macro.id}"' in page_of(agent, number).text
        answer = press(agent, number, "prepare", text="Hello,", canned=f"{macro.id}", then="pending")
        assert answer.status == 200
        assert written(answer) == "Hello,\n\nDear Kim\n"
        assert 'class="prepared"' not in answer.text, "nothing else happens"
        assert '<option value="pending" selected>' in answer.text
        assert len(said(number)) == 1

    def test_a_macro_is_prepared_shown_and_sent_by_a_press(self, agent: Visitor) -> None:
        number, macro = (
            open_ticket(),
            kept(name="Refund", status=Status.PENDING, kind=Kind.CLAIM, note="Pay {customer.name}."),
        )
        answer = press(agent, number, "prepare", canned=f"{macro.id}")
        words = prepared_words(answer)
        for told in ("Refund", "Status Open → Pending", "Kind nothing → Claim", "Pay Kim."):
            assert told in words
        assert (len(said(number)), tickets.get(number).kind) == (1, None), "nothing is done yet"
        sent = press(agent, number, "send", text=written(answer), macro=answer.hidden("macro"))
        shown = agent.follow(sent).text
        assert "Reply sent." in shown
        assert "macro: Refund" in shown
        assert said(number)[-1] == "Dear Kim"
        assert (tickets.get(number).status, tickets.get(number).kind) == (Status.PENDING, Kind.CLAIM)

    def test_words_without_changes_leave_what_is_prepared(self, agent: Visitor) -> None:
        number, macro, canned = open_ticket(), kept(name="Refund", kind=Kind.CLAIM), kept(name="Bye", text="Bye!")
        first = press(agent, number, "prepare", canned=f"{macro.id}")
        fields = {"text": written(first), "macro": first.hidden("macro")}
        second = press(agent, number, "prepare", canned=f"{canned.id}", **fields)
        assert written(second) == "Dear Kim\n\nBye!\n"
        assert second.hidden("macro") == chosen(macro)
        other = kept(name="Raise", text="", priority=Priority.URGENT)
        third = press(agent, number, "prepare", canned=f"{other.id}", text="x", macro=chosen(macro))
        assert (written(third), third.hidden("macro")) == ("x", chosen(other))

    def test_the_changes_can_be_left_out(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(kind=Kind.CLAIM)
        answer = press(agent, number, "drop", text="Kept", macro=chosen(macro))
        assert written(answer) == "Kept"
        assert 'name="macro"' not in answer.text

    def test_the_changes_can_be_made_without_a_reply(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(kind=Kind.CLAIM, note="x")
        answer = press(agent, number, "apply", macro=chosen(macro))
        assert "The macro has changed the ticket." in agent.follow(answer).text
        assert (len(said(number)), tickets.get(number).kind) == (1, Kind.CLAIM)

    def test_what_was_written_stays_then(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(kind=Kind.CLAIM)
        answer = press(agent, number, "apply", text="Not yet", macro=chosen(macro))
        assert (answer.status, written(answer)) == (200, "Not yet")
        assert "The macro has changed the ticket." in answer.text
        assert 'name="macro"' not in answer.text
        assert tickets.get(number).kind is Kind.CLAIM

    def test_a_reply_with_something_open_is_held_back_and_sent_as_it_is(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(status=Status.RESOLVED)
        text = "Dear {customer.name}, your parcel {parcel}"
        held = press(agent, number, "send", text=text, macro=chosen(macro))
        assert held.status == 422
        assert "or send it as it is: {parcel}" in held.text
        assert written(held) == text
        assert held.hidden("macro") == chosen(macro)
        assert 'value="send_as_it_is"' in held.text
        assert len(said(number)) == 1
        assert press(agent, number, "send_as_it_is", text=text, macro=chosen(macro)).status == 303
        assert said(number)[-1] == "Dear Kim, your parcel {parcel}"
        assert tickets.get(number).status is Status.RESOLVED

    def test_the_offer_to_send_it_as_it_is_is_made_only_then(self, agent: Visitor) -> None:
        number = open_ticket()
        assert "send_as_it_is" not in page_of(agent, number).text
        assert "send_as_it_is" not in press(agent, number, "send", text=" ").text

    @pytest.mark.parametrize("action", ["send", "apply"])
    def test_a_macro_that_was_changed_is_shown_again_before_anything_happens(self, agent: Visitor, action: str) -> None:
        number, macro = open_ticket(), kept(status=Status.PENDING)
        macros.save(replace(macro, status=Status.RESOLVED), SUPERVISOR, now())
        answer = press(agent, number, action, text="Mine", macro=chosen(macro))
        assert answer.status == 409
        assert "This macro was changed in the meantime: Ask." in answer.text
        assert written(answer) == "Mine"
        assert "Resolved" in prepared_words(answer)
        assert tickets.get(number).status is Status.OPEN
        assert press(agent, number, action, text="Mine", macro=answer.hidden("macro")).status in (200, 303)
        assert tickets.get(number).status is Status.RESOLVED

    @pytest.mark.parametrize("action", ["send", "apply", "prepare"])
    def test_with_one_that_is_gone_the_text_stays(self, agent: Visitor, action: str) -> None:
        number, macro = open_ticket(), kept(status=Status.PENDING)
        macros.delete(macro.id, SUPERVISOR, now())
        answer = press(agent, number, action, text="Mine", macro=chosen(macro), canned=f"{macro.id}")
        assert answer.status == 409
        assert "Your text is kept" in answer.text
        assert written(answer) == "Mine"
        assert 'name="macro"' not in answer.text
        assert len(said(number)) == 1

    @pytest.mark.parametrize("action", ["send", "apply"])
    def test_a_view_that_was_overtaken_stops_it(self, agent: Visitor, action: str) -> None:
        number, macro = open_ticket(), kept(status=Status.RESOLVED)
        seen = page_of(agent, number).hidden("seen")
        receive(number, "Still broken.")
        fields = {"text": "Mine", "seen": seen, "action": action, "macro": chosen(macro)}
        answer = agent.post(f"/agent/tickets/{number}/reply", fields)
        assert (answer.status, written(answer)) == (409, "Mine")
        assert "said-news" in answer.text
        assert "Resolved" in prepared_words(answer)
        assert tickets.get(number).status is Status.OPEN

    def test_what_is_not_possible_is_told_before_the_press(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(status=Status.PENDING)
        ticket_desk.set_status(number, Status.RESOLVED, ADMIN, now())
        answer = press(agent, number, "prepare", canned=f"{macro.id}")
        assert "This change is not possible: Resolved → Pending." in prepared_words(answer)

    @pytest.mark.parametrize("name", ["x", "1-", "1-x", "-", "99999999999999999-1"])
    def test_a_name_that_the_page_never_gave_is_refused_with_the_text_kept(self, agent: Visitor, name: str) -> None:
        number = open_ticket()
        answer = press(agent, number, "send", text="Mine", macro=name)
        assert (answer.status, written(answer)) == (400, "Mine")

    def test_the_page_offers_what_is_for_its_team_and_its_agent(self, agent: Visitor, contributor: Visitor) -> None:
        team = desk.add_team("Repairs", "", "", ADMIN, now())
        number = open_ticket()
        for name, others in {
            "For repairs": {"visibility": Visibility.TEAM, "team": team.id},
            "For all": {},
            "That changes": {"kind": Kind.CLAIM},
        }.items():
            kept(name=name, **others)
        page = page_of(agent, number).text
        assert ["For repairs" in page, "For all" in page, "That changes" in page] == [False, True, True]
        ticket_desk.hand_to_team(number, team.id, ADMIN, now())
        ticket_desk.assign(number, CONTRIBUTOR.id, ADMIN, now())
        assert "For repairs" in page_of(agent, number).text
        theirs = page_of(contributor, number).text
        assert ["For repairs" in theirs, "For all" in theirs, "That changes" in theirs] == [True, True, False]

    def test_the_history_names_the_macro_in_both_languages(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(name="환불", kind=Kind.CLAIM)
        press(agent, number, "apply", macro=chosen(macro))
        assert "macro: 환불" in page_of(agent, number).text
        assert "매크로: 환불" in agent.get(f"/agent/tickets/{number}?lang=ko").text


class TestPiece:
    def test_a_piece_of_the_page_brings_words_and_changes(self, agent: Visitor) -> None:
        number, macro = open_ticket(), kept(kind=Kind.CLAIM)
        answer = agent.get(f"/agent/tickets/{number}/macros/{macro.id}")
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.hidden("macro") == chosen(macro)
        assert "data-changes" in answer.text
        assert "data-words>\nDear Kim</textarea>" in answer.text
        assert "<html" not in answer.text

    def test_what_stands_in_a_ticket_is_shown_as_words(self, agent: Visitor) -> None:
        number, macro = open_ticket(name="<b>Kim</b>"), kept(text="{customer.name} {ticket.due}")
        answer = agent.get(f"/agent/tickets/{number}/macros/{macro.id}")
        assert "&lt;b&gt;Kim&lt;/b&gt;" in answer.text
        assert "<b>" not in answer.text

    def test_it_is_only_for_who_may_see_ticket_and_macro(self, agent: Visitor, contributor: Visitor) -> None:
        number, macro = open_ticket(), kept()
        theirs = kept(COLLEAGUE, visibility=Visibility.PERSONAL)
        assert contributor.get(f"/agent/tickets/{number}/macros/{macro.id}").status == 404
        assert agent.get(f"/agent/tickets/{number}/macros/{theirs.id}").status == 409
