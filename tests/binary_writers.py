"""Mach-O, PE and static libraries, written by the book, so that every field of them can be chosen."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CPUS = {"x86_64": 0x01000007, "arm64": 0x0100000C}
LINKER_SIGNED, AD_HOC, BY_IDENTITY = 0x20002, 0x2, 0x0
ADDRESS, START = 0x1000, 0x400
"""Of the one section of a PE file: relative address, and offset in the file."""


def superblob(flags: int, *, signer: bytes = b"") -> bytes:
    """An embedded code signature: a code directory with these flags, and a signer's message."""
    directory = struct.pack(">IIII", 0xFADE0C02, 44, 0x20400, flags) + bytes(28)
    blobs = [(0, directory)]
    if signer:
        blobs.append((0x10000, struct.pack(">II", 0xFADE0B01, 8 + len(signer)) + signer))
    place = 12 + 8 * len(blobs)
    index, body = b"", b""
    for slot, blob in blobs:
        index += struct.pack(">II", slot, place + len(body))
        body += blob
    return struct.pack(">III", 0xFADE0CC0, place + len(body), len(blobs)) + index + body


@dataclass(frozen=True, slots=True)
class MachO:
    cpu: str = "arm64"
    kind: int = 6
    """MH_DYLIB; 2 is MH_EXECUTE."""
    install_name: str = ""
    needed: Sequence[str] = ()
    rpaths: Sequence[str] = ()
    minimum: tuple[int, int] | None = (11, 0)
    sdk: tuple[int, int] = (14, 2)
    exported: Sequence[str] = ()
    local: Sequence[str] = ()
    undefined: Sequence[str] = ()
    signature: bytes = b""

    def bytes(self) -> bytes:
        names, table = b"\0", b""
        rows = [*((name, 0x0E, 1) for name in self.local), *((name, 0x0F, 1) for name in self.exported)]
        for name, kind, section in [*rows, *((name, 0x01, 0) for name in self.undefined)]:
            table += struct.pack("<IBBHQ", len(names), kind, section, 0, 0x1000 if section else 0)
            names += f"_{name}".encode() + b"\0"
        commands = [
            *([_library(0x0D, self.install_name)] if self.install_name else []),
            *(_library(0x0C, name) for name in self.needed),
            *(_command(0x8000001C, struct.pack("<I", 12) + path.encode() + b"\0") for path in self.rpaths),
        ]
        if self.minimum:
            versions = ((major << 16) | (minor << 8) for major, minor in (self.minimum, self.sdk))
            commands.append(_command(0x32, struct.pack("<IIII", 1, *versions, 0)))
        sizes = 72 + 72 + 80 + 24 + sum(map(len, commands)) + (16 if self.signature else 0)
        start = -(-(32 + sizes) // 16) * 16
        total = len(table) + len(names) + len(self.signature)
        commands = [
            _segment("__TEXT", 0, start, 0, [("__text", "__TEXT")]),
            _segment("__LINKEDIT", start, total, start, []),
            *commands,
            _command(0x02, struct.pack("<IIII", start, len(table) // 16, start + len(table), len(names))),
        ]
        if self.signature:
            commands.append(_command(0x1D, struct.pack("<II", start + len(table) + len(names), len(self.signature))))
        body = b"".join(commands)
        header = struct.pack("<IIIIIIII", 0xFEEDFACF, CPUS[self.cpu], 0, self.kind, len(commands), len(body), 0x85, 0)
        return (header + body).ljust(start, b"\0") + table + names + self.signature


def universal(*slices: MachO) -> bytes:
    index, body = struct.pack(">II", 0xCAFEBABE, len(slices)), b""
    start = 0x4000
    for one in slices:
        data = one.bytes()
        index += struct.pack(">IIIII", CPUS[one.cpu], 0, start + len(body), len(data), 14)
        body += data.ljust(-(-len(data) // 0x4000) * 0x4000, b"\0")
    return index.ljust(start, b"\0") + body


def _command(number: int, rest: bytes) -> bytes:
    size = -(-(8 + len(rest)) // 8) * 8
    return (struct.pack("<II", number, size) + rest).ljust(size, b"\0")


def _library(number: int, name: str) -> bytes:
    return _command(number, struct.pack("<IIII", 24, 2, 0x30B00, 0x30B00) + name.encode() + b"\0")


def _segment(name: str, address: int, size: int, offset: int, sections: Sequence[tuple[str, str]]) -> bytes:
    rest = name.encode().ljust(16, b"\0") + struct.pack(
        "<QQQQIIII", address, size, offset, size, 5, 5, len(sections), 0
    )
    for section, segment in sections:
        rest += section.encode().ljust(16, b"\0") + segment.encode().ljust(16, b"\0")
        rest += struct.pack("<QQIIIIIIII", address, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return _command(0x19, rest)


@dataclass(frozen=True, slots=True)
class PE:
    machine: int = 0x8664
    wide: bool = True
    """PE32+."""
    dll: bool = True
    subsystem: int = 2
    imports: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delayed: Sequence[str] = ()
    """Libraries."""
    old_delays: bool = False
    """Addresses instead of offsets from the base, as compilers wrote them before 2002."""
    exports: Sequence[str] = ()
    pdb: str = ""
    certificate: bytes = b""
    dangling: bool = False
    """The table of signatures is named and is not there."""
    directories: int = 16

    def bytes(self) -> bytes:
        offset = START
        section = _Section(ADDRESS)
        exported = self._export_directory(section) if self.exports else (0, 0)
        imported = self._import_directory(section) if self.imports else (0, 0)
        delayed = self._delay_directory(section) if self.delayed else (0, 0)
        debug = self._debug_directory(section) if self.pdb else (0, 0)
        raw = bytes(section.data).ljust(max(-(-len(section.data) // 0x200) * 0x200, 0x200), b"\0")
        end = offset + len(raw)
        signed = (end, len(self.certificate) or 0x100) if self.certificate or self.dangling else (0, 0)
        directories = [exported, imported, *[(0, 0)] * 2, signed, (0, 0), debug, *[(0, 0)] * 6, delayed, (0, 0), (0, 0)]
        optional = _optional_header(self, len(raw), offset)
        optional += b"".join(struct.pack("<II", *one) for one in directories[: self.directories])
        flags = 0x2022 if self.dll else 0x22
        coff = struct.pack("<HHIIIHH", self.machine, 1, 0, 0, 0, len(optional), flags)
        row = b".rdata\0\0" + struct.pack("<IIIIIIHHI", len(raw), ADDRESS, len(raw), offset, 0, 0, 0, 0, 0x40000040)
        dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
        return (dos + b"PE\0\0" + coff + optional + row).ljust(offset, b"\0") + raw + self.certificate

    @property
    def base(self) -> int:
        return 0x180000000 if self.wide else 0x400000

    def _export_directory(self, section: _Section) -> tuple[int, int]:
        ordered = sorted(self.exports)
        names = [section.text(name) for name in ordered]
        functions = section.words([0x1000 + number for number in range(len(ordered))])
        pointers = section.words(names)
        ordinals = section.add(b"".join(struct.pack("<H", number) for number in range(len(ordered))))
        title = section.text("x.dll")
        place = section.add(
            struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, title, 1, len(ordered), len(ordered), functions, pointers, ordinals)
        )
        return place, 40

    def _import_directory(self, section: _Section) -> tuple[int, int]:
        rows = b""
        for library, functions in self.imports.items():
            lookup, address = self._functions(section, functions), self._functions(section, functions)
            name = section.text(library)
            rows += struct.pack("<IIIII", lookup, 0, 0, name, address)
        return section.add(rows + bytes(20)), len(rows) + 20

    def _delay_directory(self, section: _Section) -> tuple[int, int]:
        base = self.base if self.old_delays else 0
        rows = b""
        for library in self.delayed:
            name, table = section.text(library), self._functions(section, ["f"])
            rows += struct.pack("<8I", int(not base), name + base, 0, table + base, table + base, 0, 0, 0)
        return section.add(rows + bytes(32)), len(rows) + 32

    def _debug_directory(self, section: _Section) -> tuple[int, int]:
        note = b"RSDS" + bytes(20) + self.pdb.encode() + b"\0"
        place = section.add(note)
        row = struct.pack("<IIHHIIII", 0, 0, 0, 0, 2, len(note), place, place - ADDRESS + START)
        return section.add(row), len(row)

    def _functions(self, section: _Section, names: Sequence[str]) -> int:
        hints = [section.add(b"\0\0" + name.encode() + b"\0") for name in names]
        return section.add(b"".join(struct.pack("<Q" if self.wide else "<I", place) for place in [*hints, 0]))


def _optional_header(file: PE, size: int, offset: int) -> bytes:
    written = struct.pack("<HBBIIIII", 0x20B if file.wide else 0x10B, 14, 0, 0, size, 0, 0, 0x1000)
    written += struct.pack("<Q" if file.wide else "<II", *((file.base,) if file.wide else (0, file.base)))
    written += struct.pack("<IIHHHHHHI", 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0)
    written += struct.pack("<IIIHH", 0x1000 + size, offset, 0, file.subsystem, 0)
    sizes = (0x100000, 0x1000, 0x100000, 0x1000)
    return written + struct.pack("<QQQQII" if file.wide else "<IIIIII", *sizes, 0, file.directories)


@dataclass(slots=True)
class _Section:
    start: int
    data: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> int:
        self.data += bytes(-len(self.data) % 8)
        place = self.start + len(self.data)
        self.data += data
        return place

    def text(self, text: str) -> int:
        return self.add(text.encode() + b"\0")

    def words(self, values: Sequence[int]) -> int:
        return self.add(b"".join(struct.pack("<I", value) for value in values))


def archive(members: Sequence[tuple[str, bytes]], *, bsd: bool = False) -> bytes:
    """`ar`'s format with a table of symbols in front; names as BSD or as GNU writes them."""
    written = b"!<arch>\n" + _member("__.SYMDEF" if bsd else "/", b"\0\0\0\0")
    for name, data in members:
        if bsd:
            padded = name.encode().ljust(-(-len(name) // 4) * 4 or 4, b"\0")
            written += _member(f"#1/{len(padded)}", padded + data)
        else:
            written += _member(f"{name[:15]}/", data)
    return written


def _member(name: str, data: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
    return header.encode() + data + b"\n" * (len(data) % 2)
