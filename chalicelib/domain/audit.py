"""What was set otherwise, by whom and when: settings are compared as plain maps, so that any kind can be told.

What becomes of tickets stands in their own histories.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_DIFFERENCES = 100
LONGEST_VALUE = 500
"""Characters of a value that are kept. With MOST_DIFFERENCES an entry stays below the 400 KB of an item."""


class Subject(StrEnum):
    """What may be changed."""

    AGENT = "agent"
    TEAM = "team"
    DESK = "desk"
    PROMISES = "promises"
    CHECKLIST = "checklist"


@dataclass(frozen=True)
class Difference:
    """`path` leads to the value, such as ("policies", "Default", "targets", "high"); "" where there is none."""

    path: tuple[str, ...]
    old: str
    new: str


@dataclass(frozen=True)
class AuditEntry:
    """One change, saved with what it changed. `by` is 0 for the command line; `name` tells which agent or team.

    `left_out` is how many more differences there were.
    """

    id: int
    at: datetime
    by: int
    by_name: str
    subject: Subject
    name: str
    differences: tuple[Difference, ...]
    left_out: int = 0


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Difference, ...]:
    """Between two maps of plain values; an empty one for what was not there."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    paths = dict.fromkeys((*old, *new))
    pairs = ((path, old.get(path, ""), new.get(path, "")) for path in paths)
    return tuple(Difference(path, _cut(was), _cut(now)) for path, was, now in pairs if was != now)


def _leaves(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _leaves(part, (*path, str(name)))
    else:
        yield path, _written(value)


def _written(value: object, between: str = ", ") -> str:
    """As people read it: "yes", "Repairs, Sales", "09:00–12:00, 13:00–18:00"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return between.join(_written(part, "–") for part in value)
    return "" if value is None else str(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
