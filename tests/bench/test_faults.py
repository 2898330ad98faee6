"""The whole matrix is `./deskbell bench faults`; here each request of each function meets some of the faults."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import outbox as outbox_store
from chalicelib.adapters import tickets
from chalicelib.desk import inbound
from tests.bench.faults import FAULTS, Fault, Kind, Plan, When, planned
from tests.bench.run import Case, cases, differences_of, run, without_faults
from tests.bench.scenarios import SCENARIOS, Scenario, hand_over
from tests.conftest import NOW
from tests.desk import journey

NEW_MAIL, TWO_KEYS = SCENARIOS[:2]
ACKNOWLEDGEMENT = next(one for one in SCENARIOS if one.name == "deliver: acknowledgement")
OF_EACH_REQUEST = 1


def in_rotation(scenario: Scenario) -> Iterator[Case]:
    """All that take a whole event, and of each request's faults the next ones in turn."""
    whole, *others = cases(scenario)
    yield whole
    start = SCENARIOS.index(scenario)
    for case in others:
        assert case.fault
        turn = (FAULTS.index((case.fault.kind, case.fault.when)) - start - OF_EACH_REQUEST * case.fault.at) % len(
            FAULTS
        )
        if turn < OF_EACH_REQUEST:
            yield case


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_fault_changes_nothing_in_the_end(scenario: Scenario) -> None:
    found = {str(case): differences_of(case) for case in in_rotation(scenario)}
    assert {case: lines for case, lines in found.items() if lines} == {}


def test_one_mail_under_two_keys_makes_one_ticket() -> None:
    assert without_faults(TWO_KEYS, 0).number == 1


@pytest.mark.parametrize("kind", [Kind.CRASH, Kind.BROKEN, Kind.ERROR, Kind.TIMEOUT])
def test_a_mail_that_left_twice_says_so_and_is_the_same(kind: Kind) -> None:
    """`differences_of` lets two copies pass only where the ticket tells of them."""
    at = without_faults(ACKNOWLEDGEMENT, 0).requests.index("sesv2.SendEmail") + 1
    assert differences_of(Case(ACKNOWLEDGEMENT, "sesv2.SendEmail", Fault(at, kind, When.AFTER))) == []


class TestTheHarnessFindsWhatIsBroken:
    """The same scenarios with functions that lack what keeps ours right."""

    def broken(self, scenario: Scenario, function: Any) -> Scenario:
        return replace(scenario, name=f"broken {scenario.name}", function=function)

    def test_a_function_that_says_all_is_well_loses_the_mail(self) -> None:
        def careless(event: dict[str, Any], context: Any) -> dict[str, Any]:
            try:
                return NEW_MAIL.function(event, context)
            except Exception:
                return {"batchItemFailures": []}

        scenario = self.broken(NEW_MAIL, careless)
        at = without_faults(scenario, 0).requests.index("s3.GetObject") + 1
        lines = differences_of(Case(scenario, "", Fault(at, Kind.BROKEN, When.BEFORE)))
        assert any(line.startswith("ticket, missing") for line in lines)

    def test_one_that_marks_no_mail_makes_two_tickets(self) -> None:
        def unmarked(event: dict[str, Any], context: Any) -> dict[str, Any]:
            key = journey.store(journey.raw_mail("The pump is broken."))
            inbound.receive(key, NOW, NOW)
            return {"batchItemFailures": []}

        lines = differences_of(Case(self.broken(NEW_MAIL, unmarked), "", None))
        assert any(line.startswith("ticket, too much") for line in lines)

    def test_one_that_forgets_what_it_sent_sends_it_again_unsaid(self) -> None:
        def forgetful(event: dict[str, Any], context: Any) -> dict[str, Any]:
            answer = ACKNOWLEDGEMENT.function(event, context)
            for entry in tickets.get_page(1).outgoing:
                if entry.wire_id:
                    item = outbox_store.OutgoingItem.get("TICKET#1", f"OUT#{entry.id:016d}")
                    item.update([outbox_store.Path("body.delivery").set("queued")], add_version_condition=False)
            return answer

        lines = differences_of(Case(self.broken(ACKNOWLEDGEMENT, forgetful), "", None))
        assert any("left 2 times, and the ticket does not say so" in line for line in lines)


def test_a_fault_at_a_request_that_is_not_made_is_no_proof() -> None:
    with pytest.raises(AssertionError, match="makes no request 99"):
        run(NEW_MAIL, Fault(99, Kind.CRASH, When.BEFORE))


def test_what_never_gets_through_comes_five_times() -> None:
    calls = []

    def failing(event: dict[str, Any], context: Any) -> dict[str, Any]:
        calls.append(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
        raise ValueError

    hand_over(failing, [{"messageId": "x", "body": "", "attributes": {"ApproximateReceiveCount": "1"}}])
    assert calls == ["1", "2", "3", "4", "5"]


def test_nothing_fails_without_a_plan(cloud: None) -> None:
    with planned(Plan()) as wire:
        journey.store(journey.raw_mail(), "key")
    assert wire.requests == ["s3.PutObject"]
