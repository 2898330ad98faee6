"""Mails that nobody could read: kept, listed with their cause, read again when it is mended (rules 12 and 24)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import inbound_mail
from chalicelib.config import config
from chalicelib.desk import inbound, quarantine
from chalicelib.desk.quarantine import Replayed
from chalicelib.domain.entry import AuthorKind
from chalicelib.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from chalicelib.domain.inbound_mail import Fate, FateState
from tests.conftest import ADMIN, AGENT, NOW, SUPERVISOR, SUPPORT
from tests.desk import journey
from tests.desk.journey import PASSED, page, raw_mail, receive, receive_mail, reply_address, store, texts
from tests.desk.letters import bodies
from tests.wire import on_the_wire

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def causes() -> list[str]:
    return [mail.cause for mail in inbound.list_in_hand(FateState.QUARANTINED)]


def test_a_mail_that_says_nothing_and_has_no_sender() -> None:
    key = receive(b"\xff\xfe\x00 no mail at all", at=NOW)
    assert journey.numbers() == []
    assert [(mail.key, mail.received_at) for mail in inbound.list_in_hand(FateState.QUARANTINED)] == [(key, NOW)]


def test_a_virus() -> None:
    receive_mail(x_ses_virus_verdict="FAIL")
    assert (journey.numbers(), causes()) == ([], ["virus"])


@pytest.mark.parametrize("sender", [SUPPORT, "Support+1-00@DESK.example"])
def test_our_own_mail_coming_back(sender: str) -> None:
    receive_mail(from_=sender)
    assert (journey.numbers(), causes()) == ([], ["own_mail"])


def test_a_sender_that_is_no_address() -> None:
    receive_mail(from_="kim@localhost")
    assert (journey.numbers(), causes()) == ([], ["address_invalid"])


def test_an_object_that_is_gone() -> None:
    inbound.receive("inbound/gone", NOW, NOW)
    assert causes() == ["mail_missing"]


def test_it_is_listed_newest_first_and_once() -> None:
    older, newer = receive(b"", at=NOW), receive(b"", at=NOW + HOUR)
    inbound.receive(older, NOW, NOW)
    assert [mail.key for mail in inbound.list_in_hand(FateState.QUARANTINED)] == [newer, older]


def test_a_mail_our_code_fails_on_is_given_up_with_its_cause() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError("division by zero"), NOW)
    (mail,) = inbound.list_in_hand(FateState.QUARANTINED)
    assert (mail.cause, mail.detail) == ("failed", "ZeroDivisionError: division by zero")


def test_replaying_makes_the_ticket_as_of_the_day_it_came() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError(), NOW)
    assert inbound.replay(key, ADMIN, NOW + 2 * HOUR).state is FateState.TICKET
    assert (page().ticket.created_at, causes()) == (NOW, [])


def test_replaying_what_is_still_unreadable_keeps_it() -> None:
    key = receive(b"")
    assert inbound.replay(key, ADMIN, NOW).state is FateState.QUARANTINED
    assert len(causes()) == 1


def test_replaying_a_mail_that_made_its_ticket_after_all_just_releases_it() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError(), NOW)
    inbound.receive(key, NOW, NOW)
    assert inbound.replay(key, ADMIN, NOW).ticket == 1
    assert (journey.numbers(), causes()) == ([1], [])


def test_what_never_came_can_not_be_replayed() -> None:
    with pytest.raises(NotFound, match="mail_not_found"):
        inbound.replay("inbound/unknown", ADMIN, NOW)


def test_the_original_is_never_deleted() -> None:
    raw = raw_mail()
    assert inbound_mail.read_raw(receive(raw)) == raw
    broken = receive(b"")
    inbound.replay(broken, ADMIN, NOW)
    assert inbound_mail.read_raw(broken) == b""


def give_up(text: str = "The pump is broken.", error: Exception | None = None, minutes: int = 0) -> str:
    """A mail that our code failed on, so many minutes after the first."""
    key = store(raw_mail(text))
    inbound.give_up(key, error or ZeroDivisionError(), NOW + timedelta(minutes=minutes))
    return key


def hold(text: str = "The pump is broken.") -> str:
    key = store(raw_mail(text))
    inbound_mail.keep_fate(Fate(key, FateState.HELD, NOW, "possible_loop"))
    return key


class TestReplaying:
    def test_pressed_twice_it_makes_one_ticket(self) -> None:
        key = give_up()
        fates = [quarantine.try_again(key, ADMIN, NOW) for _ in range(2)]
        assert [(fate.state, fate.ticket) for fate in fates] == [(FateState.TICKET, 1)] * 2
        assert (journey.numbers(), len(texts())) == ([1], 1)

    @pytest.mark.parametrize("make", [give_up, hold])
    @pytest.mark.parametrize("request_", ["dynamodb.BatchGetItem", "dynamodb.TransactWriteItems"])
    def test_two_people_at_once_make_one_ticket(self, make: object, request_: str) -> None:
        key = give_up() if make is give_up else hold()
        with on_the_wire() as wire:
            wire.meanwhile(request_, lambda: quarantine.try_again(key, ADMIN, NOW))
            fate = quarantine.try_again(key, ADMIN, NOW)
        assert (fate.state, fate.ticket) == (FateState.TICKET, journey.numbers()[0])
        assert (len(journey.numbers()), causes()) == (1, [])

    def test_while_the_queue_delivers_the_same_mail_it_makes_one_ticket(self) -> None:
        key = give_up()
        with on_the_wire() as wire:
            wire.meanwhile("dynamodb.TransactWriteItems", lambda: inbound.receive(key, NOW, NOW))
            quarantine.try_again(key, ADMIN, NOW)
        assert (len(journey.numbers()), causes()) == (1, [])

    def test_a_fault_leaves_the_mail_where_it_was(self) -> None:
        key = give_up()
        before = inbound_mail.get_fate(key)
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            after = quarantine.try_again(key, ADMIN, NOW)
        assert (replace(after, acts=()), after) == (before, inbound_mail.get_fate(key))

    def test_once_dismissed_it_is_still_not_read_here_and_the_queue_takes_it(self) -> None:
        key = give_up(error=TimeoutError())
        inbound.dismiss(key, ADMIN, NOW)
        with on_the_wire() as wire:
            fate = quarantine.try_again(key, SUPERVISOR, NOW)
        assert "s3.GetObject" not in wire.requests
        assert (fate.state, causes(), len(bodies(config().inbound_queue_url))) == (
            FateState.QUARANTINED,
            ["never_ends"],
            1,
        )
        assert inbound.receive(key, NOW, NOW).state is FateState.TICKET

    @pytest.mark.parametrize("is_dismissed", [False, True])
    def test_it_takes_the_right_to(self, is_dismissed: bool) -> None:
        key = give_up(error=TimeoutError() if is_dismissed else None)
        with pytest.raises(NotAllowed):
            quarantine.try_again(key, AGENT, NOW)

    def test_one_that_never_came_to_an_end_is_read_by_the_queue_and_not_here(self) -> None:
        key = give_up(error=TimeoutError("reading it has never come to an end"))
        with on_the_wire() as wire:
            assert quarantine.try_again(key, ADMIN, NOW).state is FateState.QUARANTINED
        assert wire.requests == ["dynamodb.GetItem", "dynamodb.PutItem", "sqs.SendMessage"]
        (told,) = bodies(config().inbound_queue_url)
        assert told["Records"][0]["s3"]["object"]["key"] == key.replace("/", "%2F")
        assert inbound.replay(key, ADMIN, NOW).state is FateState.TICKET


class TestAll:
    def test_each_is_tried_and_the_result_told(self) -> None:
        for minute in range(3):
            give_up(f"Pump {minute}.", minutes=minute)
        receive(b"")
        give_up(error=TimeoutError())
        done = quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW)
        assert done == Replayed(taken=3, enqueued=1, kept=1)
        assert sorted(causes()) == ["never_ends", "no_content"]

    def test_held_ones_are_taken_whatever_they_were_held_for(self) -> None:
        hold()
        assert quarantine.replay_all(FateState.HELD, ADMIN, NOW) == Replayed(taken=1)
        assert journey.numbers() == [1]

    def test_when_time_is_over_the_rest_is_counted_and_can_be_gone_on_with(self) -> None:
        keys = [give_up(f"Pump {minute}.", minutes=minute) for minute in range(3)]
        first = quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW, is_time_left=lambda: False)
        assert (first.taken, first.left) == (1, 2)
        assert [mail.key for mail in inbound.list_in_hand(FateState.QUARANTINED)] == [keys[1], keys[0]]
        rest = quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW, first.cursor)
        assert rest == Replayed(taken=2)

    def test_what_stays_does_not_keep_the_rest_from_its_turn(self) -> None:
        """Going on begins after what was tried, not with the same mails again."""
        give_up()
        receive(b"", at=NOW + HOUR)
        first = quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW, is_time_left=lambda: False)
        assert (first.kept, first.left) == (1, 1)
        assert quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW, first.cursor).taken == 1

    def test_one_that_fails_holds_up_none_of_the_others(self) -> None:
        give_up("One.")
        give_up("Two.", minutes=1)
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            done = quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW)
        assert (done, texts()) == (Replayed(taken=1, kept=1), ["One."])

    def test_it_goes_past_a_page(self) -> None:
        for minute in range(101):
            inbound.give_up(f"inbound/{minute}", ZeroDivisionError(), NOW + timedelta(minutes=minute))
        assert len(inbound.list_in_hand(FateState.QUARANTINED)) == 101
        assert quarantine.replay_all(FateState.QUARANTINED, ADMIN, NOW).kept == 101


class TestDismissing:
    @pytest.mark.parametrize("make", [give_up, hold])
    def test_a_dismissed_mail_waits_no_more_and_undoing_brings_it_back_as_it_was(self, make: object) -> None:
        key = give_up() if make is give_up else hold()
        before = inbound_mail.get_fate(key)
        assert inbound.dismiss(key, SUPERVISOR, NOW).dismissed_by == SUPERVISOR.name
        assert inbound.list_in_hand(before.state) == ()
        restored = quarantine.restore(key, ADMIN, NOW)
        assert replace(restored, acts=()) == before
        assert inbound.list_in_hand(before.state) == (restored,)

    def test_twice_is_once(self) -> None:
        key = give_up()
        once = inbound.dismiss(key, SUPERVISOR, NOW)
        assert inbound.dismiss(key, ADMIN, NOW) == once
        assert quarantine.restore(key, ADMIN, NOW).state is FateState.QUARANTINED
        assert quarantine.restore(key, ADMIN, NOW).state is FateState.QUARANTINED

    @pytest.mark.parametrize("make", [give_up, hold])
    def test_it_can_still_be_taken(self, make: object) -> None:
        key = give_up() if make is give_up else hold()
        inbound.dismiss(key, SUPERVISOR, NOW)
        assert quarantine.try_again(key, ADMIN, NOW).state is FateState.TICKET

    @pytest.mark.parametrize("cause", ["virus", "failed"])
    def test_it_stays_dismissed_when_the_queue_tells_of_it_again(self, cause: str) -> None:
        key = receive_mail(x_ses_virus_verdict="FAIL")
        dismissed = inbound.dismiss(key, SUPERVISOR, NOW)
        if cause == "virus":
            assert inbound.receive(key, NOW, NOW) == dismissed
        else:
            inbound.give_up(key, ValueError("of ours"), NOW)
        assert inbound_mail.get_fate(key) == dismissed
        assert causes() == []

    def test_what_a_ticket_has_can_neither_be_dismissed_nor_brought_back(self) -> None:
        key = give_up()
        dismissed = inbound.dismiss(key, SUPERVISOR, NOW)
        inbound.replay(key, ADMIN, NOW)
        with pytest.raises(Conflict, match="mail_on_ticket"):
            inbound.dismiss(key, SUPERVISOR, NOW)
        with pytest.raises(Conflict, match="mail_on_ticket"):
            quarantine.restore(key, SUPERVISOR, NOW)
        assert not inbound_mail.keep_fate(replace(dismissed, state=FateState.QUARANTINED))

    def test_it_takes_the_right_to(self) -> None:
        key = give_up()
        for act in (inbound.dismiss, quarantine.restore):
            with pytest.raises(NotAllowed):
                act(key, AGENT, NOW)


class TestHistory:
    """Who did what with a mail and when stays known, whatever becomes of it (rule 24)."""

    @staticmethod
    def acts(key: str) -> list[tuple[str, str, int]]:
        return [(act.kind, act.name, act.agent_id) for act in inbound_mail.get_fate(key).acts]

    def test_each_act_is_kept_in_its_order_until_the_mail_is_on_its_ticket(self) -> None:
        key = give_up()
        inbound.dismiss(key, SUPERVISOR, NOW)
        inbound.dismiss(key, ADMIN, NOW)
        quarantine.restore(key, ADMIN, NOW)
        inbound.replay(key, SUPERVISOR, NOW + HOUR)
        inbound.replay(key, ADMIN, NOW + HOUR)
        expected = [("dismissed", SUPERVISOR), ("restored", ADMIN), ("replayed", SUPERVISOR)]
        assert self.acts(key) == [(kind, agent.name, agent.id) for kind, agent in expected]
        assert inbound_mail.get_fate(key).acts[-1].at == NOW + HOUR

    def test_what_goes_back_to_quarantine_keeps_it_too(self) -> None:
        key = receive(b"")
        inbound.replay(key, ADMIN, NOW)
        inbound.give_up(key, ZeroDivisionError(), NOW)
        assert self.acts(key) == [("replayed", ADMIN.name, ADMIN.id)]

    def test_only_the_latest_are_kept(self) -> None:
        key = receive(b"")
        for _ in range(25):
            inbound.replay(key, ADMIN, NOW)
        assert len(self.acts(key)) == 20

    @pytest.mark.parametrize("error", [ZeroDivisionError(), TimeoutError()], ids=["here", "by the queue"])
    def test_the_ticket_tells_who_took_it(self, error: Exception) -> None:
        key = give_up(error=error)
        quarantine.try_again(key, SUPERVISOR, NOW + HOUR)
        inbound.receive(key, NOW, NOW + HOUR)
        told = [
            (entry.author.name, entry.at)
            for entry in page().entries
            for change in entry.changes
            if change.field == "mail"
        ]
        assert told == [(SUPERVISOR.name, NOW + HOUR)]


class TestSenderByHand:
    """Of a mail that does not say whom it is from a person may."""

    def no_sender(self) -> str:
        return receive(b"To: support@desk.example\r\nSubject: Pump\r\n\r\nIt is broken.")

    def test_it_becomes_that_customers_ticket(self) -> None:
        key = self.no_sender()
        assert causes() == ["no_sender"]
        assert quarantine.try_again(key, ADMIN, NOW, "Lee@Customer.example").state is FateState.TICKET
        assert (page().ticket.customer_address, texts(), causes()) == ("lee@customer.example", ["It is broken."], [])

    def test_the_same_mail_delivered_again_changes_nothing(self) -> None:
        key = self.no_sender()
        inbound.replay(key, ADMIN, NOW, "lee@customer.example")
        assert inbound.receive(key, NOW, NOW).state is FateState.TICKET
        assert (journey.numbers(), causes()) == ([1], [])

    def test_an_address_that_is_none_changes_nothing(self) -> None:
        key = self.no_sender()
        with pytest.raises(InvalidInput, match="address_invalid"):
            quarantine.try_again(key, ADMIN, NOW, "lee@localhost")
        assert inbound_mail.get_fate(key).acts == ()

    def test_one_of_ours_stays_in_quarantine(self) -> None:
        key = self.no_sender()
        assert inbound.replay(key, ADMIN, NOW, SUPPORT).cause == "own_mail"

    def test_a_mail_that_says_whom_it_is_from_keeps_that_sender(self) -> None:
        inbound.replay(give_up(), ADMIN, NOW, "lee@customer.example")
        assert page().ticket.customer_address == "kim@customer.example"

    def test_it_never_speaks_for_an_agent(self) -> None:
        receive_mail()
        passed = PASSED.replace("desk.example", "localhost")
        raw = raw_mail("All is well.", from_="x@localhost", to=reply_address(), authentication_results=passed)
        key = receive(raw)
        inbound.replay(key, ADMIN, NOW, AGENT.address)
        (said,) = (entry for entry in page().entries if "All is well." in entry.text)
        assert (said.author.kind, said.is_from_stranger) == (AuthorKind.CUSTOMER, True)

    def test_a_virus_stays_in_quarantine(self) -> None:
        key = receive(raw_mail(from_=None, x_ses_virus_verdict="FAIL"))
        assert inbound.replay(key, ADMIN, NOW, "lee@customer.example").cause == "virus"


class TestLooking:
    def test_it_is_shown_as_read_with_its_source(self) -> None:
        opened = quarantine.open_mail(give_up("Look at me."))
        assert opened.mail
        assert (opened.mail.text.strip(), opened.is_cut) == ("Look at me.", False)
        assert "subject: Pump" in opened.source
        assert opened.fate == inbound_mail.get_fate(opened.key)

    def test_of_a_large_one_the_beginning(self) -> None:
        opened = quarantine.open_mail(store(raw_mail("펌프 " * 100_000)))
        assert (opened.is_cut, len(opened.source), opened.fate) == (True, 200_000, None)
        assert opened.mail

    def test_one_that_never_came_to_an_end_is_not_read(self) -> None:
        opened = quarantine.open_mail(give_up("Beware." * 50_000, error=TimeoutError()))
        assert (opened.mail, opened.is_cut) == (None, True)
        assert "subject: Pump" in opened.source

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "inbound/",
            "elsewhere/x",
            "/inbound/x",
            "../inbound/x",
            "inbound/" + "가" * 340,
            "inbound/none",
            "inbound/\0",
        ],
    )
    def test_nothing_else_of_the_store_is_shown(self, key: str) -> None:
        with pytest.raises(NotFound, match="mail_not_found"):
            quarantine.open_mail(key)
