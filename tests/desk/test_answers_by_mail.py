"""What agents mail: an answer goes to the customer, and what no customer may read stays on the ticket (rule 9)."""

import email
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from chalicelib.adapters import inbound_mail
from chalicelib.desk import explanation, tickets
from chalicelib.domain.entry import AuthorKind, Entry, EntryKind, Mailbox
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Status
from chalicelib.mail.read import read
from tests.conftest import AGENT, COLLEAGUE, NOW, SUPERVISOR, SUPPORT
from tests.desk import journey
from tests.desk.journey import PASSED, page, raw_mail, receive, receive_mail, reply_address
from tests.factories import CUSTOMER_ADDRESS

OUTLOOK = "From: Desk <support@desk.example>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Min\nSubject: Pump\n\n"
GMAIL = "On Mon, 23 Nov 2026 at 10:00, Desk <support@desk.example> wrote:\n"
FORWARD = """Angry again, careful.

---------- Forwarded message ---------
From: Kim <kim@customer.example>
Date: Mon, 23 Nov 2026 at 08:00
Subject: Re: Pump
To: Min Agent <min@desk.example>

Where is my pump?
"""

pytestmark = pytest.mark.usefixtures("cloud")


def agent_writes(text: str, *files: tuple[str, bytes], to: str = "", **headers: str) -> str:
    return receive(agents_mail(text, *files, to=to or reply_address(), **headers))


def agents_mail(text: str, *files: tuple[str, bytes], **headers: str) -> bytes:
    usual = {"from_": f"Min <{AGENT.address}>", "authentication_results": PASSED, "subject": "Re: [#1] Pump"}
    return raw_mail(text, *files, **(usual | headers))


def notice() -> str:
    """What the agent got when the ticket became theirs."""
    receive_mail()
    tickets.assign(1, AGENT.id, SUPERVISOR, NOW)
    journey.deliver_all()
    return unix(journey.text_of(journey.sent(AGENT.address)[0]))


def to_customer() -> list[str]:
    """Replies to the customer, as they were sent."""
    journey.deliver_all()
    return [unix(journey.text_of(mail)) for mail in journey.sent(CUSTOMER_ADDRESS)][1:]


def notes() -> list[Entry]:
    return [entry for entry in page().entries if entry.kind is EntryKind.NOTE]


def unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def assert_kept_inside(cause: str, *words: str) -> None:
    """A note has it all, with the cause; the customer got nothing and no clock was met."""
    (note,) = notes()
    assert note.remarks == (cause,)
    assert all(word in f"{note.text}\n{note.quoted_text}" for word in words)
    assert inbound_mail.read_raw(note.raw_key)
    assert not page().ticket.clock(ClockName.FIRST_RESPONSE).is_met
    assert to_customer() == []


class TestForwards:
    @pytest.mark.parametrize("subject", ["Fwd: [#1] Pump", "Re: [#1] Pump"])
    def test_a_forward_is_no_answer(self, subject: str) -> None:
        receive_mail()
        agent_writes(FORWARD, ("photo.pdf", b"%PDF"), subject=subject)
        assert_kept_inside("forward_not_sent", "Angry again", "Where is my pump?")
        assert [file.filename for file in notes()[0].attachments] == ["photo.pdf"]

    def test_nor_is_one_that_knows_the_ticket_by_its_ids(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        agent_writes(FORWARD, to="support@desk.example", subject="Fwd: Pump", references="<one@customer.example>")
        assert journey.numbers() == [1]
        assert_kept_inside("forward_not_sent", "Where is my pump?")

    @pytest.mark.parametrize("subject", ["FW: [#1] Pump", "전달: [#1] 펌프", "WG: [#1] Pump"])
    def test_nor_one_that_names_no_author(self, subject: str) -> None:
        receive_mail()
        agent_writes("See below.\n\nFrom: Kim\nSent: Monday\nSubject: Pump\n\nWhere is it?", subject=subject)
        assert_kept_inside("forward_not_sent", "Where is it?")

    def test_an_answer_below_a_forwarded_subject_is_one(self) -> None:
        receive_mail(subject="Fwd: Pump")
        agent_writes("On our way.", subject="Re: [#1] Fwd: Pump")
        assert "On our way." in to_customer()[0]

    @pytest.mark.parametrize(
        "text",
        [
            "Hi Kim,\n\nForwarded to the factory:\n- your serial number\n\nThey answer tomorrow.",
            "안녕하세요.\n전달 사항:\n내일 방문합니다.",
            "以下の内容を転送しました:\n- ポンプ",
            "以下内容已转发:\n- 泵",
        ],
    )
    def test_words_about_a_forward_are_an_answer(self, text: str) -> None:
        receive_mail()
        agent_writes(text)
        assert text in to_customer()[0]

    @pytest.mark.parametrize("subject", ["전달 드립니다", "[#1] 전달 부탁드립니다", "VS: [#1] Pump", "[#1] FW: Pump"])
    def test_so_is_one_whose_subject_only_looks_like_a_forwards(self, subject: str) -> None:
        receive_mail(subject="FW: Pump")
        agent_writes(f"On our way.\n\n{GMAIL}> Where is my pump?", subject=subject)
        assert to_customer()[0].startswith("On our way.\n")

    @pytest.mark.parametrize(("subject", "is_sent"), [("Re: [#1] Pump", True), ("[#1] Pump", False)])
    def test_a_mail_attached_to_an_answer_is_a_file(self, subject: str, is_sent: bool) -> None:
        receive_mail(message_id="<one@customer.example>")
        raw = agents_mail("See what they say.", subject=subject, in_reply_to="<one@customer.example>")
        answer = email.message_from_bytes(raw, policy=SMTP)
        assert isinstance(answer, EmailMessage)
        attached = EmailMessage(SMTP)
        attached["From"], attached["Subject"] = "factory@works.example", "The pump"
        attached.set_content("The factory's words.")
        answer.add_attachment(attached)
        receive(answer.as_bytes())
        assert [note.remarks for note in notes()] == ([] if is_sent else [("forward_not_sent",)])
        assert bool(to_customer()) is is_sent

    def test_on_a_closed_ticket_it_is_a_follow_up_whose_author_waits(self) -> None:
        receive_mail(cc=AGENT.address)
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW)
        agent_writes(FORWARD)
        ticket, message = page(2).ticket, journey.messages(2)[0]
        assert (ticket.follows, ticket.customer_address) == (1, AGENT.address)
        assert message.forwarded_from == Mailbox("kim@customer.example", "Kim")


class TestTicketsOfAgents:
    def test_on_their_own_ticket_agents_ask_and_do_not_answer(self) -> None:
        agent_writes("My laptop is broken.", to=SUPPORT, subject="Laptop")
        agent_writes("And the mouse.", subject="Re: [#1] Laptop")
        ticket = page().ticket
        assert [message.author.kind for message in journey.messages()] == [AuthorKind.CUSTOMER] * 2
        assert (ticket.clock(ClockName.FIRST_RESPONSE).is_met, ticket.assignee) == (False, 0)
        assert Purpose.REPLY not in {mail.purpose for mail in page().outgoing}

    @pytest.mark.parametrize(("status", "numbers"), [(Status.RESOLVED, [1]), (Status.CLOSED, [1, 2])])
    def test_they_wake_it_or_follow_it_up(self, status: Status, numbers: list[int]) -> None:
        agent_writes("My laptop is broken.", to=SUPPORT, subject="Laptop")
        for each in dict.fromkeys((Status.RESOLVED, status)):
            tickets.set_status(1, each, COLLEAGUE, NOW)
        agent_writes("It still is.", subject="Re: [#1] Laptop")
        assert (journey.numbers(), journey.status(numbers[-1])) == (numbers, "open")


class TestAnswersToNotices:
    @pytest.mark.parametrize("introduction", ["", GMAIL, OUTLOOK])
    @pytest.mark.parametrize("is_quoted", [False, True])
    def test_the_customer_reads_the_answer_and_nothing_of_the_notice(self, introduction: str, is_quoted: bool) -> None:
        ours = notice()
        agent_writes(f"The pump comes tomorrow.\n\n{introduction}{quoted(ours) if is_quoted else ours}")
        (reply,) = to_customer()
        assert reply.startswith("The pump comes tomorrow.\n\n--")
        assert "/agent/tickets/" not in reply
        assert notes() == []

    @pytest.mark.parametrize("introduction", ["", GMAIL, OUTLOOK])
    @pytest.mark.parametrize("is_quoted", [False, True])
    def test_an_empty_answer_sends_nothing(self, introduction: str, is_quoted: bool) -> None:
        ours = notice()
        agent_writes(f"{introduction}{quoted(ours) if is_quoted else ours}")
        assert_kept_inside("answer_not_sent", "/agent/tickets/1")

    def test_what_stands_below_a_notice_that_nothing_sets_off_stays_a_note(self) -> None:
        agent_writes(f"{OUTLOOK}{notice()}\nThe pump comes tomorrow.")
        assert_kept_inside("answer_not_sent", "The pump comes tomorrow.")

    def test_a_notice_that_lost_its_mark_is_known_by_its_links(self) -> None:
        _, _, bare = notice().partition("\n\n")
        agent_writes(f"The pump comes tomorrow.\n\n{bare}")
        assert_kept_inside("answer_not_sent", "The pump comes tomorrow.")

    def test_so_is_one_whose_links_were_wrapped_by_a_scanner(self) -> None:
        receive_mail()
        console = "https%3A%2F%2Fdesk.example%2Fagent%2Ftickets%2F1"
        agent_writes(f"Tomorrow.\n\nNumber: #1\nhttps://scan.example/?u={console}")
        assert_kept_inside("answer_not_sent", "Tomorrow.")

    def test_what_is_left_out_stays_with_the_answer(self) -> None:
        ours = notice()
        agent_writes(f"The pump comes tomorrow.\n\n{GMAIL}{quoted(ours)}\n-- \nMin, 010-1234")
        answer = journey.messages()[1]
        assert answer.text == "The pump comes tomorrow."
        assert all(word in answer.quoted_text for word in ("wrote:", "/agent/tickets/1", "010-1234"))

    @pytest.mark.parametrize(
        "own",
        [
            "On 23 Nov 2026 at 10:00, our technician wrote:\n\nThe pump is beyond repair.",
            "From: Depot Seoul\nTo: kim@customer.example\nSubject: Spare pump\n\nIt arrives tomorrow.",
        ],
    )
    @pytest.mark.parametrize("is_of_notice", [True, False])
    def test_words_below_an_introduction_that_nothing_marks_stay_a_note(self, own: str, is_of_notice: bool) -> None:
        ours = notice()
        agent_writes(f"Hi Kim,\n\n{own}" + (f"\n\n{GMAIL}{quoted(ours)}" if is_of_notice else ""))
        assert_kept_inside("answer_not_sent", "Hi Kim,", own.splitlines()[-1])

    def test_files_without_words_stay_on_the_ticket_which_says_so(self) -> None:
        receive_mail()
        agent_writes("", ("manual.pdf", b"%PDF"))
        assert_kept_inside("answer_not_sent")
        assert [file.filename for file in notes()[0].attachments] == ["manual.pdf"]


class TestAnswersToNoticesAboutMail:
    """What a supervisor says to a flood, or an agent to a mail that came back, is no customer's business."""

    def test_an_answer_to_a_notice_about_mail_that_came_back_stays_inside(self) -> None:
        notice()
        tickets.reply(1, "On our way.", AGENT, page().ticket.last_entry, NOW)
        journey.deliver_all()
        receive(journey.bounce_mail(next(mail for mail in page().outgoing if mail.purpose is Purpose.REPLY)))
        journey.deliver_all()
        told = next(mail for mail in page().outgoing if mail.purpose is Purpose.MAIL_FAILED)
        headers = {"from_": AGENT.address, "to": reply_address(), "in_reply_to": f"<{told.wire_id}>"}
        asked = explanation.destination(read(raw_mail("Hm.", **headers, authentication_results=PASSED)), NOW)
        assert asked.why_kept_inside == "notice_not_sent"
        agent_writes("Call them, then.", in_reply_to=f"<{told.wire_id}>")
        (note,) = notes()
        assert (note.remarks, note.text.strip(), len(to_customer())) == (("notice_not_sent",), "Call them, then.", 1)

    def test_so_does_a_supervisors_to_a_flood(self) -> None:
        for _ in range(7):
            receive_mail(subject="Alert")
        journey.deliver_all()
        told, number = next(
            (mail, number)
            for number in journey.numbers()
            for mail in page(number).outgoing
            if mail.purpose is Purpose.MAIL_FLOOD
        )
        agent_writes(
            "Block this sender.", to=reply_address(number), from_=SUPERVISOR.address, in_reply_to=f"<{told.wire_id}>"
        )
        (note,) = (entry for entry in page(number).entries if entry.kind is EntryKind.NOTE)
        assert note.remarks == ("notice_not_sent",)
        assert Purpose.REPLY not in {mail.purpose for mail in page(number).outgoing}

    def test_one_to_any_other_notice_goes_out(self) -> None:
        notice()
        told = next(mail for mail in page().outgoing if mail.purpose is Purpose.ASSIGNED)
        agent_writes("The pump comes tomorrow.", in_reply_to=f"<{told.wire_id}>")
        assert "The pump comes tomorrow." in to_customer()[0]


class TestMachines:
    @pytest.mark.parametrize(
        "headers",
        [{"precedence": "bulk"}, {"x_auto_response_suppress": "All"}, {"list_id": "<team.desk.example>"}],
    )
    def test_what_may_be_a_machines_is_no_answer(self, headers: dict[str, str]) -> None:
        receive_mail()
        agent_writes("On our way.", **headers)
        assert_kept_inside("machine_not_sent", "On our way.")
        assert Purpose.REPLY not in {mail.purpose for mail in journey.queued()}

    @pytest.mark.parametrize(
        ("subject", "text"),
        [
            ("Re: [#1] Pump", "\U0001f44d\n\nMin Agent reacted via Gmail <https://www.google.com/gmail/about/>"),
            ("Recall: [#1] Pump", 'Min Agent would like to recall the message, "[#1] Pump".'),
            ("회수: [#1] 펌프", 'Min Agent 님이 "[#1] 펌프" 메시지를 회수하려고 합니다.'),
            ("Rückruf: [#1] Pump", 'Min Agent möchte die Nachricht "[#1] Pump" zurückrufen.'),
        ],
    )
    def test_nor_what_a_program_puts_into_words(self, subject: str, text: str) -> None:
        receive_mail()
        agent_writes(text, subject=subject)
        assert_kept_inside("machine_not_sent", "Min Agent")

    def test_an_answer_about_a_recall_is_one(self) -> None:
        receive_mail()
        agent_writes("The maker has the pump recalled.", subject="Recall: [#1] Pump")
        assert to_customer()

    @pytest.mark.parametrize("headers", [{"auto_submitted": "auto-generated"}, {"return_path": "<>"}])
    def test_what_is_a_machines_for_certain_is_no_agents(self, headers: dict[str, str]) -> None:
        receive_mail()
        agent_writes("Backup done.", **headers)
        assert_kept_inside("machine_not_sent", "Backup done.")
        assert (notes()[0].is_automatic, notes()[0].author.name) == (True, AGENT.name)

    @pytest.mark.parametrize("to", ["", SUPPORT])
    def test_an_absent_agents_note_stays_a_note_by_whatever_it_names_the_ticket(self, to: str) -> None:
        notice()
        agent_writes("Back on Monday.", to=to, subject="Automatic reply: [#1] Pump", auto_submitted="auto-replied")
        assert_kept_inside("machine_not_sent", "Back on Monday.")
        assert journey.numbers() == [1]

    def test_so_does_one_on_a_closed_ticket(self) -> None:
        receive_mail()
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW)
        agent_writes("Back on Monday.", auto_submitted="auto-replied")
        assert_kept_inside("machine_not_sent", "Back on Monday.")

    def test_whose_sender_is_not_proven_is_a_strangers(self) -> None:
        receive_mail()
        agent_writes(
            "Back on Monday.", auto_submitted="auto-replied", authentication_results="amazonses.com; dmarc=none"
        )
        assert (notes(), journey.messages()[1].is_from_stranger) == ([], True)

    @pytest.mark.parametrize("headers", [{"auto_submitted": "auto-generated"}, {"return_path": "<>"}])
    def test_nor_does_it_reopen_a_ticket_as_a_customers(self, headers: dict[str, str]) -> None:
        receive_mail()
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW)
        receive_mail("Delivered to your neighbour.", to=reply_address(), **headers)
        assert (journey.status(), journey.messages()[1].is_automatic) == ("resolved", True)

    def test_a_customers_mail_that_asks_for_no_automatic_answer_reopens_it(self) -> None:
        receive_mail()
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW)
        receive_mail("Broken again.", to=reply_address(), x_auto_response_suppress="DR, OOF, AutoReply")
        assert journey.status() == "open"

    @pytest.mark.parametrize(
        ("sender", "subject"),
        [("Kim", "Re: [#1] Out of office reply is broken"), ("Postmaster Kim", "Re: [#1] Delivery problem")],
    )
    def test_a_customer_with_such_words_wakes_the_ticket_and_follows_it_up(self, sender: str, subject: str) -> None:
        receive_mail()
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW)
        said = {"from_": f"{sender} <{CUSTOMER_ADDRESS}>", "subject": subject, "to": reply_address()}
        receive(raw_mail("It is still broken.", **said))
        assert journey.status() == "open"
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW)
        receive(raw_mail("It is broken again.", **said))
        assert (journey.numbers(), page(2).ticket.follows) == ([1, 2], 1)
