"""The scripts in bin: what runs them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_SCRIPT = re.compile(r"(?:bin|Scripts)/[^/]+")


@dataclass(frozen=True, slots=True)
class Scripts:
    """Path -> the shebang; the line after it too where that is how python-build-standalone starts the real interpreter."""

    name: str = "scripts"

    def wants(self, path: str, head: bytes) -> bool:
        return head[:2] == b"#!" and _SCRIPT.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path, item in about.items.items():
            if item.data is not None and self.wants(path, item.head):
                first, _, rest = about.text(path).partition("\n")
                second = rest.split("\n", 1)[0]
                facts[path] = (
                    f"{first.rstrip()} {second}"
                    if "exec" in second and first.rstrip().endswith("sh")
                    else first.rstrip()
                )
        return facts
