"""Mail of ours that came back, as SES or a mail tells: its address is flagged, the assignee told once (rule 14)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters import addresses, customers, ses_events, settings
from chalicelib.desk import feedback, inbound, tickets
from chalicelib.domain.entry import EntryKind
from chalicelib.domain.errors import NotAllowed, NotFound
from chalicelib.domain.inbound_mail import FateState
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from chalicelib.domain.words import Role, Status
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR, SUPPORT
from tests.desk import journey
from tests.desk.journey import bounce_mail, deliver_all, page, receive, receive_mail, reply_address, sent
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)
EVENTS = Path(__file__).parents[1] / "events"

pytestmark = pytest.mark.usefixtures("cloud")


def acknowledged(**headers: str) -> Outgoing:
    """A ticket whose acknowledgement has left."""
    receive_mail(**headers)
    deliver_all()
    return outgoing(Purpose.ACKNOWLEDGEMENT)


def outgoing(purpose: Purpose, number: int = 1) -> Outgoing:
    return next(mail for mail in page(number).outgoing if mail.purpose is purpose)


def event(name: str, mail: Outgoing, **changes: Any) -> dict[str, Any]:
    """As SES publishes it, about a mail of ours; `changes` go into the part that tells what happened."""
    read: dict[str, Any] = json.loads((EVENTS / f"ses_{name}.json").read_text("utf-8"))
    read["detail"]["mail"]["messageId"] = mail.wire_id.partition("@")[0]
    read["detail"][name] |= changes
    return read


def take(told: dict[str, Any]) -> None:
    found = ses_events.feedback(told["detail"])
    assert found
    feedback.take(found, NOW + HOUR)


def told() -> list[str]:
    """To whom notices of mail that came back go."""
    return [mail.to for mail in page().outgoing if mail.purpose is Purpose.MAIL_FAILED]


class TestEventsOfSes:
    def test_a_permanent_bounce_flags_the_address_and_tells_the_assignee(self) -> None:
        mail = acknowledged()
        tickets.assign(1, AGENT.id, AGENT, NOW)
        take(event("bounce", mail))
        failed = outgoing(Purpose.ACKNOWLEDGEMENT)
        assert (failed.delivery, failed.failed_for) == (Delivery.BOUNCED, (CUSTOMER_ADDRESS,))
        assert failed.error == "smtp; 550 5.1.1 no such user"
        flag = addresses.find_flags([CUSTOMER_ADDRESS])[CUSTOMER_ADDRESS]
        assert (flag.cause, flag.ticket, flag.flagged_at) == ("bounce", 1, NOW + HOUR)
        assert told() == [AGENT.address]

    def test_the_ticket_tells_it_in_its_history(self) -> None:
        take(event("bounce", acknowledged()))
        (change,) = page().entries[-1].changes
        assert (page().entries[-1].cause, change.field, change.old) == ("bounce", "delivery", CUSTOMER_ADDRESS)

    def test_nobody_is_told_twice_however_often_ses_says_it(self) -> None:
        mail = acknowledged()
        for _ in range(3):
            take(event("bounce", mail))
        assert told() == [SUPERVISOR.address]
        assert [entry.cause for entry in page().entries].count("bounce") == 1

    def test_a_transient_bounce_ends_this_mail_and_no_other(self) -> None:
        take(event("bounce", acknowledged(), bounceType="Transient", bounceSubType="MailboxFull"))
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.BOUNCED
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}
        assert told() == [SUPERVISOR.address]

    def test_a_complaint_ends_mail_to_the_address(self) -> None:
        take(event("complaint", acknowledged()))
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.COMPLAINED
        assert addresses.find_flags([CUSTOMER_ADDRESS])[CUSTOMER_ADDRESS].cause == "complaint"

    def test_of_several_who_may_have_complained_nobody_is_cut_off_and_people_are_told(self) -> None:
        acknowledged()
        tickets.reply(1, "Off?", AGENT, page().ticket.last_entry, NOW, cc="lee@customer.example")
        deliver_all()
        reply, named = outgoing(Purpose.REPLY), [CUSTOMER_ADDRESS, "lee@customer.example"]
        take(event("complaint", reply, complainedRecipients=[{"emailAddress": address} for address in named]))
        assert outgoing(Purpose.REPLY).delivery is Delivery.COMPLAINED
        assert addresses.find_flags(named) == {}
        assert told() == [AGENT.address]

    def test_a_reject_blames_no_address(self) -> None:
        take(event("reject", acknowledged()))
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.BOUNCED
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}

    @pytest.mark.parametrize("kind", ["Delivery", "DeliveryDelay", "Open"])
    def test_what_may_still_end_well_is_no_failure(self, kind: str) -> None:
        assert ses_events.feedback({"eventType": kind, "mail": {"messageId": "x"}}) is None

    def test_an_event_that_is_faster_than_our_own_note_is_tried_again(self) -> None:
        receive_mail()
        unknown = Outgoing(1, 1, Purpose.REPLY, NOW, wire_id="0100-early@email.amazonses.com")
        with pytest.raises(NotFound, match="sent_mail_unknown"):
            take(event("bounce", unknown))

    @pytest.mark.parametrize("moment", ["before", "after"])
    @pytest.mark.parametrize(
        "request_name", ["dynamodb.BatchGetItem", "dynamodb.GetItem", "dynamodb.TransactWriteItems"]
    )
    def test_a_fault_is_made_good_when_the_event_comes_again(self, request_name: str, moment: str) -> None:
        mail = acknowledged()
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")(request_name)
            with pytest.raises(Lost):
                take(event("bounce", mail))
        take(event("bounce", mail))
        assert told() == [SUPERVISOR.address]
        assert CUSTOMER_ADDRESS in addresses.find_flags([CUSTOMER_ADDRESS])


class TestBouncesByMail:
    def test_it_attaches_to_the_ticket_and_tells_somebody(self) -> None:
        mail = acknowledged()
        receive(bounce_mail(mail))
        assert journey.numbers() == [1]
        message = journey.messages()[1]
        assert (message.is_automatic, message.is_public) == (True, False)
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.BOUNCED
        assert told() == [SUPERVISOR.address]

    @pytest.mark.parametrize(
        ("extra", "said"),
        [
            ("Diagnostic-Code: smtp; 550 no such\r\n user\r\n", "550 no such user"),
            ("", "Nobody of that name lives here."),
        ],
        ids=["the other server's words", "without them those of the notice"],
    )
    def test_what_the_other_server_said_is_told_with_the_time(self, extra: str, said: str) -> None:
        receive(bounce_mail(acknowledged(), extra=extra), NOW + HOUR)
        failed = outgoing(Purpose.ACKNOWLEDGEMENT)
        assert (failed.error, failed.finished_at) == (said, NOW + HOUR)
        assert outgoing(Purpose.MAIL_FAILED).params["detail"] == said

    def test_it_cuts_nobody_off_since_whoever_was_in_copy_can_forge_it(self) -> None:
        receive(bounce_mail(acknowledged()))
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}
        tickets.reply(1, "Turn it off.", AGENT, page().ticket.last_entry, NOW + HOUR)
        deliver_all()
        assert outgoing(Purpose.REPLY).delivery is Delivery.SENT
        deliver_all()
        assert "Nothing more is sent there" not in journey.text_of(sent(SUPERVISOR.address)[0])

    @pytest.mark.parametrize("from_", [b"From: <>\r\n", b"", b"From: MAILER-DAEMON\r\n", b"From: <root@localhost>\r\n"])
    def test_one_from_nobody_is_known_by_the_mail_that_it_names(self, from_: bytes) -> None:
        raw = bounce_mail(acknowledged()).replace(b"From: Mail Delivery <mailer-daemon@mx.example>\r\n", from_)
        receive(raw)
        assert (journey.numbers(), len(journey.messages())) == ([1], 2)
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.BOUNCED
        assert journey.messages()[1].author.name

    def test_many_from_nobody_are_no_loop_since_each_is_about_another_mail(self) -> None:
        mail = acknowledged()
        for number in range(inbound.MOST_ALIKE + 1):
            about = replace(mail, id=number, wire_id=f"{number}@ses.example")
            raw = bounce_mail(about).replace(b"mailer-daemon@mx.example", b"")
            receive(raw.replace(b"\r\nMIME", f"\r\nReferences: <{mail.wire_id}>\r\nMIME".encode(), 1))
        assert not inbound.list_in_hand(FateState.HELD)

    def test_one_from_nobody_about_no_mail_of_ours_is_quarantined_although_it_knows_the_reply_address(self) -> None:
        unknown = replace(acknowledged(), wire_id="0100-guessed@email.amazonses.com")
        raw = bounce_mail(unknown).replace(b"Mail Delivery <mailer-daemon@mx.example>", b"<>")
        for to in (SUPPORT, reply_address()):
            receive(raw.replace(b"support@desk.example", to.encode()).replace(b"dsn-", to[:9].encode()))
        assert len(journey.messages()) == 1
        assert [mail.cause for mail in inbound.list_in_hand(FateState.QUARANTINED)] == ["no_sender"] * 2

    def test_no_stranger_wrote_it_yet_the_customer_does_not_see_it(self) -> None:
        receive(bounce_mail(acknowledged()))
        message = journey.messages()[1]
        assert (message.is_bounce, message.is_public) == (True, False)

    @pytest.mark.parametrize("is_mail_first", [True, False])
    def test_both_reports_of_one_failure_tell_once_and_that_of_ses_ends_mail(self, is_mail_first: bool) -> None:
        mail = acknowledged()
        reports = [lambda: receive(bounce_mail(mail)), lambda: take(event("bounce", mail))]
        for report in reports if is_mail_first else reversed(reports):
            report()
        take(event("bounce", mail))
        assert told() == [SUPERVISOR.address]
        assert len(journey.messages()) == 2
        assert CUSTOMER_ADDRESS in addresses.find_flags([CUSTOMER_ADDRESS])

    def test_an_event_that_comes_again_cuts_nobody_off_whom_an_agent_freed(self) -> None:
        mail = acknowledged()
        take(event("bounce", mail))
        feedback.clear_flag(1, CUSTOMER_ADDRESS, AGENT, NOW + HOUR)
        take(event("bounce", mail))
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}

    def test_a_delay_is_shown_and_ends_nothing(self) -> None:
        receive(bounce_mail(acknowledged(), action="delayed", status="4.4.1"))
        assert len(journey.messages()) == 2
        assert outgoing(Purpose.ACKNOWLEDGEMENT).delivery is Delivery.SENT
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}

    def test_a_report_about_somebody_who_got_nothing_is_not_believed(self) -> None:
        receive(bounce_mail(acknowledged(), address=COLLEAGUE.address))
        assert addresses.find_flags([COLLEAGUE.address, CUSTOMER_ADDRESS]) == {}
        assert told() == []

    def test_nor_is_one_that_names_no_mail_of_ours(self) -> None:
        """Whoever knows a reply address could otherwise end all mail to its customer."""
        mail = acknowledged()
        unknown = Outgoing(mail.id, 1, Purpose.REPLY, NOW, wire_id="0100-guessed@email.amazonses.com")
        forged = bounce_mail(unknown).replace(b"support@desk.example", reply_address().encode())
        receive(forged)
        assert len(journey.messages()) == 2
        assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}

    @pytest.mark.parametrize("status", [Status.PENDING, Status.RESOLVED])
    def test_it_neither_reopens_nor_restarts(self, status: Status) -> None:
        mail = acknowledged()
        tickets.set_status(1, status, AGENT, NOW)
        receive(bounce_mail(mail))
        assert journey.status() == status

    def test_one_of_nothing_that_we_sent_is_a_silent_ticket(self) -> None:
        receive(bounce_mail(Outgoing(5, 1, Purpose.REPLY, NOW, wire_id="0100-other@mx.example")))
        assert journey.numbers() == [1]
        assert Purpose.ACKNOWLEDGEMENT not in {mail.purpose for mail in journey.queued()}


class TestFlaggedAddress:
    def test_nothing_more_is_sent_there_and_the_ticket_says_so(self) -> None:
        take(event("bounce", acknowledged()))
        tickets.reply(1, "Turn it off.", AGENT, page().ticket.last_entry, NOW + HOUR)
        deliver_all()
        reply = outgoing(Purpose.REPLY)
        assert (reply.delivery, reply.error) == (Delivery.FAILED, "address_flagged")
        assert len(sent(CUSTOMER_ADDRESS)) == 1

    def test_the_panel_of_the_customer_shows_it(self) -> None:
        take(event("bounce", acknowledged()))
        panel = customers.get_panel(page().ticket.customer_id)
        assert panel.flag
        assert (panel.flag.address, [ticket.number for ticket in panel.tickets]) == (CUSTOMER_ADDRESS, [1])

    def test_an_agent_lets_mail_go_there_again(self) -> None:
        take(event("bounce", acknowledged()))
        feedback.clear_flag(1, CUSTOMER_ADDRESS, AGENT, NOW + HOUR)
        feedback.clear_flag(1, CUSTOMER_ADDRESS, AGENT, NOW + HOUR)
        tickets.reply(1, "Turn it off.", AGENT, page().ticket.last_entry, NOW + HOUR)
        deliver_all()
        assert outgoing(Purpose.REPLY).delivery is Delivery.SENT
        cleared = [entry for entry in page().entries if entry.kind is EntryKind.EVENT and entry.cause == "agent"]
        assert [(entry.author.name, entry.changes[0].field) for entry in cleared] == [(AGENT.name, "delivery")]

    def test_but_not_on_the_ticket_of_somebody_else(self) -> None:
        take(event("bounce", acknowledged()))
        receive_mail(from_="lee@customer.example", subject="Valve")
        with pytest.raises(NotFound, match="address_not_on_ticket"):
            feedback.clear_flag(2, CUSTOMER_ADDRESS, AGENT, NOW + HOUR)
        assert CUSTOMER_ADDRESS in addresses.find_flags([CUSTOMER_ADDRESS])

    def test_what_did_not_arrive_is_sent_again_once(self) -> None:
        mail = acknowledged()
        take(event("bounce", mail))
        feedback.clear_flag(1, CUSTOMER_ADDRESS, AGENT, NOW + HOUR)
        for _ in range(2):
            feedback.send_again(1, mail.id, AGENT, NOW + HOUR)
        deliver_all()
        assert len(sent(CUSTOMER_ADDRESS)) == 2
        again = [entry for entry in page().entries if any(change.field == "sent_again" for change in entry.changes)]
        assert [(entry.author.name, entry.changes[0].new) for entry in again] == [(AGENT.name, CUSTOMER_ADDRESS)]

    def test_what_arrived_is_not(self) -> None:
        mail = acknowledged()
        feedback.send_again(1, mail.id, AGENT, NOW + HOUR)
        deliver_all()
        assert len(sent(CUSTOMER_ADDRESS)) == 1

    def test_a_contributor_does_not(self) -> None:
        take(event("bounce", acknowledged()))
        with pytest.raises(NotAllowed):
            feedback.clear_flag(1, CUSTOMER_ADDRESS, CONTRIBUTOR, NOW)

    def test_nobody_is_told_by_mail_that_their_own_mail_comes_back(self) -> None:
        acknowledged()
        tickets.assign(1, COLLEAGUE.id, AGENT, NOW)
        deliver_all()
        told_of = outgoing(Purpose.ASSIGNED)
        failed = event("bounce", told_of, bouncedRecipients=[{"emailAddress": COLLEAGUE.address}])
        take(failed)
        assert told() == [SUPERVISOR.address]

    def test_that_a_notice_of_trouble_comes_back_tells_nobody_and_stands_in_the_history(self) -> None:
        settings.save_agent(replace(settings.get().agents[COLLEAGUE.id], role=Role.SUPERVISOR))
        take(event("bounce", acknowledged()))
        deliver_all()
        notices = [mail for mail in page().outgoing if mail.purpose is Purpose.MAIL_FAILED]
        for notice in notices:
            take(event("bounce", notice, bounceType="Transient", bouncedRecipients=[{"emailAddress": notice.to}]))
        assert sorted(told()) == sorted([COLLEAGUE.address, SUPERVISOR.address])
        failed = {change.old for entry in page().entries for change in entry.changes if change.field == "delivery"}
        assert failed == {CUSTOMER_ADDRESS, *told()}


def test_a_mail_that_came_is_taken_although_its_sender_can_not_be_reached() -> None:
    take(event("bounce", acknowledged()))
    key = receive_mail("I wrote to you.", at=NOW + HOUR, to=reply_address())
    assert inbound.replay(key, ADMIN, NOW).state is FateState.TICKET
    assert journey.texts()[-1] == "I wrote to you."
