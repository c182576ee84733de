"""Every file of a tree passes by once, here: what the families need of it is kept, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from pydiff.model.tree import Entry, Tree
from pydiff.snapshot.binary.interface import Binary, Unreadable

HEAD = 4
"""Bytes that are kept of each file: enough for the magic numbers of ELF, Mach-O, PE and scripts."""

Wants = Callable[[str, bytes], bool]
"""(path, first bytes) -> whether the file's bytes are to be kept."""
Member = tuple[Entry, bytes | OSError | None]
"""An entry and, of a file, its bytes or why they cannot be had."""


@dataclass(frozen=True, slots=True)
class Item:
    entry: Entry
    sha256: str = ""
    """Of a file's bytes; empty for a folder or link, and for a file that could not be read."""
    relocated: str = ""
    """sha256 with the prefix replaced by `{prefix}`, for a text file that names the prefix."""
    head: bytes = b""
    """The first `HEAD` bytes."""
    data: bytes | None = None
    """The whole file, where a family wants it."""
    binary: Binary | Unreadable | None = None
    problem: str = ""
    """Why the file could not be read."""


def made_by_running(path: str) -> bool:
    """Byte code is written by whoever runs the interpreter first; it is no fact about the Python."""
    return path.endswith((".pyc", ".pyo")) or "__pycache__" in path


def of_tree(tree: Tree, prefix: str, wants: Wants) -> Iterator[Item]:
    """Each entry of a tree on disk, in its order."""
    members = ((entry, _bytes(tree, entry)) for entry in tree.entries() if not made_by_running(entry.path))
    return of_members(members, prefix, wants)


def of_members(members: Iterable[Member], prefix: str, wants: Wants) -> Iterator[Item]:
    """As `of_tree`, of an archive whose members pass by."""
    return map(partial(item, prefix=prefix, wants=wants), (one for one in members if not made_by_running(one[0].path)))


def item(member: Member, prefix: str, wants: Wants) -> Item:
    from pydiff.snapshot.binaries import described  # noqa: PLC0415 (it imports this)

    entry, data = member
    if data is None:
        return Item(entry)
    if isinstance(data, OSError):
        return Item(entry, problem=data.strerror or str(data))
    head = data[:HEAD]
    relocated = ""
    needle = prefix.encode()
    if needle and needle in data and b"\0" not in data:
        relocated = hashlib.sha256(data.replace(needle, b"{prefix}")).hexdigest()
    return Item(
        entry,
        sha256=hashlib.sha256(data).hexdigest(),
        relocated=relocated,
        head=head,
        data=data if wants(entry.path, head) else None,
        binary=described(head, data),
    )


def _bytes(tree: Tree, entry: Entry) -> bytes | OSError | None:
    if entry.kind != "file":
        return None
    try:
        return tree.read(entry.path)
    except OSError as error:
        return error
