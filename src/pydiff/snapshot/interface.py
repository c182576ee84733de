"""What a family of facts is, and what it is told about the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydiff.model.snapshot import Facts
from pydiff.model.tree import Tree
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
    problems: dict[str, str] = field(default_factory=dict)
    """Path -> why it could not be read; a family adds to it and goes on."""

    def text(self, tree: Tree, path: str) -> str:
        """A text file of the tree, or "" (and a problem noted) when it cannot be read. Not UTF-8 is no problem."""
        try:
            return tree.read(path).decode("utf-8", "replace")
        except OSError as error:
            self.problems[path] = error.strerror or str(error)
            return ""


class Family(Protocol):
    """One family of facts. May raise whatever it likes: `snapshot` records it and takes the other families."""

    @property
    def name(self) -> str:
        """The key in `Snapshot.families`."""
        ...

    def collect(self, tree: Tree, about: About) -> Facts:
        """The facts, by subject. Parses; never imports or runs anything of the tree."""
        ...
