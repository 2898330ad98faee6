"""Writing solutions, approving them for everybody, taking them back (rule 22)."""

from datetime import datetime

from chalicelib.adapters import solutions
from chalicelib.desk.changes import new_ids
from chalicelib.domain import solution as domain
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.solution import Solution, SolutionStatus


def write(title: str, body: str, language: str, by: Agent, now: datetime) -> Solution:
    """A new provisional solution: agents use it at once, customers see it once it is approved. Raises InvalidInput."""
    by.require(Right.WRITE_SOLUTIONS)
    domain.check(title, body)
    solution = Solution(next(new_ids(now)), title.strip(), body, language, SolutionStatus.PROVISIONAL, by.id, now, now)
    solutions.save(solution)
    return solution


def rewrite(solution_id: int, title: str, body: str, language: str, by: Agent, now: datetime) -> Solution:
    """New words. What the public reads may only be changed by who may approve it. Raises InvalidInput, StaleVersion."""
    solution = solutions.get(solution_id)
    by.require(Right.APPROVE_SOLUTIONS if solution.is_public else Right.WRITE_SOLUTIONS)
    changed = solution.rewritten(title, body, language, now)
    solutions.save(changed)
    return changed


def move(solution_id: int, status: SolutionStatus, by: Agent, now: datetime) -> Solution:
    """Approves, retires or takes back. Nothing happens when it is so already. Raises StaleVersion."""
    by.require(Right.APPROVE_SOLUTIONS)
    solution = solutions.get(solution_id)
    if solution.status is status:
        return solution
    moved = solution.moved_to(status, now)
    solutions.save(moved)
    return moved
