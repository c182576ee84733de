"""Install names of made libraries: what is edited, what is left, what is refused, and hostile files."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macho_files import DATA, LINKEDIT, RELEASED, X86_64, Library, checked_signatures, install_names, universal
from pydiff.macho import MachOError, set_install_name

FILE = "libpython3.12.dylib"
WANTED = f"/opt/me/.local/share/uv/python/cpython-3.12.8-macos-aarch64-none/lib/{FILE}"
INTEL = Library(signed="", processor=X86_64, minimum=(1, 0xA0F00))


def renamed(library: Library | bytes, name: str = WANTED) -> bytes:
    data = library if isinstance(library, bytes) else library.build()
    return set_install_name(data, name, file_name=FILE)


def size_of_commands(data: bytes) -> int:
    return int.from_bytes(data[20:24], "little")


@pytest.mark.parametrize("name", [WANTED, "/l", "@rpath/x.dylib", "/déjà vu/lib/libpython3.12.dylib"])
def test_the_name_is_written_and_nothing_else_moves(name: str) -> None:
    released = INTEL.build()
    edited = renamed(released, name)
    assert install_names(edited) == [name]
    assert checked_signatures(edited) == [None]
    assert len(edited) == len(released)
    end = 32 + size_of_commands(released)
    grown = size_of_commands(edited) - size_of_commands(released)
    assert grown % 8 == 0
    assert edited[end + max(grown, 0) :] == released[end + max(grown, 0) :]
    # A shorter name leaves zeros where the last commands were.
    assert not edited[32 + size_of_commands(edited) : end].strip(b"\0")
    # Every other command is there as it was, in order.
    assert _commands(edited, but=0xD) == _commands(released, but=0xD)


def _commands(data: bytes, but: int) -> list[bytes]:
    at, found = 32, []
    for _ in range(int.from_bytes(data[16:20], "little")):
        kind, size = struct.unpack_from("<2I", data, at)
        if kind != but:
            found.append(data[at : at + size])
        at += size
    assert at == 32 + size_of_commands(data)
    return found


def test_the_versions_and_the_time_of_the_library_stay() -> None:
    edited = renamed(INTEL)
    at = edited.index(struct.pack("<I", 0xD), 32)
    kind, size, name_at, *versions = struct.unpack_from("<6I", edited, at)
    assert (kind, name_at, versions) == (0xD, 24, [1, 0x30C00, 0x30C00])
    assert size == 24 + -(-(len(WANTED) + 1) // 8) * 8


def test_the_linkers_signature_is_made_anew() -> None:
    (signature,) = checked_signatures(renamed(Library()))
    assert signature is not None
    assert (signature.identifier, signature.flags, signature.algorithms) == (FILE, 0x20002, ("sha256",))


def test_the_signature_is_laid_out_as_apple_does() -> None:
    edited = renamed(Library())
    signature = edited[edited.index(struct.pack(">I", 0xFADE0CC0)) :]
    pages = -(-(len(edited) - len(signature)) // 4096)
    length = 20 + 88 + len(FILE) + 1 + 32 * pages
    assert struct.unpack_from(">5I", signature) == (0xFADE0CC0, length, 1, 0, 20)
    assert len(signature) == -(-length // 8) * 8
    # The executable segment, and that this is no program.
    assert struct.unpack_from(">3Q", signature, 20 + 64) == (0, DATA, 0)


def test_two_executable_segments_are_none() -> None:
    edited = renamed(Library(data_executable=True))
    signature = edited[edited.index(struct.pack(">I", 0xFADE0CC0)) :]
    assert struct.unpack_from(">3Q", signature, 20 + 64) == (0, 0, 0)
    assert checked_signatures(edited)


@pytest.mark.parametrize(
    ("minimum", "algorithms"),
    [
        ((1, 0xA0B04), ("sha256",)),
        ((1, 0xA0B03), ("sha1", "sha256")),
        ((4, 0xFF0000), ("sha1", "sha256")),
        ((11, 0), ("sha256",)),
        (None, ("sha1", "sha256")),
    ],
)
def test_old_systems_get_sha1_too(minimum: tuple[int, int] | None, algorithms: tuple[str, ...]) -> None:
    (signature,) = checked_signatures(renamed(Library(minimum=minimum)))
    assert signature is not None
    assert signature.algorithms == algorithms


@pytest.mark.parametrize("platform", [0x24, 0x25, 0x2F, 0x30])
def test_the_older_way_to_name_the_oldest_system(platform: int) -> None:
    old = struct.pack("<4I", platform, 16, 0x80000, 0x80000)
    library = Library(minimum=None, more=old, more_count=1)
    (signature,) = checked_signatures(renamed(library))
    assert signature is not None
    assert signature.algorithms == ("sha1", "sha256")


@pytest.mark.parametrize("signed", ["codesign", "nonsense"])
def test_any_other_signature_is_left(signed: str) -> None:
    library = Library(signed="codesign" if signed == "codesign" else "nonsense")
    released = library.build()
    edited = renamed(released)
    assert install_names(edited) == [WANTED]
    assert edited[LINKEDIT:] == released[LINKEDIT:]


@pytest.mark.parametrize("library", [Library(), INTEL, Library(signed="codesign"), Library(indirect=4)])
def test_a_second_time_changes_nothing(library: Library) -> None:
    once = renamed(library)
    assert renamed(once) == once
    # And the way back leads to what a first time with that name gives.
    assert renamed(once, RELEASED) == renamed(library, RELEASED)


def test_the_name_that_is_there_is_no_edit_of_an_unsigned_file() -> None:
    released = INTEL.build()
    assert renamed(released, RELEASED) == released


@pytest.mark.parametrize(
    ("library", "room"),
    [(Library(), 0), (Library(signed="codesign"), 0), (INTEL, 16)],
    ids=["signed", "codesign", "unsigned"],
)
def test_the_name_must_fit_into_the_header(library: Library, room: int) -> None:
    """An unsigned file keeps 16 bytes for a signature."""
    growth = -(-(len(WANTED) + 1) // 8) * 8 - -(-(len(RELEASED) + 1) // 8) * 8
    fitting = replace(library, room=growth + room)
    assert install_names(renamed(fitting)) == [WANTED]
    with pytest.raises(MachOError, match=r"^its header is 8 bytes too small for the install name$"):
        renamed(replace(fitting, room=growth + room - 8))


@pytest.mark.parametrize(
    ("library", "message"),
    [
        (Library(name=None), "no ID_DYLIB command"),
        (Library(more=struct.pack("<6I8s", 0xD, 32, 24, 0, 0, 0, b"/x"), more_count=1), "2 ID_DYLIB commands"),
        (Library(more=struct.pack("<2I", 0xD, 8), more_count=1, name=None), "too short for its name"),
        (Library(more=struct.pack("<6I", 0xD, 24, 24, 0, 0, 0), more_count=1, name=None), "too short for its name"),
        (Library(file_type=8), "no dynamic library"),
        (Library(gap=16), "strings are out of place"),
        (Library(tail=8), "does not end where the file ends"),
        (
            Library(more=struct.pack("<4I", 0x29, 16, LINKEDIT, 8), more_count=1),
            "DATA_IN_CODE command are out of place",
        ),
        (
            Library(more=struct.pack("<4I", 0x80000034, 16, 5, 8), more_count=1),
            "CHAINED_FIXUPS command are out of place",
        ),
        (Library(more=struct.pack("<12I", 0x22, 48, 5, *[0] * 9), more_count=1), "DYLD_INFO data are out of place"),
        (Library(more=struct.pack("<4I", 0x16, 16, 5, 1), more_count=1), "two-level hints are out of place"),
        (Library(more=struct.pack("<4I", 0x1D, 16, 0, 0), more_count=1), "2 CODE_SIGNATURE commands"),
        (Library(more=struct.pack("<4I", 0x26, 16, 0, 0), more_count=1), "2 FUNCTION_STARTS commands"),
        (Library(more=struct.pack("<2I", 0x22, 8), more_count=1), "0x22 is too short"),
        (Library(more=struct.pack("<2I", 0x32, 8), more_count=1, minimum=None), "0x32 is too short"),
        (Library(more=struct.pack("<2I", 0x99, 4), more_count=1), "0x99 cannot be 4 bytes long"),
        (Library(more=struct.pack("<2I", 0x99, 0), more_count=1), "0x99 cannot be 0 bytes long"),
        (Library(more=struct.pack("<2I", 0x99, 64), more_count=1), "0x99 cannot be 64 bytes long"),
        (Library(more=struct.pack("<2I", 0x19, 8), more_count=1), "segment's load command is too short"),
        (Library(more=struct.pack("<2I56xI4x", 0x19, 72, 9), more_count=1), "does not fit its sections"),
        (Library(more=struct.pack("<2I32x2Q16x", 0x19, 72, 1 << 40, 1), more_count=1), "segment goes past its end"),
        (Library(more_count=1), "fewer load commands"),
        (Library(more=struct.pack("<2I", 0x99, 8) * 10_000, more_count=10_000), "it has 100.. load commands"),
    ],
)
def test_what_apples_tool_refuses(library: Library, message: str) -> None:
    with pytest.raises(MachOError, match=message):
        renamed(library)


SYMTAB, DYSYMTAB, CODE_SIGNATURE = 0x2, 0xB, 0x1D


@pytest.mark.parametrize(
    ("kind", "words", "message"),
    [
        (DYSYMTAB, {0: 1, 1: 1}, "kinds of symbols are out of place"),
        (DYSYMTAB, {6: 8, 7: 1}, "table of contents are out of place"),
        (DYSYMTAB, {8: 8, 9: 1}, "modules are out of place"),
        (DYSYMTAB, {10: 8, 11: 1}, "references are out of place"),
        (DYSYMTAB, {12: 8}, "indirect symbols are out of place"),
        (DYSYMTAB, {14: 8, 15: 1}, "external relocations are out of place"),
        (DYSYMTAB, {16: 8, 17: 1}, "local relocations are out of place"),
        (SYMTAB, {0: 8}, "its symbols are out of place"),
        (SYMTAB, {2: 8}, "strings are out of place"),
        (SYMTAB, {3: 0xFFFFFFFF}, "code signature is out of place"),
        (CODE_SIGNATURE, {0: LINKEDIT}, "code signature is out of place"),
        (CODE_SIGNATURE, {1: 16}, "holds does not fill it"),
    ],
)
def test_what_linkedit_holds_is_in_order(kind: int, words: dict[int, int], message: str) -> None:
    data = bytearray(Library().build())
    at = 32
    while (command := struct.unpack_from("<2I", data, at))[0] != kind:
        at += command[1]
    for number, value in words.items():
        struct.pack_into("<I", data, at + 8 + 4 * number, value)
    with pytest.raises(MachOError, match=message):
        renamed(bytes(data))


@pytest.mark.parametrize(
    "data", [b"", b"\xcf\xfa\xed\xfe", b"#!/bin/sh\n" * 9, b"\xce\xfa\xed\xfe" + bytes(60), INTEL.build()[:600]]
)
def test_what_is_no_library(data: bytes) -> None:
    with pytest.raises(MachOError, match=r"Mach-O|past its end"):
        renamed(data)


def test_every_architecture_of_a_universal_file() -> None:
    edited = renamed(universal(INTEL.build(), Library().build()))
    assert install_names(edited) == [WANTED, WANTED]
    intel, arm = checked_signatures(edited)
    assert intel is None
    assert arm is not None


@pytest.mark.parametrize("wide", [False, True])
def test_a_universal_file_is_its_architectures_put_together_again(wide: bool) -> None:
    released = universal(INTEL.build(), Library().build(), wide=wide)
    assert renamed(released) == universal(renamed(INTEL), renamed(Library()), wide=wide)


def test_an_architecture_that_grows_moves_the_next() -> None:
    arm = Library().build()
    assert len(renamed(arm)) > len(arm)
    edited = renamed(universal(arm, INTEL.build(), alignment=3))
    assert edited == universal(renamed(arm), renamed(INTEL), alignment=3)


def test_one_bad_architecture_spoils_the_file() -> None:
    with pytest.raises(MachOError, match="too small"):
        renamed(universal(Library().build(), replace(INTEL, room=0).build()))


@pytest.mark.parametrize(
    "data",
    [
        b"\xca\xfe\xba\xbe",
        b"\xca\xfe\xba\xbe" + bytes(4),
        b"\xca\xfe\xba\xbe\xff\xff\xff\xff" + bytes(90),
        struct.pack(">2I5I", 0xCAFEBABE, 1, X86_64, 3, 4096, 1, 0),
        struct.pack(">2I5I", 0xCAFEBABE, 1, X86_64, 3, 0, 8, 16),
        # The same bytes twice.
        struct.pack(">2I", 0xCAFEBABE, 2) + 2 * universal(INTEL.build())[8:28] + universal(INTEL.build())[48:],
    ],
)
def test_a_list_of_architectures_that_lies(data: bytes) -> None:
    with pytest.raises(MachOError, match="architectures"):
        renamed(data)


VALID = [Library().build(), INTEL.build(), universal(INTEL.build(), Library().build())]


@given(st.data())
def test_a_damaged_file_is_edited_or_refused(data: st.DataObject) -> None:
    """The load commands, the tables of architectures and the signature are what is read: most damage is done there."""
    released = bytearray(data.draw(st.sampled_from(VALID)))
    commands = st.integers(0, 1100)
    places = st.one_of(
        commands, commands.map(lambda at: at + 0x4000), st.integers(len(released) - 600, len(released) - 4)
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(places)
        value = data.draw(st.one_of(st.sampled_from([0, 1, 0x7FFFFFFF, 0xFFFFFFFF]), st.integers(0, 0xFFFFFFFF)))
        struct.pack_into(data.draw(st.sampled_from(["<I", ">I"])), released, at, value)
    cut = data.draw(st.one_of(st.just(len(released)), st.integers(0, len(released))))
    try:
        edited = renamed(bytes(released[:cut]))
    except MachOError:
        return
    # Whatever was made of it, it is not much bigger, and making it again gives the same.
    assert len(edited) < len(released) + 0x10000
    assert renamed(edited) == edited


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=600), st.integers(0, 700))
def test_any_name_is_written_whole_or_refused(name: str, room: int) -> None:
    library = Library(room=room)
    try:
        edited = renamed(library, name)
    except MachOError as error:
        assert "too small" in str(error)  # noqa: PT017 (both outcomes are right, for different names)
        assert len(name.encode()) > len(RELEASED) + room - 8
        return
    assert install_names(edited) == [name]
    assert checked_signatures(edited)
