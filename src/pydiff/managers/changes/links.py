"""`bin/python`, which PBS ships itself only since 20240224."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.model.change import FileEdit, MakeLink
from pydiff.model.tree import Tree

LINK = "bin/python"


@dataclass(frozen=True, slots=True)
class LinkPython:
    target: str
    """Name in `bin`: python3.9 (uv), python3 (mise)."""
    absolute: bool
    """mise writes the whole path, uv the bare name."""
    replaces: bool
    """mise before 2024.12.15 also replaces a link that came with the archive."""

    @property
    def name(self) -> str:
        return "bin-python"

    def describe(self) -> str:
        path = f"{{prefix}}/bin/{self.target}" if self.absolute else self.target
        return f"bin/python linked to {path}" + ("" if self.replaces else " where the archive has none")

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        if self.replaces or tree.get(LINK) is None:
            yield MakeLink(LINK, str(prefix / "bin" / self.target) if self.absolute else self.target)
