"""Names that have to agree: extension suffix, ABI flags, architecture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside

_TAGGED = re.compile(r"[^/.]+(\.(?:cpython-|cp)\d[^/]*\.(?:so|pyd))")
# `machine` as the binaries family tells it -> how MULTIARCH begins.
_MACHINES = {
    "x86_64-elf64": ("x86_64",), "x86_64-elf32": ("x86_64",), "aarch64-elf64": ("aarch64",), "i386-elf32": ("i386", "i686"),
    "arm-elf32": ("arm",), "riscv-elf64": ("riscv64",), "s390-elf64-msb": ("s390x",), "ppc64-elf64": ("powerpc64", "ppc64"),
}  # fmt: skip


def find(beside: Beside) -> Iterator[Contradiction]:
    yield from _suffix(beside)
    yield from _flags(beside)
    yield from _architecture(beside)
    yield from _libc(beside)


def _suffix(beside: Beside) -> Iterator[Contradiction]:
    suffix, soabi = beside.text("EXT_SUFFIX"), beside.text("SOABI")
    if suffix and soabi and soabi not in suffix:
        yield Contradiction(
            "sysconfig",
            "SOABI",
            soabi,
            f"EXT_SUFFIX says {suffix}",
            "wheels are tagged for one ABI and their extensions named for another",
        )
    other: dict[str, str] = {}
    for path in beside.facts("files"):
        folder, _, name = path.rpartition("/")
        if folder.endswith("/lib-dynload") and (match := _TAGGED.fullmatch(name)) and match[1] != suffix:
            other[path] = match[1]
    if suffix and other:
        first = next(iter(other))
        yield Contradiction(
            "files",
            first,
            other[first],
            f"EXT_SUFFIX says {suffix}",
            "an extension that is built for this Python is named as one that it does not import, or its own are",
            (),
            "breaks",
            other,
        )


def _flags(beside: Beside) -> Iterator[Contradiction]:
    version, flags, both = beside.text("VERSION"), beside.text("ABIFLAGS"), beside.text("LDVERSION")
    if version and both and both != version + flags:
        yield Contradiction(
            "sysconfig",
            "LDVERSION",
            both,
            f"VERSION and ABIFLAGS say {version}{flags}",
            f"a build that links -lpython{both} and one that links -lpython{version}{flags} do not get the same library",
            (),
            "breaks",
        )
    if version and beside.minor and version.replace(".", "") != beside.minor.replace(".", ""):
        yield Contradiction(
            "sysconfig",
            "VERSION",
            version,
            f"the interpreter is {beside.snapshot.python_version}",
            "names of libraries and folders that a build makes from it are those of another Python",
            (),
            "breaks",
        )


def _architecture(beside: Beside) -> Iterator[Contradiction]:
    multiarch = beside.text("MULTIARCH")
    wrong: dict[str, str] = {}
    for path, fact in beside.fields("binaries"):
        machine = str(fact.get("machine", ""))
        known = _MACHINES.get(machine)
        # Only the interpreter and its library: packages bring binaries of all machines along.
        own = re.fullmatch(r"bin/python\d[\d.]*[a-z]*|lib/libpython[^/]*", path) and fact.get("kind") != "rel"
        if own and known and multiarch and not multiarch.startswith(known):
            wrong[path] = machine
    if wrong:
        first = next(iter(wrong))
        yield Contradiction(
            "binaries",
            first,
            wrong[first],
            f"MULTIARCH says {multiarch}",
            "extensions are compiled for one architecture and named for another",
            (),
            "breaks",
            wrong,
        )


def _libc(beside: Beside) -> Iterator[Contradiction]:
    """Releases for musl said linux-gnu up to Python 3.12 (python-build-standalone issue 724)."""
    multiarch = beside.text("MULTIARCH")
    for path, fact in beside.fields("binaries"):
        loader = str(fact.get("interpreter", ""))
        if re.fullmatch(r"bin/python\d[\d.]*[a-z]*", path) and "ld-musl" in loader and multiarch.endswith("-gnu"):
            yield Contradiction(
                "sysconfig",
                "MULTIARCH",
                multiarch,
                f"{path} is loaded by {loader}",
                "extensions are named for glibc; they load, but a wheel of another musl Python names them differently",
                ("releases from 20251028 on name them for musl",),
                "changes",
            )
