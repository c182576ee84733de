"""A folder as a tree: what is listed, and what is never read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pydiff.install import FolderTree
from pydiff.model.tree import Entry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "lib" / "a").mkdir(parents=True)
    (root / "lib" / "a" / "x.py").write_bytes(b"12345")
    (root / "lib" / "a" / "x.py").chmod(0o640)
    (root / "lib" / "link").symlink_to("./a//x.py")
    (root / "lib" / "out").symlink_to(tmp_path)
    (root / "lib-b").write_bytes(b"")
    (root / "lib-b").chmod(0o755)
    (root / "lib").chmod(0o755)
    (root / "lib" / "a").chmod(0o700)
    (tmp_path / "secret").write_bytes(b"no")
    os.mkfifo(root / "pipe")
    return root


def test_entries_are_sorted_whole_and_as_stored(root: Path, tmp_path: Path) -> None:
    found = list(FolderTree(root).entries())
    assert [(entry.path, entry.kind) for entry in found] == [
        ("lib", "dir"),
        ("lib-b", "file"),
        ("lib/a", "dir"),
        ("lib/a/x.py", "file"),
        ("lib/link", "link"),
        ("lib/out", "link"),
    ]
    assert found[1] == Entry("lib-b", "file", 0o755, 0)
    assert found[2].mode == 0o700
    assert found[3] == Entry("lib/a/x.py", "file", 0o640, 5)
    assert found[4].target == "./a//x.py"
    assert found[5].target == str(tmp_path)


def test_get_does_not_follow_the_last_link(root: Path) -> None:
    tree = FolderTree(root)
    link = tree.get("lib/link")
    assert link is not None
    assert link.kind == "link"
    assert tree.get("lib/a") == Entry("lib/a", "dir", 0o700)
    assert [tree.get(path) for path in ("absent", "lib/out/secret", "../secret", "/etc", "pipe", "a\0b")] == [None] * 6


def test_read_follows_links_that_stay(root: Path) -> None:
    tree = FolderTree(root)
    assert tree.read("lib/link") == tree.read("lib/a/x.py") == b"12345"


@pytest.mark.parametrize("path", ["absent", "lib", "lib/out/secret", "../secret", "/etc/passwd", "pipe"])
def test_read_of_anything_else(root: Path, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        FolderTree(root).read(path)


def test_a_file_link_out_of_the_tree_is_not_read(root: Path, tmp_path: Path) -> None:
    (root / "leak").symlink_to(tmp_path / "secret")
    with pytest.raises(FileNotFoundError):
        FolderTree(root).read("leak")
