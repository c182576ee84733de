"""What the dynamic loader and the linker see of every binary: ELF, Mach-O and PE, through lief."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from pydiff.model.snapshot import Facts
from pydiff.snapshot.interface import About
from pydiff.snapshot.survey import BinaryFact, Unreadable

Format = Literal["elf", "macho", "pe", "llvm-bitcode"]
_MAGIC: dict[bytes, Format] = {
    b"\x7fELF": "elf",
    b"\xfe\xed\xfa\xce": "macho",
    b"\xfe\xed\xfa\xcf": "macho",
    b"\xce\xfa\xed\xfe": "macho",
    b"\xcf\xfa\xed\xfe": "macho",
    b"\xca\xfe\xba\xbe": "macho",  # universal
    # Link-time optimised objects are not machine code: only the LLVM that made them, or a newer one, can link them.
    b"BC\xc0\xde": "llvm-bitcode",
}
_GLIBC = re.compile(r"GLIBC_(\d+(?:\.\d+)+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """Path -> format, kind, machine, needed, runpath, rpath, soname, interpreter, glibc (the newest it asks for), symbols.

    Lists are in the file's order; what a binary does not have is left out. Files are told by their first bytes, not their names,
    and files with the same bytes are parsed once.
    """

    name: str = "binaries"

    def wants(self, path: str, head: bytes) -> bool:  # noqa: ARG002 (the survey has them read as they pass by)
        return False

    def collect(self, about: About) -> Facts:
        facts: Facts = {}
        for path, item in about.items.items():
            match item.binary:
                case Unreadable(why):
                    about.problems[path] = why
                case dict() as fact:
                    facts[path] = fact
                case None:
                    pass
        return facts


def described(head: bytes, data: bytes) -> BinaryFact | Unreadable | None:
    """What the binary says of itself; None when it is none. `head` are its first bytes."""
    kind = "pe" if head[:2] == b"MZ" else _MAGIC.get(head[:4])
    if kind is None:
        return None
    try:
        return _parse(kind, data)
    except Exception as error:  # noqa: BLE001 (a hostile binary may break a parser in any way; the others are still read)
        return Unreadable(f"not a readable {kind} file: {error}")


def _parse(kind: Format, data: bytes) -> BinaryFact:
    match kind:
        case "elf":
            return _elf(data)
        case "macho":
            return _macho(data)
        case "pe":
            return _pe(data)
        case "llvm-bitcode":
            return {"format": kind}


@functools.cache
def _lief() -> ModuleType:
    """Imported only when there is a binary to read: it costs a third of a second."""
    import lief  # noqa: PLC0415

    # lief tells of malformed files on stdout, which belongs to the report.
    lief.logging.disable()
    return lief


def _found(**facts: str | int | list[str]) -> BinaryFact:
    return {name: value for name, value in facts.items() if value not in ("", [])}


def _elf(data: bytes) -> BinaryFact:
    lief = _lief()
    config = lief.ELF.ParserConfig()
    # The dynamic section and the version requirements are all that is asked; symbols and relocations are most of the work.
    config.parse_relocations = config.parse_notes = config.parse_overlay = False
    config.parse_symtab_symbols = config.parse_dyn_symbols = False
    binary: Any = lief.ELF.parse(data, config)
    if binary is None:
        raise ValueError("no ELF structure behind the magic number")
    dynamic: dict[str, list[str]] = {kind: [] for kind in ("Library", "SharedObject", "RunPath", "Rpath")}
    for entry in binary.dynamic_entries:
        kind = type(entry).__name__.removeprefix("DynamicEntry").removeprefix("Dynamic")
        if kind in dynamic:
            dynamic[kind] += list(entry.paths) if kind.lower() in {"runpath", "rpath"} else [entry.name]
    sections = {section.name for section in binary.sections}
    versions = [
        auxiliary.name for needed in binary.symbols_version_requirement for auxiliary in needed.get_auxiliary_symbols()
    ]
    return _found(
        format="elf",
        kind=str(binary.header.file_type.name).lower(),
        machine=f"{binary.header.machine_type.name}-{binary.header.identity_class.name}".lower(),
        needed=dynamic["Library"],
        runpath=dynamic["RunPath"],
        rpath=dynamic["Rpath"],
        soname="".join(dynamic["SharedObject"]),
        interpreter=str(binary.interpreter) if binary.has_interpreter else "",
        glibc=newest_glibc(versions),
        symbols="debug"
        if {".debug_info", ".zdebug_info"} & sections
        else "table"
        if ".symtab" in sections
        else "stripped",
    )


def newest_glibc(versions: list[str]) -> str:
    """The highest of `GLIBC_2.17`, ... as "2.17"; "" when there is none (musl, or no symbols needed)."""
    found = [tuple(map(int, match[1].split("."))) for version in versions if (match := _GLIBC.fullmatch(version))]
    return ".".join(map(str, max(found))) if found else ""


def _macho(data: bytes) -> BinaryFact:
    lief = _lief()
    universal: Any = lief.MachO.parse(data, lief.MachO.ParserConfig.quick)
    if universal is None:
        raise ValueError("no Mach-O structure behind the magic number")
    slices = list(universal)
    binary = slices[0]
    identity = [library.name for library in binary.libraries if library.command == lief.MachO.LoadCommand.TYPE.ID_DYLIB]
    minimum = (
        list(binary.build_version.minos)
        if binary.has_build_version
        else list(binary.version_min.version)
        if binary.has_version_min
        else []
    )
    return _found(
        format="macho",
        kind=str(binary.header.file_type.name).lower(),
        machine=" ".join(str(one.header.cpu_type.name).lower() for one in slices),
        needed=[
            library.name for library in binary.libraries if library.command != lief.MachO.LoadCommand.TYPE.ID_DYLIB
        ],
        rpath=[command.path for command in binary.rpaths],
        soname="".join(identity),
        macos=".".join(map(str, minimum)),
    )


def _pe(data: bytes) -> BinaryFact:
    lief = _lief()
    config = lief.PE.ParserConfig()
    config.parse_exports = config.parse_reloc = config.parse_rsrc = config.parse_signature = False
    binary: Any = lief.PE.parse(data, config)
    if binary is None:
        raise ValueError("no PE structure behind the magic number")
    return _found(
        format="pe",
        kind="dll" if lief.PE.Header.CHARACTERISTICS.DLL in binary.header.characteristics_list else "executable",
        machine=str(binary.header.machine.name).lower(),
        needed=[library.name for library in binary.imports],
    )
