"""One architecture of a Mach-O file, whoever linked it: header and load commands. Source: mach-o/loader.h and mach/machine.h of xnu."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydiff.macho.image import MAX_COMMANDS, Command, Kind, MachOError
from pydiff.macho.slices import ENTRIES, slices

KINDS = {
    1: "object",
    2: "execute",
    3: "fvmlib",
    4: "core",
    5: "preload",
    6: "dylib",
    7: "dylinker",
    8: "bundle",
    9: "dylib_stub",
    10: "dsym",
    11: "kext_bundle",
    12: "fileset",
    13: "gpu_execute",
    14: "gpu_dylib",
}
CPUS = {
    0x7: "x86",
    0xC: "arm",
    0x12: "powerpc",
    0x1000007: "x86_64",
    0x100000C: "arm64",
    0x1000012: "powerpc64",
    0x200000C: "arm64_32",
}
# Order of the bytes as `struct` writes it, and whether numbers have 64 bits.
_MAGICS = {
    b"\xce\xfa\xed\xfe": ("<", False),
    b"\xcf\xfa\xed\xfe": ("<", True),
    b"\xfe\xed\xfa\xce": (">", False),
    b"\xfe\xed\xfa\xcf": (">", True),
}
_MOST = 64
"""Architectures in one file; there have never been so many."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Raises MachOError for a header or load commands that are damaged or not inside the file."""

    data: bytes
    """Of this architecture alone: offsets count from its start, not from that of the universal file."""
    wide: bool = field(init=False)
    """64-bit."""
    order: str = field(init=False)
    """`<` or `>`."""
    cpu: str = field(init=False)
    """As `CPUS` names it, else its number."""
    kind: str = field(init=False)
    """As `KINDS` names it, else its number."""
    commands: tuple[Command, ...] = field(init=False)

    def __post_init__(self) -> None:
        if self.data[:4] not in _MAGICS:
            raise MachOError("it has no Mach-O header")
        put = object.__setattr__
        order, wide = _MAGICS[self.data[:4]]
        put(self, "order", order)
        put(self, "wide", wide)
        cpu, _, kind, count, size = self.unpack("5I", 4)
        put(self, "cpu", CPUS.get(cpu, str(cpu)))
        put(self, "kind", KINDS.get(kind, str(kind)))
        if count > MAX_COMMANDS:
            raise MachOError(f"it has {count:,} load commands")
        put(self, "commands", tuple(self._commands(count, 32 if wide else 28, size)))

    def find(self, *kinds: Kind) -> Iterator[Command]:
        """The load commands of these kinds, in their order."""
        return (command for command in self.commands if command.kind in kinds)

    def first(self, *kinds: Kind) -> Command | None:
        """Where one is enough, the loader takes the first."""
        return next(self.find(*kinds), None)

    def words(self, command: Command, count: int) -> tuple[int, ...]:
        """The first 32-bit numbers of a command, after its kind and size. Raises MachOError when it is shorter."""
        if command.size < 8 + 4 * count:
            raise MachOError(f"its load command {command.kind:#x} is too short")
        return self.unpack(f"{count}I", command.offset + 8)

    def text(self, command: Command, start: int) -> str:
        """A text in a command, up to a zero or to the end of the command. Raises MachOError for one that begins outside of it."""
        if not 8 <= start < command.size:
            raise MachOError(f"its load command {command.kind:#x} is too short for its text")
        inside = self.data[command.offset + start : command.offset + command.size]
        return inside.partition(b"\0")[0].decode(errors="replace")

    def unpack(self, layout: str, offset: int) -> tuple[int, ...]:
        """Numbers at a place in the file. Raises MachOError beyond its end."""
        try:
            return struct.unpack_from(self.order + layout, self.data, offset)
        except struct.error as error:
            raise MachOError(f"it ends before byte {offset + struct.calcsize(self.order + layout):,}") from error

    def part(self, what: str, offset: int, size: int) -> memoryview:
        """Raises MachOError when it is not all inside the file."""
        if offset + size > len(self.data):
            raise MachOError(f"it ends inside its {what}, {size:,} bytes at byte {offset:,}")
        return memoryview(self.data)[offset : offset + size]

    def _commands(self, count: int, place: int, size: int) -> Iterator[Command]:
        end = place + len(self.part("load commands", place, size))
        for _ in range(count):
            if place + 8 > end:
                raise MachOError("it has fewer load commands than its header says")
            kind, length = self.unpack("2I", place)
            if length < 8 or place + length > end:
                raise MachOError(f"its load command {kind:#x} cannot be {length:,} bytes long")
            yield Command(kind, place, length)
            place += length


def architectures(data: bytes) -> list[Architecture]:
    """Every architecture of a universal file, in its order, or the one of another file. Raises MachOError when one of them is damaged."""
    if data[:4] not in ENTRIES:
        return [Architecture(data)]
    if (count := int.from_bytes(data[4:8])) > _MOST:
        raise MachOError(f"it tells of {count:,} architectures")
    return [Architecture(one.data) for one in slices(data)]
