"""ELF files, written by the book, so that every field of them can be chosen, rightly or wrongly.

Sources: the System V gABI, chapters 4 and 5; Drepper, "ELF Symbol Versioning"; the x86-64 psABI for notes; binutils' elflink.c for the
layout of DT_GNU_HASH, which no standard has.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

REL, EXEC, DYN = 1, 2, 3
LOCAL, GLOBAL, WEAK = 0, 1, 2
"""Bindings."""
DEFAULT, INTERNAL, HIDDEN, PROTECTED = 0, 1, 2, 3
"""Visibilities: the two lowest bits of st_other."""
CPU_NEEDED, CPU_USED = 0xC0008002, 0xC0010002
"""Types of x86 properties."""
NEEDED, HASH, STRTAB, SYMTAB, STRSZ, SONAME, RPATH, RUNPATH = 1, 4, 5, 6, 10, 14, 15, 29
GNU_HASH, VERSYM, VERNEED, VERNEEDNUM = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
BASE = 0x40000
"""The address of the first byte; every other is loaded as far behind it as it stands in the file."""
_ROOM = 64 + 5 * 56
_LOAD, _DYNAMIC, _INTERP, _GNU_PROPERTY = 1, 2, 3, 0x6474E553
_PROGBITS, _SYMTAB, _STRTAB, _HASH, _DYNAMIC_TABLE, _NOTE, _NOBITS, _DYNSYM = 1, 2, 3, 5, 6, 7, 8, 11
_GNU_HASH_TABLE, _VERNEED_TABLE, _VERSYM_TABLE = 0x6FFFFFF6, 0x6FFFFFFE, 0x6FFFFFFF
_LINKS = {
    ".dynsym": ".dynstr",
    ".symtab": ".strtab",
    ".dynamic": ".dynstr",
    ".hash": ".dynsym",
    ".gnu.hash": ".dynsym",
    ".gnu.version": ".dynsym",
    ".gnu.version_r": ".dynstr",
}


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str
    defined: bool = True
    binding: int = GLOBAL
    other: int = DEFAULT
    """All eight bits of st_other: machines use the upper ones for themselves."""
    version: str = ""
    """That it is asked for in; one of those in `Elf.versions`."""


@dataclass(frozen=True, slots=True)
class Elf:
    wide: bool = True
    order: Literal["<", ">"] = "<"
    kind: int = DYN
    """REL has neither dynamic section nor segments."""
    machine: int = 62
    interpreter: str = ""
    needed: Sequence[str] = ()
    soname: str = ""
    rpath: str = ""
    runpath: str = ""
    symbols: Sequence[Symbol] = ()
    versions: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """Library -> version that is asked of it -> whether weakly."""
    table: Sequence[str] = ()
    """Names of functions in `.symtab`, local ones."""
    table_undefined: Sequence[str] = ()
    """Names in `.symtab` that are defined elsewhere."""
    levels: Sequence[tuple[int, int]] = ()
    """Type of a property and its bits, in `.note.gnu.property`."""
    extra: Sequence[str] = ()
    """Names of more sections: of debug information, of LTO."""
    sections: bool = True
    """Without, as `sstrip` leaves it."""
    hashes: frozenset[int] = frozenset({GNU_HASH})
    """Which tables of hashes there are: HASH, GNU_HASH."""
    many: bool = False
    """Numbers of sections stand in the first section, as those beyond 16 bits do."""
    instead: Mapping[str, bytes] = field(default_factory=dict)
    """Contents of a section, by its name, in place of the right ones."""
    bare: frozenset[str] = frozenset()
    """Sections whose bytes are elsewhere (SHT_NOBITS), as `objcopy --only-keep-debug` leaves them."""
    tags: Mapping[int, int] = field(default_factory=dict)
    """Values of dynamic tags in place of the right ones."""

    def written(self) -> bytes:
        file = _File(self)
        if self.interpreter:
            file.segment(_INTERP, ".interp", _PROGBITS, self.interpreter.encode() + b"\0")
        if self.kind != REL:
            self._dynamic(file)
        if self.levels:
            file.segment(_GNU_PROPERTY, ".note.gnu.property", _NOTE, self._note())
        if self.table or self.table_undefined:
            self._symtab(file)
        for name in self.extra:
            file.put(name, _PROGBITS, b"\1\2\3\4")
        return file.whole()

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(self.order + layout, *values)

    def in_file(self) -> list[Symbol]:
        """The dynamic symbols in the order of the table: local ones first, and last, by buckets, those that a DT_GNU_HASH tells of."""
        hashed = sorted(filter(_hashed, self.symbols), key=lambda one: _gnu_hash(one.name) % self._buckets)
        unhashed = [one for one in self.symbols if not _hashed(one)]
        return [*sorted(unhashed, key=lambda one: one.binding != LOCAL), *hashed]

    @property
    def _buckets(self) -> int:
        return max(len(self.symbols) // 2, 1)

    def _dynamic(self, file: _File) -> None:
        texts, symbols = _Texts(), self.in_file()
        numbers = {
            name: number for number, name in enumerate((name for one in self.versions.values() for name in one), 2)
        }
        named = ((NEEDED, self.needed), (SONAME, [self.soname]), (RPATH, [self.rpath]), (RUNPATH, [self.runpath]))
        tags = [(tag, texts.place(name)) for tag, names in named for name in names if name]
        table = self.symbol(0, 0, 0, 0) + b"".join(
            self.symbol(texts.place(one.name), one.binding << 4 | 2, one.other, int(one.defined)) for one in symbols
        )
        tags.append(
            (SYMTAB, file.put(".dynsym", _DYNSYM, table, info=1 + sum(one.binding == LOCAL for one in symbols)))
        )
        if HASH in self.hashes:
            tags.append((HASH, file.put(".hash", _HASH, self._hash(symbols))))
        if GNU_HASH in self.hashes:
            tags.append((GNU_HASH, file.put(".gnu.hash", _GNU_HASH_TABLE, self._gnu_hash(symbols))))
        if self.versions:
            own = [numbers[one.version] if one.version else int(one.binding != LOCAL) for one in symbols]
            tags.append((VERSYM, file.put(".gnu.version", _VERSYM_TABLE, self.pack(f"{len(own) + 1}H", 0, *own))))
            requirements = b"".join(self._requirements(texts, numbers))
            tags.append((VERNEED, file.put(".gnu.version_r", _VERNEED_TABLE, requirements, info=len(self.versions))))
            tags.append((VERNEEDNUM, len(self.versions)))
        tags += [(STRTAB, file.put(".dynstr", _STRTAB, bytes(texts.data))), (STRSZ, len(texts.data)), (0, 0)]
        rows = (self.pack("qQ" if self.wide else "iI", tag, self.tags.get(tag, value)) for tag, value in tags)
        file.segment(_DYNAMIC, ".dynamic", _DYNAMIC_TABLE, b"".join(rows))

    def symbol(self, name: int, info: int, other: int, section: int) -> bytes:
        address = BASE if section else 0
        if self.wide:
            return self.pack("IBBHQQ", name, info, other, section, address, 0)
        return self.pack("IIIBBH", name, address, 0, info, other, section)

    def _hash(self, symbols: Sequence[Symbol]) -> bytes:
        """One bucket with every symbol in its chain. On 64-bit s390 and Alpha, and nowhere else, the words have 64 bits."""
        word = "Q" if self.wide and self.machine in {22, 0x9026} else "I"
        count = len(symbols) + 1
        chain = [0, *range(2, count), 0][:count]
        return self.pack(f"{3 + count}{word}", 1, count, min(count - 1, 1), *chain)

    def _gnu_hash(self, symbols: Sequence[Symbol]) -> bytes:
        hashes = [_gnu_hash(one.name) for one in symbols if _hashed(one)]
        first = len(symbols) - len(hashes) + 1
        buckets, chains, bloom, bits = [0] * self._buckets, [], 0, 64 if self.wide else 32
        for number, value in enumerate(hashes):
            bucket = value % self._buckets
            buckets[bucket] = buckets[bucket] or first + number
            last = number + 1 == len(hashes) or hashes[number + 1] % self._buckets != bucket
            chains.append(value & ~1 | last)
            bloom |= 1 << value % bits | 1 << (value >> 6) % bits
        header = self.pack(f"IIII{'Q' if self.wide else 'I'}", self._buckets, first, 1, 6, bloom)
        return header + self.pack(f"{len(buckets) + len(chains)}I", *buckets, *chains)

    def _requirements(self, texts: _Texts, numbers: Mapping[str, int]) -> Iterator[bytes]:
        for place, (library, versions) in enumerate(self.versions.items(), 1):
            following = 16 + 16 * len(versions) if place < len(self.versions) else 0
            yield self.pack("HHIII", 1, len(versions), texts.place(library), 16, following)
            for inner, (name, weak) in enumerate(versions.items(), 1):
                further = 16 if inner < len(versions) else 0
                yield self.pack("IHHII", _hash(name), 2 if weak else 0, numbers[name], texts.place(name), further)

    def _note(self) -> bytes:
        step = 8 if self.wide else 4
        rows = b"".join(
            self.pack("III", kind, 4, bits).ljust(-(-12 // step) * step, b"\0") for kind, bits in self.levels
        )
        return self.pack("III", 4, len(rows), 5) + b"GNU\0" + rows

    def _symtab(self, file: _File) -> None:
        texts = _Texts()
        rows = [self.symbol(texts.place(name), LOCAL << 4 | 2, 0, 1) for name in self.table]
        rows += [self.symbol(texts.place(name), GLOBAL << 4, 0, 0) for name in self.table_undefined]
        file.put(".symtab", _SYMTAB, self.symbol(0, 0, 0, 0) + b"".join(rows), info=1 + len(self.table))
        file.put(".strtab", _STRTAB, bytes(texts.data))


@dataclass(slots=True)
class _Texts:
    data: bytearray = field(default_factory=lambda: bytearray(1))

    def place(self, text: str) -> int:
        place = len(self.data)
        self.data += text.encode() + b"\0"
        return place


@dataclass(slots=True)
class _File:
    """Headers are put in front, and the table of sections behind, when everything else has its place."""

    elf: Elf
    data: bytearray = field(default_factory=lambda: bytearray(_ROOM))
    sections: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    """Name, kind, place in the file, size, info."""
    segments: list[tuple[int, int, int]] = field(default_factory=list)
    """Kind, place in the file, size."""

    def put(self, name: str, kind: int, contents: bytes, *, info: int = 0) -> int:
        """The address it is loaded at."""
        contents = self.elf.instead.get(name, contents)
        kind = _NOBITS if name in self.elf.bare else kind
        self.data += bytes(-len(self.data) % 8)
        self.sections.append((name, kind, len(self.data), len(contents), info))
        self.data += contents
        return BASE + self.sections[-1][2]

    def segment(self, kind: int, name: str, section: int, contents: bytes) -> None:
        self.put(name, section, contents)
        if self.elf.kind != REL:
            self.segments.append((kind, *self.sections[-1][2:4]))

    def whole(self) -> bytes:
        elf = self.elf
        start, count, names = self._table() if elf.sections else (0, 0, 0)
        segments = self._segments()
        size, row, section = (64, 56, 64) if elf.wide else (52, 32, 40)
        identity = b"\x7fELF" + bytes([2 if elf.wide else 1, 1 if elf.order == "<" else 2, 1]) + bytes(9)
        layout = "HHIQQQIHHHHHH" if elf.wide else "HHIIIIIHHHHHH"
        where = 64 if segments else 0
        header = (elf.kind, elf.machine, 1, 0, where, start, 0, size, row, len(segments) // row, section, count, names)
        self.data[: 64 + len(segments)] = (identity + elf.pack(layout, *header)).ljust(64, b"\0") + segments
        return bytes(self.data)

    def _segments(self) -> bytes:
        if self.elf.kind == REL:
            return b""
        rows = b""
        for kind, place, size in [(_LOAD, 0, len(self.data)), *self.segments]:
            if self.elf.wide:
                rows += self.elf.pack("IIQQQQQQ", kind, 4, place, BASE + place, BASE + place, size, size, 8)
            else:
                rows += self.elf.pack("IIIIIIII", kind, place, BASE + place, BASE + place, size, size, 4, 8)
        return rows

    def _table(self) -> tuple[int, int, int]:
        """Where it begins; e_shnum and e_shstrndx."""
        texts = _Texts()
        names = [texts.place(name) for name in [*(one[0] for one in self.sections), ".shstrtab"]]
        self.put(".shstrtab", _STRTAB, bytes(texts.data))
        count = len(self.sections) + 1
        number = {one[0]: place for place, one in enumerate(self.sections, 1)}
        rows = [self._row(0, ("", 0, 0, count if self.elf.many else 0, 0), link=count - 1 if self.elf.many else 0)]
        for place, one in zip(names, self.sections, strict=True):
            rows.append(self._row(place, one, link=number.get(_LINKS.get(one[0], ""), 0)))
        self.data += bytes(-len(self.data) % 8)
        start = len(self.data)
        self.data += b"".join(rows)
        return (start, 0, 0xFFFF) if self.elf.many else (start, count, count - 1)

    def _row(self, text: int, section: tuple[str, int, int, int, int], *, link: int) -> bytes:
        name, kind, place, size, info = section
        wide = self.elf.wide
        loaded = kind and self.elf.kind != REL and name not in {".symtab", ".strtab", ".shstrtab", *self.elf.extra}
        entry = {_DYNSYM: 24 if wide else 16, _SYMTAB: 24 if wide else 16, _DYNAMIC_TABLE: 16 if wide else 8}
        where = (2, BASE + place, place) if loaded else (0, 0, place)
        layout = "IIQQQQIIQQ" if wide else "IIIIIIIIII"
        return self.elf.pack(layout, text, kind, *where, size, link, info, 8, entry.get(kind, 0))


def _hashed(symbol: Symbol) -> bool:
    return symbol.defined and symbol.binding != LOCAL


def _hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        value = (value ^ (value & 0xF0000000) >> 24) & 0x0FFFFFFF
    return value


def _gnu_hash(name: str) -> int:
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


SMALL = Elf(
    interpreter="/lib/ld.so",
    needed=["libc.so.6"],
    soname="libx.so",
    symbols=[Symbol("PyInit_x"), Symbol("read", defined=False, version="GLIBC_2.5")],
    versions={"libc.so.6": {"GLIBC_2.5": False}},
    table=["PyInit_posix"],
    levels=[(CPU_NEEDED, 1)],
)
"""Something of everything."""
