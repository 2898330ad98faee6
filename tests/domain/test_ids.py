from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import ids_from, made_at, new_id
from tests.conftest import NOW

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=69 * 365)).map(lambda age: EPOCH + age)
tails = st.integers(min_value=0)


@given(instants, tails)
def test_ids_are_safe_in_json(at: datetime, tail: int) -> None:
    """Programs that read JSON numbers as doubles keep integers below 2^53."""
    assert 0 <= new_id(at, tail) < 2**53


@given(instants, st.integers(1, 10**9), tails, tails)
def test_later_ids_are_greater(at: datetime, milliseconds: int, tail: int, other: int) -> None:
    assert new_id(at, tail) < new_id(at + timedelta(milliseconds=milliseconds), other)


@given(instants, tails)
def test_an_id_tells_when_it_was_made(at: datetime, tail: int) -> None:
    assert abs(made_at(new_id(at, tail)) - at) <= timedelta(milliseconds=1)


def test_what_one_change_writes_keeps_its_order() -> None:
    first, second, third = islice(ids_from(NOW, 4095), 3)
    assert first < second < third


def test_two_ids_of_one_millisecond_differ_by_chance() -> None:
    assert new_id(NOW, 1) != new_id(NOW, 2)
