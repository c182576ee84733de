"""A read-only view of a Python's files. A folder on disk is one; an archive being streamed can be another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

EntryKind = Literal["file", "dir", "link"]
# Prefixes that hold far more than a Python: /usr/bin/mkdir is no part of the Python in /usr.
SHARED_PREFIXES = ("/usr", "/usr/local", "/opt/homebrew", "/opt/local")


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    """Relative to the prefix, with `/`: `lib/python3.9/os.py`."""
    kind: EntryKind
    mode: int
    """Permission bits only (0o755)."""
    size: int = 0
    """Bytes; 0 unless a file."""
    target: str = ""
    """Of a link, as stored."""


class Tree(Protocol):
    """What a manager's change and a snapshot family may see of a Python."""

    def entries(self) -> Iterator[Entry]:
        """Every entry, sorted by path."""
        ...

    def get(self, path: str) -> Entry | None:
        """The entry itself: a link is not followed."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a regular file, links inside the tree followed. Raises FileNotFoundError."""
        ...
