"""A folder on disk, seen as a tree of Python's files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydiff.model.tree import Entry, EntryKind


@dataclass(frozen=True, slots=True)
class FolderTree:
    """The `Tree` of an installation. Nothing outside `root` is ever read, whatever a link says."""

    root: Path
    _known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    def entries(self) -> Iterator[Entry]:
        """Every file, folder and link below the root, sorted by path; sockets, pipes and devices are left out."""
        found: list[Entry] = []
        folders = [""]
        while folders:
            below = folders.pop()
            with os.scandir(f"{self.root}/{below}") as listing:
                for item in listing:
                    entry = _entry(below + item.name, item.stat(follow_symlinks=False), item.path)
                    if entry is None:
                        continue
                    found.append(entry)
                    if entry.kind == "dir":
                        folders.append(f"{entry.path}/")
        found.sort(key=lambda entry: entry.path)
        return iter(found)

    def get(self, path: str) -> Entry | None:
        """The entry itself: a link is not followed. None when it is not there, or lies beyond a link out of the tree."""
        where = self.root / path
        try:
            return _entry(path, where.lstat(), str(where)) if self._inside(str(where.parent)) else None
        except (OSError, ValueError):
            return None

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, links inside the tree followed. Raises FileNotFoundError for anything else."""
        # Text, not Path: a snapshot reads thousands of files, and the objects would cost as much as the reading.
        where = f"{self.root}/{path}"
        try:
            found = os.lstat(where)
            inside = self._inside(where.rpartition("/")[0])
            if stat.S_ISLNK(found.st_mode):
                inside = inside and self._inside(where)
                found = os.stat(where)  # noqa: PTH116 (as above)
        except (OSError, ValueError):
            inside = False
        # Only a regular file: a pipe would block for ever, a device never end.
        if not inside or not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(2, "no such file in the tree", path)
        with open(where, "rb", buffering=0) as file:  # noqa: PTH123 (as above)
            return file.read()

    def _inside(self, where: str) -> bool:
        """Whether `where`, all links followed, is the root or below it. Remembered: thousands of files share a few folders."""
        known = self._known.get(where)
        if known is None:
            root = os.path.realpath(self.root).rstrip("/")
            known = self._known[where] = f"{os.path.realpath(where)}/".startswith(f"{root}/")
        return known


def _entry(path: str, found: os.stat_result, where: str) -> Entry | None:
    mode = stat.S_IMODE(found.st_mode)
    kind: EntryKind
    if stat.S_ISLNK(found.st_mode):
        return Entry(path, "link", mode, target=os.readlink(where))  # noqa: PTH115 (a Path would tidy the text)
    if stat.S_ISDIR(found.st_mode):
        kind, size = "dir", 0
    elif stat.S_ISREG(found.st_mode):
        kind, size = "file", found.st_size
    else:
        return None
    return Entry(path, kind, mode, size)
