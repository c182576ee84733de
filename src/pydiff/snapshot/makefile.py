"""The variables of the Makefile that CPython was built with, which it installs beside its library."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)\s*(\+|\?|::?)?=\s*(.*)", re.DOTALL)
_FILE = re.compile(r".*/config[^/]*/Makefile")
_COMMENT = re.compile(r"(?<!\\)#.*")


@dataclass(frozen=True, slots=True)
class Makefile:
    """Variable -> value, with references such as $(prefix) as they stand."""

    name: str = "makefile"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _FILE.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        return dict(parse_makefile(about.text(f"{about.layout.config}/Makefile"))) if about.layout.config else {}


def parse_makefile(text: str) -> dict[str, str]:
    """The assignments outside recipes and `define` blocks; of several to one name the last, `+=` added with a space."""
    variables: dict[str, str] = {}
    inside_define = False
    for line in _logical_lines(text):
        if line.startswith(("define ", "endef")):
            inside_define = line.startswith("define ")
            continue
        match = (
            None if inside_define or line.startswith("\t") else _ASSIGNMENT.fullmatch(_COMMENT.sub("", line).rstrip())
        )
        if match is None:
            continue
        name, operator, value = match[1], match[2], match[3].strip()
        if operator == "+":
            variables[name] = f"{variables.get(name, '')} {value}".strip()
        elif operator != "?" or name not in variables:
            variables[name] = value
    return variables


def _logical_lines(text: str) -> Iterator[str]:
    held = ""
    for line in text.splitlines():
        if line.endswith("\\"):
            held += (line[:-1].strip() if held else line[:-1].rstrip()) + " "
            continue
        yield held + line.strip() if held else line
        held = ""
    if held:
        yield held
