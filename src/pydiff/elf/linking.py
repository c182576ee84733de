"""What the dynamic loader and the linker see of an ELF file. Sources: the gABI, chapter 5; Drepper, "ELF Symbol Versioning"; elf.h of glibc."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydiff.elf.dynamic import (
    NEEDED,
    RPATH,
    RUNPATH,
    SONAME,
    STRSZ,
    STRTAB,
    VERNEED,
    VERNEEDNUM,
    Names,
    tags_of,
)
from pydiff.elf.image import INTERP, NOBITS, ElfError, Image
from pydiff.elf.symbols import VERSION, Symbol, dynamic_symbols

_WEAK = 2
"""VER_FLG_WEAK."""


@dataclass(frozen=True, slots=True)
class Linking:
    interpreter: str = ""
    """The loader that a program names, as it stands in the file."""
    needed: tuple[str, ...] = ()
    soname: str = ""
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    """The dynamic ones, in their order."""
    versions: frozenset[str] = frozenset()
    """Asked for strongly: without them the loader refuses; with weak ones (VER_FLG_WEAK) missing, it only warns."""


def linking(image: Image) -> Linking:
    """Empty for an object file and for one of debug information. Raises ElfError for tables that are damaged or not inside the file."""
    # A file of debug information keeps the places of segments, not their bytes.
    if any(one.kind == NOBITS and one.name in {b".interp", b".dynamic"} for one in image.sections):
        return Linking()
    tags = tags_of(image)
    first = {tag: values[0] for tag, values in tags.items()}
    names = Names(image, image.offset(first[STRTAB]), first.get(STRSZ, 0)) if STRTAB in first else Names(image, 0, 0)
    needs = tuple(_needs(image, first, names))
    return Linking(
        interpreter=_interpreter(image),
        needed=tuple(names.at(place) for place in tags.get(NEEDED, ())),
        soname=names.at(first[SONAME]) if SONAME in first else "",
        rpath=_folders(names, tags.get(RPATH, [])),
        runpath=_folders(names, tags.get(RUNPATH, [])),
        symbols=tuple(dynamic_symbols(image, first, names, {number: name for number, name, _ in needs})),
        versions=frozenset(name for _, name, weak in needs if not weak),
    )


def _interpreter(image: Image) -> str:
    segment = next((segment for segment in image.segments if segment.kind == INTERP), None)
    if segment is None or not segment.size:
        return ""
    return Names(image, segment.offset, segment.size).at(0)


def _folders(names: Names, places: list[int]) -> tuple[str, ...]:
    return tuple(folder for place in places for folder in names.at(place).split(":"))


def _needs(image: Image, tags: Mapping[int, int], names: Names) -> Iterator[tuple[int, str, bool]]:
    """Number of a version as symbols refer to it, its name, and whether it is only asked for weakly."""
    if VERNEED not in tags:
        return
    place = image.offset(tags[VERNEED])
    left = VERSION
    for _ in range(min(tags.get(VERNEEDNUM, 0), VERSION)):
        _, count, _, auxiliary, following = image.unpack("HHIII", place)
        inner = place + auxiliary
        for _ in range(count):
            left -= 1
            if left < 0:
                # Lists that share their rows would be read for hours.
                raise ElfError("it asks for more versions than can be numbered")
            _, flags, number, name, further = image.unpack("IHHII", inner)
            yield number & VERSION, names.at(name), bool(flags & _WEAK)
            if not further:
                break
            inner += further
        if not following:
            break
        place += following
