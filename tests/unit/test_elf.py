"""The reader of ELF files: what was written is read, and lief reads the same. Damage: test_elf_hostile.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from elf_by_lief import through_lief
from elf_damage import patched
from elf_writer import (
    CPU_NEEDED,
    CPU_USED,
    DEFAULT,
    GLOBAL,
    GNU_HASH,
    HASH,
    HIDDEN,
    INTERNAL,
    LOCAL,
    PROTECTED,
    REL,
    SMALL,
    WEAK,
    Elf,
    Symbol,
)
from pydiff.elf import Image, Linking, cpu_levels, linking, local_names
from pydiff.snapshot.binary import elf

MACHINES = {3: "i386", 8: "mips", 21: "ppc64", 22: "s390", 62: "x86_64", 183: "aarch64", 0xBEEF: "48879"}
ORDERS: dict[int, tuple[bool, Literal["<", ">"]]] = {
    3: (False, "<"),
    8: (False, ">"),
    21: (True, "<"),
    22: (True, ">"),
    62: (True, "<"),
    183: (True, "<"),
}
"""Whether it has 64 bits, and its order of bytes: lief does not read the tables of machines that cannot be."""
NAME = st.builds(
    str.__add__, st.sampled_from(["", "Py", "_Py", "PyInit_"]), st.text("abcXYZ_9.", min_size=1, max_size=8)
)
FOLDERS = st.lists(st.from_regex(r"(\$ORIGIN|/opt|\.)(/[a-zäß]{1,6}){0,3}", fullmatch=True), max_size=3).map(":".join)
LIBRARIES = st.from_regex(r"lib[a-z]{1,6}\.so(\.\d)?", fullmatch=True)
VERSIONS = st.dictionaries(
    LIBRARIES,
    st.dictionaries(st.from_regex(r"(GLIBC|GLIBCXX|X)_\d(\.\d{1,2}){1,2}", fullmatch=True), st.booleans(), min_size=1),
    max_size=3,
)
LEVELS = {0: "", 1: "x86-64", 3: "x86-64-v2", 4: "x86-64-v3", 8: "x86-64-v4", 15: "x86-64-v4", 16: ""}
"""Bits of a property -> the highest level that is known."""


@st.composite
def symbols(draw: st.DrawFn, versions: dict[str, dict[str, bool]]) -> Symbol:
    name = draw(NAME)
    if draw(st.booleans()):
        binding = draw(st.sampled_from([LOCAL, GLOBAL, WEAK]))
        visibility = draw(st.sampled_from([DEFAULT, INTERNAL, HIDDEN, PROTECTED]))
        return Symbol(name, binding=binding, other=visibility | draw(st.sampled_from([0, 0x60, 0xFC])))
    asked = sorted({version for one in versions.values() for version in one})
    return Symbol(name, defined=False, version=draw(st.sampled_from(["", *asked])))


@st.composite
def files(draw: st.DrawFn, /, **chosen: st.SearchStrategy[Any]) -> Elf:
    versions = draw(VERSIONS)
    # The same name may be asked of two libraries, one time weakly; the symbols of the writer know one.
    names = [name for one in versions.values() for name in one]
    assume(len(names) == len(set(names)))
    fields: dict[str, st.SearchStrategy[Any]] = {
        "wide": st.booleans(),
        "order": st.sampled_from("<>"),
        "machine": st.sampled_from(sorted(MACHINES)),
        "interpreter": st.sampled_from(["", "/lib64/ld-linux-x86-64.so.2", "/lib/ld.so.1"]),
        "needed": st.lists(LIBRARIES, max_size=4),
        "soname": st.sampled_from(["", "libx.so.1"]),
        "rpath": FOLDERS,
        "runpath": FOLDERS,
        "symbols": st.lists(symbols(versions), max_size=8, unique_by=lambda one: one.name),
        "table": st.lists(NAME, max_size=4),
        "table_undefined": st.lists(NAME, max_size=2),
        "levels": st.lists(
            st.tuples(st.sampled_from([CPU_NEEDED, CPU_USED, 0xC0000002]), st.sampled_from(sorted(LEVELS))),
            max_size=3,
            unique_by=lambda one: one[0],
        ),
        "extra": st.lists(st.sampled_from([".gnu.lto_.decls", ".llvmbc", ".debug_info", ".text"]), unique=True),
        "sections": st.booleans(),
        "hashes": st.sampled_from([{HASH}, {GNU_HASH}, {HASH, GNU_HASH}]).map(frozenset),
        "many": st.booleans(),
    }
    return Elf(versions=versions, **{name: draw(one) for name, one in (fields | chosen).items()})


def folders(text: str) -> tuple[str, ...]:
    return tuple(text.split(":")) if text else ()


@given(files())
@settings(max_examples=120, deadline=None)
def test_what_was_written_is_read(file: Elf) -> None:
    image = Image(file.written())
    assert image.machine == MACHINES[file.machine]
    assert image.format == f"elf{64 if file.wide else 32}{'-msb' if file.order == '>' else ''}"
    assert image.kind == "dyn"
    links = linking(image)
    assert replace(links, symbols=(), versions=frozenset()) == Linking(
        file.interpreter, tuple(file.needed), file.soname, folders(file.rpath), folders(file.runpath)
    )
    assert links.versions == {name for one in file.versions.values() for name, weak in one.items() if not weak}
    written = file.in_file()
    assert [(one.name, one.defined, one.version) for one in links.symbols] == [
        (one.name, one.defined, one.version) for one in written
    ]
    assert [one.name for one in links.symbols if one.exported] == [
        one.name for one in written if one.defined and one.binding != LOCAL and one.other & 3 in {DEFAULT, PROTECTED}
    ]
    told = {{CPU_NEEDED: "cpu_needed", CPU_USED: "cpu_used"}.get(kind, ""): LEVELS[bits] for kind, bits in file.levels}
    of_intel = file.machine in {3, 62}
    assert cpu_levels(image) == ({name: level for name, level in told.items() if name and level} if of_intel else {})
    names = {section.name.decode() for section in image.sections}
    if file.sections:
        assert names >= {"", ".dynsym", ".dynstr", ".dynamic", ".shstrtab", *file.extra}
        assert list(local_names(image, b"PyInit_")) == [name for name in file.table if name.startswith("PyInit_")]
    else:
        assert not names
        assert not list(local_names(image, b"PyInit_"))


@given(files(sections=st.just(True), many=st.just(False), machine=st.sampled_from(sorted(ORDERS))))
@settings(max_examples=60, deadline=None)
def test_lief_reads_the_same(file: Elf) -> None:
    """But for the upper bits of st_other, and numbers of sections that are told by the first one."""
    wide, order = ORDERS[file.machine]
    plain = [replace(one, other=one.other & 3) for one in file.symbols]
    data = replace(file, wide=wide, order=order, symbols=plain).written()
    assert elf.read(data) == through_lief(data)


@given(st.lists(NAME, max_size=4), st.lists(NAME, max_size=4), st.booleans(), st.sampled_from("<>"))
def test_an_object_file(table: list[str], undefined: list[str], wide: bool, order: Any) -> None:
    image = Image(Elf(wide, order, kind=REL, table=table, table_undefined=undefined).written())
    assert image.kind == "rel"
    assert linking(image) == Linking()
    assert list(local_names(image, b"")) == table


def test_hashes_of_nothing() -> None:
    """As binutils writes them where nothing is exported: no symbol is told of, so none is counted."""
    table = SMALL.pack("IIIIQI", 1, 1, 1, 0, 0, 0)
    assert linking(Image(replace(SMALL, sections=False, instead={".gnu.hash": table}).written())).symbols == ()
    assert linking(Image(replace(SMALL, sections=False, hashes=frozenset()).written())).symbols == ()


def test_versions_with_the_same_number() -> None:
    """One of them is the symbol's, but the loader looks for both."""
    data = Elf(versions={"liba.so": {"A_1.0": False, "B_1.0": False}}).written()
    (table,) = (one for one in Image(data).sections if one.name == b".gnu.version_r")
    assert linking(Image(patched(data, table.offset + 16 + 16 + 6, "H", 2))).versions == {"A_1.0", "B_1.0"}


def test_notes_of_others() -> None:
    inner = SMALL.pack("IIII", CPU_NEEDED, 4, 2, 0)
    for note in (
        SMALL.pack("III", 4, 16, 5) + b"XXX\0" + inner,
        SMALL.pack("III", 4, 16, 1) + b"GNU\0" + inner,
        b"",
        b"\4",
    ):
        assert "cpu_needed" not in elf.read(replace(SMALL, instead={".note.gnu.property": note}).written()).facts


def test_half_a_row_is_none() -> None:
    row = SMALL.symbol(1, 0x12, 0, 1)
    file = replace(SMALL, instead={".dynsym": row * 2 + row[:23]})
    assert len(linking(Image(file.written())).symbols) == 2


def test_a_name_that_is_the_end_of_another() -> None:
    """Linkers store both once."""
    texts = b"\0sub_PyInit_x\0"
    rows = SMALL.symbol(0, 0, 0, 0) + SMALL.symbol(1, 2, 0, 1) + SMALL.symbol(5, 2, 0, 1)
    image = Image(Elf(table=["x"], instead={".strtab": texts, ".symtab": rows}).written())
    assert list(local_names(image, b"PyInit_")) == ["PyInit_x"]


@pytest.mark.parametrize("section", [".interp", ".dynamic"])
def test_debug_information_alone(section: str) -> None:
    """Places of segments are kept in it, and what stands there belongs to something else."""
    whole = replace(SMALL, extra=[".debug_info"])
    assert elf.read(whole.written()).facts["soname"] == "libx.so"
    facts = elf.read(replace(whole, bare=frozenset({section}), instead={section: b"\xaa" * 64}).written()).facts
    assert facts == {
        "format": "elf",
        "kind": "dyn",
        "machine": "x86_64-elf64",
        "cpu_needed": "x86-64",
        "symbols": "debug",
    }


def test_who_can_link_to_a_symbol() -> None:
    """`protected` means that the library itself uses its own; the upper bits of st_other are the machine's (ppc64: a second entry)."""
    bits = {"a": DEFAULT, "b": INTERNAL, "c": HIDDEN, "d": PROTECTED, "e": 0x60, "f": 0xFC | HIDDEN}
    file = Elf(symbols=[Symbol(f"Py_{name}", other=other) for name, other in bits.items()])
    assert elf.read(file.written()).exported == ("Py_a", "Py_d", "Py_e")
