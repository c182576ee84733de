"""The rewriting of sysconfig data and `.pc` files by pdm >= 2.26.3, byte for byte.

pdm carries a copy of bluss's sysconfigpatcher (`pdm/misc/sysconfig_patcher.py` at its tags), which is the older relative of what uv and mise do:
only values that begin with the prefix are touched, and a changed file is written anew as one line of Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydiff.errors import InstallError
from pydiff.model.change import FileEdit, WriteFile
from pydiff.model.sysconfigdata import NAME, SysconfigDataError, Value, parse_sysconfigdata
from pydiff.model.tree import Tree

PREFIX = "/install"
HEADER = (
    "# system configuration generated and used by the sysconfig module\n# install path patched by sysconfigpatcher\n"
)
_WORDS = {
    **dict.fromkeys(("CC", "BLDSHARED", "LDSHARED", "LINKCC"), ("clang", "cc")),
    **dict.fromkeys(("CXX", "LDCXXSHARED"), ("clang++", "c++")),
}
_STDLIB = re.compile(r"lib/python3[^/]*")
_DATA = re.compile(r"_sysconfigdata_[^/]*\.py")
_PC = re.compile(r"lib/pkgconfig/[^/]+\.pc")
_LINE = re.compile(rf"^(\w+=){PREFIX}")


@dataclass(frozen=True, slots=True)
class PatchSysconfig:
    @property
    def name(self) -> str:
        return "sysconfig"

    def describe(self) -> str:
        return "sysconfig patched: values that begin with /install, clang -> cc, clang++ -> c++, AR=ar"

    def reads(self, path: str) -> bool:
        return _DATA.search(path) is not None

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        path = _find(tree)
        if path is None:
            return
        values = _parsed(_text(tree, path), path)
        patched = {name: self.patched(name, value, str(prefix)) for name, value in values.items()}
        if patched != values:
            yield WriteFile(path, f"{HEADER}{NAME} = {patched!r}".encode(), fresh=True)

    def patched(self, name: str, value: Value, prefix: str) -> Value:
        """One variable as pdm leaves it."""
        if not isinstance(value, str):
            return value
        if name == "AR":
            return "ar"
        if name in _WORDS:
            word, to = _WORDS[name]
            # The blank before the word goes with it.
            return re.sub(rf"(^|\s){re.escape(word)}(?=\s|$)", to, value, flags=re.ASCII)
        if not value.startswith(PREFIX):
            return value
        return " ".join(prefix + part[len(PREFIX) :] if part.startswith(PREFIX) else part for part in value.split(" "))


@dataclass(frozen=True, slots=True)
class PatchPkgConfig:
    @property
    def name(self) -> str:
        return "pkgconfig"

    def describe(self) -> str:
        return "lib/pkgconfig/*.pc: /install -> {prefix}"

    def reads(self, path: str) -> bool:
        return _PC.fullmatch(path) is not None

    def apply(self, tree: Tree, prefix: PurePosixPath) -> Iterator[FileEdit]:
        for entry in tree.entries():
            if entry.kind == "file" and _PC.fullmatch(entry.path):
                # As a text file is read: all three ends of a line are one, of which a line feed is written.
                lines = re.split(r"\r\n|\r|\n", _text(tree, entry.path))
                patched = [
                    _LINE.sub(lambda match: match[1] + str(prefix), line, count=1) if _LINE.match(line) else line
                    for line in lines
                ]
                if patched != lines:
                    yield WriteFile(entry.path, "\n".join(patched).encode(), fresh=True)


def _find(tree: Tree) -> str | None:
    """A tree with no such folder, with several of them, or with no such file in it is passed over."""
    entries = list(tree.entries())
    folders = [entry.path for entry in entries if entry.kind == "dir" and _STDLIB.fullmatch(entry.path)]
    if len(folders) != 1:
        return None
    inside = f"{folders[0]}/"
    return next(
        (
            entry.path
            for entry in entries
            if entry.kind == "file" and entry.path.startswith(inside) and _DATA.fullmatch(entry.path[len(inside) :])
        ),
        None,
    )


def _parsed(text: str, path: str) -> dict[str, Value]:
    try:
        values = parse_sysconfigdata(text)
    except SysconfigDataError as error:
        raise _refused(path, str(error)) from error
    for name, value in values.items():
        if isinstance(value, int) and value < 0:
            # In Python's grammar that is a sign and a number, and pdm wants a constant.
            raise _refused(path, f"the value of {name} is negative")
    return values


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode()
    except UnicodeDecodeError as error:
        raise _refused(path, "it is not UTF-8") from error


def _refused(path: str, reason: str) -> InstallError:
    return InstallError(
        f"pdm cannot patch {path}: {reason}", hint="pdm itself fails on this archive; `pbs:` shows it as released"
    )
