"""The dynamic section of an ELF file: its tags, and the names they refer to. Sources: the gABI, chapter 5; elf.h of glibc."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydiff.elf.image import DYNAMIC, ElfError, Image

NEEDED, HASH, STRTAB, SYMTAB, STRSZ, SONAME, RPATH, RUNPATH = 1, 4, 5, 6, 10, 14, 15, 29
GNU_HASH, VERSYM, VERNEED, VERNEEDNUM = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
_MOST_TAGS = 1 << 16
"""Of the libraries that are linked in real files, one for each, and some dozen more."""
_LONGEST_NAME = 1 << 16
"""Bytes of a name or a list of folders."""
_SHARED, _MOST_NAMED = 8, 1 << 27
"""Names may end alike and share their bytes: so many times their table may be read in all (2.5 times is the most that was seen), and so many bytes."""


def tags_of(image: Image) -> dict[int, list[int]]:
    """Tag -> its values in their order."""
    segment = next((segment for segment in image.segments if segment.kind == DYNAMIC), None)
    found: dict[int, list[int]] = {}
    if segment is None:
        return found
    for number, (tag, value) in enumerate(image.rows("qQ" if image.wide else "iI", segment.offset, segment.size)):
        if tag == 0:
            break
        if number == _MOST_TAGS:
            raise ElfError(f"it has more than {_MOST_TAGS:,} dynamic tags")
        found.setdefault(tag, []).append(value)
    return found


@dataclass(slots=True)
class Names:
    """Texts that end with a zero, in a table of the file. `at` raises ElfError for a place that is none, and when the names overlap too much."""

    image: Image
    offset: int
    size: int
    left: int = field(init=False)
    """Bytes that may still be read."""

    def __post_init__(self) -> None:
        self.size = min(self.size, max(len(self.image.data) - self.offset, 0))
        self.left = min(self.size * _SHARED, _MOST_NAMED)

    def at(self, place: int) -> str:
        start = self.offset + place
        end = self.image.data.find(b"\0", start, min(start + _LONGEST_NAME, self.offset + self.size))
        if place >= self.size or end < 0:
            raise ElfError(f"a name at byte {start:,} has no end")
        self.left -= end + 1 - start
        if self.left < 0:
            raise ElfError("its names overlap")
        return self.image.data[start:end].decode(errors="replace")
