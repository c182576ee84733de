"""ELF: Linux and most other systems."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found, lief

# Sections by which a compiler leaves its own intermediate code in an object file, for link-time optimisation.
_LTO = {".gnu.lto_": "gcc", ".llvmbc": "llvm", ".llvm.lto": "llvm"}
_INTERPRETER = b"PyInit_posix"
_WEAK = 2
"""VER_FLG_WEAK: a loader that has no such version only warns."""


def read(data: bytes) -> Binary:
    """Raises ValueError for what is not ELF behind its first bytes, and whatever lief raises."""
    config = lief().ELF.ParserConfig()
    # Relocations are most of the work, and nothing here asks for them.
    config.parse_relocations = config.parse_overlay = False
    # The names that are not exported matter in the binary that holds the interpreter; it can hold 30,000 of them.
    config.parse_symtab_symbols = _INTERPRETER in data
    binary: Any = lief().ELF.parse(data, config)
    if binary is None:
        raise ValueError("no ELF structure behind the magic number")
    kind = str(binary.header.file_type.name).lower()
    sections = {section.name for section in binary.sections}
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
        lto=next((maker for start, maker in _LTO.items() if any(name.startswith(start) for name in sections)), ""),
        symbols="debug"
        if {".debug_info", ".zdebug_info"} & sections
        else "table"
        if ".symtab" in sections
        else "stripped",
    )
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _machine(header: Any) -> str:  # noqa: ANN401 (lief has no types)
    """`x86_64-elf64`; of a big-endian machine `s390-elf64-msb`."""
    order = "-msb" if header.identity_data.name == "MSB" else ""
    return f"{header.machine_type.name}-{header.identity_class.name}{order}".lower()


def _dynamic_section(binary: Any) -> dict[str, str | list[str]]:  # noqa: ANN401 (lief has no types)
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


def _dynamic_symbols(binary: Any) -> tuple[list[str], dict[str, list[str]]]:  # noqa: ANN401 (lief has no types)
    """Names that others can link to; version -> the symbols that ask for it."""
    enums = lief().ELF.Symbol
    strong = {
        auxiliary.name
        for needed in binary.symbols_version_requirement
        for auxiliary in needed.get_auxiliary_symbols()
        if not auxiliary.flags & _WEAK
    }
    wanted: dict[str, list[str]] = {name: [] for name in strong}
    exported: list[str] = []
    users: dict[str, list[str]] = defaultdict(list)
    for symbol in binary.dynamic_symbols:
        if symbol.shndx:
            if symbol.binding != enums.BINDING.LOCAL and symbol.visibility == enums.VISIBILITY.DEFAULT:
                exported.append(symbol.name)
        elif symbol.has_version and symbol.symbol_version.has_auxiliary_version:
            users[symbol.symbol_version.symbol_version_auxiliary.name].append(symbol.name)
    return exported, wanted | {name: users[name] for name in strong & users.keys()}


def _levels(binary: Any) -> dict[str, str]:  # noqa: ANN401 (lief has no types)
    """The x86-64 level that the file says it needs or uses; nothing where it says nothing, which most do."""
    told: dict[str, str] = {}
    for note in binary.notes:
        for one in getattr(note, "properties", ()):
            if type(one).__name__ != "X86ISA":
                continue
            for flag, level in one.values:
                name = f"cpu_{flag.name}".lower()
                text = "x86-64" if level.name == "BASELINE" else f"x86-64-{level.name}".lower()
                if flag.name in {"NEEDED", "USED"} and level.name in {"BASELINE", "V2", "V3", "V4"}:
                    told[name] = max(told.get(name, ""), text)
    return told
