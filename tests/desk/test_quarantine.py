"""Mails that nobody could read: kept, listed with their cause, read again when it is mended (rules 12 and 24)."""

from datetime import timedelta

import pytest

from chalicelib.adapters import inbound_mail
from chalicelib.desk import inbound
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import FateState
from tests.conftest import AGENT, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import PASSED, page, raw_mail, receive, receive_mail, reply_address, texts

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


def test_an_agents_reply_that_says_nothing() -> None:
    receive_mail()
    receive_mail(" ", from_=AGENT.address, to=reply_address(), authentication_results=PASSED)
    assert (texts(), causes()) == (["The pump is broken."], ["text_missing"])


def test_a_mail_our_code_fails_on_is_given_up_with_its_cause() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError("division by zero"), NOW)
    (mail,) = inbound.list_in_hand(FateState.QUARANTINED)
    assert (mail.cause, mail.detail) == ("failed", "ZeroDivisionError: division by zero")


def test_replaying_makes_the_ticket_as_of_the_day_it_came() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError(), NOW)
    assert inbound.replay(key, NOW + 2 * HOUR).state is FateState.TICKET
    assert (page().ticket.created_at, causes()) == (NOW, [])


def test_replaying_what_is_still_unreadable_keeps_it() -> None:
    key = receive(b"")
    assert inbound.replay(key, NOW).state is FateState.QUARANTINED
    assert len(causes()) == 1


def test_replaying_a_mail_that_made_its_ticket_after_all_just_releases_it() -> None:
    key = journey.store(raw_mail())
    inbound.give_up(key, ZeroDivisionError(), NOW)
    inbound.receive(key, NOW, NOW)
    assert inbound.replay(key, NOW).ticket == 1
    assert (journey.numbers(), causes()) == ([1], [])


def test_what_never_came_can_not_be_replayed() -> None:
    with pytest.raises(NotFound, match="mail_not_found"):
        inbound.replay("inbound/unknown", NOW)


def test_the_original_is_never_deleted() -> None:
    raw = raw_mail()
    assert inbound_mail.read_raw(receive(raw)) == raw
    broken = receive(b"")
    inbound.replay(broken, NOW)
    assert inbound_mail.read_raw(broken) == b""
