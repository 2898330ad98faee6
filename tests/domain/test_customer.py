from datetime import timedelta

from tests import factories
from tests.conftest import NOW


def test_a_customer_is_asked_at_most_once_in_14_days() -> None:
    asked = factories.customer(surveyed_at=NOW)
    assert not asked.may_be_surveyed(NOW + timedelta(days=14) - timedelta(seconds=1))
    assert asked.may_be_surveyed(NOW + timedelta(days=14))


def test_who_was_never_asked_may_be() -> None:
    assert factories.customer().may_be_surveyed(NOW)
