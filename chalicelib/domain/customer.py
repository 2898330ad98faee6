"""Who asks: a person known by an address. Organizations and further addresses are not here yet."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SURVEY_PAUSE = timedelta(days=14)
ACKNOWLEDGEMENTS = ((5, timedelta(hours=1)), (10, timedelta(hours=3)))
"""So many acknowledgements at most in so long a time; what comes after makes tickets silently (rule 13)."""


@dataclass(frozen=True)
class Customer:
    """`address` is in the form of `canonical`; `surveyed_at` is when a survey was last sent (UTC).

    `acknowledged_at` are the times of the last acknowledgements, oldest first; `alerted_at` is when people were last
    told that there were too many of them.
    """

    id: int
    address: str
    name: str
    language: str
    created_at: datetime
    version: int = 0
    surveyed_at: datetime | None = None
    acknowledged_at: tuple[datetime, ...] = ()
    alerted_at: datetime | None = None

    def may_be_surveyed(self, now: datetime) -> bool:
        """At most one survey in 14 days (rule 19)."""
        return self.surveyed_at is None or now - self.surveyed_at >= SURVEY_PAUSE

    def may_be_acknowledged(self, now: datetime) -> bool:
        """Whether one more acknowledgement keeps within the limits of rule 13."""
        return all(sum(now - at < window for at in self.acknowledged_at) < most for most, window in ACKNOWLEDGEMENTS)

    def acknowledged(self, now: datetime) -> "Customer":
        """Remembers an acknowledgement as long as the limits ask for it."""
        most = max(most for most, _ in ACKNOWLEDGEMENTS)
        return replace(self, acknowledged_at=(*self.acknowledged_at, now)[-most:])

    def lately_acknowledged(self, now: datetime) -> int:
        """How many acknowledgements went there within the longest of the limits' times."""
        return sum(now - at < max(window for _, window in ACKNOWLEDGEMENTS) for at in self.acknowledged_at)

    def is_to_be_alerted_of(self, now: datetime) -> bool:
        """Whether people are to be told that this customer's mail goes past the limits: once in the longest window."""
        return self.alerted_at is None or now - self.alerted_at >= max(window for _, window in ACKNOWLEDGEMENTS)


@dataclass(frozen=True)
class AddressFlag:
    """Why mail no longer goes to an address: "bounce" or "complaint", what the other side said, on which ticket."""

    address: str
    cause: str
    flagged_at: datetime
    detail: str = ""
    ticket: int = 0
