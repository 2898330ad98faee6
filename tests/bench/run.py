"""Every scenario with every fault at every request, against the same without faults; `./deskbell bench faults`."""

import logging
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from chalicelib.adapters import tickets
from infra import screen
from tests.bench.end_state import State, differences, end_state, highest_number
from tests.bench.faults import FAULTS, Fault, Kind, Plan, planned
from tests.bench.scenarios import SCENARIOS, Record, Scenario, hand_over
from tests.conftest import deploy_desk, fresh_cloud


@dataclass(frozen=True)
class Outcome:
    """`requests` are those of the function alone, by name, as they were sent; `number` is the highest ticket's."""

    state: State
    requests: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Case:
    """No fault means that the whole event is delivered twice."""

    scenario: Scenario
    request: str
    fault: Fault | None

    def __str__(self) -> str:
        if self.fault is None:
            return f"{self.scenario.name}, twice"
        return f"{self.scenario.name}, {self.fault.at} {self.request}, {self.fault.kind} {self.fault.when}"


def main() -> None:
    """Prints the table and what differs; ends with 1 when something does."""
    found = []
    for scenario in SCENARIOS:
        of_scenario = [(case, differences_of(case)) for case in cases(scenario)]
        _show(of_scenario)
        found += of_scenario
    wrong = [(case, lines) for case, lines in found if lines]
    for case, lines in wrong:
        screen.out.print("\n".join([f"{case}:", *(f"  {line}" for line in lines)]), markup=False)
    screen.out.print(f"{len(found)} runs with a fault, {len(found) - len(wrong)} equal, {len(wrong)} different")
    sys.exit(1 if wrong else 0)


def cases(scenario: Scenario) -> Iterator[Case]:
    """All faults at all requests that the scenario takes when nothing goes wrong, and the event twice."""
    yield Case(scenario, "whole event", None)
    for at, request in enumerate(without_faults(scenario, 0).requests, 1):
        for kind, when in FAULTS:
            yield Case(scenario, request, Fault(at, kind, when))


def differences_of(case: Case) -> list[str]:
    """What is missing or too much in the end; nothing where all is well.

    A fault may cost a ticket number, so it is compared to a run that skips as many.
    """
    found = run(case.scenario, case.fault, copies=1 if case.fault else 2)
    usual = without_faults(case.scenario, 0)
    return differences(without_faults(case.scenario, found.number - usual.number).state, found.state)


@cache
def without_faults(scenario: Scenario, skipped: int) -> Outcome:
    return run(scenario, None, skipped=max(skipped, 0))


def run(scenario: Scenario, fault: Fault | None, *, copies: int = 1, skipped: int = 0) -> Outcome:
    """One life of a desk of its own; `skipped` ticket numbers are used up before the function runs."""
    since = datetime.now(UTC)
    with _quiet(), fresh_cloud():
        deploy_desk()
        events = scenario.prepare()
        for _ in range(skipped):
            tickets.next_number()
        requests = _hand_over(scenario, events, fault, copies)
        scenario.then()
        return Outcome(end_state(since), requests, highest_number())


def _hand_over(
    scenario: Scenario, events: Sequence[Sequence[Record]], fault: Fault | None, copies: int
) -> tuple[str, ...]:
    plan = Plan(fault)
    with planned(plan) as wire:
        for records in [event for event in events for _ in range(copies)]:
            plan.overtake = lambda records=records: hand_over(scenario.function, records, tries=1)  # type: ignore[misc]
            hand_over(scenario.function, records)
    if fault and not plan.has_struck:
        raise AssertionError(f"{scenario.name} makes no request {fault.at}")
    return tuple(wire.requests)


@contextmanager
def _quiet() -> Iterator[None]:
    """What the functions log of faults that are made on purpose is no news."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _show(found: Sequence[tuple[Case, list[str]]]) -> None:
    """One table a scenario: a row for each request and moment, a column for each kind of fault."""
    (twice, of_twice), *of_faults = found
    screen.out.print(f"{twice.scenario.name}; the event twice: {_word(of_twice)}", markup=False)
    rows: dict[tuple[str, str, str], dict[Kind, str]] = defaultdict(dict)
    for case, lines in of_faults:
        if case.fault:
            rows[str(case.fault.at), case.request, case.fault.when][case.fault.kind] = _word(lines)
    cells = ((*row, *(outcomes.get(kind, "") for kind in Kind)) for row, outcomes in rows.items())
    screen.table(("#", "Request", "", *Kind), cells)
    screen.out.print()


def _word(lines: Sequence[str]) -> str:
    return "DIFFERENT" if lines else "equal"


if __name__ == "__main__":
    main()
