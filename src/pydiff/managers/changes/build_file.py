"""uv >= 0.8.14 leaves the PBS release in a file, to know later whether a newer build of the same version exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree


@dataclass(frozen=True, slots=True)
class WriteBuildFile:
    tag: str

    @property
    def name(self) -> str:
        return "build-file"

    def describe(self) -> str:
        return f"BUILD written: {self.tag}"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, _tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        yield WriteFile("BUILD", self.tag.encode())
