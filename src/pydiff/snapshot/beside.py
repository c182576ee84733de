"""What a snapshot is held against: its own files, and the machine that builds would run on."""

from __future__ import annotations

import functools
import os
import platform
import posixpath
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydiff.model.snapshot import Facts, Snapshot
from pydiff.model.tree import SHARED_PREFIXES

# Folders of the machines that build python-build-standalone releases; whatever is below them was never meant to be found again.
_BUILD_ROOT = re.compile(
    r"/(?:install|tools|build)(?=/|$)"
    # Releases for macOS and Windows are built in a temporary folder of whoever runs the build.
    r"|(?:/private)?/var/folders/[^/]+/[^/]+/T/[^/]+"
    r"|[A-Z]:\\Users\\[^\\]+\\AppData\\Local\\Temp\\python-build-[^\\]+"
)
# An absolute path at the start of a word, behind an option's letters, or behind = , : and quotes.
_PATH = re.compile(
    r"(?:(?<![^\s=,:'\"])|(?<=\s-[LIFB])|(?<=^-[LIFB])|(?<=-isystem)|(?<=-iquote))(/[A-Za-z0-9_.+@%~-][A-Za-z0-9_.+@%~/-]*)"
)
_HOPS = 20
"""Links that are followed before a path counts as going round in circles."""
_LOADER_FOLDERS = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
_ALIKE = {
    "i386": "x86",
    "i486": "x86",
    "i586": "x86",
    "i686": "x86",
    "x86_64": "x86",
    "AMD64": "x86",
    "arm64": "aarch64",
}


def build_root(path: str) -> str:
    """The outermost folder of a build machine that `path` is in, or ""."""
    match = _BUILD_ROOT.match(path)
    return match[0] if match else ""


@functools.cache
def _loader_folders() -> tuple[str, ...]:
    """Where this machine's dynamic loader looks without being told: what /etc/ld.so.conf and the files it includes name."""
    found = dict.fromkeys(_LOADER_FOLDERS)
    waiting = [Path("/etc/ld.so.conf"), *sorted(Path("/etc").glob("ld-musl-*.path"))]
    for file in waiting:
        try:
            words = re.sub(r"#.*", "", file.read_text("utf-8", "replace")).replace(":", " ").split()
        except OSError:
            continue
        included = [Path(word) for word in words if word.startswith("/") and word.endswith(".conf")]
        waiting += [one for path in included for one in sorted(path.parent.glob(path.name)) if one not in waiting]
        found |= dict.fromkeys(word for word in words if word.startswith("/") and not word.endswith(".conf"))
    return tuple(found)


def _loads(name: str) -> str:
    found = (Path(folder, name) for folder in _loader_folders())
    return next((os.path.realpath(path) for path in found if path.exists()), "")


def _arch() -> str:
    return platform.machine()


def _glibc() -> str:
    library, version = platform.libc_ver()
    return version if library == "glibc" else ""


@dataclass(frozen=True, slots=True)
class Machine:
    """The questions that only the machine can answer; tests answer them themselves."""

    exists: Callable[[str], bool] = os.path.exists
    which: Callable[[str], str | None] = shutil.which
    platform: str = sys.platform
    """sys.platform of the machine: what a foreign tree names is not looked for here."""
    arch: str = field(default_factory=_arch)
    """x86_64, as `platform.machine()` says it."""
    loads: Callable[[str], str] = _loads
    """The real path of the library of this name that the dynamic loader finds without a run path, or ""."""
    real: Callable[[str], str] = os.path.realpath
    glibc: str = field(default_factory=_glibc)
    """2.36, or "" where there is none."""


@dataclass(frozen=True, slots=True)
class Beside:
    snapshot: Snapshot
    machine: Machine
    _known: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    """Every path of the tree, and the folders above it, which an archive does not need to list."""

    def __post_init__(self) -> None:
        files = self.snapshot.families.get("files", {})
        folders = {str(above) for folder in {posixpath.dirname(path) for path in files} for above in _and_above(folder)}
        object.__setattr__(self, "_known", frozenset(files) | folders)

    def facts(self, family: str) -> Facts:
        return self.snapshot.families.get(family, {})

    def fields(self, family: str) -> Iterator[tuple[str, dict[str, str | int | list[str]]]]:
        """The facts of a family of files with fields: path, fields."""
        for path, fact in self.facts(family).items():
            if isinstance(fact, dict):
                yield path, fact

    def text(self, variable: str) -> str:
        """A sysconfig variable as text, "" when it is not there."""
        value = self.facts("sysconfig").get(variable)
        return value if isinstance(value, str) else "" if value is None else str(value)

    @property
    def prefix(self) -> str:
        return self.snapshot.prefix.rstrip("/")

    @property
    def minor(self) -> str:
        """3.9"""
        return ".".join(self.snapshot.python_version.split(".")[:2])

    @property
    def released(self) -> bool:
        """Whether sysconfig shows the build of a python-build-standalone release, which a repacked local interpreter does too."""
        return bool(self.text("PYTHON_BUILD_STANDALONE")) or "'--prefix=/install'" in self.text("CONFIG_ARGS")

    @property
    def foreign(self) -> bool:
        """Whether the tree is for another operating system or processor."""
        made_for = self.text("MACHDEP") or ("win32" if "python.exe" in self._known else "")
        if made_for and not self.machine.platform.startswith(made_for.rstrip("0123456789")):
            return True
        arch = self.text("HOST_GNU_TYPE").partition("-")[0]
        return bool(arch) and _ALIKE.get(arch, arch) != _ALIKE.get(self.machine.arch, self.machine.arch)

    @property
    def shared_prefix(self) -> bool:
        """Whether the prefix holds more than this Python, so that the tree's files are not all that is there."""
        return self.prefix in SHARED_PREFIXES

    def has(self, path: str) -> bool:
        """Whether an absolute path is in the tree, or on the machine where the tree could be used there."""
        path = posixpath.normpath(path)
        if path == self.prefix:
            return True
        if path.startswith(f"{self.prefix}/"):
            return self._leads_somewhere(path.removeprefix(f"{self.prefix}/")) or self.machine.exists(path)
        if build_root(path):
            return not self.foreign and self.machine.exists(path)
        return self.foreign or self.machine.exists(path)

    def _leads_somewhere(self, path: str) -> bool:
        """Whether a path relative to the prefix is in the tree, links followed."""
        files = self.facts("files")
        for _ in range(_HOPS):
            link = next((above for above in _and_above(path)[::-1] if _target(files.get(above))), "")
            if not link:
                return path in self._known
            target = _target(files[link])
            rest = path.removeprefix(link).lstrip("/")
            whole = posixpath.normpath(posixpath.join(self.prefix, posixpath.dirname(link), target, rest))
            if not whole.startswith(f"{self.prefix}/"):
                return whole == self.prefix or self.foreign or self.machine.exists(whole)
            path = whole.removeprefix(f"{self.prefix}/")
        return False

    def named(self, name: str) -> list[str]:
        """The tree's paths whose last part is `name`, sorted."""
        return sorted(path for path in self.facts("files") if path.rpartition("/")[2] == name)

    def missing(self, text: str) -> Iterator[str]:
        """The absolute paths that `text` names and that are not there, each once."""
        for path in dict.fromkeys(match[1].rstrip("/.") for match in _PATH.finditer(text)):
            if path and not self.has(path):
                yield path

    def root_of(self, path: str) -> str:
        """Of a path that is not there, what all its like have in common: the build machine's folder it was in, or else the outermost
        folder that is not there.
        """
        if root := build_root(path):
            return root
        above = [str(one) for one in (*reversed(PurePosixPath(path).parents), path)][1:]
        return next((one for one in above if not self.has(one)), path)


def _and_above(path: str) -> list[str]:
    """A path and the folders above it, innermost first."""
    return [path, *(str(one) for one in PurePosixPath(path).parents)][: path.count("/") + 1] if path else []


def _target(fact: object) -> str:
    return str(fact.get("target", "")) if isinstance(fact, dict) and fact.get("kind") == "link" else ""
