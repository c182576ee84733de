"""What a snapshot is held against: its own files, and the machine that builds would run on."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydiff.model.snapshot import Facts, Snapshot

# Folders of the machines that build python-build-standalone releases; whatever is below them was never meant to be found again.
BUILD_ROOTS = ("/install", "/tools", "/build")
# An absolute path at the start of a word, behind an option's letters, or behind = , : and quotes.
_PATH = re.compile(
    r"(?:(?<![^\s=,:'\"])|(?<=\s-[LIFB])|(?<=^-[LIFB])|(?<=-isystem)|(?<=-iquote))(/[A-Za-z0-9_.+@%~-][A-Za-z0-9_.+@%~/-]*)"
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The questions that only the machine can answer; tests answer them themselves."""

    exists: Callable[[str], bool] = os.path.exists
    which: Callable[[str], str | None] = shutil.which
    platform: str = sys.platform
    """sys.platform of the machine: what a foreign tree names is not looked for here."""


@dataclass(frozen=True, slots=True)
class Beside:
    snapshot: Snapshot
    machine: Machine

    def facts(self, family: str) -> Facts:
        return self.snapshot.families.get(family, {})

    def text(self, variable: str) -> str:
        """A sysconfig variable as text, "" when it is not there."""
        value = self.facts("sysconfig").get(variable)
        return value if isinstance(value, str) else "" if value is None else str(value)

    @property
    def foreign(self) -> bool:
        """Whether the tree is for another operating system."""
        made_for = self.text("MACHDEP") or ("win32" if "python.exe" in self.facts("files") else "")
        return bool(made_for) and not self.machine.platform.startswith(made_for.rstrip("0123456789"))

    def has(self, path: str) -> bool:
        """Whether an absolute path is in the tree, or on the machine where the tree could be used there."""
        prefix = self.snapshot.prefix.rstrip("/")
        if path == prefix or path.startswith(f"{prefix}/"):
            return (
                path == prefix
                or path.removeprefix(f"{prefix}/").rstrip("/") in self.facts("files")
                or self.machine.exists(path)
            )
        if any(path == root or path.startswith(f"{root}/") for root in BUILD_ROOTS):
            return not self.foreign and self.machine.exists(path)
        return self.foreign or self.machine.exists(path)

    def missing(self, text: str) -> Iterator[str]:
        """The absolute paths that `text` names and that are not there, each once."""
        for path in dict.fromkeys(match[1].rstrip("/.") for match in _PATH.finditer(text)):
            if path and not self.has(path):
                yield path
