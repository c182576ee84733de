"""What the interpreter did when it was run here: it does not run, or modules that the tree has do not import."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside
from pydiff.snapshot.contradictions import glibc, loaders, loading

# Without these pip, setuptools or the subprocess module does not import, or pip reaches no index.
_ASKED = frozenset({
    "_datetime", "_posixsubprocess", "_random", "_socket", "_ssl", "_struct", "array", "binascii", "fcntl", "math", "pyexpat", "select",
    "unicodedata", "zlib",
})  # fmt: skip
_LIBRARY = re.compile(r"(?:ImportError: |libraries: )([^\s:]+\.so[^\s:]*): cannot open shared object file")


def find(beside: Beside) -> Iterator[Contradiction]:
    yield from _silent(beside)
    yield from _imports(beside)


def _silent(beside: Beside) -> Iterator[Contradiction]:
    error = beside.facts("runtime").get("error")
    if isinstance(error, str) and not _told(beside, error):
        yield Contradiction(
            "runtime",
            "error",
            f"it is a Python {beside.snapshot.python_version} for this machine",
            error,
            "nothing can be built with an interpreter that does not run",
            _remedies(beside, error),
            "breaks",
        )


def _imports(beside: Beside) -> Iterator[Contradiction]:
    """One finding for each reason; a module that the tree does not have either is none."""
    modules = dict(beside.fields("extensions"))
    failed: dict[str, list[str]] = defaultdict(list)
    for subject, answer in beside.facts("runtime").items():
        name = subject.removeprefix("module/")
        if name == subject or not isinstance(answer, str) or answer in {"shared", "builtin"}:
            continue
        if modules.get(name, {}).get("state") in {"shared", "builtin"}:
            failed[answer].append(name)
    for reason, names in failed.items():
        if not _told(beside, reason):
            order = sorted(names, key=lambda name: (name not in _ASKED, name))
            said = {f"module/{name}": f"{modules[name]['state']}: {modules[name].get('decided', '')}" for name in order}
            first = next(iter(said))
            yield Contradiction(
                "runtime",
                first,
                said[first],
                reason,
                f"`import {order[0]}` fails here, and so does what needs it: a build, a test, the program that was built",
                _remedies(beside, reason),
                "breaks" if order[0] in _ASKED else "changes",
                said,
            )


def _told(beside: Beside, reason: str) -> bool:
    """Whether the files said so already: a library that the loader does not find, a glibc that is too old."""
    lost = {one.says.removeprefix("needs ") for one in loading.find(beside) if one.says.startswith("needs ")}
    if (match := _LIBRARY.search(reason)) and match[1] in lost:
        return True
    return "GLIBC_" in reason and any(one.severity == "breaks" for one in glibc.find(beside))


def _remedies(beside: Beside, reason: str) -> tuple[str, ...]:
    match = _LIBRARY.search(reason)
    if match is None:
        return ()
    held = beside.named(posixpath.basename(match[1]))
    folder = f"{beside.prefix}/{posixpath.dirname(held[0])}" if held else ""
    # `_LIBRARY` is in the words of the loader of ELF files.
    return loaders.remedies("elf", match[1], folder, "")
