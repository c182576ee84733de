"""Reading PE files, the programs and libraries of Windows. Nothing is trusted; every offset is checked.

Source: "PE Format" of Microsoft. lief reads it too and is the judge in the tests; why it is not asked here, `pydiff.elf` says.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAGIC = b"MZ"
MACHINES = {0x14C: "i386", 0x1C0: "arm", 0x1C4: "armnt", 0x8664: "amd64", 0xAA64: "arm64"}
SUBSYSTEMS = {
    1: "native",
    2: "windows_gui",
    3: "windows_cui",
    7: "posix_cui",
    9: "windows_ce_gui",
    10: "efi_application",
    14: "xbox",
}
_EXPORTS, _IMPORTS, _SECURITY, _DEBUG, _DELAYED = 0, 1, 4, 6, 13
"""Numbers of the data directories."""
_DLL = 0x2000
_CODEVIEW = 2
_MOST_EXPORTS = 65_536
"""Their ordinals have 16 bits."""
_MOST_SECTIONS = 96
"""The loader of Windows takes no more, and every address is looked for in all of them."""
_MOST_ROWS = 4_096
"""Of libraries and of notes for debuggers; real files have some dozens."""
_LONGEST_NAME = 4_096


class PeError(ValueError):
    """Not a PE file behind the magic number, or a damaged one; the message is a clause."""


@dataclass(frozen=True, slots=True)
class Pe:
    """Raises PeError for headers that are damaged; the methods, for tables that are."""

    data: bytes
    machine: str = field(init=False)
    """As `MACHINES` names it, else its number."""
    dll: bool = field(init=False)
    subsystem: str = field(init=False)
    wide: bool = field(init=False)
    """PE32+: addresses of 64 bits."""
    base: int = field(init=False)
    """The address that the image would like to be loaded at."""
    directories: tuple[tuple[int, int], ...] = field(init=False)
    """Address relative to the base, and size in bytes, of each data directory."""
    sections: tuple[tuple[int, int, int], ...] = field(init=False)
    """Relative address, offset in the file, size in the file."""

    def __post_init__(self) -> None:
        if self.data[:2] != MAGIC:
            raise PeError("it has no DOS header")
        (start,) = self.unpack("I", 60)
        if self.data[start : start + 4] != b"PE\0\0":
            raise PeError("it is a program for DOS: no PE header where the first one points")
        machine, sections, _, _, _, size, flags = self.unpack("HHIIIHH", start + 4)
        if sections > _MOST_SECTIONS:
            raise PeError(f"it tells of {sections:,} sections")
        optional = start + 24
        (magic,) = self.unpack("H", optional)
        if magic not in (0x10B, 0x20B):
            raise PeError(f"its optional header is of an unknown kind, {magic:#x}")
        put = object.__setattr__
        put(self, "machine", MACHINES.get(machine, str(machine)))
        put(self, "dll", bool(flags & _DLL))
        put(self, "wide", magic == 0x20B)
        put(self, "base", self.unpack("Q", optional + 24)[0] if self.wide else self.unpack("I", optional + 28)[0])
        (subsystem,) = self.unpack("H", optional + 68)
        put(self, "subsystem", SUBSYSTEMS.get(subsystem, str(subsystem)))
        table = optional + (112 if self.wide else 96)
        (count,) = self.unpack("I", table - 4)
        put(self, "directories", tuple(self.unpack("II", table + 8 * number) for number in range(min(count, 16))))
        rows = (self.unpack("8xIIII16x", optional + size + 40 * number) for number in range(sections))
        put(self, "sections", tuple((address, offset, length) for _, address, length, offset in rows))

    @property
    def needed(self) -> list[str]:
        """Libraries that it is linked to, in their order."""
        start, _ = self._directory(_IMPORTS)
        return list(self._texts(self._libraries(start, "12xI4x"))) if start else []

    @property
    def delayed(self) -> list[str]:
        """Libraries that are loaded when a function of them is first called."""
        start, _ = self._directory(_DELAYED)
        if not start:
            return []
        # Compilers before 2002 wrote addresses, not offsets from the base; the first bit tells. There were no 64 bits then.
        (relative,) = self.unpack("I", self._offset(start))
        base = 0 if relative & 1 or self.wide else self.base
        return list(self._texts(name - base for name in self._libraries(start, "4xI24x")))

    @property
    def exported(self) -> list[str]:
        """Names that others can link to; functions without a name are left out."""
        start, _ = self._directory(_EXPORTS)
        if not start:
            return []
        count, names = self.unpack("24xI4xI", self._offset(start))
        if count > _MOST_EXPORTS:
            raise PeError(f"it tells of {count:,} exported names")
        table = self._offset(names) if count else 0
        return [name for name in self._texts(place for (place,) in self._rows("I", table, count)) if name]

    @property
    def pdb(self) -> str:
        """Path of the file with its debug information on the machine that built it; "" where none is named."""
        start, size = self._directory(_DEBUG)
        if not start:
            return ""
        for kind, length, offset in self._rows("12xII4xI", self._offset(start), min(size // 28, _MOST_ROWS)):
            head = self.data[offset : offset + 4]
            skipped = {b"RSDS": 24, b"NB10": 16}.get(head)
            if kind == _CODEVIEW and skipped:
                end = min(offset + length, offset + skipped + _LONGEST_NAME)
                return self.data[offset + skipped : end].partition(b"\0")[0].decode(errors="replace")
        return ""

    @property
    def certificate(self) -> str:
        """`present`, `dangling` or "": whether its table of signatures is there.

        Stripping a signed file cuts the table off and leaves the pointer, and then nothing can sign it again.
        """
        # Of this directory alone the address counts bytes of the file.
        start, size = self._directory(_SECURITY)
        return "" if not size else "present" if start + size <= len(self.data) else "dangling"

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers at a place in the file. Raises PeError beyond its end."""
        try:
            return struct.unpack_from(f"<{layout}", self.data, offset)
        except struct.error as error:
            raise PeError(f"it ends before byte {offset + struct.calcsize(layout):,}") from error

    def _rows(self, layout: str, offset: int, count: int) -> Iterator[tuple[int, ...]]:
        row = struct.Struct(f"<{layout}")
        if offset + count * row.size > len(self.data):
            raise PeError(f"it ends inside the table at byte {offset:,}")
        return row.iter_unpack(memoryview(self.data)[offset : offset + count * row.size])

    def _directory(self, number: int) -> tuple[int, int]:
        return self.directories[number] if number < len(self.directories) else (0, 0)

    def _offset(self, address: int) -> int:
        """Where in the file a relative address is. Raises PeError for one that is not loaded from it."""
        for start, offset, size in self.sections:
            if start <= address < start + size:
                return offset + address - start
        raise PeError(f"no section holds the address {address:#x}")

    def _text(self, address: int) -> str:
        start = self._offset(address)
        end = self.data.find(b"\0", start, start + _LONGEST_NAME)
        if end < 0:
            raise PeError(f"a name at byte {start:,} has no end")
        return self.data[start:end].decode(errors="replace")

    def _texts(self, addresses: Iterable[int]) -> Iterator[str]:
        """Names that may not be longer in all than the file: a hostile table has thousands of them over the same bytes."""
        left = len(self.data)
        for address in addresses:
            text = self._text(address)
            left -= len(text) + 1
            if left < 0:
                raise PeError("its names overlap")
            yield text

    def _libraries(self, start: int, layout: str) -> Iterator[int]:
        """Where the names of one table of libraries are: it ends with a row of zeros."""
        place, size = self._offset(start), struct.calcsize(f"<{layout}")
        for number in range(_MOST_ROWS):
            (name,) = self.unpack(layout, place + number * size)
            if not name:
                return
            yield name
        raise PeError(f"its table of libraries at byte {place:,} has no end")
