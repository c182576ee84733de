"""An ELF file's header, sections and segments. Source: the System V gABI, chapters 4 and 5; elf(5)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

MAGIC = b"\x7fELF"
KINDS = {0: "none", 1: "rel", 2: "exec", 3: "dyn", 4: "core"}
MACHINES = {
    3: "i386",
    4: "m68k",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390",
    40: "arm",
    43: "sparcv9",
    62: "x86_64",
    183: "aarch64",
    243: "riscv",
    258: "loongarch",
}
LOAD, DYNAMIC, INTERP, GNU_PROPERTY = 1, 2, 3, 0x6474E553
"""Types of segments."""
NOBITS = 8
"""The type of a section without bytes in the file."""
_EXTENDED = 0xFFFF
_MOST_SECTIONS = 100_000
"""An object of one function per section has some ten thousand; the headers of more are not worth the memory."""


class ElfError(ValueError):
    """Not an ELF file behind the magic number, or a damaged one; the message is a clause."""


@dataclass(frozen=True, slots=True)
class Section:
    name: bytes
    kind: int
    offset: int
    size: int
    """In bytes."""
    link: int
    """Number of the section it refers to: a table of symbols to its names."""


@dataclass(frozen=True, slots=True)
class Segment:
    kind: int
    offset: int
    address: int
    size: int
    """In the file, bytes."""


@dataclass(frozen=True, slots=True)
class Image:
    """Raises ElfError for a header, a table of sections or one of segments that is not inside the file."""

    data: bytes
    wide: bool = field(init=False)
    """64-bit."""
    order: str = field(init=False)
    """`<` or `>`, as `struct` writes byte orders."""
    kind: str = field(init=False)
    """rel, exec, dyn, core."""
    machine: str = field(init=False)
    """As `MACHINES` names it, else its number."""
    sections: tuple[Section, ...] = field(init=False)
    segments: tuple[Segment, ...] = field(init=False)

    def __post_init__(self) -> None:
        data = self.data
        if data[:4] != MAGIC or len(data) < 16 or data[4] not in (1, 2) or data[5] not in (1, 2):
            raise ElfError("it has no ELF header")
        put = object.__setattr__
        put(self, "wide", data[4] == 2)
        put(self, "order", "<" if data[5] == 1 else ">")
        layout = "HHIQQQIHHHHHH" if self.wide else "HHIIIIIHHHHHH"
        kind, machine, _, _, segments, sections, _, _, _, many_segments, _, many_sections, names = self.unpack(
            layout, 16
        )
        put(self, "kind", KINDS.get(kind, str(kind)))
        put(self, "machine", MACHINES.get(machine, str(machine)))
        put(self, "sections", self._sections(sections, many_sections, names) if sections else ())
        put(self, "segments", tuple(self._segments(segments, many_segments)))

    @property
    def format(self) -> str:
        """`elf64`; of a big-endian machine `elf64-msb`."""
        return f"elf{64 if self.wide else 32}{'-msb' if self.order == '>' else ''}"

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers at a place in the file. Raises ElfError beyond its end."""
        try:
            return struct.unpack_from(self.order + layout, self.data, offset)
        except (struct.error, OverflowError) as error:
            raise ElfError(f"it ends before byte {offset + struct.calcsize(self.order + layout):,}") from error

    def rows(self, layout: str, offset: int, size: int) -> Iterator[tuple[int, ...]]:
        """The rows of a table of `size` bytes; what is left over at its end is no row. Raises ElfError beyond the end of the file."""
        row = struct.Struct(self.order + layout)
        size -= size % row.size
        if offset + size > len(self.data):
            raise ElfError(f"it ends inside the table of {size:,} bytes at byte {offset:,}")
        return row.iter_unpack(memoryview(self.data)[offset : offset + size])

    def offset(self, address: int) -> int:
        """Where in the file an address of the loaded image is. Raises ElfError for one that is not loaded from it."""
        for segment in self.segments:
            if segment.kind == LOAD and segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        raise ElfError(f"no segment holds the address {address:#x}")

    def _sections(self, offset: int, count: int, names: int) -> tuple[Section, ...]:
        layout = "IIQQQQIIQQ" if self.wide else "IIIIIIIIII"
        first = self.unpack(layout, offset)
        row_size = struct.calcsize(self.order + layout)
        # More than fit into 16 bits are told by the first section, which is none.
        count = count or first[5]
        names = first[6] if names == _EXTENDED else names
        if count > _MOST_SECTIONS:
            raise ElfError(f"it tells of {count:,} sections")
        rows = self.rows(layout, offset, count * row_size)
        table = self.unpack(layout, offset + names * row_size) if names < count else first
        texts = self.data[table[4] : table[4] + table[5]]
        return tuple(
            Section(_name(texts, row[0]), kind=row[1], offset=row[4], size=row[5], link=row[6]) for row in rows
        )

    def _segments(self, offset: int, count: int) -> Iterator[Segment]:
        if self.wide:
            for kind, _, place, address, _, size, _, _ in self.rows("IIQQQQQQ", offset, count * 56):
                yield Segment(kind, place, address, size)
        else:
            for kind, place, address, _, size, _, _, _ in self.rows("IIIIIIII", offset, count * 32):
                yield Segment(kind, place, address, size)


_LONGEST_SECTION_NAME = 256


def _name(texts: bytes, start: int) -> bytes:
    """Up to the zero; cut where it is longer than names of sections are."""
    end = texts.find(b"\0", start, start + _LONGEST_SECTION_NAME)
    return texts[start:end] if end >= 0 else texts[start : start + _LONGEST_SECTION_NAME]
