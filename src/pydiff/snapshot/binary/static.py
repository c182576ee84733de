"""Static libraries, and the import libraries of Windows: what their members hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pydiff.elf import MACHINES
from pydiff.snapshot.binary import bitcode
from pydiff.snapshot.binary.interface import Binary, found

MAGIC = b"!<arch>\n"
THIN = b"!<thin>\n"
"""A thin archive names files that lie elsewhere."""
_HEADER = 60
_MACHO_CPUS = {7: "i386", 12: "arm", 0x01000007: "x86_64", 0x0100000C: "arm64"}
_COFF_MACHINES = {0x14C: "i386", 0x8664: "amd64", 0xAA64: "arm64"}
_IMPORT = b"\0\0\xff\xff"
"""How a member begins that only names a function of a DLL."""


def read(data: bytes) -> Binary:
    """`members`: how many; `holds`: kinds of them with their count, most frequent first. Raises ValueError for a broken archive."""
    kinds = Counter(_kind(data, start, end) for start, end in _members(data))
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return Binary(
        found(
            format="thin-archive" if data.startswith(THIN) else "archive",
            members=sum(kinds.values()),
            holds=[f"{kind}: {count}" for kind, count in ordered],
        )
    )


def _members(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each file in the archive begins and ends; tables of names and symbols are passed over."""
    if not data.startswith((MAGIC, THIN)):
        raise ValueError("no archive behind the first bytes")
    thin = data.startswith(THIN)
    place = len(MAGIC)
    while place + _HEADER <= len(data):
        header = data[place : place + _HEADER]
        if header[58:60] != b"`\n" or not (size := header[48:58].strip()).isdigit():
            raise ValueError(f"no member's header at byte {place}")
        name = header[:16].rstrip()
        start = place + _HEADER
        table = name in {b"/", b"//", b"/SYM64/", b"/<ECSYMBOLS>/"}
        end = start if thin and not table else start + int(size)
        if end > len(data):
            raise ValueError(f"the member at byte {place} goes beyond the end of the file")
        # BSD: the real name of that length stands in front of the contents.
        inside = int(name[3:]) if name.startswith(b"#1/") and name[3:].isdigit() else 0
        real = data[start : start + min(inside, 64)] if inside else name
        if not table and not real.startswith(b"__.SYMDEF"):
            yield min(start + inside, end), end
        place = end + end % 2


def _kind(data: bytes, start: int, end: int) -> str:
    head = data[start : min(start + 20, end)]
    match head[:4]:
        case b"\x7fELF" if len(head) == 20:
            machine = int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")
            lto = " with gcc LTO" if data.find(b".gnu.lto_", start, end) >= 0 else ""
            return f"elf {MACHINES.get(machine, machine)}{lto}"
        case bitcode.MAGIC | bitcode.WRAPPED:
            producer = bitcode.read(data[start:end]).facts.get("producer", "")
            return f"llvm-bitcode {producer}".rstrip()
        case b"\xce\xfa\xed\xfe" | b"\xcf\xfa\xed\xfe":
            cpu = int.from_bytes(head[4:8], "little")
            return f"macho {_MACHO_CPUS.get(cpu, cpu)}"
        case b"":
            return "outside" if start == end and data.startswith(THIN) else "empty"
        case magic if magic == _IMPORT:
            return f"import {_COFF_MACHINES.get(int.from_bytes(head[6:8], 'little'), 'stub')}"
        case _:
            machine = int.from_bytes(head[:2], "little")
            return f"coff {_COFF_MACHINES[machine]}" if machine in _COFF_MACHINES else "other"
