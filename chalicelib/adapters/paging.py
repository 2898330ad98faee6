"""Some of many: a page of an index, and where the next one begins."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many; `cursor` asks for what follows, None at the end."""

    items: tuple[T, ...]
    cursor: str | None = None


def cursor_of(last: dict[str, Any] | None, index: str) -> str | None:
    """A place in a queue: the order of the last item shown, and its key."""
    return cursor_after(last[f"{index}_sk"]["S"], last["pk"]["S"]) if last else None


def cursor_after(order: str, pk: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([order, pk]).encode()).decode()


def place_of(cursor: str | None, index: str, partition: str, sk: str) -> dict[str, Any] | None:
    """Where the query goes on, always in its own partition; a cursor that was tampered with starts at the beginning."""
    try:
        order, pk = json.loads(base64.urlsafe_b64decode(cursor or ""))
    except (ValueError, TypeError):
        return None
    if not (order and pk and isinstance(order, str) and isinstance(pk, str)):
        return None
    key = {"pk": pk, "sk": sk, f"{index}_pk": partition, f"{index}_sk": order}
    return {name: {"S": value} for name, value in key.items()}
