"""The files of the deployment package: what is left out, what is compiled, how they are zipped."""

import compileall
import py_compile
import shutil
import zipfile
from pathlib import Path

from infra.trouble import Trouble

# The services our code calls; botocore carries descriptions of four hundred. tests/infra holds this equal to the code.
USED_SERVICES = frozenset({"cognito-idp", "dynamodb", "s3", "sesv2", "sqs", "stepfunctions"})

LAMBDA_CODE_DIRECTORY = "/var/task"
ELF_MACHINE_ARM64 = 183
EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def leave_out_unused_services(tree: Path) -> None:
    """Nine tenths of botocore's size are descriptions of services that the desk does not use."""
    for service in (tree / "botocore" / "data").glob("*/"):
        if service.name not in USED_SERVICES:
            shutil.rmtree(service)


def check_architecture(tree: Path) -> None:
    """Every compiled library must be for arm64, as .chalice/config.json says. Raises Trouble naming another."""
    for library in tree.rglob("*.so"):
        machine = int.from_bytes(library.read_bytes()[18:20], "little")
        if machine != ELF_MACHINE_ARM64:
            name = library.relative_to(tree)
            raise Trouble(f"{name} is not built for arm64.", "Pin a version in requirements.txt that has such a wheel.")


def compile_bytecode(tree: Path) -> None:
    """Halves the cold start: Lambda cannot write bytecode, and the package never changes, so nothing needs checking."""
    compiled = compileall.compile_dir(
        tree,
        quiet=1,
        stripdir=str(tree),
        prependdir=LAMBDA_CODE_DIRECTORY,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise Trouble("The package holds Python that does not compile.", "See the lines above.")


def zip_tree(tree: Path, archive: Path) -> Path:
    """The same files give the same bytes, whenever and wherever they are zipped."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(tree.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), EPOCH_OF_ZIP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                out.writestr(entry, path.read_bytes())
    return archive
