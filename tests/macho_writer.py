"""Mach-O files of 32 and 64 bits in both orders of bytes, whose every command and table can be chosen, damaged ones too."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

ARM64, X86_64, X86, POWERPC = 0x100000C, 0x1000007, 7, 18
SYMTAB, LOAD, IDENTITY, WEAK, RPATH, REEXPORT = 0x2, 0xC, 0xD, 0x80000018, 0x8000001C, 0x8000001F
LAZY, UPWARD, SIGNATURE, DYLD_INFO, DYLD_INFO_ONLY, TRIE = 0x20, 0x80000023, 0x1D, 0x22, 0x80000022, 0x80000033
MINIMUM_MACOS, MINIMUM_IOS, MINIMUM_TVOS, MINIMUM_WATCHOS, BUILD = 0x24, 0x25, 0x2F, 0x30, 0x32
"""Numbers of load commands."""
EXPORTED, LOCAL, PRIVATE, UNDEFINED, ABSOLUTE, FUNCTION, OBJECT = 0x0F, 0x0E, 0x1F, 0x01, 0x03, 0x24, 0x66
"""Types of symbols; the last two are for debuggers."""
Order = Literal["<", ">"]


@dataclass(frozen=True, slots=True)
class Macho:
    wide: bool = True
    order: Order = "<"
    cpu: int = ARM64
    kind: int = 6
    """MH_DYLIB."""
    commands: Sequence[tuple[int, bytes]] = ()
    """Number and what follows number and size; see `library`, `path`, `words`."""
    sections: Sequence[str] = ("__TEXT",)
    """The segment of each, which has no other."""
    symbols: Sequence[tuple[str, int]] = ()
    """Name and type."""
    exports: Mapping[int, bytes] = field(default_factory=dict)
    """DYLD_INFO, DYLD_INFO_ONLY or TRIE -> tree of exports."""
    signature: bytes = b""
    header: Mapping[int, int] = field(default_factory=dict)
    """Place of a word in the header -> what it says instead."""
    tables: Sequence[int] = ()
    """What LC_SYMTAB says instead: place and number of the symbols, place and size of the names."""

    def pack(self, layout: str, *values: int | bytes) -> bytes:
        return struct.pack(self.order + layout, *values)

    def library(self, number: int, name: str, current: int = 0x10000, compatible: int = 0x10000) -> tuple[int, bytes]:
        return number, self.pack("IIII", 24, 2, current, compatible) + name.encode() + b"\0"

    def path(self, path: str) -> tuple[int, bytes]:
        return RPATH, self.pack("I", 12) + path.encode() + b"\0"

    def words(self, number: int, *words: int) -> tuple[int, bytes]:
        return number, self.pack(f"{len(words)}I", *words)

    def written(self) -> bytes:
        names, rows = b"\0", b""
        for name, kind in self.symbols:
            rows += self.pack("IBBHQ" if self.wide else "IBBHI", len(names), kind, int(kind & 0xE > 0), 0, 0)
            names += name.encode() + b"\0"
        start = len(self._head(0, (0,) * 4, {}, 0))
        places: dict[int, int] = {}
        body = rows + names
        for number, tree in self.exports.items():
            places[number] = start + len(body)
            body += tree
        signature = start + len(body)
        body += self.signature
        tables = self.tables or (start, len(self.symbols), start + len(rows), len(names))
        return self._head(start, tables, places, signature, len(body)) + body

    def _head(
        self, start: int, tables: Sequence[int], places: Mapping[int, int], signature: int, size: int = 0
    ) -> bytes:
        commands = [
            *(self._segment(name, 0, start, [name]) for name in self.sections),
            self._segment("__LINKEDIT", start, size, ()),
            *self.commands,
            self.words(SYMTAB, *tables),
        ]
        for number, tree in self.exports.items():
            place = places.get(number, 0)
            commands.append(self.words(number, *([0] * 8 if number != TRIE else []), place, len(tree)))
        if self.signature:
            commands.append(self.words(SIGNATURE, signature, len(self.signature)))
        body = b"".join(self._command(*command) for command in commands)
        magic = 0xFEEDFACF if self.wide else 0xFEEDFACE
        words = [magic, self.cpu, 0, self.kind, len(commands), len(body), 0x85, *([0] if self.wide else [])]
        for place, value in self.header.items():
            words[place] = value
        return self.pack(f"{len(words)}I", *words) + body

    def _command(self, number: int, rest: bytes) -> bytes:
        step = 8 if self.wide else 4
        size = -(-(8 + len(rest)) // step) * step
        return (self.pack("II", number, size) + rest).ljust(size, b"\0")

    def _segment(self, name: str, start: int, size: int, sections: Iterable[str]) -> tuple[int, bytes]:
        rows = [
            b"__x".ljust(16, b"\0")
            + segment.encode().ljust(16, b"\0")
            + self.pack("QQ8I" if self.wide else "II7I", *[0] * (10 if self.wide else 9))
            for segment in sections
        ]
        places = self.pack("QQQQ" if self.wide else "IIII", start, size, start, size)
        head = name.encode().ljust(16, b"\0") + places + self.pack("IIII", 5, 5, len(rows), 0)
        return 0x19 if self.wide else 0x1, head + b"".join(rows)


def universal(*images: bytes, wide: bool = False) -> bytes:
    """One after the other. `wide` has offsets of 64 bits."""
    body = struct.pack(">2I", 0xCAFEBABF if wide else 0xCAFEBABE, len(images))
    end = len(body) + (32 if wide else 20) * len(images)
    for image in images:
        body += struct.pack(">2I2Q2I" if wide else ">5I", 0, 0, end, len(image), 0, *((0,) if wide else ()))
        end += len(image)
    return body + b"".join(images)


def tree(names: Iterable[str]) -> bytes:
    """A tree of exports: names that begin alike share a branch."""
    nodes: list[_Node] = []
    _grow(nodes, sorted({name.encode() for name in names}))
    places = [0] * len(nodes)
    while True:
        written = [node.written(places) for node in nodes]
        ends = [sum(map(len, written[: number + 1])) for number in range(len(nodes))]
        if places == [0, *ends[:-1]]:
            return b"".join(written)
        places = [0, *ends[:-1]]


def number(value: int) -> bytes:
    """Seven bits in each byte."""
    told = bytearray()
    while value > 0x7F:
        told.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*told, value])


def node(*branches: tuple[bytes, int], exported: bytes = b"") -> bytes:
    """Branches: a piece of a name, and the place of the node it leads to."""
    told = b"".join(piece + b"\0" + number(place) for piece, place in branches)
    return number(len(exported)) + exported + bytes([len(branches)]) + told


@dataclass(slots=True)
class _Node:
    exported: bool
    branches: list[tuple[bytes, int]]
    """Piece of a name, number of the node."""

    def written(self, places: Sequence[int]) -> bytes:
        branches = ((piece, places[number]) for piece, number in self.branches)
        return node(*branches, exported=b"\0" + number(0x4000) if self.exported else b"")


def _grow(nodes: list[_Node], names: list[bytes]) -> int:
    """Adds the node of these names, sorted, and all below it; answers its number."""
    grown = _Node(b"" in names, [])
    nodes.append(grown)
    mine = len(nodes) - 1
    for first in sorted({name[:1] for name in names if name}):
        below = [name for name in names if name[:1] == first]
        pairs = enumerate(zip(below[0], below[-1], strict=False))
        alike = next((place for place, (one, other) in pairs if one != other), len(below[0]))
        piece = below[0][:alike]
        grown.branches.append((piece, _grow(nodes, [name[len(piece) :] for name in below])))
    return mine
