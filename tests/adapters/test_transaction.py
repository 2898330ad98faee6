import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.adapters.items import CounterItem, FormItem, MailItem
from chalicelib.adapters.transaction import Transaction, put, put_new
from chalicelib.domain.errors import AlreadyDone, StaleVersion, TooMany
from tests.wire import Lost, on_the_wire

pytestmark = pytest.mark.usefixtures("empty_cloud")

TAKEN, LIMITED = AlreadyDone("taken"), TooMany("limited")


def item(name: str = "a", **others: object) -> MailItem:
    return MailItem(f"MAIL#{name}", "MAIL", body={"ticket": 1}, **others)


def stored(name: str = "a") -> bool:
    return len(list(MailItem.query(f"MAIL#{name}"))) == 1


def test_all_is_written() -> None:
    transaction = Transaction()
    transaction.put_new(item("a"))
    transaction.put(item("b"))
    transaction.update(CounterItem("C", "C"), [CounterItem.total.set(1), CounterItem.kind.set(CounterItem)])
    transaction.commit()
    assert stored("a")
    assert stored("b")
    assert CounterItem.get("C", "C").total == 1


def test_or_nothing() -> None:
    item("b").save()
    transaction = Transaction()
    transaction.put_new(item("a"))
    transaction.put_new(item("b"), TAKEN)
    with pytest.raises(AlreadyDone):
        transaction.commit()
    assert not stored("a")


def test_a_condition_that_says_nothing_means_that_somebody_was_faster() -> None:
    item().save()
    transaction = Transaction()
    transaction.put(item())
    with pytest.raises(StaleVersion):
        transaction.commit()


@pytest.mark.parametrize("order", ["as written", "the other way round"])
def test_what_a_failed_condition_means_counts_more_than_that_somebody_was_faster(order: str) -> None:
    item("a").save()
    FormItem("FORM#x", "FORM").save()
    transaction = Transaction()
    steps = [lambda: transaction.put(item("a")), lambda: transaction.put_new(FormItem("FORM#x", "FORM"), TAKEN)]
    for step in steps if order == "as written" else reversed(steps):
        step()
    with pytest.raises(AlreadyDone):
        transaction.commit()


def test_updates_have_conditions_of_their_own() -> None:
    transaction = Transaction()
    never = CounterItem.total > 5
    transaction.update(CounterItem("C", "C"), [CounterItem.total.set(1)], never, LIMITED)
    transaction.put_new(item())
    with pytest.raises(TooMany):
        transaction.commit()


def test_a_write_in_the_way_of_another_is_tried_again_by_who_asked() -> None:
    transaction = Transaction()
    transaction.put_new(item(), TAKEN)
    with on_the_wire() as wire:
        wire.refuses_transaction("TransactionConflict")
        with pytest.raises(StaleVersion, match="transaction_conflict"):
            transaction.commit()


def test_what_can_not_be_mended_by_trying_again_is_not_hidden() -> None:
    transaction = Transaction()
    transaction.put_new(item(), TAKEN)
    with on_the_wire() as wire:
        wire.refuses_transaction("ValidationError")
        with pytest.raises(TransactWriteError):
            transaction.commit()
    with on_the_wire() as wire:
        wire.fails_before("dynamodb.TransactWriteItems")
        with pytest.raises(Lost):
            transaction.commit()


def test_one_item_alone() -> None:
    put_new(item(), TAKEN)
    with pytest.raises(AlreadyDone):
        put_new(item(), TAKEN)
    with pytest.raises(StaleVersion):
        put(item())
    put(item(version=1))
