"""Requests to AWS as they go over the wire: counted, and made to fail before or after they took effect."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from threading import Barrier
from typing import Any

from botocore.awsrequest import AWSResponse

from chalicelib.adapters import aws
from chalicelib.adapters.items import Item

SERVICES = ("s3", "sqs", "sesv2", "stepfunctions")
_EVENTS = {"calling": "before-call", "sending": "before-send", "received": "response-received"}


class Lost(Exception):
    """The connection broke; no botocore error, so that it isn't tried again at once."""


class Wire:
    """What went over it, as `"dynamodb.GetItem"` in the order of sending, tries again included."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self._fails_before: list[str] = []
        self._fails_after: list[str] = []
        self._refusals: dict[str, tuple[int, dict[str, Any]]] = {}
        self._meetings: dict[str, Barrier] = {}
        self._meanwhile: dict[str, Callable[[], object]] = {}

    def fails_before(self, request: str, times: int = 1) -> None:
        """The next requests of this name are lost on their way."""
        self._fails_before += [request] * times

    def fails_after(self, request: str, times: int = 1) -> None:
        """The next requests of this name take effect, but their answers are lost."""
        self._fails_after += [request] * times

    def refuses(self, request: str, status: int, code: str, **more: Any) -> None:
        """AWS answers the next request of this name with an error, and again when it is tried again at once."""
        self._refusals[request] = (status, {"Error": {"Code": code, "Message": "not now"}, **more})

    def refuses_transaction(self, reason: str) -> None:
        """The next transaction is cancelled for the sake of its first item."""
        reasons = [{"Code": reason, "Message": "not now"}]
        self.refuses("dynamodb.TransactWriteItems", 400, "TransactionCanceledException", CancellationReasons=reasons)

    def expect_at_once(self, *requests: str) -> None:
        """Each of these waits for the others before it is sent: one that is sent later than they are fails."""
        meeting = Barrier(len(requests), timeout=5)
        self._meetings.update(dict.fromkeys(requests, meeting))

    def meanwhile(self, request: str, happens: Callable[[], object]) -> None:
        """Somebody else is faster: it happens just before the next request of this name is sent."""
        self._meanwhile[request] = happens

    def forget_plans(self) -> None:
        """What was planned and has not happened will not."""
        self._meanwhile.clear()

    def _calling(self, event_name: str, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        refusal = self._refusals.pop(event_name.removeprefix("before-call."), None)
        if refusal is None:
            return None
        status, answer = refusal
        metadata = {"HTTPStatusCode": status, "HTTPHeaders": {}}
        return AWSResponse("https://aws.example", status, {}, None), answer | {"ResponseMetadata": metadata}

    def _sending(self, event_name: str, **_: Any) -> None:
        request = event_name.removeprefix("before-send.")
        self.requests.append(request)
        if meeting := self._meetings.pop(request, None):
            meeting.wait()
        if happens := self._meanwhile.pop(request, None):
            happens()
        self._fail(self._fails_before, request)

    def _answered(self, event_name: str, **_: Any) -> None:
        self._fail(self._fails_after, event_name.removeprefix("response-received."))

    def _fail(self, planned: list[str], request: str) -> None:
        if request in planned:
            planned.remove(request)
            raise Lost(request)


@contextmanager
def on_the_wire(**further: Callable[..., Any]) -> Iterator[Wire]:
    """`further` hooks, `calling`, `sending` and `received`, are asked before its own; AWS answers what they answer."""
    wire = Wire()
    clients = [Item._get_connection().connection.client, *map(aws.client, SERVICES)]
    hooks = [("before-call", wire._calling), ("before-send", wire._sending), ("response-received", wire._answered)]
    hooks += [(_EVENTS[name], hook) for name, hook in further.items()]
    for client, (event_name, hook) in product(clients, hooks):
        client.meta.events.register_first(event_name, hook)
    try:
        yield wire
    finally:
        for client, (event_name, hook) in product(clients, hooks):
            client.meta.events.unregister(event_name, hook)
