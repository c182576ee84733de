"""What a manager does to a tree after extraction, as data that can be described, compared and applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from pydiff.model.tree import Tree


@dataclass(frozen=True, slots=True)
class WriteFile:
    path: str
    data: bytes
    mode: int | None = None
    """None keeps the mode of the file that is there; a new one gets what the umask leaves of 0o666."""
    fresh: bool = False
    """A new file takes the place of the old one, whose mode is forgotten."""
    beside: bool = False
    """`path` is relative to the manager's own folder, which may lie above the prefix (hatch)."""


@dataclass(frozen=True, slots=True)
class MakeLink:
    path: str
    target: str


FileEdit = WriteFile | MakeLink


class Change(Protocol):
    """One thing a manager does. Implementations are frozen dataclasses, so that `repr` is a stable key for the cache."""

    @property
    def name(self) -> str:
        """Short and stable: `sysconfig`, `externally-managed`, `bin-python`."""
        ...

    def describe(self) -> str:
        """One line for a report, such as `sysconfig rewritten: /install paths, clang -> cc, AR=ar`."""
        ...

    def reads(self, path: str) -> bool:
        """Whether `apply` may read this file: the others need not be kept for it when an archive only passes by."""
        ...

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        """The edits that make the change on a tree that will live at `prefix`. Raises InstallError where the tool fails."""
        ...
