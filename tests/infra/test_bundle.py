"""What goes into the zip for AWS."""

import re
import zipfile
from pathlib import Path

import pytest

from infra import bundle
from infra.places import ROOT
from infra.trouble import Trouble

UNCHECKED_HASH = b"\x01\x00\x00\x00"  # PEP 552: hash-based, not checked against the source


def write(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_services_kept_are_those_that_the_code_calls() -> None:
    source = "".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    called = set(re.findall(r"\bclient\(\"([\w-]+)\"\)", source))
    assert called | {"dynamodb"} == bundle.USED_SERVICES  # DynamoDB is called by PynamoDB


def test_descriptions_of_other_services_are_left_out(tmp_path: Path) -> None:
    kept = write(tmp_path / "botocore/data/s3/2006-03-01/service-2.json")
    shared = write(tmp_path / "botocore/data/endpoints.json")
    unused = write(tmp_path / "botocore/data/ec2/2016-11-15/service-2.json")
    bundle.leave_out_unused_services(tmp_path)
    assert kept.exists()
    assert shared.exists()
    assert not unused.exists()


def test_a_library_for_another_processor_is_refused(tmp_path: Path) -> None:
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00"
    write(tmp_path / "fine.so", header + (183).to_bytes(2, "little"))
    bundle.check_architecture(tmp_path)
    write(tmp_path / "pack/wrong.so", header + (62).to_bytes(2, "little"))
    with pytest.raises(Trouble, match=r"pack/wrong\.so is not built for arm64"):
        bundle.check_architecture(tmp_path)


def test_bytecode_is_never_checked_against_the_source(tmp_path: Path) -> None:
    write(tmp_path / "module.py", b"answer = 42\n")
    bundle.compile_bytecode(tmp_path)
    (compiled,) = tmp_path.rglob("*.pyc")
    assert compiled.read_bytes()[4:8] == UNCHECKED_HASH
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "tree/b.py", b"b")
    write(tmp_path / "tree/a/c.py", b"c")
    first = bundle.zip_tree(tmp_path / "tree", tmp_path / "first.zip").read_bytes()
    (tmp_path / "tree/b.py").touch()
    assert bundle.zip_tree(tmp_path / "tree", tmp_path / "second.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        assert archive.namelist() == ["a/c.py", "b.py"]
