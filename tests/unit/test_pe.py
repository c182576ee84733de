"""The reader of PE files: what was written is read, as lief reads it too; what is damaged ends in PeError, soon and in little memory."""

from __future__ import annotations

import contextlib
import random
import struct
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pip
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaries_by_lief import pe_through_lief
from binary_writers import ADDRESS, PE, START
from elf_damage import damaged
from pydiff.pe import Pe, PeError
from pydiff.snapshot.binaries import described
from pydiff.snapshot.binary import pe
from pydiff.snapshot.binary.interface import Unreadable
from support import missing

LIBRARY = st.from_regex(r"[a-z]{1,8}\.dll", fullmatch=True)
NAMES = st.lists(
    st.from_regex(r"(Py_|_Py|PyInit_)?[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True), max_size=8, unique=True
)
MACHINES = {True: [0x8664, 0xAA64], False: [0x14C, 0x1C0]}


@st.composite
def files(draw: st.DrawFn) -> PE:
    wide = draw(st.booleans())
    return PE(
        machine=draw(st.sampled_from(MACHINES[wide])),
        wide=wide,
        dll=draw(st.booleans()),
        subsystem=draw(st.sampled_from([1, 2, 3, 7, 9, 10, 14])),
        imports=draw(st.dictionaries(LIBRARY, NAMES.filter(bool), max_size=4)),
        delayed=draw(st.lists(LIBRARY, max_size=3, unique=True)),
        exports=draw(NAMES),
        pdb=draw(st.sampled_from(["", "x.pdb", "D:\\a\\1\\b\\python311.pdb", "/tmp/y.pdb"])),
        certificate=draw(st.sampled_from([b"", b"signed"])),
        dangling=draw(st.booleans()),
    )


@given(files())
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read_and_lief_reads_the_same(file: PE) -> None:
    data = file.bytes()
    image = Pe(data)
    assert image.wide == file.wide
    assert image.dll == file.dll
    assert image.needed == list(file.imports)
    assert image.delayed == list(file.delayed)
    assert image.exported == sorted(file.exports)
    assert image.pdb == file.pdb
    assert image.certificate == ("present" if file.certificate else "dangling" if file.dangling else "")
    assert pe.read(data) == pe_through_lief(data)


def test_delay_imports_of_the_old_kind() -> None:
    """By addresses; lief 1.0 gives them empty names."""
    assert Pe(PE(wide=False, delayed=["a.dll", "b.dll"], old_delays=True).bytes()).delayed == ["a.dll", "b.dll"]


@pytest.mark.parametrize("wide", [True, False])
def test_no_bit_says_that_offsets_of_64_bits_are_offsets(wide: bool) -> None:
    data = PE(wide=wide, delayed=["a.dll"]).bytes()
    (place, _) = Pe(data).directories[13]
    changed = at(data, place, "I", 0)
    if wide:
        assert Pe(changed).delayed == ["a.dll"]
    else:
        refused(changed, "no section holds the address -0x")


@pytest.mark.parametrize(("count", "told"), [(0, "none"), (2, "imports"), (7, "pdb"), (13, "pdb"), (14, "all")])
def test_fewer_directories_than_sixteen(count: int, told: str) -> None:
    file = PE(imports={"a.dll": ["f"]}, exports=["Py_A"], delayed=["b.dll"], pdb="x.pdb", certificate=b"x")
    facts = pe.read(replace(file, directories=count).bytes()).facts
    present = [name for name in ("needed", "certificate", "pdb", "delayed") if name in facts]
    length = {"none": 0, "imports": 1, "pdb": 3, "all": 4}[told]
    assert present == ["needed", "certificate", "pdb", "delayed"][:length]


def test_more_directories_than_there_are() -> None:
    assert Pe(header(PE(imports={"a.dll": ["f"]}).bytes(), 24 + 108, "I", 0xFFFFFFFF)).needed == ["a.dll"]


def test_numbers_that_have_no_name() -> None:
    facts = pe.read(PE(machine=0x1234, subsystem=99).bytes()).facts
    assert (facts["machine"], facts["subsystem"]) == ("4660", "99")


# Everything below is in the one section, whose first byte is byte START of the file.
FULL = PE(imports={"a.dll": ["f"]}, exports=["Py_A", "Py_B"], delayed=["b.dll"], pdb="x.pdb", certificate=b"x").bytes()


def at(data: bytes, address: int, layout: str, *values: int) -> bytes:
    """With other numbers at a relative address."""
    return patched(data, address - ADDRESS + START, layout, *values)


def header(data: bytes, place: int, layout: str, *values: int) -> bytes:
    """With other numbers in the PE header."""
    return patched(data, 64 + place, layout, *values)


def patched(data: bytes, place: int, layout: str, *values: int) -> bytes:
    new = struct.pack("<" + layout, *values)
    return data[:place] + new + data[place + len(new) :]


def directory(number: int, address: int, size: int = 1000, data: bytes = FULL) -> bytes:
    return header(data, 24 + 112 + 8 * number, "II", address, size)


def refused(data: bytes, message: str) -> None:
    """By a PeError that is a note of the snapshot, within two seconds and with 20 MB more than the file has."""
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(PeError, match=message):
        pe.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < 2
    assert peak < 20_000_000 + len(data)
    assert isinstance(described(data[:4], data), Unreadable)


def test_no_magic_number() -> None:
    with pytest.raises(PeError, match="it has no DOS header"):
        Pe(b"ZM" + FULL[2:])


def test_a_program_for_dos() -> None:
    refused(patched(FULL, 60, "I", 0), "it is a program for DOS: no PE header where the first one points")
    refused(patched(FULL, 60, "I", 0xFFFFFFFF), "it is a program for DOS")


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (2, "it ends before byte 64"),
        (63, "it ends before byte 64"),
        (64, "it is a program for DOS"),
        (70, "it ends before byte 88"),
        (88, "it ends before byte 90"),
        (100, "it ends before byte 120"),
        (150, "it ends before byte 158"),
        (190, "it ends before byte 200"),
        (220, "it ends before byte 224"),
        (330, "it ends before byte 368"),
        (START, "it ends before byte"),
    ],
)
def test_a_file_that_is_cut_off(size: int, message: str) -> None:
    refused(FULL[:size], message)


def test_an_unknown_optional_header() -> None:
    refused(header(FULL, 24, "H", 0x107), "its optional header is of an unknown kind, 0x107")


def test_more_sections_than_windows_loads() -> None:
    refused(header(FULL, 6, "H", 97), "it tells of 97 sections")
    refused(header(FULL, 6, "H", 0xFFFF), "it tells of 65,535 sections")


def test_sections_beyond_the_end() -> None:
    refused(header(FULL, 20, "H", 0xFFFF), "it ends before byte 65,6")


@pytest.mark.parametrize("number", [0, 1, 6, 13])
@pytest.mark.parametrize("address", [0x10, 0x100000, 0xFFFFFFFF])
def test_a_directory_in_no_section(number: int, address: int) -> None:
    refused(directory(number, address), f"no section holds the address {address:#x}")


def test_a_section_beyond_the_end() -> None:
    row = 24 + 112 + 128
    refused(header(FULL, row + 20, "I", 0x10000000), "it ends before byte 268,435,")


def test_a_table_of_libraries_without_end() -> None:
    """The same row again and again, up to where no library is linked to so many."""
    name = Pe(FULL).unpack("I", Pe(FULL).directories[1][0] - ADDRESS + START + 12)[0]
    rows = struct.pack("<5I", 1, 0, 0, name, 1) * 5000
    row = 24 + 112 + 128
    data = header(FULL + rows, row + 16, "I", len(FULL) + len(rows) - START)
    place = ADDRESS + len(FULL) - START
    refused(directory(1, place, data=data), f"its table of libraries at byte {len(FULL):,} has no end")


def test_a_table_of_libraries_up_to_the_end_of_the_file() -> None:
    rows = struct.pack("<5I", 1, 0, 0, ADDRESS, 1) * 3
    row = 24 + 112 + 128
    data = header(FULL + rows, row + 16, "I", len(FULL) + len(rows) - START)
    refused(directory(1, ADDRESS + len(FULL) - START, data=data), f"it ends before byte {len(data) + 20:,}")


def test_a_name_without_end() -> None:
    row = 24 + 112 + 128
    data = header(FULL + b"a" * 6000, row + 16, "I", len(FULL) + 6000 - START)
    exports = Pe(FULL).directories[0][0]
    names = Pe(FULL).unpack("I", exports - ADDRESS + START + 32)[0]
    place = len(FULL) + 10
    refused(at(data, names, "I", place - START + ADDRESS), f"a name at byte {place:,} has no end")


def exporting(count: int, table: int | None = None, data: bytes = FULL) -> bytes:
    """With so many names, in a table at that relative address."""
    exports = Pe(FULL).directories[0][0]
    names = Pe(FULL).unpack("I", exports - ADDRESS + START + 32)[0]
    return at(at(data, exports + 24, "I", count), exports + 32, "I", names if table is None else table)


def test_more_names_than_ordinals() -> None:
    refused(exporting(65_537), "it tells of 65,537 exported names")
    refused(exporting(0xFFFFFFFF), "it tells of 4,294,967,295 exported names")


def test_names_beyond_the_end() -> None:
    refused(exporting(65_536), "it ends inside the table at byte")
    refused(exporting(2, 0xDEAD0000), "no section holds the address 0xdead0000")


def test_no_names_at_all() -> None:
    assert Pe(exporting(0, 0)).exported == []


def test_names_that_overlap() -> None:
    """65,536 names of 4,000 bytes, all the same: 260 MB from 270 kB."""
    start = ADDRESS + len(FULL) - START
    added = b"a" * 4000 + b"\0" + struct.pack("<I", start) * 65_536
    data = header(FULL + added, 24 + 112 + 128 + 16, "I", len(FULL) + len(added) - START)
    refused(exporting(65_536, start + 4001, data), "its names overlap")


def test_notes_for_debuggers_beyond_the_end() -> None:
    place, _ = Pe(FULL).directories[6]
    refused(directory(6, place, 28 * 4000), "it ends inside the table at byte")
    assert Pe(at(FULL, place + 24, "I", 0xFFFFFFFF)).pdb == ""
    assert Pe(at(FULL, place + 16, "I", 0xFFFFFFFF)).pdb == "x.pdb", "up to the zero, whatever its size"
    assert Pe(directory(6, place, 27)).pdb == ""


def test_a_path_without_end() -> None:
    place, _ = Pe(FULL).directories[6]
    data = at(FULL + b"RSDS" + b"a" * 50_000, place + 16, "II", 0xFFFFFFFF, 0)
    assert len(Pe(at(data, place + 24, "I", len(FULL))).pdb) == 4096


def test_a_certificate_that_was_cut_off() -> None:
    assert pe.read(FULL).facts["certificate"] == "present"
    assert pe.read(FULL[:-1]).facts["certificate"] == "dangling"


@pytest.fixture(scope="module")
def launchers() -> list[bytes]:
    """Programs of Windows that pip carries, of three processors."""
    found = [path.read_bytes() for path in sorted((Path(pip.__file__).parent / "_vendor" / "distlib").glob("*.exe"))]
    if not found:
        missing("a pip without launchers for Windows")
    return found


def test_real_programs_as_lief_reads_them(launchers: list[bytes]) -> None:
    for data in launchers:
        facts = pe.read(data)
        assert facts == pe_through_lief(data)
        assert "KERNEL32.dll" in facts.facts["needed"]  # type: ignore[operator]


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_damage_ends_in_facts_or_an_error(launchers: list[bytes], chance: random.Random) -> None:
    survives(damaged(chance.choice([FULL, *launchers]), chance))


def survives(data: bytes) -> None:
    """Facts or a PeError, within a second."""
    began = time.process_time()
    with contextlib.suppress(PeError):
        assert pe.read(data).facts["format"] == "pe"
    assert time.process_time() - began < 1
