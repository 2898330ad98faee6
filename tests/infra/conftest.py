"""The package of the present code, made once."""

from typing import Any

import pytest

from infra.package import Package, package


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package(libraries=False, build=tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def resources(packed: Package) -> dict[str, Any]:
    return dict(packed.template["Resources"])
