import io
import zipfile
from datetime import timedelta

import pytest

from chalicelib.adapters import files
from chalicelib.desk import inbound, tickets
from chalicelib.domain.entry import AuthorKind, EntryKind, in_order
from chalicelib.domain.inbound_mail import FateState
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Status
from tests.conftest import AGENT, CONTRIBUTOR, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import PASSED, page, raw_mail, receive, receive_mail, reply_address, sent, texts
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)
STRANGER = "eve@elsewhere.example"


def close(number: int = 1) -> None:
    for status in (Status.RESOLVED, Status.CLOSED):
        tickets.set_status(number, status, AGENT, NOW)


@pytest.mark.usefixtures("cloud")
class TestNewTicket:
    def test_a_mail_becomes_a_ticket(self) -> None:
        key = receive_mail("The pump is broken.", subject="Pump", message_id="<a@customer.example>")
        ticket, (message, _) = page().ticket, page().entries
        assert (ticket.number, ticket.subject, ticket.source) == (1, "Pump", "email")
        assert (ticket.customer_address, ticket.customer_name) == (CUSTOMER_ADDRESS, "Kim")
        assert (message.text, message.message_id, message.raw_key) == ("The pump is broken.", "a@customer.example", key)

    def test_the_clocks_start_when_the_mail_was_received_whatever_its_date_says(self) -> None:
        received = NOW - HOUR
        inbound.receive(journey.store(raw_mail(date="Fri, 1 Jan 2038 00:00:00 +0000")), received, NOW)
        assert page().ticket.clock(ClockName.FIRST_RESPONSE).started_at == received

    def test_its_date_tells_where_it_is_shown_if_it_can_be_believed(self) -> None:
        receive_mail("Second.", at=NOW, date="Mon, 23 Nov 2026 00:30:00 +0000")
        receive_mail("First.", at=NOW + HOUR, to=reply_address(), date="Sun, 22 Nov 2026 23:00:00 +0000")
        receive_mail("Third.", at=NOW + 2 * HOUR, to=reply_address(), date="Fri, 1 Jan 2038 00:00:00 +0000")
        receive_mail("Fourth.", at=NOW + 3 * HOUR, to=reply_address(), date="Thu, 1 Jan 1970 00:00:00 +0000")
        assert texts() == ["Second.", "First.", "Third.", "Fourth."]
        shown = [entry.text for entry in in_order(page().entries) if entry.text]
        assert shown == ["First.", "Second.", "Third.", "Fourth."]

    def test_the_customer_is_answered_in_their_language(self) -> None:
        receive_mail("펌프가 고장났습니다.", subject="펌프")
        journey.deliver_all()
        assert page().ticket.language == "ko"
        assert "안녕하세요" in journey.text_of(sent()[0])

    def test_a_customer_who_writes_again_is_the_same_customer(self) -> None:
        receive_mail()
        receive_mail(from_="KIM@customer.example")
        assert page(1).ticket.customer_id == page(2).ticket.customer_id

    def test_people_in_copy_take_part_and_we_are_none_of_them(self) -> None:
        receive_mail(to=f"{SUPPORT}, park@customer.example", cc=f"{reply_address(9)}, Lee <LEE@customer.example>")
        assert page().ticket.cc == ("park@customer.example", "lee@customer.example")

    @pytest.mark.parametrize(
        "sender", ["k..im@customer.example", ".kim@customer.example", f"{'k' * 65}@customer.example"]
    )
    def test_a_sender_whom_no_mail_reaches_is_heard_but_not_answered(self, sender: str) -> None:
        receive_mail(from_=sender)
        assert page().ticket.customer_address == sender
        assert [mail.purpose for mail in page().outgoing] == [Purpose.TIMER]
        assert journey.messages()[0].remarks == ("address_not_sendable",)

    def test_a_sender_with_an_apostrophe_is_answered(self) -> None:
        receive_mail(from_="O'Brien@customer.example")
        journey.deliver_all()
        assert sent()[0]["To"] == "o'brien@customer.example"

    def test_attachments_are_kept(self) -> None:
        receive(raw_mail("See the photo.", ("pump.pdf", b"%PDF-1"), ("사진.pdf", b"%PDF-2")))
        kept = journey.messages()[0].attachments
        assert [(file.filename, file.content_type, file.size) for file in kept] == [
            ("pump.pdf", "application/pdf", 6),
            ("사진.pdf", "application/pdf", 6),
        ]
        assert [files.read(file.key) for file in kept] == [b"%PDF-1", b"%PDF-2"]

    @pytest.mark.parametrize("letter", ["x", "힣", "😀"])
    def test_of_a_long_text_nothing_is_lost(self, letter: str) -> None:
        text = "\n".join([letter * 60] * 4_000)
        receive_mail(text)
        (message,) = journey.messages()
        assert text.startswith(message.text.rstrip("�"))
        assert files.read(message.attachments[0].key).decode().strip() == text

    def test_a_long_quotation_is_kept_as_well(self) -> None:
        quoted = "\n".join(["> " + "힣" * 60] * 4_000)
        receive_mail(f"Still broken.\n\nOn Mon, 23 Nov 2026 at 09:00, Desk <support@desk.example> wrote:\n{quoted}\n")
        (message,) = journey.messages()
        assert message.text == "Still broken."
        assert quoted in files.read(message.attachments[0].key).decode()

    def test_very_many_files_beside_a_long_text_are_all_kept(self) -> None:
        """The table holds 400 KB in one place."""
        files_of_mail = [(f"{'사진' * 12}{number}.pdf", b"%d" % number) for number in range(490)]
        text = "\n".join(["힣" * 60] * 900)
        quotation = "\n".join(["> " + "힣" * 60] * 900)
        head = "On Mon, 23 Nov 2026 at 09:00, Desk <support@desk.example> wrote:"
        receive(raw_mail(f"{text}\n\n{head}\n{quotation}", *files_of_mail))
        (message,) = journey.messages()
        assert len(message.attachments) == 491
        whole = files.read(message.attachments[-1].key).decode()
        assert text in whole
        assert quotation in whole

    def test_files_with_endless_labels_beside_a_long_text_are_all_kept(self) -> None:
        part = '--b\r\nContent-Type: image/png; name="{}{}.png"\r\nContent-ID: <{}@{}>\r\n\r\nfile {}\r\n'
        parts = "".join(part.format("긴" * 40, n, n, "i" * 9_000, n) for n in range(480))
        shown = "".join(f'<img src="cid:{n}@{"i" * 9_000}">\r\n' for n in range(480))
        text = f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{'힣' * 60_000}</p>{shown}\r\n"
        header = "From: kim@customer.example\r\nTo: support@desk.example\r\nContent-Type: multipart/related; boundary=b"
        receive(f"{header}\r\n\r\n{text}{parts}--b--\r\n".encode())
        (message,) = journey.messages()
        *listed, packed, whole = message.attachments
        archive = zipfile.ZipFile(io.BytesIO(files.read(packed.key)))
        assert all(file.is_inline and len(file.content_id) == 64 for file in listed)
        assert len(listed) + len(archive.namelist()) == 480
        assert archive.read(archive.namelist()[-1]) == b"file 479"
        assert files.read(whole.key).decode() == "힣" * 60_000

    def test_of_its_pictures_those_are_told_apart_that_its_html_shows(self) -> None:
        parts = "".join(
            f"--b\r\nContent-Type: {kind}\r\nContent-ID: <{name}>\r\n\r\nx\r\n"
            for kind, name in (("image/png", "a&b@c"), ("application/pdf", "plan"), ("image/png", "other"))
        )
        html = '--b\r\nContent-Type: text/html\r\n\r\n<p>Look: <img src="CID:a%26b@c"> and <img src="cid:none">\r\n'
        header = "From: kim@customer.example\r\nTo: support@desk.example\r\nContent-Type: multipart/related; boundary=b"
        receive(f"{header}\r\n\r\n{html}{parts}--b--\r\n".encode())
        assert [file.is_inline for file in journey.messages()[0].attachments] == [True, False, False]

    @pytest.mark.parametrize("text", ["x", "😀" * 40_000])
    def test_so_are_those_of_an_agents_reply(self, text: str) -> None:
        receive_mail()
        files_of_mail = [(f"{'사진' * 20}{number}.pdf", b"%d" % number) for number in range(480)]
        reply = raw_mail(
            text, *files_of_mail, from_=AGENT.address, to=reply_address(), authentication_results=journey.PASSED
        )
        receive(reply)
        assert texts() == ["The pump is broken.", text]
        assert "more-files.zip" in {file.filename for file in journey.messages()[1].attachments}


@pytest.mark.usefixtures("cloud")
class TestWhichTicket:
    def test_the_signed_reply_address_comes_first(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        receive_mail()
        receive_mail("It is wet.", to=reply_address(2), in_reply_to="<one@customer.example>", subject="[#1] Pump")
        assert (journey.numbers(), texts(2)) == ([1, 2], ["The pump is broken.", "It is wet."])

    def test_mail_servers_may_change_the_case_of_the_address(self) -> None:
        receive_mail()
        receive_mail("It is wet.", to=reply_address().upper())
        assert texts() == ["The pump is broken.", "It is wet."]

    @pytest.mark.parametrize("token", ["1-" + "0" * 24, "1", "x-y", "1-", "²-00", "999999999999999999-00"])
    def test_a_forged_reply_address_is_ignored(self, token: str) -> None:
        receive_mail()
        receive_mail("Hello.", to=f"support+{token}@desk.example")
        assert journey.numbers() == [1, 2]

    def test_an_answer_to_what_the_customer_wrote(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        receive_mail("It is wet.", in_reply_to="<one@customer.example>")
        assert texts() == ["The pump is broken.", "It is wet."]

    @pytest.mark.parametrize("header", ["in_reply_to", "references"])
    @pytest.mark.parametrize("host", ["ap-northeast-2.amazonses.com", "email.amazonses.com"])
    def test_an_answer_to_the_id_that_was_on_the_wire(self, header: str, host: str) -> None:
        receive_mail()
        journey.deliver_all()
        ses_id = page().outgoing[0].wire_id.partition("@")[0]
        receive_mail("It is wet.", **{header: f"<{ses_id}@{host}>"})
        assert texts() == ["The pump is broken.", "It is wet."]

    def test_references_count_newest_first(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        receive_mail(message_id="<two@customer.example>")
        receive_mail("Third.", references="<one@customer.example> <two@customer.example> <lost@customer.example>")
        assert texts(2) == ["The pump is broken.", "Third."]

    def test_a_participant_may_name_the_number(self) -> None:
        receive_mail(cc="park@customer.example")
        receive_mail("Mine, too.", from_="park@customer.example", subject="FW: [#1] Pump")
        assert texts() == ["The pump is broken.", "Mine, too."]
        assert not journey.messages()[1].is_from_stranger

    def test_a_stranger_who_names_a_number_gets_a_new_ticket(self) -> None:
        receive_mail()
        receive_mail("Let me see.", from_=STRANGER, subject="Re: [#1] Pump")
        assert texts(1) == ["The pump is broken."]
        assert page(2).ticket.customer_address == STRANGER

    def test_a_number_that_is_none_of_ours_is_a_subject_like_any_other(self) -> None:
        receive_mail(subject="Re: [#4711] your invoice")
        assert page().ticket.subject == "Re: [#4711] your invoice"

    def test_a_stranger_who_answers_is_added_and_marked(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        receive_mail("I can help.", from_=STRANGER, in_reply_to="<one@customer.example>")
        message = journey.messages()[1]
        assert (message.text, message.is_from_stranger, message.is_public) == ("I can help.", True, False)

    def test_a_changed_subject_does_not_break_the_thread(self) -> None:
        receive_mail()
        receive_mail("It is wet.", to=reply_address(), subject="Something else")
        assert (journey.numbers(), page().ticket.subject) == ([1], "Pump")

    def test_a_customer_reply_reopens_a_resolved_ticket(self) -> None:
        receive_mail()
        tickets.set_status(1, Status.RESOLVED, AGENT, NOW)
        receive_mail("Broken again.", at=NOW + HOUR, to=reply_address())
        assert (journey.status(), page().ticket.reopened) == ("open", 1)

    def test_a_reply_to_a_closed_ticket_makes_a_linked_follow_up(self) -> None:
        receive_mail()
        close()
        receive_mail("Broken again.", to=reply_address())
        assert (journey.status(1), texts(1)) == ("closed", ["The pump is broken."])
        assert (page(2).ticket.follows, page(2).ticket.customer_id) == (1, page(1).ticket.customer_id)

    def test_a_follow_up_keeps_the_customer_when_somebody_in_copy_writes_it(self) -> None:
        receive_mail(cc="cora@customer.example")
        close()
        receive_mail("Broken again.", from_="cora@customer.example", to=reply_address())
        follow_up = page(2).ticket
        assert (follow_up.customer_address, follow_up.cc) == (CUSTOMER_ADDRESS, ("cora@customer.example",))

    def test_an_agent_can_not_answer_a_closed_ticket_by_mail(self) -> None:
        """They would become the customer of a follow-up: the quarantine says why instead."""
        receive_mail()
        close()
        receive_mail("One more thing.", from_=AGENT.address, to=reply_address(), authentication_results=PASSED)
        assert (journey.numbers(), [mail.cause for mail in inbound.list_in_hand(FateState.QUARANTINED)]) == (
            [1],
            ["ticket_closed"],
        )

    def test_another_customers_mail_with_a_known_message_id_makes_a_ticket_of_its_own(self) -> None:
        receive_mail(message_id="<const@scanner.example>")
        receive_mail("A scan.", from_="bob@customer.example", message_id="<const@scanner.example>")
        assert (texts(1), texts(2)) == (["The pump is broken."], ["A scan."])


@pytest.mark.usefixtures("cloud")
class TestAgentsMail:
    def test_an_agents_authenticated_mail_is_a_public_reply(self) -> None:
        receive_mail()
        receive_mail("On our way.", from_=AGENT.address, to=reply_address(), authentication_results=PASSED)
        message = journey.messages()[1]
        assert (message.author.kind, message.author.id, message.text) == (AuthorKind.AGENT, AGENT.id, "On our way.")
        assert page().ticket.clock(ClockName.FIRST_RESPONSE).is_met
        assert [mail.purpose for mail in journey.queued()].count(Purpose.REPLY) == 1

    @pytest.mark.parametrize("results", [None, "amazonses.com; dmarc=fail", "evil.example; dmarc=pass"])
    def test_a_mail_that_fails_dmarc_never_acts_as_an_agent(self, results: str | None) -> None:
        receive_mail()
        receive_mail("Send money.", from_=AGENT.address, to=reply_address(), authentication_results=results)
        assert journey.messages()[1].is_from_stranger
        assert not page().ticket.clock(ClockName.FIRST_RESPONSE).is_met

    def test_a_contributor_answers_their_own_tickets_and_no_others(self) -> None:
        receive_mail()
        mine, others = {"from_": CONTRIBUTOR.address, "authentication_results": PASSED}, "Let me in."
        receive_mail(others, to=reply_address(), **mine)
        tickets.assign(1, CONTRIBUTOR.id, AGENT, NOW + HOUR)
        receive_mail("From the workshop.", NOW + HOUR, to=reply_address(), **mine)
        said = [(entry.text, entry.is_public) for entry in journey.messages()[1:]]
        assert said == [(others, False), ("From the workshop.", True)]

    def test_nor_does_an_agent_who_is_out_of_office(self) -> None:
        """Notices to agents carry the reply address, and machines answer them."""
        receive_mail()
        receive_mail(
            "I am on holiday.",
            from_=AGENT.address,
            to=reply_address(),
            subject="Automatic reply: assigned to you",
            auto_submitted="auto-replied",
            authentication_results=PASSED,
        )
        note = page().entries[-1]
        assert (note.kind, note.is_automatic, note.remarks) == (EntryKind.NOTE, True, ("machine_not_sent",))
        assert not page().ticket.clock(ClockName.FIRST_RESPONSE).is_met
        assert Purpose.REPLY not in {mail.purpose for mail in journey.queued()}

    def test_files_of_an_agents_mail_reach_the_ticket(self) -> None:
        receive_mail()
        mail = raw_mail(
            "The manual.",
            ("manual.pdf", b"%PDF"),
            from_=AGENT.address,
            to=reply_address(),
            authentication_results=PASSED,
        )
        key = receive(mail)
        message = journey.messages()[1]
        assert [file.filename for file in message.attachments] == ["manual.pdf"]
        assert message.raw_key == key


@pytest.mark.usefixtures("cloud")
class TestExactlyOnce:
    def test_a_mail_that_is_delivered_twice_makes_one_entry(self) -> None:
        key = journey.store(raw_mail())
        first, second = inbound.receive(key, NOW, NOW), inbound.receive(key, NOW, NOW + HOUR)
        assert first == second
        assert (journey.numbers(), texts()) == ([1], ["The pump is broken."])

    @pytest.mark.parametrize("date", [None, "Thu, 1 Jan 1970 00:00:00 +0000"])
    def test_the_same_words_on_another_day_are_another_mail_though_nothing_else_tells_so(
        self, date: str | None
    ) -> None:
        mail = raw_mail("The tray is empty.", message_id=None, date=date)
        for at in (NOW, NOW + HOUR / 2, NOW + 24 * HOUR, NOW + 25 * HOUR, NOW + 48 * HOUR):
            receive(mail, at)
        assert journey.numbers() == [1, 2, 3]

    def test_a_mail_with_an_id_stays_the_same_for_ever(self) -> None:
        mail = raw_mail(date=None)
        for at in (NOW, NOW + 24 * HOUR):
            receive(mail, at)
        assert journey.numbers() == [1]

    def test_so_does_one_that_went_to_two_of_our_addresses(self) -> None:
        receive_mail()
        mail = raw_mail("It is wet.", to=f"{SUPPORT}, {reply_address()}")
        receive(mail)
        receive(b"Received: from a by b for <support@desk.example>; Mon, 23 Nov 2026 01:00:00 +0000\r\n" + mail)
        assert texts() == ["The pump is broken.", "It is wet."]

    def test_and_one_without_a_message_id(self) -> None:
        mail = raw_mail(message_id=None)
        receive(mail)
        receive(mail)
        assert journey.numbers() == [1]

    def test_two_mails_without_a_message_id_are_two(self) -> None:
        receive_mail("First.", message_id=None)
        receive_mail("Second.", message_id=None)
        assert journey.numbers() == [1, 2]

    def test_two_different_mails_with_one_message_id_are_both_kept(self) -> None:
        receive_mail("First.", message_id="<same@customer.example>")
        receive_mail("Second.", message_id="<same@customer.example>")
        assert [text for number in journey.numbers() for text in texts(number)] == ["First.", "Second."]

    @pytest.mark.parametrize(
        "request_name", ["s3.GetObject", "dynamodb.BatchGetItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems"]
    )
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_request_that_fails_is_made_good_when_the_mail_comes_again(self, request_name: str, moment: str) -> None:
        key = journey.store(raw_mail("See the photo.", ("pump.pdf", b"%PDF")))
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")(request_name)
            with pytest.raises(Lost):
                inbound.receive(key, NOW, NOW)
            assert inbound.receive(key, NOW, NOW).state is FateState.TICKET
        assert len(journey.numbers()) == 1
        assert [mail.purpose for mail in journey.queued()] == ["acknowledgement", "timer"]

    def test_a_customer_who_writes_twice_at_once_stays_one(self) -> None:
        """The second mail looks its sender up before the first has made the customer."""
        first, second = journey.store(raw_mail("First.")), journey.store(raw_mail("Second."))
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.UpdateItem", lambda: inbound.receive(second, NOW, NOW))
            inbound.receive(first, NOW, NOW)
        assert len({page(number).ticket.customer_id for number in journey.numbers()}) == 1
        assert sorted(text for number in journey.numbers() for text in texts(number)) == ["First.", "Second."]


@pytest.mark.usefixtures("cloud")
class TestAutomaticMail:
    @pytest.mark.parametrize(
        "headers",
        [
            pytest.param({"return_path": "<>"}, id="null return path"),
            pytest.param({"auto_submitted": "auto-generated"}, id="auto-submitted"),
            pytest.param({"precedence": "bulk"}, id="bulk"),
            pytest.param({"list_unsubscribe": "<mailto:x@list.example>"}, id="a list"),
            pytest.param({"x_auto_response_suppress": "All"}, id="exchange"),
            pytest.param({"x_deskbell_loop": "support@other.example"}, id="another desk"),
            pytest.param({"from_": "no-reply@shop.example"}, id="no-reply"),
            pytest.param({"from_": "MAILER-DAEMON@shop.example"}, id="mailer-daemon"),
            pytest.param({"to": "others@customer.example", "delivered_to": SUPPORT}, id="we stand in BCC"),
            pytest.param({"x_ses_spam_verdict": "FAIL"}, id="spam"),
        ],
    )
    def test_what_is_never_answered_automatically(self, headers: dict[str, str]) -> None:
        receive_mail(**headers)
        assert journey.numbers() == [1]
        assert Purpose.ACKNOWLEDGEMENT not in {mail.purpose for mail in journey.queued()}

    def test_a_person_is(self) -> None:
        receive_mail(auto_submitted="no", precedence="normal")
        assert Purpose.ACKNOWLEDGEMENT in {mail.purpose for mail in journey.queued()}

    @pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED])
    def test_an_out_of_office_neither_reopens_nor_restarts(self, status: Status) -> None:
        receive_mail()
        tickets.set_status(1, status, AGENT, NOW)
        receive_mail("I am away.", to=reply_address(), subject="Out of office", auto_submitted="auto-replied")
        assert journey.status() == status
        assert journey.messages()[1].is_automatic

    def test_nor_does_one_make_a_follow_up_of_a_closed_ticket(self) -> None:
        receive_mail()
        close()
        receive_mail("I am away.", to=reply_address(), subject="Out of office", auto_submitted="auto-replied")
        assert (journey.numbers(), journey.status()) == ([1], "closed")
        assert texts() == ["The pump is broken.", "I am away."]


@pytest.mark.usefixtures("cloud")
def test_every_entry_of_a_mail_keeps_its_place_in_the_timeline() -> None:
    receive_mail()
    receive_mail("It is wet.", at=NOW + HOUR, to=reply_address())
    kinds = [entry.kind for entry in page().entries]
    assert kinds == [EntryKind.MESSAGE, EntryKind.EVENT, EntryKind.MESSAGE]
