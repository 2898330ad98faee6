"""Who does not take part, and how they come to: strangers, numbers in subjects, forwarded mail (rules 8 to 11)."""

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from chalicelib.adapters import customers
from chalicelib.desk import tickets
from chalicelib.domain.copies import MOST_COPIES
from chalicelib.domain.entry import AuthorKind, EntryKind, Mailbox
from chalicelib.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.words import Status
from tests.conftest import AGENT, CONTRIBUTOR, NOW
from tests.desk import journey
from tests.desk.journey import PASSED, page, receive_mail, reply_address, texts

HOUR = timedelta(hours=1)
STRANGER = "eve@elsewhere.example"
FORWARD = """Can you look at this?

---------- Forwarded message ---------
From: Hana Yoo <hana@customer.example>
Date: Mon, 23 Nov 2026 at 08:00
Subject: Valve
To: Min Agent <min@desk.example>

The valve is stuck.
"""

pytestmark = pytest.mark.usefixtures("cloud")


def stranger_writes(status: Status = Status.OPEN) -> int:
    """The id of the stranger's message on ticket 1."""
    receive_mail()
    if status is not Status.OPEN:
        tickets.set_status(1, status, AGENT, NOW)
    receive_mail("I can help.", at=NOW + HOUR, from_=STRANGER, to=reply_address())
    return journey.messages()[1].id


class TestAccepting:
    def test_the_message_becomes_public_and_its_sender_a_participant(self) -> None:
        tickets.accept_message(1, stranger_writes(), AGENT, NOW + 2 * HOUR)
        message = journey.messages()[1]
        assert (message.is_public, message.sender, page().ticket.cc) == (True, STRANGER, (STRANGER,))
        receive_mail("More.", at=NOW + 3 * HOUR, from_=STRANGER, to=reply_address())
        assert journey.messages()[2].is_public

    def test_the_history_tells_who_accepted_whom(self) -> None:
        tickets.accept_message(1, stranger_writes(), AGENT, NOW + 2 * HOUR)
        event = page().entries[-1]
        assert (event.cause, event.author.name, event.changes[0].new) == ("accepted", AGENT.name, STRANGER)

    @pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED])
    def test_it_wakes_the_ticket_as_it_would_have_at_first(self, status: Status) -> None:
        entry_id = stranger_writes(status)
        assert journey.status() == status
        tickets.accept_message(1, entry_id, AGENT, NOW + 2 * HOUR)
        assert journey.status() == "open"

    def test_a_note_since_then_answers_nobody(self) -> None:
        """Rule 15: what nobody answered is not closed by itself."""
        entry_id = stranger_writes(Status.PENDING)
        tickets.add_note(1, "Who is that?", AGENT, NOW + 2 * HOUR)
        tickets.accept_message(1, entry_id, AGENT, NOW + 3 * HOUR)
        assert journey.status() == "open"
        assert page().ticket.waits_for_answer

    def test_but_not_when_we_have_answered_since(self) -> None:
        entry_id = stranger_writes(Status.PENDING)
        tickets.reply(1, "Thanks to both.", AGENT, page().ticket.last_entry, NOW + 2 * HOUR)
        tickets.accept_message(1, entry_id, AGENT, NOW + 3 * HOUR)
        assert journey.status() == "pending"

    def test_twice_is_once(self) -> None:
        entry_id = stranger_writes()
        for _ in range(2):
            tickets.accept_message(1, entry_id, AGENT, NOW + 2 * HOUR)
        assert [entry.cause for entry in page().entries].count("accepted") == 1

    def test_what_is_no_message_of_the_ticket_is_not_found(self) -> None:
        receive_mail()
        with pytest.raises(NotFound, match="entry_not_found"):
            tickets.accept_message(1, 4711, AGENT, NOW)

    def test_a_contributor_does_not_decide_who_takes_part(self) -> None:
        entry_id = stranger_writes()
        tickets.assign(1, CONTRIBUTOR.id, AGENT, NOW)
        with pytest.raises(NotAllowed):
            tickets.accept_message(1, entry_id, CONTRIBUTOR, NOW)
        with pytest.raises(NotAllowed):
            tickets.reply(1, "Here.", CONTRIBUTOR, page().ticket.last_entry, NOW + HOUR, cc=STRANGER)
        assert (journey.messages()[1].is_from_stranger, page().ticket.cc) == (True, ())

    def test_no_more_take_part_than_a_mail_may_have_copies(self) -> None:
        receive_mail(cc=", ".join(f"p{each}@customer.example" for each in range(MOST_COPIES)))
        receive_mail("I can help.", at=NOW + HOUR, from_=STRANGER, to=reply_address())
        with pytest.raises(InvalidInput, match="too_many_copies"):
            tickets.accept_message(1, journey.messages()[1].id, AGENT, NOW + 2 * HOUR)
        assert journey.messages()[1].is_from_stranger

    def test_a_machine_takes_part_in_nothing(self) -> None:
        receive_mail()
        receive_mail("Away.", at=NOW + HOUR, from_=STRANGER, to=reply_address(), auto_submitted="auto-replied")
        with pytest.raises(Conflict, match="machine_not_accepted"):
            tickets.accept_message(1, journey.messages()[1].id, AGENT, NOW + 2 * HOUR)
        assert page().ticket.cc == ()


class TestRemarks:
    def test_a_number_that_the_sender_has_no_part_in_is_a_hint(self) -> None:
        receive_mail()
        receive_mail("Let me see.", from_=STRANGER, subject="Re: [#1] Pump")
        assert page(2).entries[0].remarks == ("follow_up_of:1",)

    def test_a_number_of_no_ticket_is_none(self) -> None:
        receive_mail(subject="Re: [#4711] your invoice")
        assert page().entries[0].remarks == ()

    def test_a_forged_reply_address_is_ignored_and_flagged(self) -> None:
        receive_mail()
        receive_mail("Hello.", from_=STRANGER, to="support+1-0123456789abcdef01234567@desk.example")
        assert page(2).entries[0].remarks == ("reply_address_forged",)

    @pytest.mark.parametrize("tag", ["news", "1", "order-2026", "2026-11-23"])
    def test_any_other_tag_is_nobodys_forgery(self, tag: str) -> None:
        receive_mail(to=f"support+{tag}@desk.example")
        assert page().entries[0].remarks == ()

    def test_an_answer_to_a_closed_ticket_is_a_hint_and_no_follow_up(self) -> None:
        receive_mail(message_id="<one@customer.example>")
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW)
        receive_mail("Let me see.", from_=STRANGER, in_reply_to="<one@customer.example>", to=reply_address())
        ticket, message = page(2).ticket, page(2).entries[0]
        assert (ticket.follows, ticket.customer_address, ticket.cc) == (0, STRANGER, ())
        assert message.remarks == ("follow_up_of:1",)

    @pytest.mark.parametrize("named_by", ["subject", "in_reply_to", "to"])
    def test_a_participant_who_may_be_somebody_else_is_pointed_out(self, named_by: str) -> None:
        receive_mail(message_id="<one@customer.example>")
        named = {"subject": "Re: [#1] Pump", "in_reply_to": "<one@customer.example>", "to": reply_address()}
        receive_mail(
            "Pay to this account.",
            authentication_results="amazonses.com; dmarc=fail header.from=customer.example",
            **{named_by: named[named_by]},
        )
        assert journey.messages()[1].remarks == ("sender_not_proven",)

    @pytest.mark.parametrize("results", [None, "amazonses.com; dmarc=none", "amazonses.com; dmarc=pass"])
    def test_whose_domain_says_nothing_of_its_mail_is_not(self, results: str | None) -> None:
        receive_mail()
        receive_mail("More.", to=reply_address(), authentication_results=results)
        assert journey.messages()[1].remarks == ()


class TestForwardedByAnAgent:
    def forward(self, results: str | None = PASSED) -> int:
        receive_mail(
            FORWARD, from_=f"Min Agent <{AGENT.address}>", subject="Fwd: Valve", authentication_results=results
        )
        return journey.messages()[0].id

    def test_the_author_waits_for_a_persons_word(self) -> None:
        self.forward()
        assert journey.messages()[0].forwarded_from == Mailbox("hana@customer.example", "Hana Yoo")
        assert page().ticket.customer_address == AGENT.address
        assert Purpose.ACKNOWLEDGEMENT not in {mail.purpose for mail in journey.queued()}

    def test_what_was_forwarded_is_shown_and_not_folded_away(self) -> None:
        self.forward()
        (message,) = journey.messages()
        assert "Can you look at this?" in message.text
        assert "The valve is stuck." in message.text
        assert message.quoted_text == ""

    def test_confirmed_they_are_the_requester(self) -> None:
        entry_id = self.forward()
        for _ in range(2):
            tickets.settle_requester(1, entry_id, AGENT, NOW + HOUR, is_author=True)
        ticket, message = page().ticket, journey.messages()[0]
        assert (ticket.customer_address, ticket.customer_name) == ("hana@customer.example", "Hana Yoo")
        assert (message.author.kind, message.author.name, message.forwarded_from) == (
            AuthorKind.CUSTOMER,
            "Hana Yoo",
            None,
        )
        assert [ticket.number for ticket in customers.get_panel(ticket.customer_id).tickets] == [1]
        assert [entry.cause for entry in page().entries].count("forwarded") == 1

    @pytest.mark.parametrize("subject", ["Fwd: Valve", "FW: Fw: Valve", "전달: Valve", "[#4711] Fwd: Valve"])
    def test_confirmed_the_ticket_has_the_subject_of_their_mail(self, subject: str) -> None:
        receive_mail(FORWARD, from_=AGENT.address, subject=subject, authentication_results=PASSED)
        tickets.settle_requester(1, journey.messages()[0].id, AGENT, NOW + HOUR, is_author=True)
        assert page().ticket.subject == "Valve"
        renamed = page().entries[-2].changes[-1]
        assert (renamed.field, renamed.old, renamed.new) == ("subject", subject, "Valve")

    def test_what_the_agent_wrote_above_it_becomes_a_note_that_no_customer_sees(self) -> None:
        tickets.settle_requester(1, self.forward(), AGENT, NOW + HOUR, is_author=True)
        assert texts() == ["The valve is stuck."]
        (note,) = (entry for entry in page().entries if entry.kind is EntryKind.NOTE)
        assert (note.text, note.author.name) == ("Can you look at this?", AGENT.name)
        tickets.reply(1, "We look into it.", AGENT, page().ticket.last_entry, NOW + 2 * HOUR)
        journey.deliver_all()
        (reply,) = journey.sent("hana@customer.example")
        assert "The valve is stuck." in journey.text_of(reply)
        assert "Can you look" not in str(reply)

    def attach(self, subject: str = "FW: Valve", sender: str = f"Min Agent <{AGENT.address}>") -> int:
        """As Outlook and Apple Mail offer to forward; the original, base64 and in Korean, is a part of the mail."""
        original = EmailMessage()
        original["From"], original["Subject"] = "Hana Yoo <hana@customer.example>", "Valve"
        original.set_content("밸브가 막혔어요.", cte="base64")
        mail = email.message_from_bytes(journey.raw_mail("Careful, angry.", from_=sender, subject=subject), policy=SMTP)
        mail["Authentication-Results"] = PASSED
        mail.add_attachment(original)
        journey.receive(mail.as_bytes())
        return journey.messages()[0].id

    def test_a_mail_that_is_attached_is_a_forward_as_well(self) -> None:
        self.attach()
        (message,) = journey.messages()
        assert message.forwarded_from == Mailbox("hana@customer.example", "Hana Yoo")
        assert "밸브가 막혔어요." in message.text
        assert [file.content_type for file in message.attachments] == ["message/rfc822"]

    @pytest.mark.parametrize("subject", ["FW: Valve", "angry one again"])
    def test_confirmed_its_words_are_the_customers_and_the_agents_stay_inside(self, subject: str) -> None:
        tickets.settle_requester(1, self.attach(subject), AGENT, NOW + HOUR, is_author=True)
        assert (texts(), page().ticket.subject) == (["밸브가 막혔어요."], "Valve")
        assert page().ticket.customer_address == "hana@customer.example"
        (note,) = (entry for entry in page().entries if entry.kind is EntryKind.NOTE)
        assert note.text == "Careful, angry."

    def test_what_a_customer_attaches_is_their_own_enquiry(self) -> None:
        self.attach(sender="park@customer.example")
        assert (texts(), journey.messages()[0].forwarded_from) == (["Careful, angry."], None)

    def test_a_known_customer_stays_the_same(self) -> None:
        receive_mail(from_="hana@customer.example")
        receive_mail(FORWARD, from_=AGENT.address, subject="Fwd: Valve", authentication_results=PASSED)
        tickets.settle_requester(2, journey.messages(2)[0].id, AGENT, NOW + HOUR, is_author=True)
        assert page(2).ticket.customer_id == page(1).ticket.customer_id

    def test_declined_the_agent_stays(self) -> None:
        entry_id = self.forward()
        tickets.settle_requester(1, entry_id, AGENT, NOW + HOUR, is_author=False)
        assert page().ticket.customer_address == AGENT.address
        assert journey.messages()[0].forwarded_from is None

    @pytest.mark.parametrize("results", [None, "amazonses.com; dmarc=fail"])
    def test_anybody_can_write_an_agents_address_into_from(self, results: str | None) -> None:
        self.forward(results)
        assert journey.messages()[0].forwarded_from is None

    def test_what_a_customer_forwards_is_their_own_enquiry(self) -> None:
        receive_mail(FORWARD, subject="Fwd: Valve", authentication_results=PASSED)
        assert journey.messages()[0].forwarded_from is None

    def test_a_contributor_settles_nothing(self) -> None:
        with pytest.raises(NotAllowed):
            tickets.settle_requester(1, self.forward(), CONTRIBUTOR, NOW, is_author=True)
