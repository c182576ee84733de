"""Every file of a tree is read once, here; the families ask for more of the few files that concern them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pydiff.model.tree import Entry, Tree

HEAD = 4
"""Bytes that are kept of each file: enough for the magic numbers of ELF, Mach-O, PE and scripts."""


@dataclass(frozen=True, slots=True)
class Item:
    entry: Entry
    sha256: str = ""
    """Of a file's bytes; empty for a folder or link, and for a file that could not be read."""
    relocated: str = ""
    """sha256 with the prefix replaced by `{prefix}`, for a text file that names the prefix."""
    head: bytes = b""
    """The first `HEAD` bytes."""


def made_by_running(path: str) -> bool:
    """Byte code is written by whoever runs the interpreter first; it is no fact about the Python."""
    return path.endswith((".pyc", ".pyo")) or "__pycache__" in path


def survey(tree: Tree, prefix: str, problems: dict[str, str]) -> Iterator[Item]:
    """Each entry of `tree`, sorted by path. What cannot be read is named in `problems` (path -> why)."""
    needle = prefix.encode()
    for entry in tree.entries():
        if made_by_running(entry.path):
            continue
        if entry.kind != "file":
            yield Item(entry)
            continue
        try:
            data = tree.read(entry.path)
        except OSError as error:
            problems[entry.path] = error.strerror or str(error)
            yield Item(entry)
            continue
        relocated = ""
        if needle and needle in data and b"\0" not in data:
            relocated = hashlib.sha256(data.replace(needle, b"{prefix}")).hexdigest()
        yield Item(entry, hashlib.sha256(data).hexdigest(), relocated, data[:HEAD])
