from datetime import timedelta

import pytest

from chalicelib.adapters import solutions as solution_store
from chalicelib.desk import solutions
from chalicelib.domain.errors import InvalidInput, NotAllowed, NotFound
from chalicelib.domain.solution import Solution, SolutionStatus
from tests.conftest import AGENT, CONTRIBUTOR, NOW, SUPERVISOR

LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def written(title: str = "Pump") -> Solution:
    return solutions.write(title, "Turn it **off**.", "en", AGENT, NOW)


def public() -> list[str]:
    return [solution.title for solution in solution_store.list_public()]


def test_a_new_solution_is_provisional_and_for_agents() -> None:
    solution = written()
    assert (solution.status, solution.written_by) == (SolutionStatus.PROVISIONAL, AGENT.id)
    assert [one.id for one in solution_store.list_all()] == [solution.id]
    assert public() == []


def test_customers_read_it_as_soon_as_it_is_approved() -> None:
    solution = written()
    assert public() == []
    solutions.move(solution.id, SolutionStatus.APPROVED, SUPERVISOR, LATER)
    assert public() == ["Pump"]


def test_a_retired_solution_is_taken_back() -> None:
    solution = written()
    solutions.move(solution.id, SolutionStatus.APPROVED, SUPERVISOR, LATER)
    solutions.move(solution.id, SolutionStatus.RETIRED, SUPERVISOR, LATER)
    assert public() == []


def test_an_agent_may_not_approve_nor_change_what_the_public_reads() -> None:
    solution = written()
    with pytest.raises(NotAllowed):
        solutions.move(solution.id, SolutionStatus.APPROVED, AGENT, LATER)
    solutions.rewrite(solution.id, "Pumps", "Off.", "en", AGENT, LATER)
    solutions.move(solution.id, SolutionStatus.APPROVED, SUPERVISOR, LATER)
    with pytest.raises(NotAllowed):
        solutions.rewrite(solution.id, "Spam", "Buy!", "en", AGENT, LATER)
    assert public() == ["Pumps"]


def test_a_contributor_writes_none() -> None:
    with pytest.raises(NotAllowed):
        solutions.write("Pump", "Off.", "en", CONTRIBUTOR, NOW)


def test_the_last_changed_stands_first() -> None:
    first, _ = written("First"), solutions.write("Second", "Off.", "en", AGENT, NOW + timedelta(minutes=1))
    solutions.rewrite(first.id, "First again", "On.", "ko", AGENT, LATER)
    assert [one.title for one in solution_store.list_all()] == ["First again", "Second"]


def test_moving_where_it_stands_changes_nothing() -> None:
    solution = written()
    solutions.move(solution.id, SolutionStatus.PROVISIONAL, SUPERVISOR, LATER)
    assert solution_store.get(solution.id).updated_at == NOW


def test_an_empty_one_is_not_kept() -> None:
    with pytest.raises(InvalidInput, match="title_missing"):
        solutions.write(" ", "Off.", "en", AGENT, NOW)
    assert solution_store.list_all() == ()


def test_one_that_does_not_exist() -> None:
    with pytest.raises(NotFound, match="solution_not_found"):
        solutions.rewrite(4711, "Pump", "Off.", "en", AGENT, NOW)
