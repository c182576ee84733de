"""uv >= 0.2.12 marks the standard library as externally managed (PEP 668), so that pip refuses to install into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.errors import InstallError
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree

TEXT = b"[externally-managed]\nError=This Python installation is managed by uv and should not be modified.\n"


@dataclass(frozen=True, slots=True)
class MarkExternallyManaged:
    stdlib: str
    """Folder of the standard library: `lib/python3.9`, `Lib`."""

    @property
    def name(self) -> str:
        return "externally-managed"

    def describe(self) -> str:
        return f"{self.stdlib}/EXTERNALLY-MANAGED written"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        if tree.get(self.stdlib) is None:
            raise InstallError(
                f"the tree has no {self.stdlib}, where uv writes EXTERNALLY-MANAGED",
                hint="is this archive the Python that its name says? uv would fail on it too",
            )
        yield WriteFile(f"{self.stdlib}/EXTERNALLY-MANAGED", TEXT)
