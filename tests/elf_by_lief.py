"""What lief reads in an ELF file, told as `pydiff.snapshot.binary.elf` tells it: the second judge. lief itself is imported when it is asked."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from types import ModuleType
from typing import Any

from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found

_LTO = {".gnu.lto_": "gcc", ".llvmbc": "llvm", ".llvm.lto": "llvm"}
_LEVELS = {"BASELINE": "x86-64", "V2": "x86-64-v2", "V3": "x86-64-v3", "V4": "x86-64-v4"}
_WEAK = 2
"""VER_FLG_WEAK."""


@functools.cache
def _lief() -> ModuleType:
    import lief

    lief.logging.disable()
    return lief


def through_lief(data: bytes) -> Binary:
    """Raises ValueError where lief sees no ELF file.

    lief takes all eight bits of st_other for the visibility, so that no symbol with one of the upper ones is exported: on ppc64le they
    tell of a function's second entry.
    """
    config = _lief().ELF.ParserConfig()
    config.parse_relocations = config.parse_overlay = False
    config.parse_symtab_symbols = b"PyInit_posix" in data
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* is not a valid VISIBILITY", RuntimeWarning)
        binary = _lief().ELF.parse(data, config)
        if binary is None:
            raise ValueError("lief sees no ELF file")
        return _told(binary)


def _told(binary: Any) -> Binary:
    kind = str(binary.header.file_type.name).lower()
    exported, wanted = _dynamic_symbols(binary)
    # An object file's functions are told to the linker, and to nobody who loads it.
    local = [symbol.name for symbol in binary.symtab_symbols if symbol.shndx] if kind != "rel" else []
    facts = found(
        format="elf",
        kind=kind,
        machine=_machine(binary.header),
        **_dynamic_section(binary),
        interpreter=str(binary.interpreter) if binary.has_interpreter else "",
        **symbols.floors(wanted),
        **_levels(binary),
        **_kept({section.name for section in binary.sections}),
    )
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _machine(header: Any) -> str:
    order = "-msb" if header.identity_data.name == "MSB" else ""
    return f"{header.machine_type.name}-{header.identity_class.name}{order}".lower()


def _dynamic_section(binary: Any) -> dict[str, str | list[str]]:
    tags: dict[str, list[str]] = {kind: [] for kind in ("Library", "SharedObject", "RunPath", "Rpath")}
    for entry in binary.dynamic_entries:
        kind = type(entry).__name__.removeprefix("DynamicEntry").removeprefix("Dynamic")
        if kind in tags:
            tags[kind] += list(entry.paths) if kind in {"RunPath", "Rpath"} else [entry.name]
    return {
        "needed": tags["Library"],
        "runpath": tags["RunPath"],
        "rpath": tags["Rpath"],
        "soname": "".join(tags["SharedObject"]),
    }


def _dynamic_symbols(binary: Any) -> tuple[list[str], dict[str, list[str]]]:
    """Names that others can link to; version -> the symbols that ask for it."""
    enums = _lief().ELF.Symbol
    visible = {enums.VISIBILITY.DEFAULT, enums.VISIBILITY.PROTECTED}
    strong = {
        auxiliary.name
        for needed in binary.symbols_version_requirement
        for auxiliary in needed.get_auxiliary_symbols()
        if not auxiliary.flags & _WEAK
    }
    exported: list[str] = []
    users: dict[str, list[str]] = defaultdict(list)
    for symbol in binary.dynamic_symbols:
        if symbol.shndx:
            if symbol.binding != enums.BINDING.LOCAL and symbol.visibility in visible:
                exported.append(symbol.name)
        elif symbol.has_version and symbol.symbol_version.has_auxiliary_version:
            users[symbol.symbol_version.symbol_version_auxiliary.name].append(symbol.name)
    return exported, {name: users.get(name, []) for name in strong}


def _levels(binary: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    isa = [one for note in binary.notes for one in getattr(note, "properties", ()) if type(one).__name__ == "X86ISA"]
    for flag, level in (pair for one in isa for pair in one.values):
        name = f"cpu_{flag.name}".lower()
        if flag.name in {"NEEDED", "USED"} and level.name in _LEVELS:
            told[name] = max(told.get(name, ""), _LEVELS[level.name])
    return told


def _kept(sections: set[str]) -> dict[str, str]:
    makers = (maker for start, maker in _LTO.items() if any(name.startswith(start) for name in sections))
    debug = {".debug_info", ".zdebug_info"} & sections
    return {
        "lto": next(makers, ""),
        "symbols": "debug" if debug else "table" if ".symtab" in sections else "stripped",
    }
