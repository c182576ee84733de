"""hatch leaves a file beside the tree that says where it came from, by which it knows its own installations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree


@dataclass(frozen=True, slots=True)
class WriteHatchRecord:
    source: str
    """URL of the archive."""
    python_path: str
    """Where hatch looks for the interpreter, whether or not it is there: `python/bin/python3`."""

    @property
    def name(self) -> str:
        return "hatch-dist"

    def describe(self) -> str:
        return "hatch-dist.json written beside the tree"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, _tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        text = json.dumps({"source": self.source, "python_path": self.python_path}, indent=2)
        yield WriteFile("hatch-dist.json", text.encode(), beside=True)
