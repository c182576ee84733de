"""The symbols of one architecture, from the linker's table and from the loader's. Source: mach-o/nlist.h and mach-o/stab.h of xnu."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import compress

from pydiff.macho.architecture import Architecture
from pydiff.macho.image import Kind, MachOError
from pydiff.macho.trie import exported

# Of a symbol's type: for debuggers only; visible in this library only; what it is; visible at all.
_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_OSO = 0x66
"""The debugger's note of where the object file with the debug information was."""
_LONGEST_NAME = 4_096
_MOST_NAMES = 1 << 17
"""Of those asked for; libpython has some thousand."""
_SHARED = 4
"""Names may end alike and share their bytes: so many times their table may be read in all, which no real file comes near."""


@dataclass(frozen=True, slots=True)
class Symbols:
    exported: frozenset[str]
    """Names that others can link to, of those asked for. With the underscore that C's names have here."""
    local: frozenset[str]
    """Defined here, and others cannot link to them; of those asked for."""
    has_local: bool
    """Any at all."""
    has_objects: bool
    """It names the object files that debuggers find the debug information in."""


def symbols(architecture: Architecture, starts: tuple[bytes, ...]) -> Symbols:
    """Names that begin with one of `starts`. Raises MachOError for tables that are damaged or not inside the file."""
    table = _Table.of(architecture)
    places = _beginnings(table.texts, starts)
    linkable = table.names(_EXPORTED, places)
    # A library that was stripped keeps its exports there, and nowhere else.
    for trie in _tries(architecture):
        linkable |= {name.decode(errors="replace") for name in exported(trie, starts)}
    return Symbols(
        exported=frozenset(linkable),
        local=frozenset(table.names(_HIDDEN, places)),
        has_local=1 in table.types.translate(_HIDDEN),
        has_objects=_OSO in table.types,
    )


def _defines(kind: int) -> bool:
    return not kind & _STAB and bool(kind & _TYPE)


def _exports(kind: int) -> bool:
    return _defines(kind) and bool(kind & _EXTERNAL) and not kind & _PRIVATE


# For bytes.translate: 1 for each type that the table is about.
_EXPORTED = bytes(_exports(kind) for kind in range(256))
_HIDDEN = bytes(_defines(kind) and not _exports(kind) for kind in range(256))


@dataclass(frozen=True, slots=True)
class _Table:
    """LC_SYMTAB. A column of it is read at a time, which is some ten times faster than a symbol at a time."""

    types: bytes
    """Of each symbol."""
    places: Callable[[], Iterable[tuple[int]]]
    """Of each symbol's name, in `texts`."""
    texts: bytes

    @classmethod
    def of(cls, architecture: Architecture) -> _Table:
        """The first; an empty one where the file has none."""
        if (command := architecture.first(Kind.SYMTAB)) is None:
            return cls(b"", lambda: (), b"")
        offset, count, texts, texts_size = architecture.words(command, 4)
        row = struct.Struct(architecture.order + ("I12x" if architecture.wide else "I8x"))
        rows = architecture.part("symbols", offset, count * row.size)
        names = architecture.part("names of symbols", texts, texts_size)
        return cls(bytes(rows[4 :: row.size]), lambda: row.iter_unpack(rows), bytes(names))

    def names(self, wanted: bytes, among: set[int]) -> set[str]:
        """Of the symbols of the types that `wanted` maps to 1, those whose names begin at one of these places."""
        if not among:
            return set()
        chosen = compress(self.places(), self.types.translate(wanted))
        return set(self._read({place for (place,) in chosen if place in among}))

    def _read(self, places: set[int]) -> Iterator[str]:
        left = _SHARED * len(self.texts)
        for place in places:
            end = self.texts.find(b"\0", place, place + _LONGEST_NAME)
            left -= end - place
            if end < 0 or left < 0:
                raise MachOError("a symbol's name has no end" if end < 0 else "the names of its symbols overlap")
            yield self.texts[place:end].decode(errors="replace")


def _beginnings(texts: bytes, starts: tuple[bytes, ...]) -> set[int]:
    """Where in the texts one of `starts` is, whether a name begins there or not."""
    found: set[int] = set()
    for start in starts:
        place = texts.find(start)
        while place >= 0:
            found.add(place)
            if len(found) > _MOST_NAMES:
                raise MachOError("it has too many symbols")
            place = texts.find(start, place + 1)
    return found


def _tries(architecture: Architecture) -> Iterator[bytes]:
    for kinds, words in (((Kind.DYLD_INFO, Kind.DYLD_INFO_ONLY), 10), ((Kind.DYLD_EXPORTS_TRIE,), 2)):
        if command := architecture.first(*kinds):
            *_, offset, size = architecture.words(command, words)
            if size:
                yield bytes(architecture.part("tree of exports", offset, size))
