"""ELF: Linux and most other systems."""

from __future__ import annotations

from collections import defaultdict

from pydiff.elf import Image, Linking, cpu_levels, linking, local_names
from pydiff.snapshot.binary import symbols
from pydiff.snapshot.binary.interface import Binary, found

# Sections by which a compiler leaves its own intermediate code in an object file, for link-time optimisation.
_LTO = {b".gnu.lto_": "gcc", b".llvmbc": "llvm", b".llvm.lto": "llvm"}
_INIT = b"PyInit_"
_INTERPRETER = b"PyInit_posix"


def read(data: bytes) -> Binary:
    """Raises ElfError for what is not ELF behind its first bytes, or damaged."""
    image = Image(data)
    links = linking(image)
    exported = [symbol.name for symbol in links.symbols if symbol.exported]
    # The names that are not exported matter in the binary that holds the interpreter; an object file's are told to the linker, and to nobody who loads it.
    local = local_names(image, _INIT) if image.kind != "rel" and _INTERPRETER in data else ()
    facts = found(
        format="elf",
        kind=image.kind,
        machine=f"{image.machine}-{image.format}",
        needed=list(links.needed),
        runpath=list(links.runpath),
        rpath=list(links.rpath),
        soname=links.soname,
        interpreter=links.interpreter,
        **symbols.floors(_wanted(links)),
        **cpu_levels(image),
        **_kept(image),
    )
    return Binary(facts, symbols.api(exported), symbols.modules([*exported, *local]))


def _wanted(links: Linking) -> dict[str, list[str]]:
    """Version -> the symbols that ask for it."""
    users: dict[str, list[str]] = defaultdict(list)
    for symbol in links.symbols:
        users[symbol.version].append(symbol.name)
    return {version: users.get(version, []) for version in links.versions}


def _kept(image: Image) -> dict[str, str]:
    """What the compiler left in the file for others than the loader."""
    sections = {section.name for section in image.sections}
    makers = (maker for start, maker in _LTO.items() if any(name.startswith(start) for name in sections))
    debug = {b".debug_info", b".zdebug_info"} & sections
    return {
        "lto": next(makers, ""),
        "symbols": "debug" if debug else "table" if b".symtab" in sections else "stripped",
    }
