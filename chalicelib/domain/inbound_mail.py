"""What became of a mail that came in: each has exactly one fate, so that none can be lost without being missed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FateState(StrEnum):
    TICKET = "ticket"
    DUPLICATE = "duplicate"  # the same mail as one that a ticket has, come on another way (rule 10)
    HELD = "held"  # may be part of a loop, or is nobody's business until a person says so (rule 13)
    QUARANTINED = "quarantined"  # cannot be read, or must not be taken
    DISMISSED = "dismissed"  # a person looked at it and put it aside; its original stays


SETTLED = frozenset({FateState.TICKET, FateState.DUPLICATE})
"""States in which a ticket has the mail; nothing may take it back from there."""
IN_HAND = frozenset({FateState.HELD, FateState.QUARANTINED})
"""States in which a mail waits for a person."""
NEVER_ENDS = "never_ends"
"""The cause of a mail whose reading took all the time or memory a function has."""
NEVER_HANDLED = "never_handled"
"""The cause of a mail that the daily check found without a fate."""


@dataclass(frozen=True)
class Fate:
    """Of the mail stored under `key`. `cause` is a code, `detail` for who wants to mend it; `ticket` 0 is none.

    `sender` and `subject` are as the mail says, shortened, "" where it could not be read. Of a dismissed mail
    `dismissed_by` is a name, `dismissed_from` the state that undoing it brings back.
    """

    key: str
    state: FateState
    received_at: datetime
    cause: str = ""
    detail: str = ""
    ticket: int = 0
    sender: str = ""
    subject: str = ""
    dismissed_by: str = ""
    dismissed_from: FateState | None = None
