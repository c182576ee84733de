"""The variables of `_sysconfigdata_*.py`: what every build backend asks first."""

from __future__ import annotations

from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.model.sysconfigdata import parse_sysconfigdata
from pydiff.model.tree import Tree
from pydiff.snapshot.interface import About


@dataclass(frozen=True, slots=True)
class Sysconfig:
    """Variable -> value (text or whole number) as it stands in the file; the file is parsed, never imported."""

    name: str = "sysconfig"

    def collect(self, tree: Tree, about: About) -> Facts:
        if not about.layout.sysconfigdata:
            return {}
        return dict(parse_sysconfigdata(tree.read(about.layout.sysconfigdata).decode()))
