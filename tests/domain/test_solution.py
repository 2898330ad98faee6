from datetime import timedelta

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.solution import LONGEST_BODY, LONGEST_TITLE, SolutionStatus, check
from tests import factories
from tests.conftest import NOW


@pytest.mark.parametrize("status", list(SolutionStatus))
def test_customers_read_what_was_approved_and_nothing_else(status: SolutionStatus) -> None:
    assert factories.solution(status).is_public is (status == "approved")


def test_new_words_keep_author_status_and_age() -> None:
    old = factories.solution("provisional")
    new = old.rewritten(" Pumps ", "Turn it *on*.\n", "ko", NOW + timedelta(days=1))
    assert (new.title, new.body, new.language) == ("Pumps", "Turn it *on*.\n", "ko")
    assert (new.id, new.written_by, new.status, new.created_at) == (old.id, old.written_by, old.status, old.created_at)
    assert new.updated_at == NOW + timedelta(days=1)


def test_a_solution_is_moved() -> None:
    moved = factories.solution("provisional").moved_to(SolutionStatus.RETIRED, NOW + timedelta(days=1))
    assert (moved.status, moved.updated_at) == ("retired", NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("title", "body", "code", "field"),
    [
        pytest.param(" ", "Text", "title_missing", "title", id="no title"),
        pytest.param("x" * (LONGEST_TITLE + 1), "Text", "title_too_long", "title", id="too long a title"),
        pytest.param("Pump", " \n", "text_missing", "body", id="no text"),
        pytest.param("Pump", "x" * (LONGEST_BODY + 1), "text_too_long", "body", id="too long a text"),
    ],
)
def test_what_must_be_mended(title: str, body: str, code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        check(title, body)
    assert (error.value.code, error.value.field) == (code, field)
    with pytest.raises(InvalidInput):
        factories.solution().rewritten(title, body, "en", NOW)


def test_the_longest_that_is_taken() -> None:
    assert factories.solution().rewritten("x" * LONGEST_TITLE, "x" * LONGEST_BODY, "en", NOW)
