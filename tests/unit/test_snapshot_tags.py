"""Wheel tags by the files alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from packaging.tags import cpython_tags
from packaging.version import Version

from binary_writers import PE, MachO, universal
from pydiff.model.snapshot import Fact, Facts
from pydiff.model.tree import Entry
from pydiff.snapshot.binary.interface import Binary, BinaryFact
from pydiff.snapshot.interface import About
from pydiff.snapshot.layout import find_layout
from pydiff.snapshot.survey import Item
from pydiff.snapshot.tags import Tags, manylinux
from pydiff.snapshot.take import take
from snapshot_support import FakeTree

GLIBC = "/lib64/ld-linux-x86-64.so.2"


def linux(
    *,
    version: str = "3.9.18",
    abi: str = "",
    libpython: BinaryFact | None = None,
    released: Mapping[str, object] | None = None,
    **fact: str,
) -> Facts:
    minor = version.rpartition(".")[0]
    elf: BinaryFact = {"format": "elf", "machine": "x86_64-elf64", "interpreter": GLIBC, "glibc": "2.17", **fact}
    suffix = "t" if "t" in abi else ""
    binaries = {f"bin/python{minor}{suffix}": elf, **({f"lib/libpython{minor}.so.1.0": libpython} if libpython else {})}
    items = {path: Item(Entry(path, "file", 0o755), binary=Binary(one)) for path, one in binaries.items()}
    for path in (
        f"lib/python{minor}{suffix}/os.py",
        f"lib/python{minor}{suffix}/_sysconfigdata_{abi}_linux_x86_64-linux-gnu.py",
    ):
        items[path] = Item(Entry(path, "file", 0o644))
    return Tags().collect(About("/p", version, items, find_layout(items, version), released))


def texts(fact: Fact) -> list[str]:
    assert isinstance(fact, list)
    return fact


def test_glibc() -> None:
    facts = linux()
    assert facts["builds"] == "cp39-cp39-linux_x86_64"
    assert facts["floor"] == "glibc 2.17"
    platforms = texts(facts["platforms"])
    assert platforms[:3] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_16_x86_64"]
    assert platforms[-2:] == ["manylinux1_x86_64", "linux_x86_64"]
    assert texts(facts["accepts"])[0] == "cp39-cp39-{platform}"
    assert texts(facts["accepts"])[-1].endswith("-none-any")
    assert "py2" not in str(facts["accepts"])


def test_the_library_counts_too() -> None:
    assert linux(libpython={"format": "elf", "glibc": "2.28"})["floor"] == "glibc 2.28"


def test_other_architectures_have_no_manylinux_before_2014() -> None:
    platforms = texts(linux(machine="aarch64-elf64")["platforms"])
    assert platforms == ["manylinux_2_17_aarch64", "manylinux2014_aarch64", "linux_aarch64"]
    soft, hard = (
        texts(linux(machine="arm-elf32", interpreter=f"/lib/ld-linux{name}.so.3")["platforms"])
        for name in ("", "-armhf")
    )
    assert soft == ["linux_armv7l"]
    assert hard[0] == "manylinux_2_17_armv7l"


def test_musl() -> None:
    loader = "/lib/ld-musl-x86_64.so.1"
    known = linux(interpreter=loader, released={"crt_features": ["musl-dynamic", "musl-version:1.2.2"]}, glibc="")
    assert known["platforms"] == [
        "musllinux_1_2_x86_64",
        "musllinux_1_1_x86_64",
        "musllinux_1_0_x86_64",
        "linux_x86_64",
    ]
    assert linux(interpreter=loader, glibc="")["floor"] == "musl 1.0"
    static = linux(interpreter="", glibc="")
    assert static["platforms"] == ["linux_x86_64"]
    assert "floor" not in static


@pytest.mark.parametrize(
    ("version", "abi", "abis"),
    [
        ("3.9.1", "", ["cp39"]),
        ("3.9.1", "d", ["cp39d", "cp39"]),
        ("3.13.0", "t", ["cp313t"]),
        ("3.13.0", "td", ["cp313td", "cp313t"]),
        ("3.7.1", "m", ["cp37m"]),
    ],
)
def test_abis(version: str, abi: str, abis: list[str]) -> None:
    facts = linux(version=version, abi=abi)
    release = Version(version)
    expected = {str(tag).rpartition("-")[0] for tag in cpython_tags((release.major, release.minor), abis, ["any"])}
    told = {
        f"{name}-{one.split('-')[1]}"
        for one in texts(facts["accepts"])
        if one.endswith("{platform}")
        for name in one.split("-")[0].split(".")
    }
    assert expected <= told
    assert str(facts["builds"]).split("-")[1] == abis[0]


def test_mac() -> None:
    contents = {"lib/python3.11/os.py": b"", "bin/python3.11": MachO(kind=2, minimum=(11, 0)).bytes()}
    facts = take(FakeTree(contents), prefix="/p", version="3.11.9").families["tags"]
    assert facts["builds"] == "cp311-cp311-macosx_11_0_arm64"
    assert facts["floor"] == "macOS 11.0 on arm64"
    assert texts(facts["platforms"])[:2] == ["macosx_11_0_arm64", "macosx_11_0_universal2"]
    both = universal(MachO(cpu="x86_64", kind=2, minimum=(10, 9)), MachO(kind=2))
    facts = take(FakeTree({**contents, "bin/python3.11": both}), prefix="/p", version="3.11.9").families["tags"]
    assert facts["floor"] == "macOS 10.9 on x86_64, macOS 11.0 on arm64"
    assert {"macosx_10_9_x86_64", "macosx_11_0_arm64"} <= set(texts(facts["platforms"]))


@pytest.mark.parametrize(("machine", "tag"), [(0x8664, "win_amd64"), (0x14C, "win32"), (0xAA64, "win_arm64")])
def test_windows(machine: int, tag: str) -> None:
    if machine == 0x14C:
        facts = _windows_tags(b"", {"format": "pe", "machine": "i386"})
    else:
        facts = _windows_tags(PE(machine=machine, dll=False).bytes(), None)
    assert facts["platforms"] == [tag]
    assert facts["builds"] == f"cp313-cp313t-{tag}"
    assert "floor" not in facts


def _windows_tags(program: bytes, fact: BinaryFact | None) -> Facts:
    contents = {"Lib/os.py": b"", "python.exe": program, "python313t.dll": b""}
    if fact is None:
        return take(FakeTree(contents), prefix="/p", version="3.13.0").families["tags"]
    items = {
        path: Item(Entry(path, "file", 0o644), binary=Binary(fact) if path == "python.exe" else None)
        for path in contents
    }
    return Tags().collect(About("/p", "3.13.0", items, find_layout(items, "3.13.0")))


def test_no_interpreter_no_tags() -> None:
    snapshot = take(
        FakeTree({"lib/python3.9/os.py": b"", "bin/python3.9": b"#!/bin/sh\n"}), prefix="/p", version="3.9.1"
    )
    assert snapshot.families["tags"] == {}
    assert "tags" not in snapshot.errors


def test_a_machine_without_tags_says_so() -> None:
    items = {
        "bin/python3.9": Item(
            Entry("bin/python3.9", "file", 0o755), binary=Binary({"format": "elf", "machine": "mips-elf32-msb"})
        )
    }
    about = About("/p", "3.9.1", items, find_layout(items, "3.9.1"))
    assert Tags().collect(about) == {}
    assert about.problems == {"bin/python3.9": "no wheel tags are known for mips-elf32-msb"}


def test_manylinux_goes_down_to_the_oldest_that_was_ever_named() -> None:
    assert len([name for name in manylinux("x86_64", 36) if name.startswith("manylinux_2_")]) == 32
