"""Was the answer good? One survey per resolution (rules 19 and 20)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.errors import Conflict, InvalidInput

SCORES = (1, 2, 3, 4, 5)
LONGEST_COMMENT = 5_000
ANSWER_TIME = timedelta(days=30)


@dataclass(frozen=True)
class Answer:
    score: int
    comment: str
    at: datetime


@dataclass(frozen=True)
class Survey:
    """`resolution` is the ticket's `reopened` count of the resolution asked about; the last of `answers` counts.

    `credit` is the agent the score goes to: the assignee when resolved, else the last public replier (rule 19).
    """

    ticket: int
    resolution: int
    credit: int
    sent_at: datetime
    answers: tuple[Answer, ...] = ()
    version: int = 0

    @property
    def answer(self) -> Answer | None:
        return self.answers[-1] if self.answers else None

    def answered(self, score: int, comment: str, resolution: int, now: datetime) -> "Survey":
        """With one more answer, as it is when that says nothing new.

        Raises InvalidInput, or Conflict when the ticket was reopened or the time is over.
        """
        if score not in SCORES:
            raise InvalidInput("score_missing", field="score")
        if len(comment) > LONGEST_COMMENT:
            raise InvalidInput("text_too_long", field="comment", limit=LONGEST_COMMENT)
        if resolution != self.resolution:
            raise Conflict("survey_withdrawn")
        if now - self.sent_at > ANSWER_TIME:
            raise Conflict("survey_expired")
        given = Answer(score, comment.strip(), now)
        if self.answer and (self.answer.score, self.answer.comment) == (given.score, given.comment):
            return self
        return replace(self, answers=(*self.answers, given))
