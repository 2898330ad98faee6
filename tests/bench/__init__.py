"""What `./deskbell bench` measures with the means of the tests."""

import tests.conftest  # noqa: F401 - it names the resources, before anything reads the names
