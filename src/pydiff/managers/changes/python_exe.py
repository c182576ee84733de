"""uv >= 0.4.24 gives free-threaded builds for Windows a `python.exe`, which those of PBS 20241016 lack (https://github.com/astral-sh/uv/issues/8298)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree

PYTHON = "python.exe"


@dataclass(frozen=True, slots=True)
class CopyPythonExe:
    source: str
    """The only interpreter of such a build: `python3.13t.exe`."""

    @property
    def name(self) -> str:
        return "python-exe"

    def describe(self) -> str:
        return f"{PYTHON} copied from {self.source} where the archive has none"

    def reads(self, path: str) -> bool:
        return path == self.source

    def apply(self, tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        entry = tree.get(self.source)
        if tree.get(PYTHON) is None and entry is not None:
            yield WriteFile(PYTHON, tree.read(self.source), entry.mode)
