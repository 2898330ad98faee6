"""Makes a stored ticket older, as if so many days had gone by: `age NUMBER DAYS`; run as `hurry` is.

The timers' waits can be shortened, the clock that people's acts are dated by can not.
"""

import sys
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters import tickets
from chalicelib.domain.change import Change


def main(number: int, days: int) -> None:
    ticket = tickets.get(number)
    tickets.save(Change(ticket, older(ticket, timedelta(days=days))), "UTC")


def older(value: Any, span: timedelta) -> Any:
    if isinstance(value, datetime):
        return value - span
    if isinstance(value, tuple):
        return tuple(older(item, span) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: older(getattr(value, part.name), span) for part in fields(value)})
    return value


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
