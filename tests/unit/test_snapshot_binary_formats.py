"""Readers of Mach-O, PE, bitcode and static libraries: what was written is told, and what was damaged ends in a note."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binary_writers import AD_HOC, BY_IDENTITY, LINKER_SIGNED, PE, MachO, archive, superblob, universal
from pydiff.model.packed_names import pack, unpack
from pydiff.snapshot.binaries import described
from pydiff.snapshot.binary import bitcode, macho, pe, static, symbols
from pydiff.snapshot.binary.interface import Binary, Unreadable

NAMES = st.lists(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True), max_size=8, unique=True)
PATHS = st.lists(
    st.from_regex(r"(@rpath/|@loader_path/|/usr/lib/)[a-z]{1,9}\.dylib", fullmatch=True), max_size=4, unique=True
)
VERSIONS = st.tuples(st.integers(1, 99), st.integers(0, 20))


def test_macho_of_one_architecture() -> None:
    library = MachO(
        install_name="/install/lib/libpython3.11.dylib",
        needed=["@rpath/libtcl.dylib", "/usr/lib/libSystem.B.dylib"],
        rpaths=["@loader_path/../lib"],
        exported=["PyList_New", "_PyList_Extend", "PyInit_x", "ffi_call"],
        local=["PyInit__ssl"],
        undefined=["malloc"],
        signature=superblob(LINKER_SIGNED),
    )
    binary = macho.read(library.bytes())
    assert binary.facts == {
        "format": "macho",
        "kind": "dylib",
        "machine": "arm64",
        "needed": ["@rpath/libtcl.dylib", "/usr/lib/libSystem.B.dylib"],
        "rpath": ["@loader_path/../lib"],
        "soname": "/install/lib/libpython3.11.dylib",
        "compatible": "3.11.0",
        "current": "3.11.0",
        "macos": "11.0.0",
        "sdk": "14.2.0",
        "signature": "linker-signed",
        "symbols": "table",
    }
    assert binary.exported == ("PyList_New", "_PyList_Extend"), (
        "neither an extension's entry nor another library's function"
    )
    assert binary.modules == {"x", "_ssl"}


def test_macho_of_two_architectures_that_differ() -> None:
    data = universal(MachO(cpu="x86_64", minimum=(10, 9)), MachO(cpu="arm64", signature=superblob(AD_HOC)))
    facts = macho.read(data).facts
    assert facts["machine"] == "x86_64 arm64"
    assert facts["macos"] == "x86_64 10.9.0, arm64 11.0.0"
    assert facts["sdk"] == "14.2.0"
    assert facts["signature"] == "x86_64 none, arm64 ad hoc"


@given(PATHS, PATHS, VERSIONS, NAMES, st.sampled_from(["x86_64", "arm64"]))
@settings(max_examples=40)
def test_macho_gives_back_what_was_written(
    needed: list[str], rpaths: list[str], minimum: tuple[int, int], exported: list[str], cpu: str
) -> None:
    binary = macho.read(MachO(cpu=cpu, needed=needed, rpaths=rpaths, minimum=minimum, exported=exported).bytes())
    assert binary.facts.get("needed", []) == needed
    assert binary.facts.get("rpath", []) == rpaths
    assert binary.facts["macos"] == f"{minimum[0]}.{minimum[1]}.0"
    assert binary.exported == symbols.api(exported)


@pytest.mark.parametrize(
    ("blob", "kind"),
    [
        (b"", "none"),
        (superblob(LINKER_SIGNED), "linker-signed"),
        (superblob(AD_HOC), "ad hoc"),
        (superblob(BY_IDENTITY, signer=b"signed"), "signed"),
        (superblob(BY_IDENTITY), "unknown"),
        (b"\xfa\xde", "unknown"),
        (bytes(40), "unknown"),
        (struct.pack(">III", 0xFADE0CC0, 12, 4_000_000_000), "unknown"),
    ],
)
def test_kinds_of_signature(blob: bytes, kind: str) -> None:
    assert macho.signature(blob) == kind


def test_pe() -> None:
    library = PE(
        imports={"python311.dll": ["PyList_New"], "KERNEL32.dll": ["Sleep", "Beep"]},
        exports=["PyInit_x", "Py_Main", "other"],
        certificate=b"signed",
    )
    binary = pe.read(library.bytes())
    assert binary.facts == {
        "format": "pe",
        "kind": "dll",
        "machine": "amd64",
        "subsystem": "windows_gui",
        "needed": ["python311.dll", "KERNEL32.dll"],
        "certificate": "present",
    }
    assert binary.exported == ("Py_Main",)
    assert binary.modules == {"x"}
    program = pe.read(PE(machine=0xAA64, dll=False, subsystem=3, dangling=True).bytes()).facts
    assert program == {
        "format": "pe",
        "kind": "executable",
        "machine": "arm64",
        "subsystem": "windows_cui",
        "certificate": "dangling",
    }


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.dll", fullmatch=True), NAMES.filter(bool), max_size=4), NAMES)
@settings(max_examples=40)
def test_pe_gives_back_what_was_written(imports: dict[str, list[str]], exports: list[str]) -> None:
    binary = pe.read(PE(imports=imports, exports=exports).bytes())
    assert binary.facts.get("needed", []) == list(imports)
    assert binary.exported == symbols.api(exports)


def test_what_members_hold() -> None:
    elf = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack("<HH", 1, 62)
    members = [
        ("a.o", elf),
        ("b.o", elf + b".gnu.lto_.decls"),
        ("c.o", b"BC\xc0\xde"),
        ("d.o", MachO(cpu="x86_64").bytes()),
        ("e.obj", b"\x64\x86" + bytes(30)),
        ("f.obj", b"\0\0\xff\xff\0\0\x64\x86" + bytes(12)),
        ("g", b"text"),
        ("h", b""),
        ("i.o", elf),
    ]
    expected = {
        "format": "archive",
        "members": 9,
        "holds": [
            "elf x86_64: 2", "coff amd64: 1", "elf x86_64 with gcc LTO: 1", "empty: 1", "import amd64: 1",
            "llvm-bitcode: 1", "macho x86_64: 1", "other: 1",
        ],
    }  # fmt: skip
    for bsd in (False, True):
        assert static.read(archive(members, bsd=bsd)).facts == expected


@given(
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,20}", fullmatch=True), st.binary(max_size=40)), max_size=8),
    st.booleans(),
)
def test_every_member_is_counted(members: list[tuple[str, bytes]], bsd: bool) -> None:
    assert static.read(archive(members, bsd=bsd)).facts["members"] == len(members)


@pytest.mark.parametrize(
    "data", [b"!<arch>\nx", b"!<arch>\n" + b"x" * 60, archive([("a", b"abc")])[:-1], archive([("a", b"abc")])[:-60]]
)
def test_an_archive_that_is_cut_off(data: bytes) -> None:
    found = described(data[:4], data)
    # A rest that is shorter than a header is what some tools leave at the end.
    assert isinstance(found, Unreadable) or (found is not None and "members" in found.facts)
    assert isinstance(described(b"!<ar", archive([("a", b"abcd")])[:-1]), Unreadable)


@given(NAMES)
def test_names_can_be_packed_and_unpacked(names: list[str]) -> None:
    assert unpack(pack(names)) == names


@given(st.text(max_size=60))
def test_what_was_not_packed_is_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(unpack(text), list)


def test_more_names_than_any_interpreter_has_are_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        unpack(pack(["Py_A" * 1000] * 1000))


def test_floors() -> None:
    wanted = {"GLIBC_2.2.5": ["read"], "GLIBC_2.17": ["b", "a"], "GLIBC_PRIVATE": ["x"], "GLIBCXX_3.4.9": ["c"]}
    assert symbols.floors(wanted) == {"glibc": "2.17", "glibc_by": ["a", "b"], "glibcxx": "3.4.9", "glibcxx_by": ["c"]}
    assert symbols.floors({"GLIBC_2.9": [], "GLIBC_2.10": []}) == {"glibc": "2.10"}
    assert symbols.floors({"GLIBC_2.17": ["a"], "GLIBC_ABI_DT_RELR": []})["glibc"] == "2.36", (
        "packed relocations need it"
    )
    assert symbols.floors({}) == {}
    assert symbols.floors({"GLIBC_2.1": [f"f{number}" for number in range(10, 30)]})["glibc_by"] == [
        *(f"f{number}" for number in range(10, 18)),
        "and 12 more",
    ]


def test_bitcode_without_a_known_producer() -> None:
    for data in (b"BC\xc0\xde", b"BC\xc0\xde" + bytes(100), b"BC\xc0\xde" + b"\xff" * 100):
        assert bitcode.read(data).facts == {"format": "llvm-bitcode"}
    wrapped = b"\xde\xc0\x17\x0b" + struct.pack("<IIII", 0, 20, 8, 7) + b"BC\xc0\xde" + bytes(4)
    assert described(wrapped[:4], wrapped) == Binary({"format": "llvm-bitcode"})


def test_the_openssl_that_is_linked_in() -> None:
    data = MachO().bytes() + b'\0OpenSSL 3.0.15 3 Sep 2024\0OPENSSLDIR: "/private/etc/ssl"\0'
    found = described(data[:4], data)
    assert isinstance(found, Binary)
    assert (found.facts["openssl"], found.facts["openssldir"]) == ("3.0.15", "/private/etc/ssl")


REAL = (
    MachO(
        install_name="x", needed=["a"], rpaths=["b"], exported=["Py_A"], local=["b"], signature=superblob(AD_HOC)
    ).bytes(),
    universal(MachO(cpu="x86_64"), MachO(signature=superblob(LINKER_SIGNED))),
    PE(imports={"a.dll": ["b"]}, exports=["Py_A"], certificate=b"x").bytes(),
    archive([("a.o", b"BC\xc0\xde" + bytes(40)), ("b.o", MachO().bytes())]),
)


@given(
    st.sampled_from(REAL),
    st.lists(st.tuples(st.integers(4, 1500), st.integers(0, 255)), max_size=12),
    st.integers(8, 70_000),
)
@settings(max_examples=300, deadline=None)
def test_damage_ends_in_facts_or_a_note(data: bytes, changes: list[tuple[int, int]], length: int) -> None:
    damaged = bytearray(data)
    for place, value in changes:
        damaged[min(place, len(data) - 1)] = value
    found = described(data[:4], bytes(damaged[:length]))
    assert isinstance(found, Binary | Unreadable)


@given(st.binary(max_size=200), st.sampled_from([b"BC\xc0\xde", b"\xde\xc0\x17\x0b"]))
def test_no_bitcode_hangs_the_reader(data: bytes, magic: bytes) -> None:
    assert bitcode.read(magic + data).facts["format"] == "llvm-bitcode"
