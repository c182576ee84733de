"""The symbols of an ELF file. Sources: the gABI, chapters 4 and 5; binutils' elflink.c for DT_GNU_HASH, which no standard has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydiff.elf.dynamic import GNU_HASH, HASH, SYMTAB, VERSYM, Names
from pydiff.elf.image import ElfError, Image

VERSION = 0x7FFF
"""The bits of a version's number; the other one says whether it is the default one."""
_SYMTAB_SECTION, _DYNSYM_SECTION = 2, 11
_MOST_SYMBOLS = 500_000
"""The largest libraries of C++ have some hundred thousand; more are not worth the memory."""
_LOCAL, _DEFAULT, _PROTECTED = 0, 0, 3


@dataclass(frozen=True, slots=True)
class Symbol:
    name: str
    defined: bool
    """In this file; otherwise it is looked for in others."""
    exported: bool
    """Defined, and others can link to it: neither local nor hidden; a protected one is."""
    version: str
    """That it is asked for in: "GLIBC_2.17"; "" where none is, and for what is defined here."""


def local_names(image: Image, start: bytes) -> Iterator[str]:
    """Names of functions and variables defined in the file, exported or not, that begin so; nothing of a stripped one."""
    # The gABI allows one such table; a hostile file has thousands over the same bytes.
    table = next((section for section in image.sections if section.kind == _SYMTAB_SECTION), None)
    if table is None or table.link >= len(image.sections):
        return
    texts = image.sections[table.link]
    names = Names(image, texts.offset, texts.size)
    place, section = (0, 3) if image.wide else (0, 5)
    for row in image.rows(_layout(image), table.offset, table.size):
        if row[section] and image.data.startswith(start, texts.offset + row[place]):
            yield names.at(row[place])


def dynamic_symbols(
    image: Image, tags: Mapping[int, int], names: Names, versions: Mapping[int, str]
) -> Iterator[Symbol]:
    """In their order, without the first, which is none. `versions` is number -> name. Raises ElfError."""
    if SYMTAB not in tags:
        return
    layout = _layout(image)
    offset = image.offset(tags[SYMTAB])
    count = _how_many(image, tags, offset)
    if count > _MOST_SYMBOLS:
        raise ElfError(f"it tells of {count:,} dynamic symbols")
    rows = image.rows(layout, offset, count * (24 if image.wide else 16))
    numbers = _version_numbers(image, tags, count)
    for number, row in enumerate(rows):
        name, info, other, section = (row[0], row[1], row[2], row[3]) if image.wide else (row[0], *row[3:])
        if not number and not name:
            continue  # the first is none
        defined = bool(section)
        version = "" if defined else versions.get(numbers[number] & VERSION, "") if numbers else ""
        exported = defined and info >> 4 != _LOCAL and other & 3 in {_DEFAULT, _PROTECTED}
        yield Symbol(names.at(name), defined, exported, version)


def _version_numbers(image: Image, tags: Mapping[int, int], count: int) -> tuple[int, ...]:
    if VERSYM not in tags:
        return ()
    return tuple(number for (number,) in image.rows("H", image.offset(tags[VERSYM]), count * 2))


def _how_many(image: Image, tags: Mapping[int, int], offset: int) -> int:
    """Symbols: as the section says, or, in a file without sections, as the hash table implies."""
    for section in image.sections:
        if section.kind == _DYNSYM_SECTION and section.offset == offset:
            return section.size // (24 if image.wide else 16)
    if HASH in tags:
        # The only machine of `MACHINES` whose words of this table have 64 bits.
        words = "QQ" if image.wide and image.machine == "s390" else "II"
        return image.unpack(words, image.offset(tags[HASH]))[1]
    if GNU_HASH in tags:
        return _hashed(image, image.offset(tags[GNU_HASH]))
    return 0


def _hashed(image: Image, offset: int) -> int:
    """The highest symbol in a GNU hash table, and one: the symbols of each bucket follow each other up to one with an odd hash."""
    buckets, first, bloom, _ = image.unpack("IIII", offset)
    start = offset + 16 + bloom * (8 if image.wide else 4)
    last = max((number for (number,) in image.rows("I", start, buckets * 4)), default=0)
    if last < first:
        return first
    chain = start + buckets * 4
    place = chain + (last - first) * 4
    # One row after the other: a hostile chain is as long as the file.
    for more, (hashed,) in enumerate(image.rows("I", place, max(len(image.data) - place, 0))):
        if hashed & 1:
            return last + more + 1
    raise ElfError("its table of hashes has no end")


def _layout(image: Image) -> str:
    return "IBBHQQ" if image.wide else "IIIBBH"
