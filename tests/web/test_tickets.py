import re

import pytest

from chalicelib.adapters import outbox, tickets
from chalicelib.desk import links, settings, solutions
from chalicelib.desk import tickets as desk
from chalicelib.desk.tickets import Upload
from chalicelib.domain.entry import EntryKind
from chalicelib.domain.solution import SolutionStatus
from chalicelib.domain.words import Kind, Priority, Status
from chalicelib.web import forms
from tests import factories
from tests.conftest import ADDRESS, ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR
from tests.web.tickets import open_ticket, receive, reply
from tests.web.visitor import Answer, File, Visitor, now


def page_of(agent: Visitor, number: int) -> Answer:
    return agent.get(f"/agent/tickets/{number}")


def send_reply(agent: Visitor, number: int, text: str, **fields: str) -> Answer:
    seen = page_of(agent, number).hidden("seen")
    return agent.post(f"/agent/tickets/{number}/reply", {"text": text, "seen": seen, "action": "send", **fields})


def texts(number: int) -> list[str]:
    return [entry.text for entry in tickets.get_page(number).entries if entry.kind is not EntryKind.EVENT]


def test_a_ticket_page_shows_everything_about_it(agent: Visitor) -> None:
    number = open_ticket("It leaks.", subject="Pump", uploads=(Upload("photo.jpg", "image/jpeg", b"x" * 2048),))
    open_ticket("Something else.", subject="Filter")
    reply(number, "Try **this**.")
    receive(number, "Still leaks.", quoted_text="> Try this.")
    desk.add_note(number, "Ask the workshop.", COLLEAGUE, now())
    page = page_of(agent, number).text
    for words in ("It leaks.", "<strong>this</strong>", "Still leaks.", "Show quoted text", "Ask the workshop."):
        assert words in page
    assert "photo.jpg" in page
    assert "2 KB" in page
    assert "kim@customer.example" in page
    assert "#2 Filter" in page, "the customer's other tickets"
    assert "First response" in page
    assert "queued" in page, "what became of the mails"


def test_a_mail_that_may_have_left_twice_says_so(agent: Visitor) -> None:
    number = open_ticket()
    words = "this mail may have been sent, or sent more often than is shown"
    assert words not in page_of(agent, number).text
    outbox.mark_maybe_left(tickets.get_page(number).outgoing[0])
    assert words in page_of(agent, number).text


def test_the_history_tells_who_changed_what_from_what_to_what_and_why(agent: Visitor) -> None:
    number = open_ticket()
    desk.set_status(number, Status.PENDING, COLLEAGUE, now())
    history = page_of(agent, number).text.partition("<tbody>")[2]
    row = re.sub(r"<[^>]+>|\s+", " ", history.partition("</tr>")[0])
    assert re.search(r"Lee Agent +Status +Open +Pending +by an agent", row)


def test_an_answer_goes_out_and_sets_the_status(agent: Visitor) -> None:
    number = open_ticket()
    answer = send_reply(agent, number, "Done.", then="resolved")
    shown = agent.follow(answer)
    assert "Reply sent." in shown.text
    assert "Reply sent." not in page_of(agent, number).text, "told once"
    page = tickets.get_page(number)
    assert page.ticket.status is Status.RESOLVED
    assert page.ticket.last_replier == AGENT.id
    assert texts(number)[-1] == "Done."


def test_an_empty_answer_is_not_sent(agent: Visitor) -> None:
    number = open_ticket()
    answer = send_reply(agent, number, "  ", then="pending")
    assert answer.status == 422
    assert "Please write something." in answer.text
    assert '<option value="pending" selected>' in answer.text
    assert len(texts(number)) == 1


def test_an_overtaken_answer_is_kept_back_and_shows_what_is_new(agent: Visitor) -> None:
    number = open_ticket()
    seen = page_of(agent, number).hidden("seen")
    receive(number, "I found the leak myself.")
    answer = agent.post(f"/agent/tickets/{number}/reply", {"text": "My draft", "seen": seen, "action": "send"})
    assert answer.status == 409
    assert "Something came in while you were writing" in answer.text
    assert "My draft" in answer.text
    assert answer.text.count("said-news") == 1
    assert "My draft" not in texts(number)
    again = {"text": "My draft", "seen": answer.hidden("seen"), "action": "send"}
    assert agent.post(f"/agent/tickets/{number}/reply", again).status == 303
    assert texts(number)[-1] == "My draft"


def test_a_solution_is_inserted_without_javascript(agent: Visitor) -> None:
    number = open_ticket()
    solution = solutions.write("Leaks", "Turn the *ring*.", "en", ADMIN, now())
    solutions.move(solution.id, SolutionStatus.APPROVED, ADMIN, now())
    assert "Leaks" in page_of(agent, number).text
    answer = send_reply(agent, number, "Hello,", action="insert", solution=str(solution.id), then="pending")
    assert answer.status == 200
    assert "Hello,\n\nTurn the *ring*." in answer.text
    assert len(texts(number)) == 1


def test_the_text_of_a_solution_can_be_fetched_for_the_form(agent: Visitor) -> None:
    solution = solutions.write("Leaks", "Turn the *ring*.", "en", ADMIN, now())
    answer = agent.get(f"/agent/solutions/{solution.id}/body")
    assert answer.text == "Turn the *ring*."
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_note_stays_inside(agent: Visitor) -> None:
    number = open_ticket()
    shown = agent.follow(agent.post(f"/agent/tickets/{number}/note", {"text": "Ask Bo."}))
    assert "Ask Bo." in shown.text
    assert tickets.get_page(number).entries[-1].kind is EntryKind.NOTE


def test_an_empty_note_opens_its_form_again(agent: Visitor) -> None:
    number = open_ticket()
    assert agent.post(f"/agent/tickets/{number}/note", {"text": ""}).status == 422


def test_assigning_is_told_and_can_be_undone(agent: Visitor) -> None:
    number = open_ticket()
    shown = agent.follow(agent.post(f"/agent/tickets/{number}/assign", {"assignee": str(COLLEAGUE.id), "was": "0"}))
    assert "Assignee changed." in shown.text
    assert "Undo" in shown.text
    assert tickets.get(number).assignee == COLLEAGUE.id
    agent.post(f"/agent/tickets/{number}/assign", {"assignee": "0", "was": str(COLLEAGUE.id)})
    assert tickets.get(number).assignee == 0


def test_status_and_priority_are_set(agent: Visitor) -> None:
    number = open_ticket()
    assert agent.post(f"/agent/tickets/{number}/status", {"status": "on_hold", "was": "open"}).status == 303
    assert agent.post(f"/agent/tickets/{number}/priority", {"priority": "urgent", "was": "medium"}).status == 303
    ticket = tickets.get(number)
    assert (ticket.status, ticket.priority) == (Status.ON_HOLD, Priority.URGENT)


def test_the_kind_is_set_and_undone(agent: Visitor) -> None:
    number = open_ticket()
    answer = agent.post(f"/agent/tickets/{number}/kind", {"kind": "complaint", "was": "none"})
    assert tickets.get(number).kind is Kind.COMPLAINT
    page = agent.follow(answer).text
    assert 'name="kind" value="none"' in page, "undo"
    agent.post(f"/agent/tickets/{number}/kind", {"kind": "none", "was": "complaint"})
    assert tickets.get(number).kind is None


def test_tags_are_set_in_one_form_and_order(agent: Visitor) -> None:
    number = open_ticket()
    answer = agent.post(f"/agent/tickets/{number}/tags", {"tags": "Red, lamp  ＲＥＤ"})
    assert tickets.get(number).tags == ("lamp", "red")
    page = agent.follow(answer).text
    assert 'value="lamp red"' in page
    assert "Tags" in page
    many = " ".join(f"tag{number}" for number in range(21))
    assert agent.post(f"/agent/tickets/{number}/tags", {"tags": many}).status == 422
    assert agent.post(f"/agent/tickets/{number}/tags", {"tags": ""}).status == 303
    assert tickets.get(number).tags == ()


def test_what_can_not_be_undone_offers_no_undo(agent: Visitor) -> None:
    number = open_ticket()
    agent.post(f"/agent/tickets/{number}/status", {"status": "resolved", "was": "open"})
    answer = agent.post(f"/agent/tickets/{number}/status", {"status": "closed", "was": "resolved"})
    assert "Undo" not in agent.follow(answer).text


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        pytest.param("status", {"status": "closed"}, 409, id="a step that is not possible"),
        pytest.param("status", {"status": "happy"}, 400, id="no such status"),
        pytest.param("priority", {"priority": ""}, 400, id="no such priority"),
        pytest.param("kind", {"kind": ""}, 400, id="no such kind"),
        pytest.param("assign", {"assignee": "x"}, 400, id="no number"),
        pytest.param("assign", {"assignee": "77"}, 404, id="no such agent"),
        pytest.param("reply", {"text": "Hello", "seen": "x"}, 400, id="a reply that saw nothing"),
        pytest.param("note", {"text": "Hello", "extra": "1"}, 422, id="an unknown field"),
    ],
)
def test_what_is_not_possible_changes_nothing(agent: Visitor, act: str, fields: dict[str, str], status: int) -> None:
    number = open_ticket()
    before = tickets.get_page(number)
    assert agent.post(f"/agent/tickets/{number}/{act}", fields).status == status
    assert tickets.get_page(number) == before


def test_a_closed_ticket_takes_no_answer(agent: Visitor) -> None:
    number = open_ticket()
    for status in (Status.RESOLVED, Status.CLOSED):
        desk.set_status(number, status, AGENT, now())
    page = page_of(agent, number).text
    assert "This ticket is closed." in page
    assert f"/agent/tickets/{number}/reply" not in page


def test_a_stranger_s_mail_is_marked(agent: Visitor) -> None:
    number = open_ticket()
    receive(number, "Let me in.", name="Mallory", is_from_stranger=True)
    assert "Not a participant" in page_of(agent, number).text


def test_attachments_lead_to_the_file_for_a_short_while(agent: Visitor) -> None:
    number = open_ticket(uploads=(Upload("사진.jpg", "image/jpeg", b"x"),))
    link = page_of(agent, number).links("/files/")[0]
    answer = agent.get(link)
    assert answer.status == 303
    assert "X-Amz-Expires=300" in answer.location or "Expires=" in answer.location
    assert "attachment" in answer.location
    assert agent.get(link[:-1] + "9").status == 404


@pytest.mark.parametrize("number", ["99", "0", "x", "1e3", "%EF%BC%91", "9" * 30])
def test_a_ticket_that_is_not_there_is_a_page_that_says_so(agent: Visitor, number: str) -> None:
    answer = agent.get(f"/agent/tickets/{number}")
    assert answer.status == 404


def test_a_contributor_sees_only_what_is_assigned_to_them(contributor: Visitor) -> None:
    own, other = open_ticket(subject="Own"), open_ticket(subject="Unrelated")
    desk.assign(own, CONTRIBUTOR.id, ADMIN, now())
    page = page_of(contributor, own)
    assert page.status == 200
    assert "Unrelated" not in page.text
    assert page_of(contributor, other).status == 404
    assert contributor.post(f"/agent/tickets/{other}/note", {"text": "Hello"}).status == 404
    assert contributor.get("/agent").links("queue=") == ["/agent?queue=mine"]


def test_a_contributor_answers_and_notes_but_changes_no_property(contributor: Visitor) -> None:
    number = open_ticket()
    desk.assign(number, CONTRIBUTOR.id, ADMIN, now())
    page = page_of(contributor, number)
    for control in ("/assign", "/status", "/priority", "/kind", 'name="then"', 'name="cc"'):
        assert control not in page.text
    for words in ("Open", "Medium", CONTRIBUTOR.name):
        assert words in page.text.partition("<aside")[2], "they may read what they can't change"
    before = tickets.get(number)
    for act, value in (("status", "resolved"), ("priority", "urgent"), ("kind", "claim"), ("assign", "0")):
        fields = {"assignee" if act == "assign" else act: value, "was": ""}
        assert contributor.post(f"/agent/tickets/{number}/{act}", fields).status == 403
    assert send_reply(contributor, number, "Done.", then="resolved").status == 403
    assert send_reply(contributor, number, "Done.", cc="lee@customer.example").status == 403
    assert tickets.get(number) == before
    assert send_reply(contributor, number, "Done.").status == 303
    assert contributor.post(f"/agent/tickets/{number}/note", {"text": "Ask Bo."}).status == 303


def test_a_contributor_reads_and_inserts_public_solutions_alone(contributor: Visitor) -> None:
    number = open_ticket()
    desk.assign(number, CONTRIBUTOR.id, ADMIN, now())
    solution = solutions.write("Leaks", "Turn the ring.", "en", ADMIN, now())
    assert contributor.get(f"/agent/solutions/{solution.id}/body").status == 404
    assert send_reply(contributor, number, "", action="insert", solution=str(solution.id)).status == 404
    solutions.move(solution.id, SolutionStatus.APPROVED, ADMIN, now())
    assert contributor.get(f"/agent/solutions/{solution.id}/body").text == "Turn the ring."
    assert "Turn the ring." in send_reply(contributor, number, "", action="insert", solution=str(solution.id)).text


class TestReplyWithMore:
    def send(self, agent: Visitor, number: int, *files: File, **fields: str) -> Answer:
        seen = page_of(agent, number).hidden("seen")
        values = {"text": "See there.", "seen": seen, "then": "", "cc": "", "action": "send"} | fields
        return agent.post_files(f"/agent/tickets/{number}/reply", values, *files)

    def test_files_go_out_and_are_shown_to_both_sides(self, agent: Visitor) -> None:
        number = open_ticket()
        page = agent.follow(self.send(agent, number, ("설명서.pdf", b"%PDF"), ("b.txt", b"b"))).text
        assert "설명서.pdf" in page
        assert "b.txt" in page
        status_url = links.status_url(factories.stored_settings(), number).removeprefix(ADDRESS)
        shown = agent.get(status_url)
        assert "설명서.pdf" in shown.text
        assert agent.get(shown.links("/files/")[0]).status == 303

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            pytest.param([("a.bin", b"x" * (forms.LARGEST_FILES + 1))], "The limit is 4 MB in total.", id="too large"),
            pytest.param([(f"{n}.txt", b"x") for n in range(6)], "Too many files. At most 5.", id="too many"),
        ],
    )
    def test_too_much_is_refused_with_the_limit_and_the_draft_is_kept(
        self, agent: Visitor, files: list[File], words: str
    ) -> None:
        number = open_ticket()
        answer = self.send(agent, number, *files, cc="park@customer.example")
        assert answer.status == 413
        for kept in (words, "See there.", "park@customer.example", "choose your files again"):
            assert kept in answer.text
        assert len(texts(number)) == 1

    def test_copies_are_offered_and_may_be_changed(self, agent: Visitor) -> None:
        number = open_ticket()
        self.send(agent, number, cc="park@customer.example, lee@customer.example")
        assert agent.get(f"/agent/tickets/{number}").hidden("cc") == "park@customer.example, lee@customer.example"
        shown = agent.follow(self.send(agent, number, cc="lee@customer.example")).text
        assert tickets.get(number).cc == ("lee@customer.example",)
        assert "Cc: lee@customer.example" in shown, "to whom the mail goes"

    def test_what_has_become_ours_is_no_longer_offered(self, agent: Visitor) -> None:
        number = open_ticket()
        self.send(agent, number, cc="info@ourshop.example, lee@customer.example")
        settings.set_mail(
            "Desk", "last", factories.stored_settings().version, ADMIN, now(), other_addresses="info@ourshop.example"
        )
        assert agent.get(f"/agent/tickets/{number}").hidden("cc") == "lee@customer.example"

    def test_a_wrong_copy_is_named_and_nothing_is_lost(self, agent: Visitor) -> None:
        number = open_ticket()
        answer = self.send(agent, number, cc="park@customer.example, support@desk.example")
        assert answer.status == 422
        assert "the desk&#39;s own: support@desk.example" in answer.text
        assert answer.hidden("cc") == "park@customer.example, support@desk.example"
        assert len(texts(number)) == 1

    def test_a_form_that_knows_no_copies_leaves_them(self, agent: Visitor) -> None:
        number = open_ticket()
        self.send(agent, number, cc="park@customer.example")
        send_reply(agent, number, "And this.")
        assert tickets.get(number).cc == ("park@customer.example",)


class TestTeam:
    def test_a_ticket_is_handed_to_a_team_and_back(self, agent: Visitor) -> None:
        number = open_ticket()
        assert f"/agent/tickets/{number}/team" not in page_of(agent, number).text, "there are no teams"
        team = settings.add_team("Repairs", "", "", ADMIN, now()).id
        answer = agent.post(f"/agent/tickets/{number}/team", {"team": str(team), "was": "0"})
        shown = agent.follow(answer).text
        assert tickets.get(number).team == team
        assert f'<option value="{team}" selected>Repairs' in shown
        assert "Undo" in shown
        assert re.search(r"Team:\s+Repairs", shown), "the history names it"
        agent.post(f"/agent/tickets/{number}/team", {"team": "0", "was": str(team)})
        assert tickets.get(number).team == 0

    def test_there_is_no_such_team(self, agent: Visitor) -> None:
        number = open_ticket()
        assert agent.post(f"/agent/tickets/{number}/team", {"team": "404", "was": "0"}).status == 422
