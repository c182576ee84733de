"""Programs that mise puts beside `python.exe` on Windows, where PBS ships no other name for it and no `pip.exe`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.errors import InstallError
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.tree import Tree

PYTHON = "python.exe"
_WRAPPER = b'@echo off\r\n"%~dp0python.exe" -m pip %*\r\n'


@dataclass(frozen=True, slots=True)
class CopyPython3:
    @property
    def name(self) -> str:
        return "python3-exe"

    def describe(self) -> str:
        return "python3.exe is python.exe"

    def reads(self, path: str) -> bool:
        return path == PYTHON

    def apply(self, tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        entry = tree.get(PYTHON)
        if entry is None:
            raise InstallError(
                f"the tree has no {PYTHON}, which mise links python3.exe to", hint="mise fails on it too"
            )
        yield WriteFile("python3.exe", tree.read(PYTHON), entry.mode)


@dataclass(frozen=True, slots=True)
class WrapPip:
    @property
    def name(self) -> str:
        return "pip-cmd"

    def describe(self) -> str:
        return "pip.cmd and pip3.cmd run `python -m pip` where the archive has no Scripts/pip.exe"

    def reads(self, _path: str) -> bool:
        return False

    def apply(self, tree: Tree, _prefix: PurePosixPath) -> Iterator[FileEdit]:
        if tree.get("Scripts/pip.exe") is None:
            yield WriteFile("pip.cmd", _WRAPPER)
            yield WriteFile("pip3.cmd", _WRAPPER)
