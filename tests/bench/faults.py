"""One request to AWS that goes wrong: which kinds there are, and how each looks from within a function."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ExponentialBackoff
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from tests.wire import Wire, on_the_wire

_THROTTLED = {
    "dynamodb": (400, "ThrottlingException"),
    "s3": (503, "SlowDown"),
    "sesv2": (429, "TooManyRequestsException"),
    "sfn": (400, "ThrottlingException"),
    "sqs": (400, "RequestThrottled"),
}


class Kind(StrEnum):
    """A timeout is one that botocore mends by itself, at its next try; a broken connection stays broken."""

    THROTTLED = "throttled"
    ERROR = "error"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    CRASH = "crash"
    OVERTAKEN = "overtaken"


class When(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Crash(BaseException):
    """The function ends here, as when its time or memory is used up: nothing of ours can catch it."""


@dataclass(frozen=True)
class Fault:
    """What happens to request number `at` (from 1), before or after it takes effect.

    A request that is overtaken goes well; before it is sent, another copy of the event is dealt with as a whole.
    """

    at: int
    kind: Kind
    when: When


_NEVER_AFTER = frozenset({Kind.THROTTLED, Kind.OVERTAKEN})
"""What AWS throttles does not take effect; of what it answers with an error of its own, nobody knows."""

FAULTS = tuple((kind, when) for kind in Kind for when in When if when is When.BEFORE or kind not in _NEVER_AFTER)


@dataclass
class Plan:
    """Counts the calls that a function makes (botocore's own tries again belong to the first) and spoils one."""

    fault: Fault | None = None
    overtake: Callable[[], object] = lambda: None
    calls: int = 0
    has_struck: bool = False

    def calling(self, **_: Any) -> None:
        self.calls += 1

    def sending(self, event_name: str, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        fault = self.fault
        if fault is None or self.calls != fault.at or (self.has_struck and fault.kind in _STRIKES_ONCE):
            return None
        is_first, self.has_struck = not self.has_struck, True
        takes_effect = fault.when is When.AFTER and is_first
        if fault.kind is Kind.OVERTAKEN:
            self.overtake()
            self.calls = fault.at
            return None
        if takes_effect:
            botocore_stubber(event_name, request)
        # moto listens after us: it must not do what we have answered already.
        botocore_stubber.enabled = False
        return _FAILURES[fault.kind](event_name.split(".")[1], request)

    def received(self, **_: Any) -> None:
        botocore_stubber.enabled = True


@contextmanager
def planned(plan: Plan) -> Iterator[Wire]:
    """While it lasts, requests go as planned, and botocore neither waits between its tries nor runs out of them."""
    wait, quota = ExponentialBackoff.delay_amount, RetryQuota.acquire
    ExponentialBackoff.delay_amount = lambda *_: 0
    RetryQuota.acquire = lambda *_: True
    try:
        with on_the_wire(calling=plan.calling, sending=plan.sending, received=plan.received) as wire:
            yield wire
    finally:
        botocore_stubber.enabled = True
        ExponentialBackoff.delay_amount, RetryQuota.acquire = wait, quota


def _throttle(service: str, request: AWSPreparedRequest) -> AWSResponse:
    return _refusal(service, request, *_THROTTLED[service])


def _break_down(service: str, request: AWSPreparedRequest) -> AWSResponse:
    return _refusal(service, request, 500, "InternalError")


def _refusal(service: str, request: AWSPreparedRequest, status: int, code: str) -> AWSResponse:
    body = json.dumps({"__type": code, "message": "not now"})
    if service == "s3":
        body = f"<Error><Code>{code}</Code><Message>not now</Message></Error>"
    return AWSResponse(request.url, status, {"x-amzn-errortype": code}, MockRawResponse(body))


def _time_out(_: str, request: AWSPreparedRequest) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=request.url)


def _break(_: str, request: AWSPreparedRequest) -> AWSResponse:
    raise ConnectionClosedError(endpoint_url=request.url)


def _crash(*_: object) -> AWSResponse:
    raise Crash


_STRIKES_ONCE = frozenset({Kind.TIMEOUT, Kind.CRASH, Kind.OVERTAKEN})
_FAILURES: dict[Kind, Callable[[str, AWSPreparedRequest], AWSResponse]] = {
    Kind.THROTTLED: _throttle,
    Kind.ERROR: _break_down,
    Kind.TIMEOUT: _time_out,
    Kind.BROKEN: _break,
    Kind.CRASH: _crash,
}
