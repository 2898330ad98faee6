import pytest

from chalicelib.domain.agent import RIGHTS, Right
from chalicelib.domain.errors import NotAllowed
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
