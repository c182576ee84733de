"""An archive seen as the installation it would become, without a byte of it on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Generic, TypeVar

from pydiff.cache import Cache
from pydiff.install.layout import DESCRIPTION, Place, find_python, require_readable
from pydiff.install.members import INSTALL, Parts, walk
from pydiff.install.modes import MODES, Modes, umask_here
from pydiff.model.change import Change, MakeLink
from pydiff.model.resolution import Archive, Prebuilt, Repack, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.tree import Entry

T = TypeVar("T")
See = Callable[[Entry, "bytes | None", str], T]
"""(entry, the bytes of a file, the prefix) -> whatever is to be remembered of it. Called again for a file that a change has rewritten; before
the changes, no file can name the prefix, and "" stands for it."""
# Where the tree of a full archive is the inside of its `install/`.
_BESIDE = {"install", "whole"}
# Modes of what a tool makes without a mode of its own, before the umask.
_FILE, _FOLDER, _LINK = 0o666, 0o777, 0o777


@dataclass(frozen=True, slots=True)
class Streamed(Generic[T]):
    prefix: str
    """Where the installation would be."""
    seen: dict[str, T]
    """Path relative to the prefix -> what `see` said."""
    released: bytes | None
    """PYTHON.json of a full archive, which lies beside the prefix or is not kept at all."""
    changed: tuple[str, ...]
    """As `Installation.changed`."""


def streamed(
    resolution: Prebuilt | Repack, archive: Archive, settings: Settings, see: See[T], again: Callable[[T, Entry], T]
) -> Streamed[T]:
    """Let every file pass by once, as the manager would lay it out and change it. `again` is for a hard link: what was seen under another name.

    Raises what `install` raises for the same archive, but for a full disk.
    """
    require_readable(resolution, archive)
    place = Place.of(resolution, archive, Cache(settings.cache_dir))
    sink = _Passing(resolution.unpacking, MODES[resolution.unpacking.modes], resolution.changes, see, again)
    walked = walk(Path(archive.path), resolution.unpacking, sink)
    prefix = place.tree / walked.inside
    tree = sink.tree()
    find_python(archive, tree.is_program)
    changed = tuple(dict.fromkeys(tree.change(resolution.changes, PurePosixPath(prefix), beside=not walked.inside)))
    return Streamed(str(prefix), tree.seen, sink.released, changed)


@dataclass(slots=True)
class _Overlay(Generic[T]):
    """The `Tree` that changes are made to, in memory."""

    known: dict[str, Entry]
    contents: dict[str, bytes]
    """Of the files that changes read."""
    seen: dict[str, T]
    see: See[T]
    umask: int
    prefix: str = ""

    def entries(self) -> Iterator[Entry]:
        return iter(sorted(self.known.values(), key=lambda entry: entry.path))

    def get(self, path: str) -> Entry | None:
        return self.known.get(path)

    def read(self, path: str) -> bytes:
        real = self._followed(path)
        if real not in self.contents:
            raise FileNotFoundError(2, "no such file in the tree", path)
        return self.contents[real]

    def is_program(self, path: str) -> bool:
        entry = self.known.get(self._followed(path))
        return entry is not None and entry.kind == "file"

    def change(self, changes: tuple[Change, ...], prefix: PurePosixPath, *, beside: bool) -> Iterator[str]:
        """Make the changes; yields the descriptions of those that altered something. `beside`: the manager's own folder is the prefix."""
        self.prefix = str(prefix)
        for change in changes:
            edits = tuple(change.apply(self, prefix))
            for edit in edits:
                if isinstance(edit, MakeLink):
                    self._put(Entry(edit.path, "link", _LINK, target=edit.target), None)
                elif beside or not edit.beside:
                    old = self.known.get(edit.path)
                    kept = old.mode if old and old.kind == "file" and not edit.fresh else _FILE & ~self.umask
                    mode = kept if edit.mode is None else edit.mode
                    self._put(Entry(edit.path, "file", mode, len(edit.data)), edit.data)
            if edits:
                yield change.describe()

    def _put(self, entry: Entry, data: bytes | None) -> None:
        for parent in PurePosixPath(entry.path).parents:
            if parent.name and str(parent) not in self.known:
                self._put(Entry(str(parent), "dir", _FOLDER & ~self.umask), None)
        self.known[entry.path] = entry
        self.seen[entry.path] = self.see(entry, data, self.prefix)
        if data is not None:
            self.contents[entry.path] = data

    def _followed(self, path: str) -> str:
        """Links in the last place only, which is where trees have them."""
        for _ in range(40):
            entry = self.known.get(path)
            if entry is None or entry.kind != "link":
                break
            path = os.path.normpath(os.path.join(os.path.dirname(path), entry.target))  # noqa: PTH118, PTH120 (text, not files)
        return path


@dataclass(slots=True)
class _Passing(Generic[T]):
    """The sink that remembers."""

    unpacking: Unpacking
    modes: Modes
    changes: tuple[Change, ...]
    see: See[T]
    again: Callable[[T, Entry], T]
    umask: int = field(default_factory=umask_here)
    inner: set[str] = field(default_factory=set)
    """Paths that came from `install/`, which makes this a full archive: of the others none is in the tree."""
    known: dict[str, Entry] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    seen: dict[str, T] = field(default_factory=dict)
    released: bytes | None = None

    def tree(self) -> _Overlay[T]:
        if self.inner:
            for outside in self.known.keys() - self.inner:
                del self.known[outside], self.seen[outside]
                self.contents.pop(outside, None)
        return _Overlay(self.known, self.contents, self.seen, self.see, self.umask)

    def folder(self, path: Parts, mode: int | None) -> None:
        inner = self._inside(path)
        self._folders(inner)
        wanted = None if mode is None else self.modes.folder(mode)
        if inner and wanted is not None:
            self._remember(replace(self.known["/".join(inner)], mode=wanted), None)

    def file(self, path: Parts, mode: int, data: Iterator[bytes]) -> None:
        inner = self._inside(path)
        if inner == (DESCRIPTION,) and path[-2:-1] != INSTALL and self.unpacking.full in _BESIDE:
            self.released = b"".join(data)
            return
        self._folders(inner[:-1])
        content = b"".join(data)
        now = self.modes.created(mode) & ~self.umask
        written = self.modes.written(mode, now) if self.modes.written else None
        entry = Entry("/".join(inner), "file", now if written is None else written, len(content))
        if any(change.reads(entry.path) for change in self.changes):
            self.contents[entry.path] = content
        self._remember(entry, content)

    def link(self, path: Parts, target: str) -> None:
        inner = self._inside(path)
        self._folders(inner[:-1])
        self._remember(Entry("/".join(inner), "link", _LINK, target=target), None)

    def hard_link(self, path: Parts, target: Parts, mode: int) -> None:
        inner, old = self._inside(path), "/".join(self._inside(target))
        self._folders(inner[:-1])
        linked = self.modes.linked(mode, self.known[old].mode)
        both = self.known[old] if linked is None else replace(self.known[old], mode=linked)
        for entry in (both, replace(both, path="/".join(inner))):
            self.known[entry.path] = entry
            self.seen[entry.path] = self.again(self.seen[old], entry)
        if old in self.contents:
            self.contents["/".join(inner)] = self.contents[old]

    def _inside(self, path: Parts) -> Parts:
        """The path relative to the prefix, or to the top folder for what does not come from the `install/` of a full archive."""
        below = path[1:] if self.unpacking.top_kept else path
        if self.unpacking.full not in _BESIDE or below[:1] != INSTALL:
            return below
        self.inner.update("/".join(below[1:depth]) for depth in range(2, len(below) + 1))
        return below[1:]

    def _remember(self, entry: Entry, data: bytes | None) -> None:
        self.known[entry.path] = entry
        self.seen[entry.path] = self.see(entry, data, "")

    def _folders(self, path: Parts) -> None:
        for depth in range(1, len(path) + 1):
            name = "/".join(path[:depth])
            if name not in self.known:
                self._remember(Entry(name, "dir", _FOLDER & ~self.umask), None)
