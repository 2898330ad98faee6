"""Some of many: a page of an index, and where the next one begins."""

import base64
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_LONGEST_PK, _LONGEST_ORDER = 2048, 1024
"""Bytes of a partition key and of a sort key; DynamoDB refuses longer ones.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many; `cursor` asks for what follows, None at the end."""

    items: tuple[T, ...]
    cursor: str | None = None


def cursor_of(last: dict[str, Any] | None, index: str) -> str | None:
    """A place in a queue: the order of the last item shown, and its key."""
    return cursor_after(last[f"{index}_sk"]["S"], last["pk"]["S"]) if last else None


def cursor_after(order: str, pk: str) -> str:
    return base64.urlsafe_b64encode(f"{order}\n{pk}".encode()).decode()


def place_of(cursor: str | None, index: str, partition: str, sk: str) -> dict[str, Any] | None:
    """Where the query goes on, always in its own partition; a cursor that was tampered with starts at the beginning."""
    try:
        order, _, pk = base64.urlsafe_b64decode(cursor or "").decode().partition("\n")
    except ValueError:
        return None
    if not (0 < len(order.encode()) <= _LONGEST_ORDER and 0 < len(pk.encode()) <= _LONGEST_PK):
        return None
    key = {"pk": pk, "sk": sk, f"{index}_pk": partition, f"{index}_sk": order}
    return {name: {"S": value} for name, value in key.items()}
