"""What lief reads in a Mach-O or PE file, told as `pydiff.snapshot.binary` tells it: the second judge. lief itself is imported when it is asked."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found
from pydiff.snapshot.binary.macho import signature

_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_OSO = 0x66


@functools.cache
def _lief() -> ModuleType:
    import lief

    lief.logging.disable()
    return lief


def macho_through_lief(data: bytes) -> Binary:
    """Raises ValueError where lief sees no Mach-O file."""
    config = _lief().MachO.ParserConfig.quick
    config.parse_dyld_exports = True
    # What is in it lives only as long as it does.
    universal: Any = _lief().MachO.parse(data, config)
    if universal is None or not len(universal):
        raise ValueError("lief sees no Mach-O file")
    slices = list(universal)
    first = slices[0]
    is_identity = _lief().MachO.LoadCommand.TYPE.ID_DYLIB
    identity = next((library for library in first.libraries if library.command == is_identity), None)
    exported, local, kept = _symbols(first)
    facts = found(
        format="macho",
        kind=str(first.header.file_type.name).lower(),
        machine=" ".join(_cpu(one) for one in slices),
        needed=[library.name for library in first.libraries if library.command != is_identity],
        rpath=[command.path for command in first.rpaths],
        soname=identity.name if identity else "",
        compatible=_dotted(identity.compatibility_version) if identity else "",
        current=_dotted(identity.current_version) if identity else "",
        macos=_by_slice(slices, [_versions(one)[0] for one in slices]),
        sdk=_by_slice(slices, [_versions(one)[1] for one in slices]),
        signature=_by_slice(slices, [signature(_signed(data, one)) for one in slices]),
        lto="llvm" if any(section.segment_name == "__LLVM" for section in first.sections) else "",
        symbols=kept,
    )
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _symbols(binary: Any) -> tuple[list[str], list[str], str]:
    """Names that others can link to; names that they cannot; what a debugger is left with. Without the underscore of C."""
    exported: list[str] = []
    local: list[str] = []
    objects = False
    for symbol in binary.symbols:
        kind = symbol.raw_type
        if symbol.has_export_info:
            exported.append(symbol.name)
        elif kind & _STAB:
            objects |= kind == _OSO
        elif kind & _TYPE:
            (exported if kind & _EXTERNAL and not kind & _PRIVATE else local).append(symbol.name)
    segments = {section.segment_name for section in binary.sections}
    kept = "debug" if "__DWARF" in segments else "debug-map" if objects else "table" if local else "stripped"
    return [name.removeprefix("_") for name in exported], [name.removeprefix("_") for name in local], kept


def _cpu(binary: Any) -> str:
    return str(binary.header.cpu_type.name).lower()


def _by_slice(slices: list[Any], values: list[str]) -> str:
    if len(set(values)) == 1:
        return values[0]
    return ", ".join(f"{_cpu(one)} {value or 'none'}" for one, value in zip(slices, values, strict=True))


def _versions(binary: Any) -> tuple[str, str]:
    """The oldest system, and the SDK."""
    if binary.has_build_version:
        return _dotted(binary.build_version.minos), _dotted(binary.build_version.sdk)
    told = binary.version_min if binary.has_version_min else None
    return (_dotted(told.version), _dotted(told.sdk)) if told else ("", "")


def _dotted(version: Iterable[int]) -> str:
    parts = list(version)
    return ".".join(map(str, parts)) if any(parts) else ""


def _signed(data: bytes, binary: Any) -> bytes:
    if not binary.has_code_signature:
        return b""
    start = binary.fat_offset + binary.code_signature.data_offset
    return data[start : start + binary.code_signature.data_size]


def pe_through_lief(data: bytes) -> Binary:
    """Raises ValueError where lief sees no PE file."""
    config = _lief().PE.ParserConfig()
    config.parse_exports = True
    config.parse_reloc = config.parse_rsrc = config.parse_signature = config.parse_exceptions = False
    binary: Any = _lief().PE.parse(data, config)
    if binary is None:
        raise ValueError("lief sees no PE file")
    entries = binary.get_export().entries if binary.has_exports else []
    exported = [entry.name for entry in entries if entry.name]
    path = binary.codeview_pdb.filename if binary.codeview_pdb else ""
    certificate = binary.cert_dir
    inside = certificate is not None and certificate.rva + certificate.size <= len(data)
    facts = found(
        format="pe",
        kind="dll" if _lief().PE.Header.CHARACTERISTICS.DLL in binary.header.characteristics_list else "executable",
        machine=str(binary.header.machine.name).lower(),
        subsystem=str(binary.optional_header.subsystem.name).lower(),
        needed=[library.name for library in binary.imports],
        delayed=[library.name for library in binary.delay_imports],
        pdb=path.replace("\\", "/").rpartition("/")[2],
        certificate="" if certificate is None or not certificate.size else "present" if inside else "dangling",
    )
    return Binary(facts, symbols.api(exported), symbols.modules(exported))
