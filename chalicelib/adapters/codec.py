"""Values of the domain to and from plain maps, by their type hints: only here is known how a value is stored.

Datetimes are RFC 3339 in UTC with microseconds (they sort as text), days ISO 8601, spans seconds, enums their value,
tuples and frozensets lists. What the stored map lacks takes the field's default, what it has too much is ignored: older
and newer items can be read by either release.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


def encode(value: object) -> Any:
    """A dataclass as a map of strings, numbers, booleans, lists and maps; None stays None."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1) / 1_000_000 if value.microseconds else value // timedelta(seconds=1)
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(encode(item) for item in value)
    return value


def decode(kind: Callable[..., T], stored: Mapping[str, Any]) -> T:
    """The dataclass `kind` from its map. Raises KeyError for a missing field without a default."""
    values = {}
    for name, convert, is_required in _plan(kind):
        if name in stored:
            values[name] = convert(stored[name])
        elif is_required:
            raise KeyError(f"{kind}.{name}")
    return kind(**values)


def instant(at: datetime) -> str:
    """UTC, always with microseconds, so that texts sort like times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@cache
def _plan(kind: Any) -> tuple[tuple[str, Callable[[Any], Any], bool], ...]:
    hints = get_type_hints(kind)
    return tuple(
        (
            field.name,
            _converter(hints[field.name]),
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
    )


def _converter(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _converter(next(argument for argument in arguments if argument is not type(None)))
        return lambda stored: None if stored is None else inner(stored)
    if origin in (tuple, frozenset):
        item = _converter(arguments[0])
        return lambda stored: origin(item(value) for value in stored)
    if origin in (dict, Mapping):
        key, item = _converter(arguments[0]), _converter(arguments[1])
        return lambda stored: {key(name): item(value) for name, value in stored.items()}
    return _scalar_converter(hint)


def _scalar_converter(hint: Any) -> Callable[[Any], Any]:
    if is_dataclass(hint):
        return partial(decode, cast(type, hint))
    if hint in (datetime, date):
        return cast(Callable[[Any], Any], hint.fromisoformat)
    if hint is timedelta:
        return lambda stored: timedelta(seconds=float(stored))
    if isinstance(hint, type) and (issubclass(hint, Enum) or hint is int):
        return hint
    return lambda stored: stored
