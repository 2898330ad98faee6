"""What `package` makes of the source: handlers, environment, code."""

import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.config import Config
from infra.package import Package, package
from infra.places import ROOT
from infra.trouble import Trouble


def functions(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def test_every_handler_is_in_app_py(resources: dict[str, Any]) -> None:
    handlers = {function["Handler"] for function in functions(resources).values()}
    assert len(handlers) == len(functions(resources))
    assert all(handler.startswith("app.") for handler in handlers)


def test_every_function_is_arm64_and_runs_the_python_that_packaged_it(resources: dict[str, Any]) -> None:
    for function in functions(resources).values():
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == f"python3.{sys.version_info.minor}"


def test_functions_are_told_only_names_that_they_know(resources: dict[str, Any]) -> None:
    known = {f"DESKBELL_{field.name.upper()}" for field in fields(Config)}
    known |= {"DESKBELL_TABLE", "DESKBELL_STAGE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME"}
    for name, function in functions(resources).items():
        assert set(function["Environment"]["Variables"]) <= known, name


def test_parameters_are_left_for_cloudformation_to_fill_in(packed: Package, resources: dict[str, Any]) -> None:
    """SAM would write their defaults into the functions."""
    assert functions(resources)["Relay"]["Environment"]["Variables"]["LOG_LEVEL"] == {"Ref": "LogLevel"}
    assert "LogLevel" in packed.template["Parameters"]
    assert "Transform" not in packed.template


def test_the_template_is_for_every_region(packed: Package) -> None:
    assert "us-east-1" not in re.sub(r'"Description": "[^"]*"', "", str(packed.template["Resources"]))


def test_the_local_package_is_our_code_alone(packed: Package) -> None:
    with zipfile.ZipFile(packed.code) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"app.py", "chalice", "chalicelib"}
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_same_source_gives_the_same_package(packed: Package, tmp_path: Path) -> None:
    again = package(libraries=False, build=tmp_path)
    assert again.code_digest == packed.code_digest
    assert again.template == packed.template


def test_source_that_does_not_import_is_named(tmp_path: Path) -> None:
    for part in ("chalicelib", ".chalice", "infra"):
        (tmp_path / part).mkdir()
    (tmp_path / ".chalice" / "config.json").write_text((ROOT / ".chalice" / "config.json").read_text())
    (tmp_path / "infra" / "template.yaml").write_text("Resources: {}\n")
    (tmp_path / "app.py").write_text("import no_such_library\n")
    with pytest.raises(Trouble, match=r"Packaging failed: .*no_such_library"):
        package(libraries=False, source=tmp_path, build=tmp_path / "build")


def test_cfn_lint_finds_nothing(packed: Package) -> None:
    template = packed.code.with_name("template.json")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), str(template)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
