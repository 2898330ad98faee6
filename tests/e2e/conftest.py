"""People at the console of the one desk, signed in once for each file of journeys."""

import pytest

from tests.e2e.console import Console
from tests.e2e.desk import Desk


@pytest.fixture(scope="module")
def agent(desk: Desk) -> Console:
    return Console.sign_in(desk, "agent")


@pytest.fixture(scope="module")
def supervisor(desk: Desk) -> Console:
    return Console.sign_in(desk, "supervisor")
