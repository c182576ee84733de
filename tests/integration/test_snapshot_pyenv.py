"""Real interpreters of this machine, beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pydiff.compare import compare_trees
from pydiff.interpreter import ask
from pydiff.model.snapshot import Snapshot
from pydiff.snapshot.contradictions import contradictions
from pydiff.snapshot.inplace import own_tree
from pydiff.snapshot.take import take
from support import needs_interpreter

pytestmark = pytest.mark.interpreters


def taken(minor: str) -> Snapshot:
    python = needs_interpreter(minor)
    prefix = python.parent.parent
    return take(own_tree(prefix, f"{minor}.0"), prefix=str(prefix), version=f"{minor}.{_patch(python)}")


def _patch(python: Path) -> str:
    return ask(python).version.split(".")[2]


@pytest.fixture(scope="module")
def left() -> Snapshot:
    return taken("3.9")


@pytest.fixture(scope="module")
def right() -> Snapshot:
    return taken("3.10")


def test_every_family_is_read_without_a_problem(left: Snapshot) -> None:
    assert left.errors == {}
    assert {name for name, facts in left.families.items() if not facts} <= {"builddetails", "release", "sysconfig_vars"}
    assert left.families["bundled"].keys() >= {"pip", "ensurepip/pip"}


def test_3_9_and_3_10_are_the_same_rooms(left: Snapshot, right: Snapshot) -> None:
    differences = compare_trees(left, right)
    alone = {one.subject for one in differences if one.family == "files" and (one.left is None or one.right is None)}
    assert "lib/python{X.Y}/" not in alone
    assert not any(subject.startswith(("lib/python3", "include/python3", "bin/python3")) for subject in alone)
    paths = {one.subject for one in differences if one.family == "sysconfig" and one.severity == "breaks"}
    assert not paths & {
        "LIBDIR",
        "INCLUDEPY",
        "LIBPL",
        "LIBDEST",
        "BLDLIBRARY",
        "LDLIBRARY",
        "prefix",
        "VERSION",
        "SOABI",
    }
    assert not any("/.pyenv/" in (one.left or "") + (one.right or "") + one.detail for one in differences)
    assert len(differences) < 250, "8,000 files, told in a way that can be read"


def test_a_tree_beside_itself(left: Snapshot) -> None:
    assert compare_trees(left, left) == []


def test_no_place_that_a_build_asks_for_is_missing(left: Snapshot) -> None:
    names = {name for one in contradictions(left) for name in one.said}
    assert not names & {
        "LIBDIR",
        "INCLUDEPY",
        "CONFINCLUDEPY",
        "LIBPL",
        "LIBRARY",
        "LDLIBRARY",
        "prefix",
        "exec_prefix",
    }


def test_elf_facts_agree_with_another_reader(left: Snapshot) -> None:
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile
    from elftools.elf.gnuversions import GNUVerNeedSection

    for path, fact in left.families["binaries"].items():
        assert isinstance(fact, dict)
        if fact["format"] != "elf" or fact["kind"] == "rel":
            continue
        with (Path(left.prefix) / path).open("rb") as file:
            elf = ELFFile(file)
            # The tags get their attributes (needed, runpath, soname) from what they are.
            tags: list[Any] = [
                tag for one in elf.iter_sections() if isinstance(one, DynamicSection) for tag in one.iter_tags()
            ]
            required = [one for one in elf.iter_sections() if isinstance(one, GNUVerNeedSection)]
            names = [one.name for section in required for _, needed in section.iter_versions() for one in needed]
        assert fact.get("needed", []) == [tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED"]
        assert fact.get("runpath", []) == [
            part for tag in tags if tag.entry.d_tag == "DT_RUNPATH" for part in tag.runpath.split(":")
        ]
        assert fact.get("soname", "") == "".join(tag.soname for tag in tags if tag.entry.d_tag == "DT_SONAME")
        versions = [
            tuple(map(int, name.removeprefix("GLIBC_").split("."))) for name in names if name.startswith("GLIBC_2")
        ]
        assert fact.get("glibc", "") == (".".join(map(str, max(versions))) if versions else "")


@pytest.mark.parametrize(
    "pattern", ["lib-dynload/_bisect*.so", "../../bin/python3.9", "site-packages/pip/_vendor/distlib/t64.exe"]
)
def test_mutated_binaries_end_in_a_note(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A few hundred damaged copies of a real one: facts or a note, never a crash, never a word on stdout."""
    import random

    from snapshot_support import FakeTree

    library = next((needs_interpreter("3.9").parent.parent / "lib/python3.9").glob(pattern)).read_bytes()
    chance = random.Random(3)
    contents: dict[str, bytes | str | OSError] = {}
    for number in range(200):
        damaged = bytearray(library[: chance.randrange(64, len(library))])
        for _ in range(chance.randrange(1, 30)):
            damaged[chance.randrange(4, min(len(damaged), 4096))] = chance.randrange(256)
        contents[f"lib/{number}.so"] = bytes(damaged)
    found = take(FakeTree(contents), prefix="/p", version="3.9.0")
    assert found.errors.keys() <= {"binaries"}
    assert all(note.startswith("lib/") for note in found.errors.values()), (
        "a note names the file; the family itself went on"
    )
    assert capfd.readouterr() == ("", "")
