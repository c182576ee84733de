"""The scripts in bin: what runs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.model.tree import Tree
from pydiff.snapshot.interface import About


@dataclass(frozen=True, slots=True)
class Scripts:
    """Path -> the shebang; the line after it too where that is how python-build-standalone starts the real interpreter."""

    name: str = "scripts"

    def collect(self, tree: Tree, about: About) -> Facts:
        facts: Facts = {}
        for path, item in about.items.items():
            if item.head[:2] == b"#!" and re.fullmatch(r"(?:bin|Scripts)/[^/]+", path):
                first, _, rest = about.text(tree, path).partition("\n")
                second = rest.split("\n", 1)[0]
                facts[path] = (
                    f"{first.rstrip()} {second}"
                    if "exec" in second and first.rstrip().endswith("sh")
                    else first.rstrip()
                )
        return facts
