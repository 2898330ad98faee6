"""Who answers: agents, and what their role lets them do (rule 25)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.errors import InvalidInput, NotAllowed
from chalicelib.domain.words import Role

LONGEST_NAME = 100
MOST_WORDS, LONGEST_WORD = 30, 50
_LANGUAGE = re.compile(r"[a-z]{2,3}")


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
class Absence:
    """Days of the desk's time zone, both included; `stand_in` is who does the agent's work meanwhile, 0 for nobody."""

    first: date
    last: date
    stand_in: int = 0


@dataclass(frozen=True)
class Agent:
    """`address` is both the sign-in name and where notices go.

    `skills` are free words, `languages` those that the agent speaks (codes of ISO 639), `teams` the agent's own, and
    `signature` is Markdown for what is sent, "" for the name. Sessions that began until `signed_out_at` are over.
    """

    id: int
    address: str
    name: str
    role: Role
    language: str
    is_active: bool = True
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    teams: frozenset[int] = frozenset()
    signature: str = ""
    absence: Absence | None = None
    signed_out_at: datetime | None = None
    version: int = 0

    def may(self, right: Right) -> bool:
        return self.is_active and right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raises NotAllowed."""
        if not self.may(right):
            raise NotAllowed("not_allowed", right=right)

    def is_away(self, on: date) -> bool:
        return self.absence is not None and self.absence.first <= on <= self.absence.last


def read_words(text: str, field: str) -> tuple[str, ...]:
    """Words or short phrases between commas or line ends, each once. Raises InvalidInput."""
    words = [" ".join(part.split()) for part in re.split(r"[,、，\n]", text)]
    found = tuple(dict.fromkeys(word for word in words if word))
    if len(found) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in found):
        raise InvalidInput("words_too_many", field=field, most=MOST_WORDS, longest=LONGEST_WORD)
    return found


def read_languages(text: str) -> tuple[str, ...]:
    """Codes of ISO 639 ("ko", "en"), each once. Raises InvalidInput("language_unreadable")."""
    found = tuple(word.lower() for word in read_words(text.replace(" ", ","), "languages"))
    if wrong := next((code for code in found if not _LANGUAGE.fullmatch(code)), None):
        raise InvalidInput("language_unreadable", field="languages", value=wrong)
    return tuple(dict.fromkeys(found))


def read_absence(first: str, last: str, stand_in: int) -> Absence | None:
    """Days as date fields of a form send them; None where both are empty.

    Raises InvalidInput("day_unreadable" | "absence_reversed") with the field that is to be mended.
    """
    if not first and not last:
        return None
    absence = Absence(_day(first, "away_from"), _day(last, "away_until"), stand_in)
    if absence.last < absence.first:
        raise InvalidInput("absence_reversed", field="away_until")
    return absence


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("day_unreadable", field=field) from None
