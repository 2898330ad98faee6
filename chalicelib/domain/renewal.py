"""After a change of what is promised: every open ticket counts by it, one after the other (rule 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Renewal:
    """`version` is that of the promises, `looked_at` how many of about `of` tickets were gone through."""

    version: int
    looked_at: int
    of: int
    changed: int
    at: datetime
    is_finished: bool = False

    def is_stuck(self, now: datetime) -> bool:
        """Whether nothing has happened for longer than a page takes with all its tries."""
        return not self.is_finished and now - self.at > timedelta(minutes=30)
