import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters import aws, outbox
from chalicelib.adapters.items import OutgoingItem
from chalicelib.config import config
from chalicelib.desk import intake
from tests import factories
from tests.conftest import NOW

EVENTS = Path(__file__).parents[1] / "events"


def records() -> list[dict[str, Any]]:
    """An outbox entry that was added, the same entry changed, a ticket added, a session that was removed."""
    found: list[dict[str, Any]] = json.loads((EVENTS / "stream.json").read_text())["Records"]
    return found


def test_an_entry_that_was_added_is_announced() -> None:
    assert outbox.announced(records()[0]) == (7, 891120844800588)


@pytest.mark.parametrize("index", [1, 2, 3], ids=["a changed entry", "another item", "a removed item"])
def test_nothing_else_is(index: int) -> None:
    assert outbox.announced(records()[index]) is None


@pytest.mark.usefixtures("cloud")
def test_the_stream_shows_entries_as_the_code_writes_them() -> None:
    intake.open_from_form(factories.form(), NOW)
    for item in OutgoingItem.scan():
        record = {"eventName": "INSERT", "dynamodb": {"NewImage": item.to_dynamodb_dict()}}
        assert outbox.announced(record) == (item.body["ticket"], item.body["id"])


@pytest.mark.usefixtures("cloud")
def test_what_is_handed_over_names_ticket_and_entry() -> None:
    outbox.enqueue(7, 123)
    (message,) = aws.client("sqs").receive_message(QueueUrl=config().outbox_queue_url)["Messages"]
    assert json.loads(message["Body"]) == {"ticket": 7, "id": 123}
