from datetime import date, timedelta

import pytest

from chalicelib.domain.agent import RIGHTS, Right, read_absence, read_languages, read_words
from chalicelib.domain.errors import InvalidInput, NotAllowed
from chalicelib.domain.words import Role
from tests import factories


def test_an_admin_may_do_everything() -> None:
    assert all(factories.agent("admin").may(right) for right in Right)


@pytest.mark.parametrize(
    ("role", "right"),
    [
        ("supervisor", Right.CHANGE_SETTINGS),
        ("agent", Right.CHANGE_SETTINGS),
        ("agent", Right.APPROVE_SOLUTIONS),
        ("agent", Right.SEE_QUARANTINE),
        ("contributor", Right.CHANGE_SETTINGS),
        ("contributor", Right.READ_REPORTS),
        ("contributor", Right.WRITE_SOLUTIONS),
        ("contributor", Right.SEE_QUARANTINE),
    ],
)
def test_who_lacks_a_right_is_refused(role: str, right: Right) -> None:
    with pytest.raises(NotAllowed) as error:
        factories.agent(role).require(right)
    assert error.value.params == {"right": right}


@pytest.mark.parametrize("role", list(Role))
def test_everybody_works_on_tickets(role: Role) -> None:
    factories.agent(role).require(Right.WORK_ON_TICKETS)


@pytest.mark.parametrize("role", list(Role))
def test_who_left_may_do_nothing(role: Role) -> None:
    assert not any(factories.agent(role, is_active=False).may(right) for right in Right)


def test_every_role_has_its_rights() -> None:
    assert set(RIGHTS) == set(Role)


class TestAbsence:
    def test_both_days_are_included(self) -> None:
        away = factories.agent(absence=read_absence("2026-12-01", "2026-12-03", 0))
        assert [away.is_away(date(2026, 11, 30) + timedelta(days)) for days in range(5)] == [False, *[True] * 3, False]

    def test_none_is_none(self) -> None:
        assert read_absence("", "", 4) is None
        assert not factories.agent().is_away(date(2026, 12, 1))

    @pytest.mark.parametrize(
        ("first", "last", "code", "field"),
        [
            ("2026-12-03", "2026-12-01", "absence_reversed", "away_until"),
            ("", "2026-12-01", "day_unreadable", "away_from"),
            ("2026-12-01", "", "day_unreadable", "away_until"),
            ("1 Dec", "2026-12-01", "day_unreadable", "away_from"),
        ],
    )
    def test_what_makes_no_sense_is_named(self, first: str, last: str, code: str, field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            read_absence(first, last, 0)
        assert (error.value.code, error.value.field) == (code, field)


class TestSkillsAndLanguages:
    @pytest.mark.parametrize("typed", ["bikes, road  bikes,,bikes", "bikes\nroad bikes", "bikes，road bikes、"])
    def test_words_stand_between_commas_or_lines(self, typed: str) -> None:
        assert read_words(typed, "skills") == ("bikes", "road bikes")

    @pytest.mark.parametrize("typed", [",".join(map(str, range(31))), "x" * 51])
    def test_there_are_not_too_many_nor_too_long_ones(self, typed: str) -> None:
        with pytest.raises(InvalidInput, match="words_too_many"):
            read_words(typed, "skills")

    @pytest.mark.parametrize("typed", ["ko, en", "KO en", "ko,en,ko"])
    def test_languages_are_codes(self, typed: str) -> None:
        assert read_languages(typed) == ("ko", "en")

    def test_what_is_no_code_is_named(self) -> None:
        with pytest.raises(InvalidInput, match="language_unreadable") as error:
            read_languages("ko, English")
        assert error.value.params["value"] == "english"
