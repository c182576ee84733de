"""The reader of Mach-O files: what was written is read, as lief reads it too; what is damaged ends in MachOError, soon and in little memory."""

from __future__ import annotations

import contextlib
import random
import struct
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binaries_by_lief import macho_through_lief
from binary_writers import AD_HOC, LINKER_SIGNED, superblob
from elf_damage import damaged
from macho_writer import (
    ABSOLUTE,
    ARM64,
    BUILD,
    DYLD_INFO,
    DYLD_INFO_ONLY,
    EXPORTED,
    FUNCTION,
    IDENTITY,
    LAZY,
    LOAD,
    LOCAL,
    MINIMUM_IOS,
    MINIMUM_MACOS,
    MINIMUM_TVOS,
    MINIMUM_WATCHOS,
    OBJECT,
    POWERPC,
    PRIVATE,
    REEXPORT,
    RPATH,
    TRIE,
    UNDEFINED,
    UPWARD,
    WEAK,
    X86,
    X86_64,
    Macho,
    node,
    tree,
    universal,
)
from pydiff.macho import MachOError
from pydiff.macho.architecture import Architecture, architectures
from pydiff.macho.linking import linking
from pydiff.macho.symbols import symbols
from pydiff.macho.trie import exported
from pydiff.snapshot.binaries import described
from pydiff.snapshot.binary import macho
from pydiff.snapshot.binary.interface import Unreadable

ANY = (b"",)
"""The beginning of every name."""
NAME = st.builds(
    str.__add__, st.sampled_from(["_", "_Py", "__Py", "_PyInit_"]), st.text("abcXYZ_9$.", min_size=1, max_size=8)
)
PATH = st.from_regex(r"(@rpath/|@loader_path/|/usr/lib/)[a-zäß]{1,9}\.dylib", fullmatch=True)
VERSION = st.integers(0, 0xFFFFFFFF)
CPUS = {X86: "x86", X86_64: "x86_64", ARM64: "arm64", 12: "arm", POWERPC: "powerpc", 0x1000012: "powerpc64"}
KINDS = {1: "object", 2: "execute", 6: "dylib", 7: "dylinker", 8: "bundle", 10: "dsym", 11: "kext_bundle"}
SEGMENTS = ["__TEXT", "__DATA", "__DWARF", "__LLVM"]
SIGNATURES = [b"", superblob(AD_HOC), superblob(LINKER_SIGNED), b"nonsense"]


@st.composite
def files(draw: st.DrawFn) -> Macho:
    bare = Macho(wide=draw(st.booleans()), order=draw(st.sampled_from(["<", ">"])))
    of_libraries = st.sampled_from([LOAD, WEAK, REEXPORT, LAZY, UPWARD, IDENTITY])
    versions = draw(st.sampled_from([BUILD, MINIMUM_MACOS, MINIMUM_IOS, MINIMUM_TVOS, MINIMUM_WATCHOS]))
    commands = [
        *(bare.library(*one) for one in draw(st.lists(st.tuples(of_libraries, PATH, VERSION, VERSION), max_size=5))),
        *(bare.path(path) for path in draw(st.lists(PATH, max_size=3))),
        bare.words(versions, *([1] if versions == BUILD else []), draw(VERSION), draw(VERSION), 0),
    ]
    kinds = st.sampled_from([EXPORTED, LOCAL, PRIVATE, UNDEFINED, ABSOLUTE, FUNCTION, OBJECT])
    trees = st.sampled_from([DYLD_INFO, DYLD_INFO_ONLY, TRIE])
    return replace(
        bare,
        cpu=draw(st.sampled_from(sorted(CPUS))),
        kind=draw(st.sampled_from(sorted(KINDS))),
        commands=draw(st.permutations(commands)),
        sections=draw(st.lists(st.sampled_from(SEGMENTS), max_size=3)),
        symbols=draw(st.lists(st.tuples(NAME, kinds), max_size=8, unique_by=lambda one: one[0])),
        exports={one: tree(draw(st.lists(NAME, min_size=1, max_size=6))) for one in draw(st.sets(trees, max_size=1))},
        signature=draw(st.sampled_from(SIGNATURES)),
    )


@given(files())
@settings(max_examples=120, deadline=None)
def test_what_was_written_is_read(file: Macho) -> None:
    image = Architecture(file.written())
    assert (image.wide, image.order) == (file.wide, file.order)
    assert (image.cpu, image.kind) == (CPUS[file.cpu], KINDS[file.kind])
    links = linking(image)
    assert links.segments == set(file.sections)
    assert links.signature == file.signature
    found = symbols(image, ANY)
    assert found.local == {name for name, kind in file.symbols if kind in {LOCAL, PRIVATE}}
    assert found.has_local == bool(found.local)
    assert found.has_objects == any(kind == OBJECT for _, kind in file.symbols)
    in_table = {name for name, kind in file.symbols if kind in {EXPORTED, ABSOLUTE}}
    in_tree = {name.decode() for one in file.exports.values() for name in exported(one, ANY)}
    assert found.exported == in_table | in_tree


@given(files())
@settings(max_examples=80, deadline=None)
def test_lief_reads_the_same(file: Macho) -> None:
    """But for a name that is local in the table and exported in the tree, which lief takes for exported."""
    hidden = {name for name, kind in file.symbols if kind in {LOCAL, PRIVATE}}
    in_tree = {name.decode() for one in file.exports.values() for name in exported(one, ANY)}
    data = replace(file, exports={}).written() if hidden & in_tree else file.written()
    assert macho.read(data) == macho_through_lief(data)


def test_the_order_of_libraries_and_their_versions() -> None:
    file = Macho()
    numbers = [WEAK, LOAD, REEXPORT, UPWARD, LAZY]
    commands = [file.library(number, f"lib{number:x}") for number in numbers]
    commands.insert(2, file.library(IDENTITY, "@rpath/libä.dylib", 0x30B0C, 0x10200))
    links = linking(Architecture(replace(file, commands=commands).written()))
    assert links.needed == tuple(f"lib{number:x}" for number in numbers)
    assert links.identity is not None
    assert links.identity.install_name == "@rpath/libä.dylib"
    assert (links.identity.current, links.identity.compatible) == ("3.11.12", "1.2.0")


def test_what_replaced_the_older_command_is_believed() -> None:
    file = Macho()
    commands = [file.words(MINIMUM_MACOS, 0xA0900, 0xA0A00), file.words(BUILD, 1, 0xB0000, 0xE0201, 0)]
    links = linking(Architecture(replace(file, commands=commands).written()))
    assert (links.minimum, links.sdk) == ("11.0.0", "14.2.1")


def test_numbers_that_have_no_name() -> None:
    facts = macho.read(Macho(cpu=99, kind=99).written()).facts
    assert (facts["machine"], facts["kind"]) == ("99", "99")


@pytest.mark.parametrize("wide", [False, True])
def test_universal_files(wide: bool) -> None:
    """Lief reads no file with offsets of 64 bits."""
    first = Macho(cpu=X86, wide=False, symbols=[("_Py_A", EXPORTED)])
    last = Macho(cpu=POWERPC, wide=False, order=">", symbols=[("_Py_B", EXPORTED)], signature=superblob(AD_HOC))
    data = universal(first.written(), last.written(), wide=wide)
    binary = macho.read(data)
    assert binary.facts["machine"] == "x86 powerpc"
    assert binary.facts["signature"] == "x86 none, powerpc ad hoc"
    assert binary.exported == ("Py_A",), "of the first"
    if not wide:
        assert binary == macho_through_lief(data)


FILE = Macho()
SMALL = replace(
    FILE,
    commands=[FILE.library(IDENTITY, "libx.dylib"), FILE.library(LOAD, "liby.dylib"), FILE.path("/x")],
    symbols=[("_PyInit_x", EXPORTED), ("_PyInit_y", LOCAL)],
    exports={TRIE: tree(["_PyInit_x", "_Py_A"])},
    signature=superblob(AD_HOC),
)
WORD = 0xFFFFFFFF
"""The highest number of 32 bits."""


def refused(data: bytes, message: str) -> None:
    """By a MachOError that is a note of the snapshot, within two seconds and with 20 MB more than twice what the file has."""
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(MachOError, match=message):
        macho.read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - began < 2
    assert peak < 20_000_000 + 2 * len(data)
    assert isinstance(described(data[:4], data), Unreadable)


def listing(*rows: tuple[int, int], count: int | None = None) -> bytes:
    """A universal file of offsets and sizes."""
    body = b"".join(struct.pack(">5I", 7, 3, offset, size, 0) for offset, size in rows)
    return struct.pack(">2I", 0xCAFEBABE, len(rows) if count is None else count) + body


def test_no_magic_number() -> None:
    with pytest.raises(MachOError, match="it has no Mach-O header"):
        architectures(b"\xfe\xed\xfa\xcd" + bytes(100))


@pytest.mark.parametrize("size", [4, 12, 27])
def test_a_header_that_is_cut_off(size: int) -> None:
    refused(SMALL.written()[:size], "it ends before byte 24" if size < 24 else "it ends inside its load commands")


def test_load_commands_beyond_the_end() -> None:
    refused(
        replace(SMALL, header={5: WORD}).written(), "it ends inside its load commands, 4,294,967,295 bytes at byte 32"
    )


def test_more_load_commands_than_the_header_has_room_for() -> None:
    refused(replace(SMALL, header={4: 9000}).written(), "it has fewer load commands than its header says")
    refused(replace(SMALL, header={4: WORD}).written(), "it has 4,294,967,295 load commands")


@pytest.mark.parametrize("size", [0, 7, 1 << 20, WORD])
def test_a_load_command_of_no_size(size: int) -> None:
    data = bytearray(SMALL.written())
    struct.pack_into("<I", data, 36, size)
    refused(bytes(data), f"its load command 0x19 cannot be {size:,} bytes long")


@pytest.mark.parametrize("kind", [LOAD, IDENTITY, RPATH, BUILD, MINIMUM_MACOS, DYLD_INFO, TRIE, 0x1D])
def test_a_load_command_that_is_too_short(kind: int) -> None:
    refused(replace(FILE, commands=[(kind, b"")]).written(), f"its load command {kind:#x} is too short")


@pytest.mark.parametrize("kind", [LOAD, IDENTITY, RPATH])
@pytest.mark.parametrize("start", [0, 7, 100, WORD])
def test_a_text_outside_of_its_command(kind: int, start: int) -> None:
    commands = [(kind, FILE.pack("4I", start, 0, 0, 0) + b"name\0")]
    refused(replace(FILE, commands=commands).written(), f"its load command {kind:#x} is too short for its text")


def test_a_text_without_end() -> None:
    assert linking(Architecture(replace(FILE, commands=[(RPATH, FILE.pack("I", 12) + b"/abc")]).written())).rpaths == (
        "/abc",
    )


@pytest.mark.parametrize("wide", [True, False])
def test_more_sections_than_their_segment_has(wide: bool) -> None:
    file = replace(FILE, wide=wide)
    kind, head = (0x19, 64) if wide else (0x1, 48)
    for rest in (b"", bytes(head - 8) + file.pack("II", 1, 0), bytes(head - 8) + file.pack("II", WORD, 0)):
        refused(
            replace(file, commands=[(kind, rest)]).written(), "a segment's load command is too short for its sections"
        )


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ((0, WORD, 0, 0), "it ends inside its symbols, 68,719,476,720 bytes at byte 0"),
        ((WORD, 1, 0, 0), "it ends inside its symbols, 16 bytes at byte 4,294,967,295"),
        ((0, 0, WORD, 1), "it ends inside its names of symbols, 1 bytes at byte 4,294,967,295"),
        ((0, 0, 0, WORD), "it ends inside its names of symbols, 4,294,967,295 bytes at byte 0"),
    ],
)
def test_symbols_beyond_the_end(tables: tuple[int, ...], message: str) -> None:
    refused(replace(SMALL, tables=tables).written(), message)


def crowded(rows: bytes, texts: bytes) -> bytes:
    """A file with these symbols and names behind everything else."""
    start = len(SMALL.written())
    tables = (start, len(rows) // 16, start + len(rows), len(texts))
    return replace(SMALL, tables=tables).written() + rows + texts


def test_a_symbol_whose_name_is_in_no_table_has_none() -> None:
    data = crowded(FILE.pack("IBBHQ", WORD, EXPORTED, 1, 0, 0) * 3, b"\0_PyInit_z\0")
    assert symbols(Architecture(data), ANY).exported == {"_PyInit_x", "_Py_A"}, "of the tree alone"


def test_a_name_of_a_symbol_without_end() -> None:
    row = FILE.pack("IBBHQ", 1, EXPORTED, 1, 0, 0)
    refused(crowded(row, b"\0_Py"), "a symbol's name has no end")
    refused(crowded(row, b"\0_Py" + b"a" * 5000 + b"\0"), "a symbol's name has no end")


def test_names_of_symbols_that_overlap() -> None:
    """1,000 names of 4,000 bytes that end alike."""
    rows = b"".join(FILE.pack("IBBHQ", 1 + 3 * number, EXPORTED, 1, 0, 0) for number in range(1000))
    refused(crowded(rows, b"\0" + b"_Py" * 1300 + b"\0"), "the names of its symbols overlap")


def test_more_names_of_symbols_than_anybody_has() -> None:
    refused(replace(SMALL, tables=(0, 0, len(SMALL.written()), 3_300_000)).written() + b"_Py" * 1_100_000, "too many")


@pytest.mark.parametrize(("place", "size"), [(0, WORD), (WORD, 1)])
@pytest.mark.parametrize("kind", [DYLD_INFO, DYLD_INFO_ONLY, TRIE])
def test_a_tree_beyond_the_end(kind: int, place: int, size: int) -> None:
    words = [*([0] * 8 if kind != TRIE else []), place, size]
    file = replace(FILE, commands=[FILE.words(kind, *words)])
    refused(file.written(), f"it ends inside its tree of exports, {size:,} bytes at byte {place:,}")


def test_a_tree_of_no_size() -> None:
    assert macho.read(replace(FILE, commands=[FILE.words(TRIE, 0, 0)]).written()).exported == ()


def test_a_damaged_tree() -> None:
    refused(replace(SMALL, exports={TRIE: node((b"_Py", 0))}).written(), "its tree of exports leads to byte 0 twice")


def test_architectures_beyond_the_end() -> None:
    message = "one of its architectures is not where its list says"
    refused(listing((28, 1 << 20)) + bytes(100), message)
    refused(listing((WORD, WORD)) + bytes(100), message)
    image = SMALL.written()
    refused(listing((48, len(image)), (48, len(image))) + image, message)


def test_a_list_of_architectures_that_is_none() -> None:
    message = "its list of architectures is empty or goes past its end"
    refused(listing(count=0), message)
    refused(listing(count=2), message)
    refused(b"\xca\xfe\xba\xbe\0", "its list of architectures is cut off")


def test_more_architectures_than_there_are() -> None:
    refused(listing(count=65) + bytes(20 * 65), "it tells of 65 architectures")
    refused(listing(count=WORD), "it tells of 4,294,967,295 architectures")


def test_a_class_of_java() -> None:
    """Begins with the same four bytes; then come its versions."""
    refused(
        b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(range(256)) * 8, "one of its architectures is not where its list says"
    )


def test_one_architecture_of_two_is_damaged() -> None:
    refused(universal(SMALL.written(), b"!<arch>\n" + bytes(40)), "it has no Mach-O header")
    refused(universal(SMALL.written(), SMALL.written()[:50], wide=True), "it ends inside its load commands")


def test_a_signature_beyond_the_end() -> None:
    assert linking(Architecture(replace(FILE, commands=[FILE.words(0x1D, WORD, WORD)]).written())).signature == b""


REAL = (
    SMALL.written(),
    replace(SMALL, wide=False, order=">", cpu=POWERPC, commands=[]).written(),
    universal(SMALL.written(), Macho(cpu=X86, wide=False).written()),
    replace(SMALL, exports={DYLD_INFO_ONLY: tree([f"_Py{number:x}" for number in range(200)])}).written(),
)


@given(st.sampled_from(REAL), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_damage_ends_in_facts_or_an_error(data: bytes, chance: random.Random) -> None:
    survives(damaged(data, chance))


def survives(data: bytes) -> None:
    """Facts or a MachOError, within a second."""
    began = time.process_time()
    with contextlib.suppress(MachOError):
        assert macho.read(data).facts["format"] == "macho"
    assert time.process_time() - began < 1
