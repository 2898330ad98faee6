"""Reading the functions' logs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.account import Account
from infra.trouble import Trouble

FUNCTIONS = (
    "api",
    "inbound_mail",
    "relay",
    "index",
    "deliver",
    "mail_events",
    "sla_check",
    "sla_escalate",
    "sla_failed",
    "send_surveys",
    "upkeep",
    "check_mail",
)
POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Line:
    at: datetime
    function: str
    text: str


def read(account: Account, function: str | None, since: timedelta) -> Iterator[Line]:
    """Oldest first; of all functions unless one is named."""
    start = datetime.now(UTC) - since
    yield from sorted(_lines(account, function, start), key=lambda line: line.at)


def follow(account: Account, function: str | None, since: timedelta) -> Iterator[Line]:
    """As `read`, then each new line, for ever."""
    start, seen = datetime.now(UTC) - since, set[Line]()
    while True:
        fresh = sorted(set(_lines(account, function, start)) - seen, key=lambda line: line.at)
        yield from fresh
        seen.update(fresh)
        time.sleep(POLL_SECONDS)


def _lines(account: Account, function: str | None, start: datetime) -> Iterator[Line]:
    if function and function not in FUNCTIONS:
        raise Trouble(f"There is no function {function}.", f"There are: {', '.join(FUNCTIONS)}.")
    logs = account.client("logs")
    for name in [function] if function else FUNCTIONS:
        group = f"/aws/lambda/{account.stack}/{name}"
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=int(start.timestamp() * 1000)
        )
        for page in pages:
            for event in page["events"]:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield Line(at, name, event["message"].rstrip())
