"""A tree on disk as plain data, and how two of them differ."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydiff.fetch import fetch
from pydiff.install import install
from pydiff.managers import parse_spec, resolve
from pydiff.model.resolution import Prebuilt
from pydiff.model.settings import Settings

Kind = Literal["file", "dir", "link", "other"]


@dataclass(frozen=True, slots=True)
class Node:
    kind: Kind
    mode: int
    """Permission bits with setuid, setgid and sticky; 0 for a link, which has none of its own."""
    data: bytes = b""
    """Of a file its bytes, of a link its target."""

    def __str__(self) -> str:
        shown = self.data if len(self.data) <= 60 else self.data[:60] + b"..."
        return f"{self.kind} {self.mode:o} {len(self.data)} {shown!r}"


Listing = Mapping[str, Node]
"""Path relative to the tree (`lib/python3.9/os.py`) -> what is there; `.` is the tree's own folder."""


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    real: Node | None
    """None: only pydiff has it."""
    ours: Node | None
    """None: only the real program has it."""

    def __str__(self) -> str:
        if self.real and self.ours and self.real.kind == self.ours.kind == "file" and self.real.data != self.ours.data:
            place = next(
                (
                    at
                    for at, (one, other) in enumerate(zip(self.real.data, self.ours.data, strict=False))
                    if one != other
                ),
                min(len(self.real.data), len(self.ours.data)),
            )
            start, end = max(place - 40, 0), place + 60
            return (
                f"{self.path}: byte {place}: real {self.real.mode:o} {self.real.data[start:end]!r}, "
                f"ours {self.ours.mode:o} {self.ours.data[start:end]!r}"
            )
        return f"{self.path}: real {self.real or 'nothing'}, ours {self.ours or 'nothing'}"


def listing(root: Path) -> dict[str, Node]:
    """Everything at and below `root`; links are not followed."""
    found = {".": _node(root)}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            found[str(path.relative_to(root))] = _node(path)
    return found


def differences(real: Listing, ours: Listing) -> list[Difference]:
    """Sorted by path; empty when the two are the same in paths, types, modes, link targets and bytes."""
    paths = sorted(real.keys() | ours.keys())
    return [Difference(path, real.get(path), ours.get(path)) for path in paths if real.get(path) != ours.get(path)]


def with_prefix(tree: Listing, old: Path | str, new: Path | str) -> dict[str, Node]:
    """The tree with one absolute prefix written as another in all bytes and link targets, for tools that fix their own."""
    before, after = os.fsencode(old), os.fsencode(new)
    return {path: Node(node.kind, node.mode, node.data.replace(before, after)) for path, node in tree.items()}


def installed(spec: str, settings: Settings) -> Path:
    """What pydiff makes of a spec, as for a user: the manager's own folder, which mostly is the prefix. Raises PydiffError."""
    resolution = resolve(parse_spec(spec), settings)
    assert isinstance(resolution, Prebuilt)
    prefix = Path(install(resolution, fetch(resolution, settings), settings).prefix)
    return next(folder for folder in (prefix, *prefix.parents) if folder.name == resolution.install_name)


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _node(path: Path) -> Node:
    found = path.lstat().st_mode
    mode = stat.S_IMODE(found)
    if stat.S_ISLNK(found):
        return Node("link", 0, os.fsencode(path.readlink()))
    if stat.S_ISDIR(found):
        return Node("dir", mode)
    if stat.S_ISREG(found):
        return Node("file", mode, path.read_bytes())
    return Node("other", mode)
