"""The `python-config` scripts: which kind, and what is written into them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About

_SCRIPT = re.compile(r"bin/[^/]*python[^/]*-config(?:\.py)?|.*/config[^/]*/python-config\.py")
_ASSIGNMENT = re.compile(r"([A-Za-z_]+)=(.*)")


@dataclass(frozen=True, slots=True)
class PythonConfig:
    """Path -> `kind` (shell: values are in the script; python: it asks sysconfig), `shebang`, and the shell's assignments."""

    name: str = "pythonconfig"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the name says it)
        return _SCRIPT.fullmatch(path) is not None

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path, item in about.items.items():
            if item.entry.kind == "file" and _SCRIPT.fullmatch(path) and (text := about.text(path)):
                facts[path] = parse_python_config(text)
        return facts


def parse_python_config(text: str) -> dict[str, str | int | list[str]]:
    """The assignments are those at the left margin, quotes removed, nothing expanded."""
    shebang = text.split("\n", 1)[0] if text.startswith("#!") else ""
    # The relocatable form of python-build-standalone is a shell line in front of a Python script.
    if "import sysconfig" in text or "from distutils" in text:
        return {"kind": "python", "shebang": shebang}
    found: dict[str, str | int | list[str]] = {
        "kind": "shell" if re.search(r"\bsh\b|bash", shebang) else "unknown",
        "shebang": shebang,
    }
    for line in text.splitlines():
        if match := _ASSIGNMENT.fullmatch(line.rstrip()):
            found.setdefault(match[1], match[2].strip("\"'"))
    return found
