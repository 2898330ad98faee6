"""Two requests at the same time, where neither waits for the other's answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """The results of both; an error of either is raised once both have ended."""
    waiting = _pool.submit(first)
    try:
        result = second()
    finally:
        waiting.exception()
    return waiting.result(), result
