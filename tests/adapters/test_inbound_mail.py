from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters import aws, customers, inbound_mail
from chalicelib.adapters.inbound_mail import Alike, Answered, Known, Query
from chalicelib.adapters.paging import Page
from chalicelib.adapters.transaction import Transaction, put
from chalicelib.domain.errors import NotFound, StaleVersion
from chalicelib.domain.inbound_mail import Fate, FateState
from tests import factories
from tests.conftest import MAIL_BUCKET, NOW
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import on_the_wire

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("empty_cloud")


def query(*thread_ids: str, message_id: str = "own@x", address: str = CUSTOMER_ADDRESS) -> Query:
    return Query("inbound/x", thread_ids, message_id, address, "abc", "alike", NOW)


def look_up(*thread_ids: str, **others: str) -> Known:
    return inbound_mail.look_up(query(*thread_ids, **others))


def fate(state: FateState, cause: str = "no_sender") -> Fate:
    return Fate("inbound/x", state, NOW, cause, "bad_structure")


def test_all_that_is_known_of_a_mail_takes_one_request() -> None:
    put(customers.item_of(factories.customer()))
    inbound_mail.message_of("one@x", 1, 77).save()
    inbound_mail.message_of("two@x", 2).save()
    inbound_mail.taken("abc", 3).save()
    inbound_mail.keep_fate(fate(FateState.HELD))
    with on_the_wire() as wire:
        known = look_up("two@x", "none@x", "one@x", "two@x")
    assert wire.requests == ["dynamodb.BatchGetItem"]
    assert known.answered == (Answered(2), Answered(1, 77))
    assert (known.tickets, known.taken_as, known.is_id_known) == ((2, 1), 3, False)
    assert known.customer == factories.customer(version=1)
    assert known.fate == fate(FateState.HELD)


def test_of_a_new_mail_nothing_is_known() -> None:
    assert look_up(address="eve@elsewhere.example") == Known((), None, None, None, Alike(), False)


def test_of_very_many_references_the_most_telling_are_looked_up() -> None:
    for number in (0, 92, 93):
        inbound_mail.message_of(f"{number}@x", number + 1).save()
    assert look_up(*(f"{number}@x" for number in range(1000))).tickets == (1, 93)


def test_a_mails_own_id_tells_nothing_of_its_ticket() -> None:
    """Two different mails may carry the same Message-ID (rule 10)."""
    inbound_mail.message_of("const@scanner", 1).save()
    known = look_up(message_id="const@scanner")
    assert (known.tickets, known.is_id_known) == ((), True)


@pytest.mark.parametrize("letter", ["x", "힣", "😀"])
def test_an_id_of_any_length_can_be_kept(letter: str) -> None:
    """A key of DynamoDB holds 2,048 bytes."""
    one, two = f"{letter * 5000}@one", f"{letter * 5000}@two"
    for number, message_id in ((1, one), (2, two)):
        inbound_mail.message_of(message_id, number).save()
    assert look_up(two, one).tickets == (2, 1)


def test_an_id_of_broken_characters_can_be_kept() -> None:
    inbound_mail.message_of("\ud800@x", 1).save()
    assert look_up("\ud800@x").tickets == (1,)


@pytest.mark.parametrize("state", [FateState.HELD, FateState.QUARANTINED, FateState.DISMISSED])
def test_a_mail_in_hand_is_found_and_listed_until_it_is_settled(state: FateState) -> None:
    assert inbound_mail.keep_fate(fate(state))
    assert inbound_mail.get_fate("inbound/x") == fate(state)
    assert (inbound_mail.list_in_hand(state), inbound_mail.count_in_hand(state)) == (Page((fate(state),)), 1)
    settle(fate(FateState.TICKET))
    assert (inbound_mail.list_in_hand(state), inbound_mail.count_in_hand(state)) == (Page(()), 0)


def test_an_unknown_mail_has_no_fate() -> None:
    with pytest.raises(NotFound, match="mail_not_found"):
        inbound_mail.get_fate("inbound/x")


def test_the_newest_cause_stays() -> None:
    for cause in ("failed", "no_sender"):
        inbound_mail.keep_fate(fate(FateState.QUARANTINED, cause))
    assert [mail.cause for mail in inbound_mail.list_in_hand(FateState.QUARANTINED).items] == ["no_sender"]


@pytest.mark.parametrize("state", [FateState.TICKET, FateState.DUPLICATE])
def test_what_a_ticket_has_is_never_taken_back_from_it(state: FateState) -> None:
    settle(fate(state))
    assert not inbound_mail.keep_fate(fate(FateState.QUARANTINED))
    held = Transaction()
    inbound_mail.hold(held, fate(FateState.HELD))
    with pytest.raises(StaleVersion):
        held.commit()
    assert inbound_mail.get_fate("inbound/x").state is state


def test_mails_alike_are_counted_within_an_hour() -> None:
    for number in (4, 5):
        counted = Transaction()
        inbound_mail.count_alike(counted, query(), number)
        counted.commit()
    assert look_up().alike == Alike(2, 5)
    later = Query("inbound/y", (), "", CUSTOMER_ADDRESS, "abc", "alike", NOW + timedelta(hours=1))
    assert inbound_mail.look_up(later).alike == Alike()


def test_mails_in_hand_are_listed_page_by_page() -> None:
    fates = [replace(fate(FateState.HELD), key=f"inbound/{n}", received_at=NOW + n * HOUR) for n in range(5)]
    for each in fates:
        inbound_mail.keep_fate(each)
    first = inbound_mail.list_in_hand(FateState.HELD, limit=2)
    second = inbound_mail.list_in_hand(FateState.HELD, first.cursor, limit=2)
    assert [*first.items, *second.items] == [fates[4], fates[3], fates[2], fates[1]]
    assert inbound_mail.place_after(fates[3]) == first.cursor
    assert inbound_mail.count_in_hand(FateState.HELD, before=fates[3].received_at) == 3
    assert inbound_mail.list_in_hand(FateState.HELD, "no cursor", limit=2) == first


def test_a_first_fate_is_no_second_one() -> None:
    assert inbound_mail.keep_first_fate(fate(FateState.QUARANTINED))
    assert not inbound_mail.keep_first_fate(fate(FateState.QUARANTINED, "never_handled"))
    assert inbound_mail.get_fate("inbound/x").cause == "no_sender"


def test_the_mails_that_came_since_are_listed_with_what_became_of_them() -> None:
    for key in ("inbound/x", "inbound/y", inbound_mail.NO_MAIL, "elsewhere/z"):
        aws.client("s3").put_object(Bucket=MAIL_BUCKET, Key=key, Body=b"")
    inbound_mail.keep_fate(fate(FateState.HELD))
    long_ago, soon = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + HOUR
    (mails,) = inbound_mail.list_raw(long_ago)
    assert list(mails) == ["inbound/x", "inbound/y"]
    assert inbound_mail.find_fates(mails) == {"inbound/x": fate(FateState.HELD)}
    assert list(inbound_mail.list_raw(soon)) == [{}]


def test_a_mail_is_read_as_far_as_wanted() -> None:
    aws.client("s3").put_object(Bucket=MAIL_BUCKET, Key="inbound/x", Body=b"From: kim")
    assert (inbound_mail.read_raw("inbound/x", 4), inbound_mail.read_raw("inbound/x")) == (b"From", b"From: kim")


def settle(settled: Fate) -> None:
    transaction = Transaction()
    inbound_mail.settle(transaction, settled)
    transaction.commit()
