"""One desk for all end-to-end tests: started by `./deskbell up`, with IAM enforced and waits scaled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desk import Desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    directory: Path = tmp_path_factory.mktemp("desk")
    running = Desk.start(directory)
    yield running
    running.stop()
