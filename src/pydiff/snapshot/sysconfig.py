"""The variables of `_sysconfigdata_*.py`: what every build backend asks first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.model.sysconfigdata import parse_sysconfigdata
from pydiff.snapshot.interface import About

_FILE = re.compile(r"(?:.*/)?_sysconfigdata_[^/]*\.py")


@dataclass(frozen=True, slots=True)
class Sysconfig:
    """Variable -> value (text or whole number) as it stands in the file; the file is parsed, never imported."""

    name: str = "sysconfig"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _FILE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        if not about.layout.sysconfigdata:
            return {}
        return dict(parse_sysconfigdata(about.data(about.layout.sysconfigdata).decode()))
