"""What became of a mail that came in: each has exactly one fate, so that none can be lost without being missed."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.agent import Agent


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
LISTED = IN_HAND | {FateState.DISMISSED}
"""States whose mails can be listed: what waits, and what was put aside."""
NEVER_ENDS = "never_ends"
"""The cause of a mail whose reading took all the time or memory a function has."""
NEVER_HANDLED = "never_handled"
"""The cause of a mail that the daily check found without a fate."""


SENDER_UNUSABLE = frozenset({"no_sender", "address_missing", "address_invalid"})
"""Causes that a person mends who says whom the mail is from."""
_MOST_ACTS = 20


class ActKind(StrEnum):
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    RESTORED = "restored"


@dataclass(frozen=True)
class Act:
    """What a person did with a mail that waited for one (rule 24); `agent_id` is 0 for who used the command line."""

    kind: ActKind
    at: datetime
    agent_id: int
    name: str


@dataclass(frozen=True)
class Fate:
    """Of the mail stored under `key`. `cause` is a code, `detail` for who wants to mend it; `ticket` 0 is none.

    `sender` and `subject` are as the mail says, shortened, "" where it could not be read. Of a dismissed mail
    `dismissed_by` is a name, `dismissed_from` the state that undoing it brings back. `acts` is what people did with it,
    oldest first.
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
    acts: tuple[Act, ...] = ()

    @property
    def never_ends(self) -> bool:
        """Whether reading the mail must be left to the queue, dismissed or not."""
        return self.state not in SETTLED and self.cause == NEVER_ENDS

    @property
    def asks_sender(self) -> bool:
        """Whether it lacks only an address to answer to, which a person may give."""
        return self.state not in SETTLED and self.cause in SENDER_UNUSABLE

    @property
    def is_held(self) -> bool:
        """Whether it could be read and needs only a decision, dismissed or not."""
        return FateState.HELD in {self.state, self.dismissed_from}

    @property
    def replayed_by(self) -> Act | None:
        """The act that the mail is being read again for."""
        return self.acts[-1] if self.acts and self.acts[-1].kind is ActKind.REPLAYED else None

    def after(self, kind: ActKind, by: Agent, at: datetime) -> "Fate":
        """The fate with one more act in its history, which keeps the latest twenty."""
        return replace(self, acts=(*self.acts, Act(kind, at, by.id, by.name))[-_MOST_ACTS:])

    def dismissed(self, by: Agent, at: datetime) -> "Fate":
        """Put aside; what is put aside already stays as it is."""
        if self.state is FateState.DISMISSED:
            return self
        aside = replace(self, state=FateState.DISMISSED, dismissed_by=by.name, dismissed_from=self.state)
        return aside.after(ActKind.DISMISSED, by, at)

    def restored(self) -> "Fate":
        """Waiting again as before it was dismissed; any other one stays as it is."""
        if self.state is not FateState.DISMISSED:
            return self
        before = self.dismissed_from or FateState.QUARANTINED
        return replace(self, state=before, dismissed_by="", dismissed_from=None)
