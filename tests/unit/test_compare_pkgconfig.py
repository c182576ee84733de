"""`.pc` files by what they mean, and not by how they are written."""

from __future__ import annotations

import time

import pytest

from pydiff.compare import compare_trees
from pydiff.model.record import Difference
from pydiff.model.snapshot import Facts, Snapshot


def tree(prefix: str, fields: dict[str, str], path: str = "lib/pkgconfig/python-3.9.pc") -> Snapshot:
    facts: Facts = {path: {**fields}}
    return Snapshot(prefix, "3.9.18", {"pkgconfig": facts}, {})


def compared(left: dict[str, str], right: dict[str, str]) -> list[Difference]:
    return compare_trees(tree("/l", left), tree("/r", right))


def rows(found: list[Difference]) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.severity, one.subject.rpartition(".pc:")[2], one.left, one.right) for one in found]


@pytest.mark.parametrize(
    ("field", "left", "right", "told", "meant"),
    [
        ("prefix", "/l", "${pcfiledir}/../..", "{prefix}", "{prefix}"),
        ("libdir", "/l/lib", "${exec_prefix}/lib", "{prefix}/lib", "{prefix}/lib"),
        ("Libs:", "-L/l/lib -lm", "-L${libdir} -lm", "-L{prefix}/lib -lm", "-L{prefix}/lib -lm"),
        ("Libs:", "-L${pcfiledir}/../../lib", "-L${libdir}", "-L${pcfiledir}/../../lib", "-L{prefix}/lib"),
    ],
)
def test_what_is_only_written_otherwise_is_cosmetic(field: str, left: str, right: str, told: str, meant: str) -> None:
    ours = {"prefix": "/l", "exec_prefix": "${prefix}", "libdir": "${exec_prefix}/lib"}
    theirs = {"prefix": "/r", "exec_prefix": "${prefix}", "libdir": "${exec_prefix}/lib"}
    (one,) = compared({**ours, field: left}, {**theirs, field: right})
    assert rows([one]) == [("cosmetic", field, told, right)]
    assert one.detail == f"both mean {meant}"


def test_the_recorded_prefix_is_another_place() -> None:
    right = {"prefix": "/install", "libdir": "${prefix}/lib", "Libs:": "-L${libdir}"}
    left = {"prefix": "${pcfiledir}/../..", "libdir": "${prefix}/lib", "Libs:": "-L${libdir}"}
    assert rows(compared(left, right)) == [("breaks", "prefix", "{prefix}", "/install")]
    assert rows(compared({"prefix": "/l"}, right)) == [
        ("breaks", "Libs:", None, "-L/install/lib"),
        ("breaks", "libdir", None, "/install/lib"),
        ("breaks", "prefix", "{prefix}", "/install"),
    ]


def test_written_otherwise_and_meaning_another_place_is_shown_expanded() -> None:
    left = {"prefix": "/install", "libdir": "${prefix}/lib"}
    right = {"prefix": "/r", "libdir": "/r/lib"}
    assert rows(compared(left, right)) == [
        ("breaks", "libdir", "/install/lib", "{prefix}/lib"),
        ("breaks", "prefix", "/install", "{prefix}"),
    ]


def test_the_folder_of_the_file_is_its_own() -> None:
    left = tree("/l", {"prefix": "${pcfiledir}/.."}, "share/pkgconfig/x.pc")
    right = tree("/r", {"prefix": "/r/share"}, "share/pkgconfig/x.pc")
    assert rows(compare_trees(left, right)) == [("cosmetic", "prefix", "${pcfiledir}/..", "{prefix}/share")]


def test_circles_and_unknown_names_stay_as_they_are() -> None:
    assert rows(compared({"libdir": "${libdir}/${x}"}, {"libdir": "/r/lib"})) == [
        ("breaks", "libdir", "${libdir}/${x}", "{prefix}/lib")
    ]


def test_a_value_that_doubles_at_each_line_fills_no_memory() -> None:
    hostile = {"v0": "x" * 50, "slashes": "/." * 100_000 + ":"} | {
        f"v{number}": f"${{v{number - 1}}}" * 2 for number in range(1, 200)
    }
    started = time.monotonic()
    found = compared(hostile, {**hostile, "v0": "y" * 50, "slashes": "/" * 200_000, "v199": "z"})
    assert time.monotonic() - started < 5
    assert all(len(one.left or "") < 5_000 for one in found if not one.subject.endswith("slashes"))
