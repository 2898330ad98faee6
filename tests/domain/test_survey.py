from datetime import timedelta

import pytest

from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.survey import ANSWER_TIME, LONGEST_COMMENT, SCORES
from tests import factories
from tests.conftest import NOW

LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize("score", SCORES)
def test_a_score_without_a_comment_is_an_answer(score: int) -> None:
    answer = factories.survey().answered(score, "", 0, LATER).answer
    assert answer is not None
    assert (answer.score, answer.comment, answer.at) == (score, "", LATER)


def test_nobody_has_answered_at_first() -> None:
    assert factories.survey().answer is None


def test_a_changed_answer_counts_and_the_history_is_kept() -> None:
    survey = factories.survey().answered(2, "Slow.", 0, LATER).answered(4, " Sorry, fine. ", 0, LATER)
    assert [(answer.score, answer.comment) for answer in survey.answers] == [(2, "Slow."), (4, "Sorry, fine.")]
    assert survey.answer == survey.answers[1]


def test_the_same_answer_sent_again_is_one_answer() -> None:
    once = factories.survey().answered(4, "Fine.", 0, LATER)
    assert once.answered(4, "Fine. ", 0, LATER + timedelta(minutes=1)) == once


@pytest.mark.parametrize("score", [0, 6, -1])
def test_a_score_that_is_none(score: int) -> None:
    with pytest.raises(InvalidInput, match="score_missing"):
        factories.survey().answered(score, "", 0, LATER)


def test_a_comment_that_is_too_long() -> None:
    assert factories.survey().answered(5, "x" * LONGEST_COMMENT, 0, LATER).answer
    with pytest.raises(InvalidInput) as error:
        factories.survey().answered(5, "x" * (LONGEST_COMMENT + 1), 0, LATER)
    assert (error.value.code, error.value.field) == ("text_too_long", "comment")


def test_the_survey_of_a_ticket_that_was_reopened_is_withdrawn() -> None:
    with pytest.raises(Conflict, match="survey_withdrawn"):
        factories.survey(resolution=0).answered(5, "", 1, LATER)


def test_an_answer_may_be_given_and_changed_until_the_survey_expires() -> None:
    survey = factories.survey().answered(5, "", 0, NOW + ANSWER_TIME)
    with pytest.raises(Conflict, match="survey_expired"):
        survey.answered(4, "", 0, NOW + ANSWER_TIME + timedelta(seconds=1))
