"""`lint` and `test`: everything that must hold before a change is good."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra import screen
from infra.package import package
from infra.places import BUILD, ROOT
from infra.trouble import Trouble

# ruff does not look into a file without an ending unless it is named.
SOURCES = [".", "deskbell"]

PARTS = {
    "unit": ["tests", "--ignore=tests/e2e", "--ignore=tests/browser"],
    "e2e": ["tests/e2e"],
    "browser": ["tests/browser"],
}


def lint() -> None:
    """Raises Trouble after all checks ran, when one of them found something."""
    failed = [name for name, command in _lints().items() if not _passes(name, command)]
    if failed:
        raise Trouble(f"Not clean: {', '.join(failed)}.", "See above; `ruff format` and `ruff check --fix` mend a lot.")


def pytest_command(arguments: Sequence[str]) -> list[str]:
    """All tests, or those of the part or path that comes first. Raises Trouble when it is neither, nor an option."""
    chosen = ["tests"]
    if arguments and not arguments[0].startswith("-"):
        first, *arguments = arguments
        if first not in PARTS and not (ROOT / first.partition("::")[0]).exists():
            raise Trouble(f"There are no tests {first}.", f"There are {', '.join(PARTS)}, and the files under tests/.")
        chosen = PARTS.get(first, [first])
    return [sys.executable, "-m", "pytest", *chosen, *arguments]


def test(command: Sequence[str]) -> int:
    """pytest's exit code."""
    return subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603


def _lints() -> dict[str, list[str]]:
    tools = Path(sys.executable).parent
    with screen.step("Packaging"):
        package(libraries=False)
    return {
        "ruff check": [str(tools / "ruff"), "check", "--quiet", *SOURCES],
        "ruff format": [str(tools / "ruff"), "format", "--quiet", "--diff", *SOURCES],
        "mypy --strict": [str(tools / "mypy"), "--no-error-summary"],
        "cfn-lint": [str(tools / "cfn-lint"), str(BUILD / "template.json")],
    }


def _passes(name: str, command: list[str]) -> bool:
    with screen.out.status(name):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    screen.out.print(f"{'✓' if done.returncode == 0 else '✗'} {name}")
    if done.returncode != 0:
        screen.out.print(done.stdout + done.stderr, markup=False)
    return done.returncode == 0
