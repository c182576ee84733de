"""uv >= 0.5.14 mends `prefix=/install` in `lib/pkgconfig/*.pc` (PBS itself does since 20250205)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.errors import InstallError
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree

_FILE = re.compile(r"lib/pkgconfig/[^/]+\.pc")
_LINE = re.compile(r"([A-Za-z]*)=/install")


@dataclass(frozen=True, slots=True)
class RewritePkgConfig:
    relocatable: bool
    """True (>= 0.5.30): `${pcfiledir}/../..`, only where something changes. False (0.5.14 to 0.5.29): the prefix, always rewritten."""

    @property
    def name(self) -> str:
        return "pkgconfig"

    def describe(self) -> str:
        return f"lib/pkgconfig/*.pc: /install -> {'${pcfiledir}/../..' if self.relocatable else '{prefix}'}"

    def reads(self, path: str) -> bool:
        return _FILE.fullmatch(path) is not None

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        for entry in tree.entries():
            if entry.kind == "file" and _FILE.fullmatch(entry.path):
                edited = self._edited(_text(tree, entry.path), str(prefix))
                if edited is not None:
                    yield WriteFile(entry.path, edited.encode())

    def _edited(self, text: str, prefix: str) -> str | None:
        lines = _lines(text)
        place = "${pcfiledir}/../.." if self.relocatable else prefix
        matches = [_LINE.fullmatch(line) for line in lines]
        if self.relocatable and not any(matches):
            return None
        # uv joins the lines again without the last line end.
        return "\n".join(f"{match[1]}={place}" if match else line for line, match in zip(lines, matches, strict=True))


def _lines(text: str) -> list[str]:
    """As Rust's `str::lines`: only line feeds end a line, with a carriage return before them if there is one."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
        return [line.removesuffix("\r") for line in lines]
    return [*(line.removesuffix("\r") for line in lines[:-1]), lines[-1]]


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode()
    except UnicodeDecodeError as error:
        raise InstallError(f"{path} is not UTF-8", hint="uv would fail on it too") from error
