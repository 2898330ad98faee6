"""Other promises for open tickets, in the background (rules 3, 4); a Monday, ten in Seoul, open nine to six."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import aws, settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.config import config
from chalicelib.desk import intake, renewal, tickets, upkeep
from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.errors import NotAllowed, StaleVersion
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, ServiceLevels
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, NOW
from tests.desk import journey
from tests.wire import on_the_wire

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUICK = replace(DEFAULT_POLICY, targets=dict.fromkeys(Priority, DEFAULT_POLICY.targets[Priority.URGENT]))
LEVELS = ServiceLevels((QUICK,), {"default": DEFAULT})

pytestmark = pytest.mark.usefixtures("cloud")


def opened(count: int = 1) -> list[int]:
    return [intake.open_from_form(factories.form(address=f"kim{n}@customer.example"), NOW) for n in range(count)]


def due(number: int) -> object:
    return ticket_store.get(number).clock(ClockName.FIRST_RESPONSE).due_at


def work_off() -> int:
    """Takes the messages of the queue until there is none any more; how many there were."""
    sqs, url, taken = aws.client("sqs"), config().outbox_queue_url, 0
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            renewal.step(body.pop("renew"), **body, now=NOW + HOUR)
            taken += 1
    return taken


def save(levels: ServiceLevels = LEVELS) -> int:
    renewal.save(levels, ADMIN, NOW)
    return settings.get(is_fresh=True).levels_version


class TestPreview:
    def test_shows_which_tickets_would_be_due_when_and_changes_nothing(self) -> None:
        (number,) = opened()
        found = renewal.preview(LEVELS, ADMIN, NOW + 30 * timedelta(minutes=1))
        ((before, after),) = found.changed
        assert (before.number, found.looked_at) == (number, 1)
        assert after.clock(ClockName.FIRST_RESPONSE).due_at == NOW + HOUR
        assert due(number) == NOW + DAY
        assert settings.get(is_fresh=True).policies == (DEFAULT_POLICY,)

    def test_leaves_out_what_stays_as_it_is(self) -> None:
        tickets.set_status(opened()[0], Status.RESOLVED, AGENT, NOW)
        opened()
        assert renewal.preview(ServiceLevels((DEFAULT_POLICY,), {"default": DEFAULT}), ADMIN, NOW).changed == ()

    def test_is_for_admins(self) -> None:
        with pytest.raises(NotAllowed):
            renewal.preview(LEVELS, AGENT, NOW)


class TestSaving:
    def test_renews_every_open_ticket_and_tells_how_far_it_is(self) -> None:
        numbers = opened(3)
        tickets.set_status(numbers[1], Status.PENDING, AGENT, NOW)
        tickets.set_status(numbers[2], Status.RESOLVED, AGENT, NOW)
        resolved_due = due(numbers[2])
        renewal.start(save())
        assert work_off() == 2
        assert [due(number) for number in numbers] == [NOW + HOUR, NOW + HOUR, resolved_due]
        done = settings.find_renewal()
        assert done is not None
        assert (done.looked_at, done.changed, done.is_finished) == (2, 2, True)

    def test_goes_on_page_by_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(renewal, "_AT_ONCE", 2)
        numbers = opened(5)
        renewal.start(save())
        work_off()
        assert {due(number) for number in numbers} == {NOW + HOUR}

    def test_stands_in_the_history_with_its_cause(self) -> None:
        (number,) = opened()
        renewal.start(save())
        work_off()
        told = [entry for entry in journey.page(number).entries if entry.cause == "promises_changed"]
        assert [change.field for change in told[0].changes] == ["first_response_due_at", "resolution_due_at"]

    def test_starts_an_earlier_timer(self) -> None:
        (number,) = opened()
        renewal.start(save())
        work_off()
        assert ticket_store.get(number).timer.number == 2

    def test_twice_is_once(self) -> None:
        (number,) = opened()
        version = save()
        renewal.start(version)
        renewal.start(version)
        work_off()
        told = [entry for entry in journey.page(number).entries if entry.cause == "promises_changed"]
        assert len(told) == 1

    def test_the_same_again_saves_nothing(self) -> None:
        version = save()
        with on_the_wire() as wire:
            assert save(replace(LEVELS, version=version)) == version
        assert "dynamodb.TransactWriteItems" not in wire.requests

    def test_on_a_view_that_was_overtaken_is_refused(self) -> None:
        version = save()
        save(ServiceLevels((DEFAULT_POLICY,), {"default": ALWAYS}, version))
        with pytest.raises(StaleVersion):
            save(replace(LEVELS, version=version))

    def test_promises_that_were_overtaken_renew_nothing(self) -> None:
        (number,) = opened()
        first = save()
        save(ServiceLevels((DEFAULT_POLICY,), {"default": DEFAULT}, first))
        renewal.start(first)
        assert work_off() == 1
        assert due(number) == NOW + DAY

    def test_an_edited_calendar_moves_open_clocks_alone(self) -> None:
        (number,) = opened()
        renewal.start(save(ServiceLevels((DEFAULT_POLICY,), {"default": ALWAYS})))
        work_off()
        assert due(number) == NOW + 9 * HOUR

    def test_what_was_missed_is_found_within_the_hour(self) -> None:
        (number,) = opened()
        save()
        assert upkeep.mend(NOW) == 1
        assert due(number) == NOW + HOUR
        assert upkeep.mend(NOW) == 0


def test_a_new_ticket_gets_the_first_policy_that_fits() -> None:
    forms = replace(QUICK, id="forms", condition=Condition(customers=frozenset({"kim0@customer.example"})))
    save(ServiceLevels((forms, DEFAULT_POLICY), {"default": DEFAULT}))
    first, second = opened(2)
    assert (ticket_store.get(first).policy, ticket_store.get(second).policy) == ("forms", "default")
    assert (due(first), due(second)) == (NOW + HOUR, NOW + DAY)
