"""Archives in the cache: where one is kept, and how it is known again without reading all of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydiff.cache import Cache, explained
from pydiff.errors import ArchiveError
from pydiff.events import Notice, emit


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """An archive on the shelf, as it was when it was put there."""

    sha256: str
    verified: str
    """What the hash was checked against; empty when nothing was published."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One archive's place: `archives/<key>/<name>`, with `<name>.json` beside it."""

    cache: Cache
    key: str
    name: str

    @classmethod
    def of(cls, cache: Cache, name: str, *known_by: str) -> Shelf:
        """The place of the archive that `known_by` (its hash, or else where it comes from) tells from all others."""
        # Names come from lists on the net.
        if not name or name in {".", ".."} or any(bad in name for bad in "/\\\0"):
            raise ArchiveError(f"{name!r} cannot be the name of an archive", hint="report the list that it comes from")
        return cls(cache, hashlib.sha256("\0".join(known_by).encode()).hexdigest()[:16], name)

    @property
    def folder(self) -> Path:
        return self.cache.room("archives") / self.key

    @property
    def path(self) -> Path:
        return self.folder / self.name

    @property
    def note(self) -> Path:
        return self.folder / f"{self.name}.json"

    def make(self) -> None:
        with explained("making the cache", self.folder):
            self.folder.mkdir(exist_ok=True)

    def get(self) -> Kept | None:
        """What is kept, if it is still what was put there. One that was damaged since is removed.

        Size and modification time are compared first; only when they differ is the file hashed again.
        """
        try:
            note = json.loads(self.note.read_bytes())
            kept = Kept(str(note["sha256"]), str(note["verified"]))
            found = self.path.stat()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if (found.st_size, found.st_mtime_ns) == (note.get("size"), note.get("mtime_ns")):
            return kept
        if sha256_of(self.path) == kept.sha256:
            self.put(kept)
            return kept
        emit(Notice(f"{self.path} was changed since it was fetched; it is thrown away"))
        with explained("removing a damaged archive", self.path):
            self.note.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        return None

    def put(self, kept: Kept) -> None:
        """Note what the file at `path` is. Raises CacheError."""
        with explained("keeping an archive", self.path):
            found = self.path.stat()
        note = {
            "sha256": kept.sha256,
            "verified": kept.verified,
            "size": found.st_size,
            "mtime_ns": found.st_mtime_ns,
        }
        self.cache.write(self.note, json.dumps(note).encode())
