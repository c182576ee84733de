"""What a wheel's members mean, whoever built it and where."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from elf_writer import SMALL
from pydiff.build.wheel import read_wheel, with_contents
from pydiff.errors import CacheError
from pydiff.model.build import BinaryFacts, BuildRecord, Built, Failed, WheelFacts


def test_contents_of_a_wheel_are_compared_by_meaning(tmp_path: Path) -> None:
    def contents(side: str, **changed: bytes) -> dict[str, str]:
        members = {
            "a.py": f"PREFIX = '/opt/{side}/lib'\nTMP = '/t/tmp{side}1234'\nAT = '12:00:0{len(side)}'\n".encode(),
            "a.pyc": side.encode(),
            "x": b"\x7fELF" + side.encode(),
            "data": b"\xff\0",
            "p-1.dist-info/WHEEL": f"Generator: {side}\nRoot-Is-Purelib: true\nTag: {side}\n".encode(),
            "p-1.dist-info/RECORD": side.encode(),
        }
        wheel = tmp_path / side / "p-1-py3-none-any.whl"
        wheel.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(wheel, "w") as file:
            for name, data in (members | changed).items():
                file.writestr(name, data)
        places = {"prefix": f"/opt/{side}", "tmp": "/t"}
        done = with_contents(BuildRecord(Built(WheelFacts(wheel.name, "0"), str(wheel)), places=places))
        assert isinstance(done.outcome, Built)
        return done.outcome.wheel.contents

    left, right = contents("uv"), contents("mise")
    assert sorted(left) == ["a.py", "data", "p-1.dist-info/WHEEL"]
    assert left == right
    assert "x" not in contents("mise", x=b"!<arch>\n")
    assert contents("mise", data=b"\xff\1")["data"] != left["data"]
    assert contents("mise", **{"a.py": b"PREFIX = '/install/lib'"})["a.py"] != left["a.py"]


def test_contents_of_a_damaged_member_do_not_end_the_run(tmp_path: Path) -> None:
    wheel = tmp_path / "p.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("a.py", "SOMETHING")
        file.writestr("b.py", "other")
    wheel.write_bytes(wheel.read_bytes().replace(b"SOMETHING", b"SOMEWHERE"))
    done = with_contents(BuildRecord(Built(WheelFacts("p.whl", "0"), str(wheel))))
    assert isinstance(done.outcome, Built)
    assert done.outcome.wheel.contents["a.py"] == "damaged"
    assert len(done.outcome.wheel.contents["b.py"]) == 64


def test_contents_of_a_wheel_that_is_gone(tmp_path: Path) -> None:
    record = BuildRecord(Built(WheelFacts("p.whl", "0"), str(tmp_path / "p.whl")))
    with pytest.raises(CacheError, match="cannot be read again"):
        with_contents(record)
    assert with_contents(BuildRecord(Failed("build_wheel", "no"))).outcome == Failed("build_wheel", "no")


def test_what_the_binaries_of_a_wheel_are_linked_to(tmp_path: Path) -> None:
    """Of a damaged one nothing is told but that it is there."""
    wheel = tmp_path / "p-1-cp312-cp312-linux_x86_64.whl"
    new, old = replace(SMALL, runpath="$ORIGIN/libs:/opt", rpath="/old"), replace(SMALL, rpath="/old")
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("a.so", new.written())
        file.writestr("b.so", old.written())
        file.writestr("c.so", b"\x7fELF\2\1" + b"\xff" * 60)
        file.writestr("d.so", b"text")
    assert read_wheel(wheel).binaries == (
        BinaryFacts("a.so", ("libc.so.6",), ("$ORIGIN/libs", "/opt")),
        BinaryFacts("b.so", ("libc.so.6",), ("/old",)),
        BinaryFacts("c.so"),
    )
