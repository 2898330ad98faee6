from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk import links
from chalicelib.domain.errors import InvalidInput, NotFound
from tests import factories

DESK, OTHER = factories.settings(), factories.settings(secret="t" * 32)
YEAR = timedelta(days=365)
TEXTS = st.text() | st.from_regex(r"[0-9]{1,20}-[0-9a-f]{0,30}", fullmatch=True)


def token_of(url: str) -> str:
    return url.rpartition("/")[2].partition("?")[0]


def test_a_status_link_leads_to_its_ticket() -> None:
    url = links.status_url(DESK, 7)
    assert url.startswith("https://desk.example/status/")
    assert links.read_status(DESK, token_of(url)) == 7


def test_a_survey_link_names_ticket_and_resolution_and_may_carry_a_score() -> None:
    assert links.read_survey(DESK, token_of(links.survey_url(DESK, 7, 2))) == (7, 2)
    assert links.survey_url(DESK, 7, 2, 4).endswith("?score=4")


def test_a_link_of_one_instant_is_always_the_same_and_expires_from_then_on() -> None:
    now = datetime.now(UTC)
    assert links.status_url(DESK, 7, now - timedelta(days=1)) == links.status_url(DESK, 7, now - timedelta(days=1))
    assert links.read_status(DESK, token_of(links.status_url(DESK, 7, now - timedelta(days=179)))) == 7
    for url in (links.status_url(DESK, 7, now - timedelta(days=181)), links.survey_url(DESK, 7, 0, at=now - YEAR)):
        with pytest.raises(NotFound, match="link_invalid"):
            (links.read_survey if "survey" in url else links.read_status)(DESK, token_of(url))


def test_a_link_to_a_file_names_ticket_entry_and_place() -> None:
    assert links.read_file(DESK, token_of(links.file_url(DESK, 7, 4711, 1))) == (7, 4711, 1)


def test_a_link_is_good_for_one_purpose_only() -> None:
    with pytest.raises(NotFound, match="link_invalid"):
        links.read_survey(DESK, token_of(links.status_url(DESK, 7)))
    with pytest.raises(NotFound, match="link_invalid"):
        links.read_status(DESK, token_of(links.survey_url(DESK, 7, 2)))
    with pytest.raises(NotFound, match="link_invalid"):
        links.read_file(DESK, token_of(links.status_url(DESK, 7)))


def test_a_link_of_another_desk_is_none_of_ours() -> None:
    with pytest.raises(NotFound, match="link_invalid"):
        links.read_status(DESK, token_of(links.status_url(OTHER, 7)))
    assert links.read_reply_token(DESK, links.reply_token(OTHER, 7)) is None


@given(st.text())
def test_whatever_stands_in_a_link_is_refused_in_words(token: str) -> None:
    for read in (links.read_status, links.read_survey, links.read_file):
        with pytest.raises(NotFound, match="link_invalid"):
            read(DESK, token)
    with pytest.raises(InvalidInput, match="form_expired"):
        links.read_form(DESK, token)


@given(TEXTS)
def test_whatever_stands_in_an_address_is_not_taken_for_ours(token: str) -> None:
    assert links.read_reply_token(DESK, token) is None


@given(st.integers(1, 10**15 - 1))
def test_a_reply_token_leads_to_its_ticket_in_any_case(number: int) -> None:
    token = links.reply_token(DESK, number)
    assert links.read_reply_token(DESK, token) == links.read_reply_token(DESK, token.upper()) == number


def test_a_reply_token_fits_an_address() -> None:
    """64 bytes before the at sign, RFC 5321 4.5.3.1.1."""
    token = links.reply_token(DESK, 999_999_999)
    assert token.islower()
    assert len(f"support+{token}") <= 64


def test_a_mark_is_good_for_its_own_ticket_only() -> None:
    mark = links.reply_token(DESK, 7).partition("-")[2]
    assert links.read_reply_token(DESK, f"8-{mark}") is None
    assert links.read_reply_token(DESK, f"07-{mark}") in (7, None)


def test_a_form_knows_its_id_and_when_it_was_fetched() -> None:
    submission, fetched_at = links.read_form(DESK, links.sign_form(DESK, "abc"))
    assert submission == "abc"
    assert fetched_at.utcoffset() == timedelta(0)


def test_a_form_of_another_desk() -> None:
    with pytest.raises(InvalidInput, match="form_expired"):
        links.read_form(DESK, links.sign_form(OTHER, "abc"))
