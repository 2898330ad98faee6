"""Macros in the table, and who used which how often. A few hundred: one query for all, kept for half a minute."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.operand import Path

from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import MACROS, Item, MacroItem, MacroUseItem, at_version, macro_key, macro_use_key
from chalicelib.adapters.transaction import Transaction, put
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import NotFound
from chalicelib.domain.macro import Macro

FRESH_FOR_SECONDS = 30
_KEPT_AFTER_DELETION = timedelta(days=30)
_USES_COUNT_FOR = timedelta(days=180)


@dataclass(frozen=True)
class ListedMacro:
    """`used` is how often the reader used it, `used_by_all` how often everybody did; what nobody used for half a year
    counts no longer."""

    macro: Macro
    used: int = 0
    used_by_all: int = 0


@dataclass(frozen=True)
class _Read:
    """All macros, and how often each was used by each agent and by all of them."""

    macros: tuple[Macro, ...]
    uses: Counter[tuple[int, int]]
    totals: Counter[int]


_cached: list[tuple[float, _Read]] = []


def list_for(agent: Agent, *, is_fresh: bool = False) -> tuple[ListedMacro, ...]:
    """All that the agent sees, what they use most first, then what others do; at most 30 seconds old, or fresh.

    One request at most.
    """
    if is_fresh or not _cached or time.monotonic() - _cached[0][0] > FRESH_FOR_SECONDS:
        _cached[:] = [(time.monotonic(), _read())]
    known = _cached[0][1]
    seen = (macro for macro in known.macros if macro.is_seen_by(agent))
    listed = (ListedMacro(macro, known.uses[macro.id, agent.id], known.totals[macro.id]) for macro in seen)
    return tuple(sorted(listed, key=lambda one: (-one.used, -one.used_by_all, one.macro.name.casefold())))


def get(macro_id: int) -> Macro:
    """As it is now, also for a while after it was deleted. Raises NotFound("macro_not_found")."""
    try:
        return _macro_of(MacroItem.get(MACROS, macro_key(macro_id), consistent_read=True))
    except MacroItem.DoesNotExist:
        raise NotFound("macro_not_found") from None


def save(macro: Macro) -> None:
    """Raises StaleVersion."""
    gone_at = macro.deleted_at + _KEPT_AFTER_DELETION if macro.deleted_at else None
    put(
        MacroItem(
            MACROS,
            macro_key(macro.id),
            body=encode(macro),
            **at_version(macro.version),
            expires_at=int(gone_at.timestamp()) if gone_at else None,
        )
    )
    forget()


def count_use(transaction: Transaction, macro_id: int, agent_id: int, now: datetime) -> None:
    """Adds to the transaction that the agent used the macro once more. No two agents meet on one item."""
    until = int((now + _USES_COUNT_FOR).timestamp())
    item = MacroUseItem(MACROS, macro_use_key(macro_id, agent_id))
    transaction.update(item, [Path("total").add(1), Path("expires_at").set(until), Path("kind").set("macro_use")])


def forget() -> None:
    """Drops the cache of this container."""
    _cached.clear()


def _read() -> _Read:
    macros: list[Macro] = []
    uses: Counter[tuple[int, int]] = Counter()
    totals: Counter[int] = Counter()
    for item in Item.query(MACROS, consistent_read=True):
        if isinstance(item, MacroItem):
            macros.append(_macro_of(item))
        elif isinstance(item, MacroUseItem):
            _, macro_id, agent_id = item.sk.split("#")
            uses[int(macro_id), int(agent_id)] = int(item.total or 0)
            totals[int(macro_id)] += int(item.total or 0)
    return _Read(tuple(macros), uses, totals)


def _macro_of(item: MacroItem) -> Macro:
    return decode(Macro, item.body | {"version": item.version})
