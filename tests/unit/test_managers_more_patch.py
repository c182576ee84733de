"""pdm's patch of a tree, and pieces of the install stage that only these managers use."""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

import pytest

from pydiff.errors import InstallError
from pydiff.install.apply import apply
from pydiff.install.modes import MODES
from pydiff.managers.changes import PatchPkgConfig, PatchSysconfig, WriteHatchRecord
from pydiff.managers.changes.sysconfigpatcher import HEADER

PREFIX = PurePosixPath("/new")
NAME = "_sysconfigdata__linux_x86_64-linux-gnu.py"
TEXT = "# header\nbuild_time_vars = {'AR': 'llvm-ar', 'prefix': '/install',\n 'LONG': 'a' 'b', 'N': 1}\n"


@pytest.fixture
def stdlib(tmp_path: Path) -> Path:
    folder = tmp_path / "lib" / "python3.12"
    folder.mkdir(parents=True)
    return folder


def test_a_changed_file_is_one_line_without_an_end(stdlib: Path, tmp_path: Path) -> None:
    (stdlib / NAME).write_text(TEXT)
    (stdlib / NAME).chmod(0o600)
    (tmp_path / "fresh").touch()
    assert apply(PatchSysconfig(), tmp_path, PREFIX)
    assert (stdlib / NAME).read_text() == HEADER + (
        "build_time_vars = {'AR': 'ar', 'prefix': '/new', 'LONG': 'ab', 'N': 1}"
    )
    # A new file took the place of the old one.
    assert (stdlib / NAME).stat().st_mode == (tmp_path / "fresh").stat().st_mode


@pytest.mark.parametrize("text", ["build_time_vars = {'X': '/usr', 'AR': 'ar'}\n", "build_time_vars = {}"])
def test_nothing_to_patch(text: str, stdlib: Path, tmp_path: Path) -> None:
    (stdlib / NAME).write_text(text)
    assert not apply(PatchSysconfig(), tmp_path, PREFIX)
    assert (stdlib / NAME).read_text() == text


def test_trees_that_are_passed_over(stdlib: Path, tmp_path: Path) -> None:
    assert not apply(PatchSysconfig(), tmp_path, PREFIX)
    (stdlib / NAME).write_text(TEXT)
    (tmp_path / "lib" / "python3").mkdir()
    assert not apply(PatchSysconfig(), tmp_path, PREFIX)
    (tmp_path / "lib" / "python3").rmdir()
    (stdlib / NAME).rename(stdlib / "data.py")
    (stdlib / NAME).symlink_to("data.py")
    assert not apply(PatchSysconfig(), tmp_path, PREFIX)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"build_time_vars = {'X': -1}", "the value of X is negative"),
        (b"build_time_vars = {'X': 1.5}", "line 1"),
        (b"x = 1", "no assignment"),
        (b"build_time_vars = {'X': '\xff'}", "not UTF-8"),
    ],
)
def test_what_cannot_be_patched(content: bytes, reason: str, stdlib: Path, tmp_path: Path) -> None:
    (stdlib / NAME).write_bytes(content)
    with pytest.raises(InstallError, match="pdm cannot patch") as caught:
        apply(PatchSysconfig(), tmp_path, PREFIX)
    assert reason in str(caught.value)
    assert "pbs:" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"prefix=/install\nx_1=/install/y /install\n", b"prefix=/new\nx_1=/new/y /install\n"),
        (b"prefix=/install\r\nName: x\r", b"prefix=/new\nName: x\n"),
        (b"prefix=/install", b"prefix=/new"),
        (b" prefix=/install\r\n", None),
        (b"=/install\nprefix = /install\nprefix=${pcfiledir}/../..\n", None),
        (b"", None),
    ],
)
def test_pkgconfig(before: bytes, after: bytes | None, tmp_path: Path) -> None:
    folder = tmp_path / "lib" / "pkgconfig"
    folder.mkdir(parents=True)
    (folder / "python-3.12.pc").write_bytes(before)
    (folder / "python3.pc").symlink_to("python-3.12.pc")
    assert apply(PatchPkgConfig(), tmp_path, PREFIX) == (after is not None)
    assert (folder / "python-3.12.pc").read_bytes() == (before if after is None else after)
    assert (folder / "python3.pc").is_symlink()


def test_pkgconfig_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "lib/pkgconfig").mkdir(parents=True)
    (tmp_path / "lib/pkgconfig/x.pc").write_bytes(b"\xff")
    with pytest.raises(InstallError, match=r"pdm cannot patch lib/pkgconfig/x\.pc: it is not UTF-8"):
        apply(PatchPkgConfig(), tmp_path, PREFIX)


def test_a_file_beside_the_tree(tmp_path: Path) -> None:
    (root := tmp_path / "3.12" / "python").mkdir(parents=True)
    assert apply(WriteHatchRecord("https://h/x", "python/bin/python3"), root, PREFIX, tmp_path / "3.12")
    assert [path.name for path in root.iterdir()] == []
    assert "https://h/x" in (tmp_path / "3.12" / "hatch-dist.json").read_text()


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o444, 0o555, 0o755, 0o775, 0o611, 0o4755, 0o1644, 0o000, 0o070])
def test_the_data_filter(mode: int, tmp_path: Path) -> None:
    member = tarfile.TarInfo("x")
    member.mode = mode
    written = MODES["tarfile+data"].written
    assert written is not None
    assert written(mode, 0o600) == tarfile.data_filter(member, str(tmp_path)).mode
    folder = tarfile.TarInfo("y")
    folder.type, folder.mode = tarfile.DIRTYPE, mode
    assert MODES["tarfile+data"].folder(mode) is tarfile.data_filter(folder, str(tmp_path)).mode
