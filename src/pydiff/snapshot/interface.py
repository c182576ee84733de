"""What a family of facts is, and what it is told about the tree."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydiff.model.snapshot import Facts
from pydiff.snapshot.layout import Layout
from pydiff.snapshot.survey import Item


@dataclass(frozen=True, slots=True)
class About:
    prefix: str
    """Where the tree is, or will be: `/opt/uv/python/cpython-3.9.20-linux-x86_64-gnu`."""
    version: str
    """3.9.20"""
    items: Mapping[str, Item]
    """Path -> what the survey saw, sorted by path."""
    layout: Layout
    released: Mapping[str, Any] | None = None
    """PYTHON.json, which lies beside the tree in a full archive; parsed, its values unchecked. None: there was none."""
    problems: dict[str, str] = field(default_factory=dict)
    """Path -> why it could not be read; a family adds to it and goes on."""

    def data(self, path: str) -> bytes:
        """A file that the family wants, links followed. Raises FileNotFoundError for what is not there or could not be read."""
        item = self.items.get(path)
        if item is not None and item.entry.kind == "link":
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), item.entry.target))
            item = self.items.get(target)
        if item is None or item.data is None:
            raise FileNotFoundError(2, item.problem if item and item.problem else "no such file in the tree", path)
        return item.data

    def text(self, path: str) -> str:
        """A text file that the family wants, or "" (and a problem noted) when it cannot be read. Not UTF-8 is no problem."""
        try:
            return self.data(path).decode("utf-8", "replace")
        except OSError as error:
            self.problems[path] = error.strerror or str(error)
            return ""


class Family(Protocol):
    """One family of facts. May raise whatever it likes: `snapshot` records it and takes the other families."""

    @property
    def name(self) -> str:
        """The key in `Snapshot.families`."""
        ...

    def wants(self, path: str, head: bytes) -> bool:
        """Whether it reads this file, by its path and first bytes: the bytes are then there for `collect`."""
        ...

    def collect(self, about: About) -> Facts:
        """The facts, by subject. Parses; never imports or runs anything of the tree."""
        ...
