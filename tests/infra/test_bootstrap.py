"""The file `deskbell` itself: which Python it takes, and when it installs."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from infra.places import ROOT


@pytest.fixture
def bootstrap() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("bootstrap", str(ROOT / "deskbell"))
    spec = importlib.util.spec_from_loader("bootstrap", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = writes_bytecode
    return module


def test_it_needs_nothing_but_the_standard_library() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import runpy; runpy.run_path({str(ROOT / 'deskbell')!r}, run_name='looked_at')"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 15)], ids=str)
def test_another_python_is_refused_in_one_line(bootstrap: ModuleType, version: tuple[int, int]) -> None:
    with pytest.raises(SystemExit) as ended:
        bootstrap.refuse_wrong_python(version)
    said = str(ended.value)
    assert "Deskbell needs Python 3.11 to 3.14" in said
    assert "\n" not in said


@pytest.mark.parametrize("version", [(3, 11), (3, 14)], ids=str)
def test_every_python_of_lambda_is_taken(bootstrap: ModuleType, version: tuple[int, int]) -> None:
    bootstrap.refuse_wrong_python(version)


def test_changed_requirements_are_installed_again(bootstrap: ModuleType, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("click==8.5.1\n")
    bootstrap.REQUIREMENTS = (requirements,)
    before = bootstrap.wanted_stamp()
    assert bootstrap.wanted_stamp() == before
    requirements.write_text("click==8.5.2\n")
    assert bootstrap.wanted_stamp() != before


def test_half_an_environment_is_never_used(bootstrap: ModuleType, tmp_path: Path) -> None:
    bootstrap.PYTHON, bootstrap.STAMP = tmp_path / "python", tmp_path / "installed"
    bootstrap.PYTHON.symlink_to(sys.executable)
    bootstrap.PROBE = ""
    assert not bootstrap.is_installed()
    bootstrap.STAMP.write_text(bootstrap.wanted_stamp())
    assert bootstrap.is_installed()


def test_an_environment_stays_whatever_python_calls_as_long_as_its_own_runs(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.PYTHON, bootstrap.STAMP = Path(sys.executable), tmp_path / "installed"
    bootstrap.STAMP.write_text(bootstrap.wanted_stamp())
    monkeypatch.setattr(sys, "version", "3.14.9 (another)")
    assert bootstrap.is_installed()
    bootstrap.PROBE = "import no_such_package"
    assert not bootstrap.is_installed()
    bootstrap.PYTHON = tmp_path / "gone"
    assert not bootstrap.is_installed()


def test_a_failed_installation_leaves_nothing_and_says_what_to_do(bootstrap: ModuleType, tmp_path: Path) -> None:
    bootstrap.ENVIRONMENT = tmp_path / "venv"
    bootstrap.ENVIRONMENT.mkdir()
    failing = [sys.executable, "-c", "import sys; sys.exit('no such index')"]
    with pytest.raises(SystemExit) as ended:
        bootstrap.run(failing, "Is this machine online?")
    assert str(ended.value) == "Installing failed: no such index\nIs this machine online?"
    assert not bootstrap.ENVIRONMENT.exists()


def test_all_requirements_are_pinned_exactly() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / name).read_text().splitlines()
        wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert wanted
        assert all("==" in line for line in wanted)
