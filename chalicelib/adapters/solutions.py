"""Solutions in the table. A few hundred: all of them are read at once, and kept for half a minute."""

import time

from chalicelib.adapters.codec import decode, encode, instant
from chalicelib.adapters.items import SOLUTIONS, SolutionItem, at_version, solution_key
from chalicelib.adapters.transaction import put
from chalicelib.domain.errors import NotFound
from chalicelib.domain.solution import Solution

FRESH_FOR_SECONDS = 30
_cached: list[tuple[float, tuple[Solution, ...]]] = []


def get(solution_id: int) -> Solution:
    """Raises NotFound("solution_not_found")."""
    try:
        return _solution_of(SolutionItem.get(solution_key(solution_id), "SOLUTION", consistent_read=True))
    except SolutionItem.DoesNotExist:
        raise NotFound("solution_not_found") from None


def list_all() -> tuple[Solution, ...]:
    """Every solution, last changed first."""
    items = SolutionItem.query(SOLUTIONS, index_name="by_queue", scan_index_forward=False)
    return tuple(_solution_of(item) for item in items)


def list_public() -> tuple[Solution, ...]:
    """What customers may read, last changed first; at most 30 seconds old."""
    if not _cached or time.monotonic() - _cached[0][0] > FRESH_FOR_SECONDS:
        _cached[:] = [(time.monotonic(), tuple(solution for solution in list_all() if solution.is_public))]
    return _cached[0][1]


def save(solution: Solution) -> None:
    """Raises StaleVersion."""
    put(
        SolutionItem(
            solution_key(solution.id),
            "SOLUTION",
            body=encode(solution),
            **at_version(solution.version),
            queue_pk=SOLUTIONS,
            queue_sk=instant(solution.updated_at),
        )
    )
    forget()


def forget() -> None:
    """Drops the cache of this container."""
    _cached.clear()


def _solution_of(item: SolutionItem) -> Solution:
    return decode(Solution, item.body | {"version": item.version})
