"""From source to what CloudFormation takes: one template without transforms, one zip.

Chalice knows the functions and routes of app.py and merges infra/template.yaml; what is done here comes after that.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra import bundle
from infra.places import BUILD, ROOT
from infra.template import to_cloudformation
from infra.trouble import Trouble


@dataclass(frozen=True)
class Package:
    template: dict[str, Any]
    code: Path

    @property
    def code_digest(self) -> str:
        """Names the code by its content, so that unchanged code is not deployed again."""
        return hashlib.sha256(self.code.read_bytes()).hexdigest()[:32]


def package(*, libraries: bool, source: Path = ROOT, build: Path = BUILD) -> Package:
    """Writes build/template.json and build/deskbell.zip.

    With libraries the zip is what runs on AWS: arm64 wheels and bytecode. Without, it holds our code only, for the
    local cloud, whose functions run in the same virtual environment as this command.
    """
    staging = _stage(source, build / "source", libraries=libraries)
    output = build / "chalice"
    _run_chalice(staging, source / "infra" / "template.yaml", output)
    sam = yaml.safe_load((output / "sam.yaml").read_text())
    state_machine = json.loads((source / "infra" / "sla.asl.json").read_text())
    template = to_cloudformation(sam, state_machine)
    (build / "template.json").write_text(json.dumps(template, indent=1, sort_keys=True))
    code = _finish_code(output / "deployment.zip", build, libraries=libraries)
    return Package(template, code)


def _stage(source: Path, staging: Path, *, libraries: bool) -> Path:
    """A copy of just what belongs into the package; Chalice would take __pycache__ and editors' files along."""
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "deployments", "deployed", ".*.swp")
    shutil.copytree(source / "chalicelib", staging / "chalicelib", ignore=ignore)
    shutil.copytree(source / ".chalice", staging / ".chalice", ignore=ignore)
    shutil.copy(source / "app.py", staging)
    requirements = (source / "requirements.txt").read_text() if libraries else ""
    (staging / "requirements.txt").write_text(requirements)
    return staging


def _run_chalice(project: Path, merge: Path, output: Path) -> None:
    shutil.rmtree(output, ignore_errors=True)
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(project), "package", "--merge-template", str(merge), str(output)]
    # Chalice wants a region although nothing in the template depends on it.
    environment = {"AWS_DEFAULT_REGION": "us-east-1", **os.environ}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    # A library without a wheel for Lambda is only a warning to Chalice, and a failure at the first request.
    if done.returncode != 0 or "Could not install dependencies" in done.stdout:
        report = output.with_suffix(".log")
        report.write_text(done.stdout + done.stderr)
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Trouble(f"Packaging failed: {lines[-1] if lines else 'no reason given'}", f"The whole story: {report}")


def _finish_code(deployment: Path, build: Path, *, libraries: bool) -> Path:
    tree = build / "code"
    shutil.rmtree(tree, ignore_errors=True)
    with zipfile.ZipFile(deployment) as archive:
        archive.extractall(tree)
    if libraries:
        bundle.leave_out_unused_services(tree)
        bundle.check_architecture(tree)
        bundle.compile_bytecode(tree)
    return bundle.zip_tree(tree, build / "deskbell.zip")
