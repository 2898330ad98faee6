"""One all-or-nothing write (TransactWriteItems), and what its refusals mean.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from collections.abc import Sequence
from typing import Any

from pynamodb.exceptions import PutError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.items import Item
from chalicelib.domain.errors import DeskError, StaleVersion

_CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_NOT_OVERWRITTEN = frozenset({"pk", "sk", "version"})


class Transaction:
    """Collects writes; `commit` does them all or none.

    Each write may name the error that its failed condition means; without one it means StaleVersion.
    """

    def __init__(self) -> None:
        self._write = TransactWrite(connection=_connection())
        self._puts: list[DeskError | None] = []
        self._updates: list[DeskError | None] = []

    def put(self, item: Item, otherwise: DeskError | None = None) -> None:
        """Saves an item on condition that its version is the one that was read (none: that it is new)."""
        self._write.save(item)
        self._puts.append(otherwise)

    def put_new(self, item: Item, otherwise: DeskError | None = None) -> None:
        """Adds an item on condition that its key is free."""
        self._write.save(item, condition=Item.pk.does_not_exist())
        self._puts.append(otherwise)

    def put_over(self, item: Item, condition: Condition | None = None) -> None:
        """Saves an item whatever stands there; an update, since PynamoDB's transactions check versions of every put."""
        attributes = {name: each for name, each in item.get_attributes().items() if name not in _NOT_OVERWRITTEN}
        values = {name: getattr(item, name) for name in attributes} | {"kind": type(item)}
        actions = [
            attributes[name].remove() if value is None else attributes[name].set(value)
            for name, value in values.items()
        ]
        self.update(item, actions, condition)

    def update(
        self,
        item: Item,
        actions: Sequence[Action],
        condition: Condition | None = None,
        otherwise: DeskError | None = None,
    ) -> None:
        """Changes attributes of an item in place, making it where it isn't there yet."""
        self._write.update(item, list(actions), condition=condition, add_version_condition=False)
        self._updates.append(otherwise)

    def commit(self) -> None:
        """Raises what the first failed condition means; StaleVersion also when another transaction was in the way."""
        try:
            self._write._commit()
        except TransactWriteError as error:
            raise self._meaning(error) from error

    def _meaning(self, error: TransactWriteError) -> Exception:
        reasons = error.cancellation_reasons
        if not reasons:
            return error
        failed: list[DeskError] = []
        for reason, otherwise in zip(reasons, self._puts + self._updates, strict=True):
            if reason is None:
                continue
            if reason.code == "ConditionalCheckFailed":
                failed.append(otherwise or StaleVersion("stale_version"))
            elif reason.code in _CONFLICTS:
                failed.append(StaleVersion("transaction_conflict"))
            else:
                return error
        return next((meant for meant in failed if not isinstance(meant, StaleVersion)), failed[0])


def put_new(item: Item, otherwise: DeskError) -> None:
    """Adds one item on condition that its key is free; raises `otherwise` when it is not."""
    try:
        item.save(condition=Item.pk.does_not_exist(), add_version_condition=False)
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise otherwise from error
        raise


def put(item: Item) -> None:
    """Saves one item on condition that its version is the one that was read. Raises StaleVersion."""
    try:
        item.save()
    except PutError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise StaleVersion("stale_version") from error
        raise


def _connection() -> Any:
    """PynamoDB's own connection of the model, so that a function has one client for the table."""
    return Item._get_connection().connection
