"""ELF files that were damaged or made to harm end in ElfError or in an answer, soon and in little memory."""

from __future__ import annotations

import random
import struct
import sys
import sysconfig
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elf_damage import damaged, patched
from elf_writer import (
    BASE,
    CPU_NEEDED,
    GNU_HASH,
    HASH,
    RPATH,
    SMALL,
    SONAME,
    STRSZ,
    STRTAB,
    SYMTAB,
    VERNEEDNUM,
    VERSYM,
    Elf,
)
from pydiff.elf import ElfError, Image, linking
from pydiff.snapshot.binaries import described
from pydiff.snapshot.binary import elf
from pydiff.snapshot.binary.interface import Unreadable
from support import missing

SEGMENTS, SECTIONS, NUMBER_OF_SEGMENTS, NUMBER_OF_SECTIONS, NAMES_OF_SECTIONS = 32, 40, 56, 60, 62
"""Fields of the header in a 64-bit file."""
WORD = 0xFFFFFFFF
"""The highest number of 32 bits."""


def bare(**fields: Any) -> Elf:
    """Without sections: the table of symbols ends where a table of hashes says."""
    return replace(SMALL, sections=False, **fields)


def refused(data: bytes, message: str) -> None:
    """By an ElfError that is a note of the snapshot, within two seconds and with 20 MB more than the file has."""
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(ElfError, match=message):
        elf.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < 2
    assert peak < 20_000_000 + len(data)
    found = described(data[:4], data)
    assert isinstance(found, Unreadable)


@pytest.mark.parametrize("size", [4, 15])
def test_a_file_of_the_magic_number(size: int) -> None:
    refused(SMALL.written()[:size], "it has no ELF header")


@pytest.mark.parametrize("place", [4, 5])
def test_neither_32_nor_64_bits_and_neither_order(place: int) -> None:
    refused(patched(SMALL.written(), place, "B", 3), "it has no ELF header")


def test_a_header_that_is_cut_off() -> None:
    refused(SMALL.written()[:40], "it ends before byte 64")


@pytest.mark.parametrize("place", [1 << 20, (1 << 63) - 1, (1 << 64) - 1])
def test_sections_beyond_the_end(place: int) -> None:
    refused(patched(SMALL.written(), SECTIONS, "Q", place), f"it ends before byte {place + 64:,}")


def test_more_sections_than_the_file_has() -> None:
    refused(patched(SMALL.written(), NUMBER_OF_SECTIONS, "H", 0xFF00), "it ends inside the table of 4,177,920 bytes at")


def test_four_billion_sections() -> None:
    data = replace(SMALL, many=True).written()
    (start,) = struct.unpack_from("<Q", data, SECTIONS)
    refused(patched(data, start + 32, "Q", WORD), "it tells of 4,294,967,295 sections")


@pytest.mark.parametrize("number", [200, 0xFFFE])
def test_names_of_sections_in_a_section_that_is_none(number: int) -> None:
    facts = elf.read(patched(SMALL.written(), NAMES_OF_SECTIONS, "H", number)).facts
    assert facts["soname"] == "libx.so", "the loader asks for no section"
    assert facts["symbols"] == "stripped"


def test_segments_beyond_the_end() -> None:
    refused(patched(SMALL.written(), SEGMENTS, "Q", (1 << 64) - 1), "it ends inside the table of 224 bytes at byte")
    refused(patched(SMALL.written(), NUMBER_OF_SEGMENTS, "H", 0xFFFF), "it ends inside the table of 3,669,960 bytes at")


@pytest.mark.parametrize("kind", [2, 3])
def test_what_segments_hold_beyond_the_end(kind: int) -> None:
    """PT_DYNAMIC and PT_INTERP."""
    data = SMALL.written()
    rows = (64 + 56 * number for number in range(4))
    (row,) = (row for row in rows if struct.unpack_from("<I", data, row) == (kind,))
    message = {2: "it ends inside the table of", 3: "a name at byte 1,048,576 has no end"}[kind]
    refused(patched(data, row + 8, "Q", 1 << 20), message)


def test_an_interpreter_without_end() -> None:
    refused(replace(SMALL, instead={".interp": b"/lib/ld.so"}).written(), "has no end")


@pytest.mark.parametrize("tag", [STRTAB, SYMTAB])
def test_an_address_in_no_segment(tag: int) -> None:
    refused(replace(SMALL, tags={tag: 0xDEAD0000}).written(), "no segment holds the address 0xdead0000")


@pytest.mark.parametrize("tag", [RPATH, SONAME])
def test_a_name_without_end(tag: int) -> None:
    file = replace(SMALL, rpath="/x")
    refused(replace(file, tags={tag: 1 << 40}).written(), "has no end")
    refused(replace(file, tags={STRSZ: 3}).written(), "has no end")
    refused(replace(file, instead={".dynstr": b"a" * 200}).written(), "has no end")


def test_no_table_of_names() -> None:
    refused(replace(SMALL, tags={STRSZ: 0}).written(), "has no end")


@pytest.mark.parametrize("size", [60_001, 1 << 63])
def test_names_that_overlap(size: int) -> None:
    """100,000 symbols whose names would fill 6 GB; whatever the file says of the table's size."""
    texts = b"a" * 60_000 + b"\0"
    rows = b"".join(SMALL.symbol(number % 1000, 0x12, 0, 1) for number in range(100_000))
    file = Elf(instead={".dynstr": texts, ".dynsym": rows}, tags={STRSZ: size})
    refused(file.written(), "its names overlap")


def test_empty_names_are_not_for_nothing() -> None:
    refused(Elf(instead={".dynstr": b"\0", ".dynsym": SMALL.symbol(0, 0x12, 0, 1) * 100_000}).written(), "overlap")


def test_local_names_that_overlap() -> None:
    texts = b"PyInit_posix" + b"a" * 60_000 + b"\0"
    rows = SMALL.symbol(0, 2, 0, 1) * 100_000
    refused(replace(SMALL, instead={".strtab": texts, ".symtab": rows}).written(), "its names overlap")


def test_more_dynamic_tags_than_a_file_has() -> None:
    refused(Elf(instead={".dynamic": SMALL.pack("qQ", 1, 0) * 70_000}).written(), "more than 65,536 dynamic tags")


@pytest.mark.parametrize("machine", [62, 22])
def test_symbols_counted_by_a_table_that_lies(machine: int) -> None:
    words = SMALL.pack("QQ" if machine == 22 else "II", 1, WORD)
    file = bare(machine=machine, hashes=frozenset({HASH}), instead={".hash": words})
    refused(file.written(), "it tells of 4,294,967,295 dynamic symbols")
    words = SMALL.pack("QQ" if machine == 22 else "II", 1, 100_000)
    refused(replace(file, instead={".hash": words}).written(), "it ends inside the table of 2,400,000 bytes at byte")
    end = BASE + len(file.written()) - 4
    refused(replace(file, tags={HASH: end}).written(), "it ends before byte")


def test_a_chain_of_hashes_that_never_ends() -> None:
    """Last in the file stands what a note is in others; in no word of it is the bit that ends a chain."""
    table = SMALL.pack("IIIIQI", 1, 1, 1, 6, 0, 1) + SMALL.pack("I", 2) * 200_000
    file = bare(table=[], instead={".note.gnu.property": table})
    place = file.written().index(table)
    refused(replace(file, tags={GNU_HASH: BASE + place}).written(), "its table of hashes has no end")


@pytest.mark.parametrize(("bucket", "buckets", "bloom"), [(WORD, 1, 1), (1, WORD, 1), (1, 1, WORD)])
def test_hashes_beyond_the_end(bucket: int, buckets: int, bloom: int) -> None:
    table = SMALL.pack("IIIIQI", buckets, 1, bloom, 6, 0, bucket)
    refused(bare(instead={".gnu.hash": table}).written(), "it ends inside the table of")


def test_lists_of_versions_that_share_their_rows() -> None:
    """32,767 libraries that each ask for the same 65,535 versions: two thousand million."""
    rows = b"".join(SMALL.pack("IHHII", 0, 0, 2, 0, 16) for _ in range(0xFFFF))
    libraries = b"".join(
        SMALL.pack("HHIII", 1, 0xFFFF, 0, 16 * (0x7FFF - number), 16 if number < 0x7FFE else 0)
        for number in range(0x7FFF)
    )
    tables = {".gnu.version_r": libraries + rows, ".dynstr": bytes(10_000)}
    file = replace(SMALL, instead=tables, tags={VERNEEDNUM: 0x7FFF, STRSZ: 10_000})
    refused(file.written(), "it asks for more versions than can be numbered")


def test_versions_beyond_the_end() -> None:
    def of(count: int, auxiliary: int, following: int, further: int) -> Elf:
        library = SMALL.pack("HHIII", 1, count, 1, auxiliary, following)
        return replace(
            SMALL,
            instead={".gnu.version_r": library + SMALL.pack("IHHII", 0, 0, 2, 0, further)},
            tags={VERNEEDNUM: WORD},
        )

    assert linking(Image(of(0xFFFF, 16, 0, 0).written())).versions == {""}, "zero ends the lists, whatever their length"
    assert linking(Image(of(0, 16, 0, 0).written())).versions == frozenset()
    for file in (of(1, WORD, 0, 0), of(1, 16, WORD, 0), of(2, 16, 0, WORD)):
        refused(file.written(), "it ends before byte 4,294,9")


def test_numbers_of_versions_beyond_the_end() -> None:
    refused(replace(SMALL, tags={VERSYM: BASE + len(SMALL.written()) - 2}).written(), "inside the")


@pytest.mark.parametrize("sizes", [(WORD, WORD), (4, WORD), (WORD, 16), (4, 0)])
def test_sizes_of_notes_at_their_limits(sizes: tuple[int, int]) -> None:
    """A note that goes on behind its section says what is inside; one of nothing says nothing."""
    inner = SMALL.pack("III", CPU_NEEDED, 4, 2)
    note = SMALL.pack("III", *sizes, 5) + b"GNU\0" + inner + bytes(4)
    facts = elf.read(replace(SMALL, instead={".note.gnu.property": note}).written()).facts
    assert facts.get("cpu_needed", "") == ("x86-64-v2" if sizes[1] else "")


def test_a_property_of_no_size_and_one_of_all() -> None:
    for length, level in ((0, ""), (WORD, "x86-64-v2")):
        inner = SMALL.pack("III", CPU_NEEDED, length, 2) + bytes(4)
        note = SMALL.pack("III", 4, len(inner), 5) + b"GNU\0" + inner
        assert (
            elf.read(replace(SMALL, instead={".note.gnu.property": note}).written()).facts.get("cpu_needed", "")
            == level
        )


def test_notes_that_share_their_bytes() -> None:
    """Each of 30,000 sections is the same 64 KB of properties."""
    rows = SMALL.pack("III", 4, 16, 5) + b"GNU\0" + SMALL.pack("IIII", CPU_NEEDED, 4, 2, 0)
    data = replace(SMALL, instead={".note.gnu.property": rows * 2_000}).written()
    answered(_with_sections(data, b".note.gnu.property", 30_000), cpu_needed="x86-64-v2")


def test_tables_of_symbols_that_share_their_bytes() -> None:
    """The gABI allows one."""
    data = replace(SMALL, instead={".strtab": b"\0PyInit_posix\0" + b"\0PyInit_a" * 100_000 + b"\0"}).written()
    answered(_with_sections(data, b".symtab", 30_000), symbols="table")


def answered(data: bytes, **facts: str) -> None:
    began = time.process_time()
    told = elf.read(data).facts
    assert time.process_time() - began < 2
    assert told.items() >= facts.items()


def _with_sections(data: bytes, name: bytes, count: int) -> bytes:
    """One section's header `count` times more, at the end."""
    image = Image(data)
    (number,) = (place for place, one in enumerate(image.sections) if one.name == name)
    (start,) = struct.unpack_from("<Q", data, SECTIONS)
    table = data[start : start + 64 * len(image.sections)]
    more = patched(data, SECTIONS, "Q", len(data))
    more = patched(more, NUMBER_OF_SECTIONS, "H", len(image.sections) + count)
    return more + table + table[64 * number : 64 * (number + 1)] * count


@pytest.mark.parametrize(
    ("section", "lost"),
    [
        (".dynsym", {"glibc_by"}),
        (".dynamic", {"needed", "soname", "glibc", "glibc_by"}),
        (".interp", {"interpreter"}),
        (".note.gnu.property", {"cpu_needed"}),
        (".symtab", set()),
    ],
)
def test_a_table_of_no_size(section: str, lost: set[str]) -> None:
    whole = elf.read(SMALL.written()).facts
    empty = elf.read(replace(SMALL, instead={section: b""}).written()).facts
    assert whole.keys() - empty.keys() == lost


def test_a_table_of_symbols_without_names() -> None:
    data = SMALL.written()
    (number,) = (place for place, one in enumerate(Image(data).sections) if one.name == b".symtab")
    (start,) = struct.unpack_from("<Q", data, SECTIONS)
    for link in (200, WORD):
        assert "posix" not in elf.read(patched(data, start + 64 * number + 40, "I", link)).modules
    assert "posix" in elf.read(data).modules


def real_library() -> bytes:
    """An extension module of the interpreter that runs the tests."""
    folder = Path(sysconfig.get_path("platstdlib", vars={"platbase": sys.base_exec_prefix})) / "lib-dynload"
    found = sorted(folder.glob("*.so"), key=lambda path: path.stat().st_size)
    if not found or found[0].read_bytes()[:4] != b"\x7fELF":
        missing("no extension module of ELF beside the interpreter")
    return found[0].read_bytes()


def test_damage_ends_in_an_answer_or_an_error() -> None:
    library, written = real_library(), SMALL.written()
    chance = random.Random(4)
    tracemalloc.start()
    began = time.process_time()
    outcomes = {"answer": 0, "error": 0}
    for number in range(400):
        data = damaged(library if number % 2 else written, chance)
        try:
            elf.read(data)
            outcomes["answer"] += 1
        except ElfError:
            outcomes["error"] += 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert min(outcomes.values()) > 50, "the damage neither always matters nor never"
    assert peak < 20_000_000
    assert time.process_time() - began < 20
