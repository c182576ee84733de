"""Changes are made in the tree, completely, and nowhere else."""

# ruff: noqa: ARG002 (stand-ins take what the real ones are given)
from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest

from pydiff.errors import CacheError, InstallError
from pydiff.install.apply import apply
from pydiff.model.change import FileEdit, MakeLink, WriteFile
from pydiff.model.tree import Tree

PREFIX = PurePosixPath("/final/prefix")


@dataclass(frozen=True, slots=True)
class Edits:
    """A change that makes the edits it is given."""

    edits: tuple[FileEdit, ...]
    name: str = "test"

    def describe(self) -> str:
        return "edits"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        assert prefix == PREFIX
        yield from self.edits


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "python3.9").write_text("old")
    (root / "bin" / "python3.9").chmod(0o750)
    (root / "bin" / "python3").symlink_to("python3.9")
    return root


def _apply(root: Path, *edits: FileEdit) -> None:
    apply(Edits(edits), root, PREFIX)


def test_a_file_keeps_its_mode_unless_told(root: Path) -> None:
    _apply(root, WriteFile("bin/python3.9", b"new"), WriteFile("a/b/new", b"x"), WriteFile("c", b"x", mode=0o600))
    assert (root / "bin/python3.9").read_bytes() == b"new"
    assert (root / "bin/python3.9").stat().st_mode & 0o777 == 0o750
    assert (root / "a/b/new").stat().st_mode & 0o777 == 0o644
    assert (root / "c").stat().st_mode & 0o777 == 0o600


def test_a_new_file_gets_what_the_umask_leaves(root: Path) -> None:
    before = os.umask(0o027)
    try:
        _apply(root, WriteFile("new", b"x"))
    finally:
        os.umask(before)
    assert (root / "new").stat().st_mode & 0o777 == 0o640


def test_a_link_is_replaced_and_not_written_through(root: Path) -> None:
    _apply(root, WriteFile("bin/python3", b"file now"))
    assert not (root / "bin/python3").is_symlink()
    assert (root / "bin/python3.9").read_text() == "old"


@pytest.mark.parametrize("target", ["python3.9", "../bin/python3.9", "/final/prefix/bin/python3"])
def test_links_to_inside(root: Path, target: str) -> None:
    _apply(root, MakeLink("bin/python3", target), MakeLink("bin/python", target))
    assert os.readlink(root / "bin/python") == target  # noqa: PTH115 (a Path would tidy the text)


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../x", "/final/prefix/../x", "/final/prefixed", "python/../../.."]
)
def test_links_to_outside(root: Path, target: str) -> None:
    with pytest.raises(InstallError, match="link out of the tree"):
        _apply(root, MakeLink("bin/python", target))


@pytest.mark.parametrize("path", ["../evil", "/evil", "a/../../evil", ""])
def test_edits_outside(root: Path, path: str) -> None:
    with pytest.raises(InstallError, match="outside the tree"):
        _apply(root, WriteFile(path, b"x"))
    assert [child.name for child in root.parent.iterdir()] == ["root"]


def test_edits_beyond_a_link_out_of_the_tree(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InstallError, match="outside the tree"):
        _apply(root, WriteFile("out/x", b"x"))
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_is_not_replaced(root: Path) -> None:
    with pytest.raises(InstallError, match="replace a folder"):
        _apply(root, WriteFile("bin", b"x"))


def test_no_edit_is_made_when_a_later_one_cannot_be_computed(root: Path) -> None:
    class Fails(Edits):
        def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
            yield WriteFile("bin/python3.9", b"new")
            raise InstallError("cannot read the rest")

    with pytest.raises(InstallError, match="cannot read the rest"):
        apply(Fails(()), root, PREFIX)
    assert (root / "bin/python3.9").read_text() == "old"


def test_a_full_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CacheError, match="no space left while applying test"):
        _apply(root, WriteFile("bin/python3.9", b"new"))
