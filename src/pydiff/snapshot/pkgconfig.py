"""What pkg-config would say about this Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_FILE = re.compile(r"(?:.*/)?pkgconfig/[^/]*\.pc")
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)\s*([=:])\s*(.*)")


@dataclass(frozen=True, slots=True)
class PkgConfig:
    """Path of a `.pc` file -> its variables, and its fields with their colon: {"prefix": "/install", "Libs:": "-L${libdir}"}."""

    name: str = "pkgconfig"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _FILE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path in about.layout.pkgconfig:
            # A link is another name of a file that is listed by its own.
            if about.items[path].entry.kind == "file" and (text := about.text(path)):
                facts[path] = parse_pc(text)
        return facts


def parse_pc(text: str) -> dict[str, str | int | list[str]]:
    """Variables by name, fields by name and colon; nothing is expanded."""
    found: dict[str, str | int | list[str]] = {}
    for line in text.splitlines():
        if match := _LINE.fullmatch(line.split("#", 1)[0].strip()):
            found[match[1] + ("" if match[2] == "=" else ":")] = match[3].strip()
    return found
