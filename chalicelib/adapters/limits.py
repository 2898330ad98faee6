"""Limits on requests: how often a thing was done in a window of time, counted in the table and forgotten by it."""

from datetime import datetime, timedelta

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.operand import Path

from chalicelib.adapters.items import CounterItem
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.errors import DeskError, TooMany


def count(what: str, limit: int, window: timedelta, now: datetime) -> None:
    """Counts once more. Raises TooMany past `limit` in the current window."""
    item, actions, condition, error = _update(what, limit, window, now)
    try:
        item.update(actions=actions, condition=condition, add_version_condition=False)
    except UpdateError as failure:
        if failure.cause_response_code == "ConditionalCheckFailedException":
            raise error from failure
        raise


def check(what: str, limit: int, window: timedelta, now: datetime) -> None:
    """Raises TooMany when `limit` is reached in the current window, without counting."""
    if is_reached(what, limit, window, now):
        raise _update(what, limit, window, now)[-1]


def is_reached(what: str, limit: int, window: timedelta, now: datetime) -> bool:
    """Whether the thing was done so often in the current window; one request, consistent."""
    item, *_ = _update(what, limit, window, now)
    try:
        item.refresh(consistent_read=True)
    except CounterItem.DoesNotExist:
        return False
    return bool((item.total or 0) >= limit)


def count_in(
    transaction: Transaction,
    what: str,
    limit: int,
    window: timedelta,
    now: datetime,
    otherwise: DeskError | None = None,
) -> None:
    """The same as part of a transaction, which then fails with TooMany or what is named instead."""
    item, actions, condition, error = _update(what, limit, window, now)
    transaction.update(item, actions, condition, otherwise or error)


def _update(what: str, limit: int, window: timedelta, now: datetime):  # type: ignore[no-untyped-def]
    seconds = int(window.total_seconds())
    number = int(now.timestamp()) // seconds
    ends_at = (number + 1) * seconds
    item = CounterItem(f"LIMIT#{what}#{number}", "LIMIT")
    actions = [Path("total").add(1), Path("kind").set("counter"), Path("expires_at").set(ends_at)]
    condition = CounterItem.total.does_not_exist() | (CounterItem.total < limit)
    error = TooMany("too_many_requests", retry_after=ends_at - int(now.timestamp()))
    return item, actions, condition, error
