"""Whether Apple's tools take a library: they want what __LINKEDIT holds in one order, without gaps (`libstuff/checkout.c`).

A file that they do not take is left as it is, with a warning of uv's, so the same files must be refused here.
"""

from __future__ import annotations

from typing import NamedTuple

from pydiff.macho.image import Image, Kind, MachOError

# At the start, and only where they are present.
_ANCHORED = (
    Kind.DYLD_CHAINED_FIXUPS,
    Kind.DYLD_EXPORTS_TRIE,
    Kind.FUNCTION_VARIANTS,
    Kind.FUNCTION_VARIANT_FIXUPS,
)
# Between the local relocations and the symbols.
_FOLLOWING = (
    Kind.SEGMENT_SPLIT_INFO,
    Kind.FUNCTION_STARTS,
    Kind.DATA_IN_CODE,
    Kind.ATOM_INFO,
    Kind.DYLIB_CODE_SIGN_DRS,
    Kind.LINKER_OPTIMIZATION_HINT,
)
_SYMBOL, _RELOCATION, _HINT, _INDIRECT, _CONTENTS, _MODULE, _REFERENCE = 16, 8, 4, 4, 8, 56, 4
"""Bytes of one entry of each table."""


class _Symbols(NamedTuple):
    """LC_SYMTAB."""

    symbols: int
    symbols_count: int
    strings: int
    strings_size: int


class _Tables(NamedTuple):
    """LC_DYSYMTAB: for each part of the symbols where it starts and how many there are, then the offset and length of each table."""

    local: int
    locals: int
    external: int
    externals: int
    undefined: int
    undefineds: int
    contents: int
    contents_count: int
    modules: int
    modules_count: int
    references: int
    references_count: int
    indirect: int
    indirect_count: int
    external_relocations: int
    external_relocations_count: int
    local_relocations: int
    local_relocations_count: int


def check_order(image: Image) -> None:
    """Raises MachOError, saying what is out of place."""
    linkedit = image.linkedit
    if linkedit.offset + linkedit.size != len(image.data):
        raise MachOError("its __LINKEDIT segment does not end where the file ends")
    symbols = _Symbols(*image.words(image.require(Kind.SYMTAB), len(_Symbols._fields)))
    tables = _Tables(*image.words(image.require(Kind.DYSYMTAB), len(_Tables._fields)))
    at = _after_dyld_info(image, linkedit.offset)
    for kind in _ANCHORED:
        at = _after_data(image, kind, at, anchored=True)
    at = _after("local relocations", tables.local_relocations, tables.local_relocations_count * _RELOCATION, at)
    for kind in _FOLLOWING:
        at = _after_data(image, kind, at, anchored=False)
    at = _after("symbols", symbols.symbols, symbols.symbols_count * _SYMBOL, at)
    _check_parts(tables)
    if hints := image.find(Kind.TWOLEVEL_HINTS):
        offset, count = image.words(hints, 2)
        at = _after("two-level hints", offset, count * _HINT, at)
    count = tables.external_relocations_count
    at = _after("external relocations", tables.external_relocations, count * _RELOCATION, at)
    at = _after("indirect symbols", tables.indirect, tables.indirect_count * _INDIRECT, at)
    _check_end(image, _ends_after_strings(symbols, tables, at))


def _after(what: str, offset: int, size: int, at: int) -> int:
    """Where the next thing belongs when this one, if there is any of it, is at `at`."""
    if size and offset != at:
        raise MachOError(f"its {what} are out of place")
    return at + size


def _after_data(image: Image, kind: Kind, at: int, *, anchored: bool) -> int:
    if (command := image.find(kind)) is None:
        return at
    offset, size = image.words(command, 2)
    if offset not in (0, at):
        raise MachOError(f"the data of its {kind.name} command are out of place")
    return at if anchored and not offset else at + size


def _after_dyld_info(image: Image, at: int) -> int:
    command = image.find(Kind.DYLD_INFO_ONLY, Kind.DYLD_INFO)
    if command is None:
        return at
    words = image.words(command, 10)
    rebase, bind, weak, lazy, export = zip(words[::2], words[1::2], strict=True)
    first = next((offset for offset, _size in (rebase, bind) if offset), 0)
    if not first and export[0] and weak[1] and lazy[1]:
        first = export[0]
    if first not in (0, at):
        raise MachOError("its DYLD_INFO data are out of place")
    return next((offset + size for offset, size in (export, lazy, weak, bind, rebase) if size), at)


def _check_parts(tables: _Tables) -> None:
    at = 0
    for first, count in (
        (tables.local, tables.locals),
        (tables.external, tables.externals),
        (tables.undefined, tables.undefineds),
    ):
        at = _after("kinds of symbols", first, count, at)


def _ends_after_strings(symbols: _Symbols, tables: _Tables, at: int) -> int:
    """An odd number of indirect symbols may be followed by four bytes of padding, so that there are two right places."""
    places = (at, _round(at, 8) if tables.indirect_count % 2 else at)
    for what, offset, size in (
        ("table of contents", tables.contents, tables.contents_count * _CONTENTS),
        ("modules", tables.modules, tables.modules_count * _MODULE),
        ("references", tables.references, tables.references_count * _REFERENCE),
        ("strings", symbols.strings, symbols.strings_size),
    ):
        if size:
            if offset not in places:
                raise MachOError(f"its {what} are out of place")
            places = (offset + size,) * 2
    return places[1]


def _check_end(image: Image, at: int) -> None:
    if command := image.find(Kind.CODE_SIGNATURE):
        offset, size = image.words(command, 2)
        if offset != _round(at, 16):
            raise MachOError("its code signature is out of place")
        at = offset + size
    if at != len(image.data):
        raise MachOError("what its __LINKEDIT segment holds does not fill it")


def _round(number: int, step: int) -> int:
    return number + -number % step
