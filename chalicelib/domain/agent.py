"""Who answers: agents, and what their role lets them do (rule 25)."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.errors import NotAllowed
from chalicelib.domain.words import Role


class Right(StrEnum):
    """What a route or a verb may need."""

    WORK_ON_TICKETS = "work_on_tickets"
    CHANGE_PROPERTIES = "change_properties"
    SEE_ALL_TICKETS = "see_all_tickets"
    WRITE_SOLUTIONS = "write_solutions"
    APPROVE_SOLUTIONS = "approve_solutions"
    SHARE_MACROS = "share_macros"
    READ_REPORTS = "read_reports"
    SEE_QUARANTINE = "see_quarantine"
    CHANGE_SETTINGS = "change_settings"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.SUPERVISOR: frozenset(Right) - {Right.CHANGE_SETTINGS},
    Role.AGENT: frozenset(
        {
            Right.WORK_ON_TICKETS,
            Right.CHANGE_PROPERTIES,
            Right.SEE_ALL_TICKETS,
            Right.WRITE_SOLUTIONS,
            Right.READ_REPORTS,
        }
    ),
    Role.CONTRIBUTOR: frozenset({Right.WORK_ON_TICKETS}),
}


@dataclass(frozen=True)
class Agent:
    """`address` is both the sign-in name and where notices go."""

    id: int
    address: str
    name: str
    role: Role
    language: str
    is_active: bool = True
    version: int = 0

    def may(self, right: Right) -> bool:
        return self.is_active and right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raises NotAllowed."""
        if not self.may(right):
            raise NotAllowed("not_allowed", right=right)
