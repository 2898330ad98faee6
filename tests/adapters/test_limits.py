from datetime import timedelta

import pytest

from chalicelib.adapters import limits
from chalicelib.adapters.items import CounterItem
from chalicelib.domain.errors import TooMany
from tests.conftest import NOW

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("empty_cloud")


def test_up_to_the_limit_and_no_further() -> None:
    for _ in range(3):
        limits.count("form", 3, HOUR, NOW)
    with pytest.raises(TooMany) as error:
        limits.count("form", 3, HOUR, NOW + timedelta(minutes=20))
    assert error.value.params == {"retry_after": 2400}


def test_the_next_window_begins_anew() -> None:
    for at in (NOW, NOW + HOUR):
        limits.count("form", 1, HOUR, at)


def test_each_thing_has_its_own_limit() -> None:
    limits.count("form", 1, HOUR, NOW)
    limits.count("sign-in", 1, HOUR, NOW)


def test_the_table_forgets_it_when_the_window_ends() -> None:
    limits.count("form", 1, HOUR, NOW)
    (item,) = CounterItem.scan()
    assert item.expires_at == (NOW + HOUR).timestamp()


def test_a_try_past_the_limit_is_not_counted() -> None:
    limits.count("form", 1, HOUR, NOW)
    with pytest.raises(TooMany):
        limits.count("form", 1, HOUR, NOW)
    (item,) = CounterItem.scan()
    assert item.total == 1
