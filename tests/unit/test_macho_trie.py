"""The tree of a Mach-O file's exports: what was grown is read; what is damaged or a trap ends in MachOError, soon and in little memory."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macho_writer import node, number, tree
from pydiff.macho import MachOError
from pydiff.macho.trie import exported

ANY = (b"",)
"""The beginning of every name."""
PYTHONS = (b"_Py", b"__Py")
NAME = st.builds(
    str.__add__, st.sampled_from(["_", "_Py", "__Py", "_PyInit_"]), st.text("abcXYZ_9$.", min_size=1, max_size=8)
)


def refused(trie: bytes, message: str) -> None:
    """Within two seconds and with 20 MB more than twice what the tree has."""
    began = time.process_time()
    with pytest.raises(MachOError, match=message):
        list(exported(trie, PYTHONS))
    assert time.process_time() - began < 2
    tracemalloc.start()  # which takes most of the time
    with pytest.raises(MachOError, match=message):
        list(exported(trie, PYTHONS))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000 + 2 * len(trie)


@given(st.lists(NAME, max_size=30), st.lists(st.sampled_from(["_", "_P", "_Py", "__Py", "_x"]), min_size=1, max_size=3))
def test_the_tree_gives_back_what_was_written(names: list[str], starts: list[str]) -> None:
    grown = tree(names)
    assert sorted(exported(grown, ANY)) == sorted({name.encode() for name in names})
    wanted = {name.encode() for name in names if name.startswith(tuple(starts))}
    assert set(exported(grown, tuple(start.encode() for start in starts))) == wanted


def test_names_in_a_tree_may_share_their_beginning() -> None:
    names = [f"_PyTheBeginningThatAllOfThemHaveInCommon{number}" for number in range(500)]
    assert len(list(exported(tree(names), (b"_Py",)))) == 500


def test_a_tree_of_nothing() -> None:
    assert list(exported(tree([]), ANY)) == []


@pytest.mark.parametrize(
    ("trie", "message"),
    [
        (node((b"_Py", 0)), "its tree of exports leads to byte 0 twice"),
        (node((b"_Py", 7), (b"_Py_A", 7)).ljust(100, b"\0"), "its tree of exports leads to byte 7 twice"),
        (b"\0\1_Py\0\7" + b"\0\1A\0\7", "its tree of exports leads to byte 7 twice"),
        (node((b"_Py", 1 << 20)), "a number in its tree of exports has no end"),
        (b"\xff" * 20, "a number in its tree of exports has no end"),
        (b"\0\1_Py\0" + b"\x80" * 20, "a number in its tree of exports has no end"),
        (b"\0\1_Py_A", "it ends inside a name in its tree of exports"),
        (b"\0\1_Py\0", "a number in its tree of exports has no end"),
        (b"\0", "it ends inside its tree of exports"),
        (number(1 << 62), "it ends inside its tree of exports"),
        (node((b"_Py" + b"a" * 5000, 5006)) + b"\1\0\0", "the names in its tree of exports are too long"),
    ],
)
def test_a_damaged_tree(trie: bytes, message: str) -> None:
    refused(trie, message)


def padded(value: int) -> bytes:
    """A number in three bytes."""
    return bytes([value & 0x7F | 0x80, value >> 7 & 0x7F | 0x80, value >> 14])


ROOT = b"\0\1_Py\0" + padded(9)
"""A tree whose second node follows at once."""


@pytest.mark.parametrize("size", [1_000, 20_000, 200_000])
def test_a_tree_whose_names_grow(size: int) -> None:
    """Each node adds a byte to the name and exports it: 20,000 are 160 kB, and 200 MB of names."""
    nodes = (b"\1\0\1a\0" + padded(9 + 8 * (place + 1)) for place in range(size))
    refused(ROOT + b"".join(nodes) + b"\1\0\0", "the names in its tree of exports are too long")


def test_a_tree_of_a_billion_names() -> None:
    """Both branches of each of forty nodes lead to the next one."""
    following = (padded(9 + 12 * (place + 1)) for place in range(40))
    nodes = (b"\0\2a\0" + place + b"b\0" + place for place in following)
    refused(ROOT + b"".join(nodes) + b"\1\0\0", "its tree of exports leads to byte 21 twice")


def test_a_tree_of_more_nodes_than_anybody_has() -> None:
    """Three branches, from each of them 255, from each of those 255: 195,000 nodes in 1.4 MB, of which 65,536 are looked at."""
    width = 2 + 255 * 5
    first, second = 2 + 3 * 8, 2 + 3 * 8 + 3 * width
    leaves = second + 3 * 255 * width
    root = b"\0\3" + b"".join(b"_Py" + bytes([one, 0]) + padded(first + (one - 1) * width) for one in (1, 2, 3))
    inner = [second + width * place for place in range(3 * 255)]
    outer = [leaves + 2 * place for place in range(3 * 255 * 255)]
    trie = root + broad(inner) + broad(outer) + b"\0\0" * len(outer)
    refused(trie, "its tree of exports is too large")


def broad(places: list[int]) -> bytes:
    """Nodes of 255 branches each, to these places."""
    rows = b"".join(bytes([one % 255 + 1, 0]) + padded(place) for one, place in enumerate(places))
    return b"".join(b"\0\xff" + rows[start : start + 255 * 5] for start in range(0, len(rows), 255 * 5))


def test_nodes_of_a_tree_that_overlap() -> None:
    """Two hundred nodes that have the same branches, to names that nobody asked for: each says that what it exports reaches so far."""
    branches = 2 + 200 * 5
    shared = branches + 200 * 3
    places = range(branches, shared, 3)
    root = b"\0" + bytes([200]) + b"".join(b"_\0" + padded(place) for place in places)
    nodes = b"".join(padded(shared - place - 3) for place in places)
    trie = root + nodes + bytes([255]) + (b"x" * 100 + b"\0\1") * 255
    refused(trie, "the nodes of its tree of exports overlap")


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_as_a_tree(trie: bytes) -> None:
    with contextlib.suppress(MachOError):
        assert all(isinstance(name, bytes) for name in exported(trie, ANY))
