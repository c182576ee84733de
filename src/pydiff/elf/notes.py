"""The notes by which an ELF file tells of the machine it wants. Source: the x86-64 psABI, "Program Property"; elf.h of glibc."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.elf.image import GNU_PROPERTY, Image, Section, Segment

_NOTE_SECTION = 7
_GNU, _PROPERTIES = b"GNU\0", 5
_LEVELS = {
    0xC0008002: "cpu_needed",
    0xC0010002: "cpu_used",
}
_NAMES = {1: "x86-64", 2: "x86-64-v2", 4: "x86-64-v3", 8: "x86-64-v4"}
_MOST = 1 << 16
"""Bytes of notes that are looked at, of all sections together; real ones have some hundred."""


def cpu_levels(image: Image) -> dict[str, str]:
    """`cpu_needed`, `cpu_used`: the highest x86-64 level the file says; nothing where it says nothing, which most do. Raises ElfError."""
    told: dict[str, str] = {}
    if image.machine not in {"x86_64", "i386"}:
        return told
    for kind, bits in _properties(image):
        names = [name for bit, name in _NAMES.items() if bits & bit]
        if kind in _LEVELS and names:
            told[_LEVELS[kind]] = max(told.get(_LEVELS[kind], ""), *names)
    return told


def _tables(image: Image) -> Iterator[Section | Segment]:
    """The segment only where there is no section: object files, and what older linkers made, have none of that type."""
    if not image.sections:
        return (segment for segment in image.segments if segment.kind == GNU_PROPERTY)
    named = (section for section in image.sections if section.name == b".note.gnu.property")
    return (section for section in named if section.kind == _NOTE_SECTION)


def _properties(image: Image) -> Iterator[tuple[int, int]]:
    """Type and first word of each property."""
    step = 8 if image.wide else 4
    left = _MOST
    for where in _tables(image):
        place, end = where.offset, where.offset + min(where.size, left)
        left -= end - place
        while place + 16 <= end:
            _, size, kind = image.unpack("III", place)
            inner, last = place + 16, min(place + 16 + size, end)
            if kind == _PROPERTIES and image.data[place + 12 : place + 16] == _GNU:
                while inner + 12 <= last:
                    property_kind, length, bits = image.unpack("III", inner)
                    yield property_kind, bits if length >= 4 else 0
                    inner += 8 + -(-length // step) * step
            place += 16 + -(-size // step) * step
