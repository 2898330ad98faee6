"""A view as the query of a page: every value a field of text, and back."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from chalicelib import i18n
from chalicelib.domain.address import canonical
from chalicelib.domain.view import ME, Due, Sort, View
from chalicelib.domain.words import Kind, Priority, Source, Status

_DAYS = ("created_within", "updated_within")
_MOST_DAYS = 3_660
_LONGEST = 200
_Word = TypeVar("_Word", bound=StrEnum)


def read(typed: Callable[[str], str], agents: Iterable[int], teams: Iterable[int]) -> View:
    """What is no choice of ours is none: a view is looked at, nothing is changed by it."""
    return View(
        statuses=_ticked(typed, "status", Status),
        priorities=_ticked(typed, "priority", Priority),
        kinds=_ticked(typed, "kind", Kind),
        teams=_numbers(typed, "team", (0, *teams)),
        assignees=_numbers(typed, "assignee", (ME, 0, *agents)),
        sources=_ticked(typed, "source", Source),
        languages=frozenset(one for one in i18n.LANGUAGES if typed(f"language_{one}")),
        tags=frozenset(typed("tags")[:_LONGEST].split()),
        customer=canonical(typed("customer")[:_LONGEST].strip()),
        due=next((due for due in Due if due == typed("due")), None),
        text=typed("text")[:_LONGEST].strip(),
        created_within=_days(typed("created_within")),
        updated_within=_days(typed("updated_within")),
        sort=next((sort for sort in Sort if sort == typed("sort")), Sort.TIME_LEFT),
    )


def fields_of(view: View) -> Mapping[str, str]:
    """What `read` reads the view from."""
    named = (
        *(f"status_{one}" for one in view.statuses),
        *(f"priority_{one}" for one in view.priorities),
        *(f"kind_{one}" for one in view.kinds),
        *(f"team_{one}" for one in view.teams),
        *(f"assignee_{one}" for one in view.assignees),
        *(f"source_{one}" for one in view.sources),
        *(f"language_{one}" for one in view.languages),
    )
    fields = dict.fromkeys(sorted(named), "1") | {
        "tags": " ".join(sorted(view.tags)),
        "customer": view.customer,
        "due": view.due or "",
        "text": view.text,
        "sort": view.sort,
    }
    fields |= {name: f"{days}" for name in _DAYS if (days := getattr(view, name))}
    return {name: value for name, value in fields.items() if value}


def _ticked(typed: Callable[[str], str], name: str, words: type[_Word]) -> frozenset[_Word]:
    return frozenset(one for one in words if typed(f"{name}_{one}"))


def _numbers(typed: Callable[[str], str], name: str, known: Iterable[int]) -> frozenset[int]:
    return frozenset(one for one in known if typed(f"{name}_{one}"))


def _days(typed: str) -> int:
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(f"{_MOST_DAYS}")
    return min(int(typed), _MOST_DAYS) if is_number else 0
