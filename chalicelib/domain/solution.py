"""Answers worth keeping: written by agents, read by customers in the help centre (rule 22)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.errors import InvalidInput

LONGEST_TITLE = 200
LONGEST_BODY = 100_000


class SolutionStatus(StrEnum):
    DRAFT = "draft"
    PROVISIONAL = "provisional"
    APPROVED = "approved"
    RETIRED = "retired"


@dataclass(frozen=True)
class Solution:
    """`body` is Markdown. Approved solutions are public; the others are for agents."""

    id: int
    title: str
    body: str
    language: str
    status: SolutionStatus
    written_by: int
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def is_public(self) -> bool:
        return self.status is SolutionStatus.APPROVED

    def rewritten(self, title: str, body: str, language: str, now: datetime) -> "Solution":
        check(title, body)
        return replace(self, title=title.strip(), body=body, language=language, updated_at=now)

    def moved_to(self, status: SolutionStatus, now: datetime) -> "Solution":
        return replace(self, status=status, updated_at=now)


def check(title: str, body: str) -> None:
    """Raises InvalidInput for the first thing that must be mended."""
    if not title.strip():
        raise InvalidInput("title_missing", field="title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("title_too_long", field="title", limit=LONGEST_TITLE)
    if not body.strip():
        raise InvalidInput("text_missing", field="body")
    if len(body) > LONGEST_BODY:
        raise InvalidInput("text_too_long", field="body", limit=LONGEST_BODY)
