"""Too many mails: tickets are made silently, then mails alike are held, people are told; nothing is lost (rule 13)."""

from datetime import timedelta
from itertools import count

import pytest

from chalicelib.adapters.items import CounterItem
from chalicelib.desk import floods, inbound, intake
from chalicelib.desk.inbound import MOST_ALIKE
from chalicelib.domain.errors import Conflict, NotAllowed
from chalicelib.domain.inbound_mail import Fate, FateState
from chalicelib.domain.outgoing import Outgoing, Purpose
from tests import factories
from tests.conftest import AGENT, NOW, SUPERVISOR
from tests.desk import journey
from tests.desk.journey import PASSED, page, receive_mail, reply_address
from tests.wire import Lost, on_the_wire

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def flood(mails: int, **headers: str) -> None:
    for number in range(mails):
        receive_mail(f"Alarm {number}", at=NOW + timedelta(seconds=number), **headers)


def held() -> tuple[Fate, ...]:
    return inbound.list_in_hand(FateState.HELD)


def alerts() -> list[Outgoing]:
    return [mail for mail in journey.queued() if mail.purpose is Purpose.MAIL_FLOOD]


class TestTooManyAcknowledgements:
    def test_the_ticket_that_gets_none_says_so_and_supervisors_are_told_once(self) -> None:
        for number in range(8):
            receive_mail(subject=f"Question {number}")
        assert [page(number).entries[0].remarks for number in (5, 6, 8)] == [
            (),
            ("acknowledgement_limit",),
            ("acknowledgement_limit",),
        ]
        assert [(mail.ticket, mail.to) for mail in alerts()] == [(6, SUPERVISOR.address)]

    def test_three_hours_later_they_are_told_again(self) -> None:
        for hour in (0, 1, 4):
            for number in range(6):
                receive_mail(at=NOW + hour * HOUR, subject=f"Question {hour} {number}")
        assert [mail.ticket for mail in alerts()] == [6, 18]

    def test_forms_count_as_well(self) -> None:
        for number in range(7):
            intake.open_from_form(factories.form(submission_id=f"form-{number}"), NOW)
        assert [mail.ticket for mail in alerts()] == [6]

    def test_mail_that_is_never_answered_raises_no_alert(self) -> None:
        for number in range(8):
            receive_mail(subject=f"News {number}", precedence="bulk")
        assert alerts() == []


class TestTooManyOfAllSenders:
    @pytest.fixture(autouse=True)
    def _has_acknowledged_many(self, cloud: None) -> None:
        """As many as go out within an hour."""
        hour = int(NOW.timestamp()) // 3600
        for shard in range(floods.SHARDS):
            key = f"LIMIT#acknowledgement:{shard}#{hour}"
            CounterItem(key, "LIMIT", total=floods.MOST_ACKNOWLEDGEMENTS // floods.SHARDS).save()

    def test_tickets_are_made_silently_whoever_writes_and_say_so(self) -> None:
        receive_mail()
        intake.open_from_form(factories.form(address="lee@customer.example"), NOW)
        assert Purpose.ACKNOWLEDGEMENT not in {mail.purpose for mail in journey.queued()}
        numbers = journey.numbers()
        assert len(numbers) == 2
        assert {page(number).entries[0].remarks for number in numbers} == {("desk_limit",)}

    def test_supervisors_are_told_once_an_hour(self) -> None:
        for number in range(3):
            receive_mail(from_=f"kim{number}@customer.example")
        assert [(mail.to, mail.params["cause"]) for mail in alerts()] == [(SUPERVISOR.address, "desk_limit")]

    def test_in_the_next_hour_they_go_out_again(self) -> None:
        receive_mail(at=NOW + HOUR)
        assert Purpose.ACKNOWLEDGEMENT in {mail.purpose for mail in journey.queued()}


class TestManySenders:
    def test_make_one_notice_an_hour(self) -> None:
        for sender in range(3):
            for number in range(6):
                receive_mail(subject=f"Question {number}", from_=f"kim{sender}@customer.example")
        assert [mail.params["address"] for mail in alerts()] == ["kim0@customer.example"]

    def test_one_who_goes_on_in_the_next_hour_is_told_of_then(self) -> None:
        for sender, at in (("kim", NOW), ("lee", NOW), ("lee", NOW + HOUR)):
            for number in range(6):
                receive_mail(at=at, subject=f"Question {number} {at}", from_=f"{sender}@customer.example")
        assert [mail.params["address"] for mail in alerts()] == ["kim@customer.example", "lee@customer.example"]

    def test_of_whom_mails_are_held_make_one_as_well(self) -> None:
        for sender in ("kim", "lee"):
            flood(MOST_ALIKE + 1, from_=f"{sender}@customer.example", precedence="bulk")
        assert (len(held()), len(alerts())) == (2, 1)

    def test_it_says_who_how_many_when_and_what_to_do(self) -> None:
        flood(MOST_ALIKE + 1, precedence="bulk")
        journey.deliver_all()
        (mail,) = journey.sent(SUPERVISOR.address)
        assert "반복 전송 의심, 이후 메일 보류 (kim@customer.example, 2026년 11월 23일 (월) 10:00 KST)" in str(
            mail["Subject"]
        )
        assert f"같은 제목으로 온 메일: {MOST_ALIKE}통" in journey.text_of(mail)
        assert "보류된 메일을 확인해 주세요" in journey.text_of(mail)


class TestMailsAlike:
    def test_what_comes_after_twenty_is_held(self) -> None:
        flood(MOST_ALIKE + 3)
        assert journey.numbers() == list(range(1, MOST_ALIKE + 1))
        assert [(fate.cause, fate.sender, fate.subject) for fate in held()] == [
            ("possible_loop", "kim@customer.example", "Pump")
        ] * 3

    def test_answers_to_one_ticket_are_counted_like_the_rest(self) -> None:
        receive_mail()
        flood(MOST_ALIKE, to=reply_address(), subject="RE[2]: Re:  pump")
        flood(2, to=reply_address(), subject="Re: Pump")
        assert (journey.numbers(), len(journey.messages()), len(held())) == ([1], MOST_ALIKE, 3)

    def test_another_subject_another_sender_and_another_hour_are_not(self) -> None:
        flood(MOST_ALIKE)
        receive_mail(at=NOW, subject="Valve")
        receive_mail(at=NOW, from_="lee@customer.example")
        receive_mail(at=NOW + HOUR)
        assert (len(journey.numbers()), held()) == (MOST_ALIKE + 3, ())

    def test_an_agent_is_no_loop(self) -> None:
        receive_mail()
        for number in range(MOST_ALIKE + 2):
            receive_mail(
                f"Note {number}", at=NOW, from_=AGENT.address, to=reply_address(), authentication_results=PASSED
            )
        assert held() == ()

    def test_supervisors_are_told_once_on_the_ticket_of_the_last_that_was_taken(self) -> None:
        flood(MOST_ALIKE + 3, precedence="bulk")
        assert [(mail.ticket, mail.to, mail.params["cause"]) for mail in alerts()] == [
            (MOST_ALIKE, SUPERVISOR.address, "possible_loop")
        ]
        journey.deliver_all()
        (mail,) = journey.sent(SUPERVISOR.address)
        assert "/agent/quarantine" in journey.text_of(mail)

    def test_a_held_mail_that_is_delivered_again_stays_held(self) -> None:
        flood(MOST_ALIKE + 1)
        (fate,) = held()
        assert inbound.receive(fate.key, fate.received_at, NOW) == fate
        assert held() == (fate,)

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_fault_while_holding_is_made_good(self, moment: str) -> None:
        flood(MOST_ALIKE)
        key = journey.store(journey.raw_mail("Once more."))
        with on_the_wire() as wire:
            getattr(wire, f"fails_{moment}")("dynamodb.TransactWriteItems")
            with pytest.raises(Lost):
                inbound.receive(key, NOW, NOW)
        assert inbound.receive(key, NOW, NOW).state is FateState.HELD
        assert (len(held()), len(alerts_of_loops())) == (1, 1)


class TestByHand:
    @pytest.fixture
    def fate(self) -> Fate:
        flood(MOST_ALIKE + 1)
        return held()[0]

    def test_a_person_takes_a_held_mail(self, fate: Fate) -> None:
        assert inbound.replay(fate.key, SUPERVISOR, NOW).ticket == MOST_ALIKE + 1
        assert inbound.replay(fate.key, SUPERVISOR, NOW).ticket == MOST_ALIKE + 1
        assert (held(), len(journey.numbers())) == ((), MOST_ALIKE + 1)

    def test_or_dismisses_it_and_the_queue_does_not_bring_it_back(self, fate: Fate) -> None:
        assert inbound.dismiss(fate.key, SUPERVISOR, NOW).state is FateState.DISMISSED
        assert inbound.receive(fate.key, NOW, NOW).state is FateState.DISMISSED
        assert (held(), len(journey.numbers())) == ((), MOST_ALIKE)

    def test_what_was_dismissed_can_still_be_taken(self, fate: Fate) -> None:
        inbound.dismiss(fate.key, SUPERVISOR, NOW)
        assert inbound.replay(fate.key, SUPERVISOR, NOW).state is FateState.TICKET

    def test_what_is_on_a_ticket_can_not_be_dismissed(self, fate: Fate) -> None:
        inbound.replay(fate.key, SUPERVISOR, NOW)
        with pytest.raises(Conflict, match="mail_on_ticket"):
            inbound.dismiss(fate.key, SUPERVISOR, NOW)

    def test_agents_dismiss_nothing(self, fate: Fate) -> None:
        with pytest.raises(NotAllowed):
            inbound.dismiss(fate.key, AGENT, NOW)


def test_two_desks_that_write_to_each_other_exchange_two_mails() -> None:
    """Ours acknowledges; the other's acknowledgement comes back, and there it ends."""
    receive_mail(from_="help@other.example", subject="Pump")
    journey.deliver_all()
    answers = count(1)
    seen = 0
    while len(journey.sent("help@other.example")) > seen:
        seen += 1
        receive_mail(
            f"We got your request ({next(answers)}).",
            from_="help@other.example",
            to=reply_address(),
            in_reply_to=f"<{page().outgoing[0].wire_id}>",
            auto_submitted="auto-replied",
            x_deskbell_loop="help@other.example",
        )
        journey.deliver_all()
    assert (seen, journey.numbers(), len(journey.messages())) == (1, [1], 2)


def alerts_of_loops() -> list[Outgoing]:
    return [mail for mail in alerts() if mail.params["cause"] == "possible_loop"]
