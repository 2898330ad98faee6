import pytest

from chalicelib.adapters import customers, inbound_mail
from chalicelib.adapters.inbound_mail import Quarantined
from chalicelib.adapters.transaction import put
from chalicelib.domain.errors import NotFound
from tests import factories
from tests.conftest import NOW
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import on_the_wire

pytestmark = pytest.mark.usefixtures("empty_cloud")


def test_all_that_is_known_of_a_mail_takes_one_request() -> None:
    put(customers.item_of(factories.customer()))
    inbound_mail.message_of("one@x", 1).save()
    inbound_mail.message_of("two@x", 2).save()
    inbound_mail.taken("abc", 3).save()
    with on_the_wire() as wire:
        known = inbound_mail.look_up(["two@x", "none@x", "one@x", "two@x"], "own@x", CUSTOMER_ADDRESS, "abc")
    assert wire.requests == ["dynamodb.BatchGetItem"]
    assert (known.tickets, known.taken_as, known.is_id_known) == ((2, 1), 3, False)
    assert known.customer == factories.customer(version=1)


def test_of_a_new_mail_nothing_is_known() -> None:
    known = inbound_mail.look_up([], "", "eve@elsewhere.example", "abc")
    assert (known.tickets, known.customer, known.taken_as, known.is_id_known) == ((), None, None, False)


def test_of_very_many_references_the_most_telling_are_looked_up() -> None:
    for number in (0, 96, 97):
        inbound_mail.message_of(f"{number}@x", number + 1).save()
    known = inbound_mail.look_up((f"{number}@x" for number in range(1000)), "own@x", CUSTOMER_ADDRESS, "abc")
    assert known.tickets == (1, 97)


def test_a_mails_own_id_tells_nothing_of_its_ticket() -> None:
    """Two different mails may carry the same Message-ID (rule 10)."""
    inbound_mail.message_of("const@scanner", 1).save()
    known = inbound_mail.look_up([], "const@scanner", CUSTOMER_ADDRESS, "abc")
    assert (known.tickets, known.is_id_known) == ((), True)


@pytest.mark.parametrize("letter", ["x", "힣", "😀"])
def test_an_id_of_any_length_can_be_kept(letter: str) -> None:
    """A key of DynamoDB holds 2,048 bytes."""
    one, two = f"{letter * 5000}@one", f"{letter * 5000}@two"
    for number, message_id in ((1, one), (2, two)):
        inbound_mail.message_of(message_id, number).save()
    assert inbound_mail.look_up([two, one], "", CUSTOMER_ADDRESS, "abc").tickets == (2, 1)


def test_an_id_of_broken_characters_can_be_kept() -> None:
    inbound_mail.message_of("\ud800@x", 1).save()
    assert inbound_mail.look_up(["\ud800@x"], "", CUSTOMER_ADDRESS, "abc").tickets == (1,)


def test_a_quarantined_mail_is_found_listed_and_released() -> None:
    mail = Quarantined("inbound/x", "no_sender", NOW, "bad_structure")
    inbound_mail.quarantine(mail)
    assert inbound_mail.get_quarantined("inbound/x") == mail
    assert inbound_mail.list_quarantined() == (mail,)
    inbound_mail.release("inbound/x")
    assert inbound_mail.list_quarantined() == ()
    with pytest.raises(NotFound, match="mail_not_quarantined"):
        inbound_mail.get_quarantined("inbound/x")


def test_the_newest_cause_stays() -> None:
    for cause in ("failed", "no_sender"):
        inbound_mail.quarantine(Quarantined("inbound/x", cause, NOW))
    assert [mail.cause for mail in inbound_mail.list_quarantined()] == ["no_sender"]
