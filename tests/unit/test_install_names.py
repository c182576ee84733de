"""Names and links of hostile archives, judged without a disk; hypothesis asks a real disk whether the judgement is right."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydiff.errors import ArchiveError
from pydiff.install.names import Names, member_path


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../x", "a/../../x", "a/..", "..", "C:/x", "a\\..\\..\\x", "a\0b", "//x"]
)
def test_names_that_leave_the_tree(name: str) -> None:
    with pytest.raises(ArchiveError):
        member_path(name)


@pytest.mark.parametrize(("name", "parts"), [("a/b", ("a", "b")), ("./a//b/", ("a", "b")), ("a/..b", ("a", "..b"))])
def test_names_that_stay(name: str, parts: tuple[str, ...]) -> None:
    assert member_path(name) == parts


@given(st.text(max_size=30))
def test_a_name_is_refused_or_stays_below(name: str) -> None:
    with contextlib.suppress(ArchiveError):
        path = os.path.normpath("/tree/" + "/".join(member_path(name)))
        assert path == "/tree" or path.startswith("/tree/")


def test_the_same_name_twice() -> None:
    names = Names()
    names.add(("a", "b"), "file")
    with pytest.raises(ArchiveError, match="two members with one name"):
        names.add(("a", "b"), "file")


def test_folders_may_come_twice_and_late() -> None:
    names = Names()
    names.add(("a", "b"), "file")
    names.add(("a",), "dir")
    names.add(("a",), "dir")
    with pytest.raises(ArchiveError, match="two members with one name"):
        names.add(("a",), "file")


def test_nothing_lies_beyond_a_link_or_a_file() -> None:
    names = Names()
    names.add_link(("link",), "bin")
    names.add(("file",), "file")
    with pytest.raises(ArchiveError, match="writes through a link"):
        names.add(("link", "x"), "file")
    with pytest.raises(ArchiveError, match="uses a file as a folder"):
        names.add(("file", "deep", "x"), "file")


@pytest.mark.parametrize("target", ["/etc", "", "a\0"])
def test_links_that_are_refused_at_sight(target: str) -> None:
    with pytest.raises(ArchiveError):
        Names().add_link(("x",), target)


@pytest.mark.parametrize("target", ["..", "../..", "a/../..", "../python/x"])
def test_links_that_leave(target: str) -> None:
    names = Names()
    names.add_link(("x",), target)
    with pytest.raises(ArchiveError, match="leaves the tree"):
        names.check_links()


def test_a_link_that_leaves_only_by_way_of_another() -> None:
    """Word by word `a/b/up/../..` is `a`, but `a/b/up` is `a`, and two above that is outside."""
    names = Names()
    names.add(("a", "b", "file"), "file")
    names.add_link(("a", "b", "up"), "..")
    names.add_link(("out",), "a/b/up/../..")
    with pytest.raises(ArchiveError, match="'out'"):
        names.check_links()


def test_links_out_of_the_part_that_is_kept() -> None:
    names = Names()
    names.add_link(("install", "lib", "libpython.a"), "../../build/lib.a")
    names.check_links()
    with pytest.raises(ArchiveError, match="leaves the tree"):
        names.check_links(("install",))


def test_circles_and_dangling_links_stay_inside() -> None:
    names = Names()
    names.add_link(("a",), "b")
    names.add_link(("b",), "a")
    names.add_link(("c",), "not/there/yet")
    names.check_links()


def test_a_refused_name_leaves_nothing_behind_to_lean_on() -> None:
    names = Names()
    names.add_link(("a",), "b")
    for _ in range(2):
        with pytest.raises(ArchiveError, match="writes through a link"):
            names.add(("a", "a", "a"), "file")


_PART = st.sampled_from(["a", "b", "c", ".."])
_PATH = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map(tuple)
_TARGET = st.lists(_PART, min_size=1, max_size=4).map("/".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_PATH, _TARGET), max_size=5), st.lists(_PATH, max_size=5))
def test_the_kernel_agrees(links: list[tuple[tuple[str, ...], str]], folders: list[tuple[str, ...]]) -> None:
    """Whatever passes the check, no link of it leads out of the tree when a real file system follows it."""
    names = Names()
    with tempfile.TemporaryDirectory() as outer:
        root = Path(outer, "one", "two", "root")
        root.mkdir(parents=True)
        for path in folders:
            with contextlib.suppress(ArchiveError):
                names.add(path, "dir")
                root.joinpath(*path).mkdir(parents=True, exist_ok=True)
        for path, target in links:
            with contextlib.suppress(ArchiveError):
                names.add_link(path, target)
                root.joinpath(*path).parent.mkdir(parents=True, exist_ok=True)
                root.joinpath(*path).symlink_to(target)
        try:
            names.check_links()
        except ArchiveError:
            return
        for path, _ in links:
            where = root.joinpath(*path)
            if where.is_symlink():
                with contextlib.suppress(OSError, RuntimeError):  # dangling, or a circle
                    assert where.resolve(strict=True).is_relative_to(root)
