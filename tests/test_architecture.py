"""The rooms of the design and who may enter which; what is packaged, and from where Lambda starts it."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from chalice.config import Config
from chalice.deploy import models
from chalice.deploy.appgraph import ApplicationGraphBuilder

import app

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "chalicelib"
EVERYWHERE = {"chalicelib.config", "chalicelib.log", "chalicelib.domain"}
MAY_USE = {
    "domain": {"chalicelib.domain"},
    "mail": {"chalicelib.domain", "chalicelib.mail"},
    "adapters": EVERYWHERE | {"chalicelib.adapters"},
    "desk": EVERYWHERE | {"chalicelib.adapters", "chalicelib.mail", "chalicelib.i18n", "chalicelib.desk"},
    "web": EVERYWHERE
    | {"chalicelib.adapters", "chalicelib.desk", "chalicelib.mail", "chalicelib.i18n", "chalicelib.web"},
}
WRITERS = {"chalicelib.adapters.transaction", "chalicelib.adapters.items", "chalicelib.adapters.ses"}
READS = {
    *("count_in_hand", "get", "get_page", "get_panel", "find", "by_queue", "by_day", "open_items", "now"),
    *("read", "read_raw", "download_url", "original_url", "both"),
}
AWS = {"boto3", "botocore", "pynamodb", "s3transfer"}
THIRD_PARTY = {
    "domain": {"holidays", "idna"},
    "mail": {"nh3", "charset_normalizer", "jinja2", "markupsafe", "markdown_it"},
}
HANDLERS = {
    "app.app",
    "app.check_mail",
    "app.hourly_upkeep",
    "app.deliver",
    "app.inbound_mail",
    "app.index",
    "app.mail_events",
    "app.relay",
    "app.send_surveys",
    "app.sla_check",
    "app.sla_escalate",
    "app.sla_failed",
}


def files(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Full names of all that a file imports, wherever in it: `from a import b` is `a.b`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def is_within(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def foreign(path: Path) -> set[str]:
    """Packages that are neither ours nor Python's."""
    packages = {name.partition(".")[0] for name in imports(path)}
    return packages - set(sys.stdlib_module_names) - {"chalicelib"}


class TestRooms:
    def test_these_are_all_the_rooms(self) -> None:
        rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and list(path.glob("*.py"))}
        assert rooms == set(MAY_USE)

    @pytest.mark.parametrize("room", MAY_USE)
    def test_a_room_uses_only_those_below_it(self, room: str) -> None:
        wrong = {
            f"{path.relative_to(ROOT)}: {name}"
            for path in files(room)
            for name in imports(path)
            if name.startswith("chalicelib") and not is_within(name, MAY_USE[room])
        }
        assert wrong == set()

    @pytest.mark.parametrize("room", THIRD_PARTY)
    def test_pure_rooms_need_python_and_little_else(self, room: str) -> None:
        assert {package for path in files(room) for package in foreign(path)} <= THIRD_PARTY[room]

    @pytest.mark.parametrize("room", sorted(set(MAY_USE) - {"adapters"}))
    def test_only_adapters_speak_to_aws(self, room: str) -> None:
        assert {package for path in files(room) for package in foreign(path)} & AWS == set()

    @pytest.mark.parametrize("room", sorted(set(MAY_USE) - {"web"}))
    def test_only_the_web_and_the_entry_points_know_chalice(self, room: str) -> None:
        assert "chalice" not in {package for path in files(room) for package in foreign(path)}

    @pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
    def test_what_belongs_to_no_room_uses_none(self, path: Path) -> None:
        assert [name for name in imports(path) if name.startswith("chalicelib.")] == []
        assert foreign(path) <= {"aws_lambda_powertools"}

    def test_now_and_chance_are_handed_to_the_pure_rooms(self) -> None:
        called = {
            ast.unparse(node.func)
            for room in ("domain", "mail")
            for path in files(room)
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Call)
        }
        assert not called & {"datetime.now", "datetime.utcnow", "date.today", "time.time", "uuid.uuid4"}
        names = {name for room in ("domain", "mail") for path in files(room) for name in imports(path)}
        assert not {name for name in names if is_within(name, {"random", "secrets", "uuid", "time", "socket"})}


class TestChangesGoThroughTheDesk:
    """Pages read from the adapters and change nothing there."""

    def test_the_web_opens_no_transaction_and_knows_no_items(self) -> None:
        used = {name for path in files("web") for name in imports(path)}
        assert not {name for name in used if is_within(name, WRITERS)}

    def test_what_the_web_calls_in_the_adapters_reads(self) -> None:
        called = {call for path in files("web") for call in adapter_calls(path)}
        assert called, "no call of an adapter was found: this test looks at nothing"
        assert {call for call in called if call not in READS and not call.startswith(("list_", "find_"))} == set()


def adapter_calls(path: Path) -> Iterator[str]:
    """Functions of adapters that a file calls."""
    modules: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("chalicelib.adapters"):
            modules |= {alias.asname or alias.name for alias in node.names}
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            owner, _, function = ast.unparse(node.func).rpartition(".")
            if owner in modules or (not owner and function in modules and function[0].islower()):
                yield function


class TestEntryPoints:
    def test_every_packaged_handler_starts_with_app(self) -> None:
        """A handler of a blueprint would never import `app.py` in Lambda."""
        assert {function.handler for function in packaged_functions()} == HANDLERS

    def test_every_function_has_a_policy_of_its_own(self) -> None:
        settings = configuration()["lambda_functions"]
        assert set(settings) == {function.resource_name for function in packaged_functions()}
        policies = [settings[name]["iam_policy_file"] for name in settings]
        assert len(set(policies)) == len(settings)
        assert {path.name for path in (ROOT / ".chalice").glob("policy-*.json")} == set(policies)

    def test_packaging_needs_no_environment(self) -> None:
        """`app.py` is imported where nothing is deployed yet."""
        script = "import app; print(len(app.app.routes))"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert int(done.stdout) > 10


def configuration() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    return read


@cache
def packaged_functions() -> tuple[models.LambdaFunction, ...]:
    """As Chalice's own packager finds them."""
    parameters = {"project_dir": str(ROOT), "chalice_app": app.app}
    config = Config("dev", user_provided_params=parameters, config_from_disk=configuration())
    application = ApplicationGraphBuilder().build(config, "dev")
    return tuple(functions_of(application))


def functions_of(model: models.Model) -> Iterator[models.LambdaFunction]:
    if isinstance(model, models.LambdaFunction):
        yield model
    for dependency in model.dependencies():
        yield from functions_of(dependency)
