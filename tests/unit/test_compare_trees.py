"""Two snapshots: what is said, how often, and how loud."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from pydiff.compare import compare_trees
from pydiff.compare.aligned import LONGEST
from pydiff.compare.builds import with_readers
from pydiff.model.build import BuildRecord, NotRun, SysconfigRead
from pydiff.model.record import Difference
from pydiff.model.roles import Roles
from pydiff.model.snapshot import Fact, Facts, Snapshot
from snapshot_support import released_linux


def tree(
    prefix: str = "/l", version: str = "3.9.18", errors: dict[str, str] | None = None, **families: Facts
) -> Snapshot:
    return Snapshot(prefix, version, families, errors or {})


def file(sha256: str = "a", mode: int = 0o644, relocated: str = "") -> Fact:
    fact: dict[str, str | int | list[str]] = {"kind": "file", "mode": mode, "size": 1, "sha256": sha256}
    return {**fact, "relocated": relocated} if relocated else fact


def folder() -> Fact:
    return {"kind": "dir", "mode": 0o755}


def variables(left: Facts, right: Facts) -> list[Difference]:
    return compare_trees(tree("/l", sysconfig=left), tree("/r", sysconfig=right))


def files(left: Facts, right: Facts) -> list[Difference]:
    return compare_trees(tree("/l", files=left), tree("/r", files=right))


def rows(differences: list[Difference]) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(one.severity, one.subject, one.left, one.right, one.count) for one in differences]


def laid_right(prefix: str) -> Snapshot:
    """The released tree with every path of its own rewritten to where it is."""
    tree = released_linux(prefix)
    at_build = Roles({"prefix": "/install"})
    rewritten: Facts = {
        name: at_build.normalise(value).replace("{prefix}", prefix) if isinstance(value, str) else value
        for name, value in tree.families["sysconfig"].items()
    }
    return replace(tree, families={**tree.families, "sysconfig": rewritten})


def test_a_tree_that_was_only_moved_does_not_differ() -> None:
    left, right = laid_right("/opt/a/python"), laid_right("/srv/b")
    assert left.families["sysconfig"]["LIBDIR"] != right.families["sysconfig"]["LIBDIR"]
    assert compare_trees(left, right) == []


def test_what_a_manager_rewrites_in_a_released_tree() -> None:
    left, right = released_linux(), released_linux()
    rewritten: dict[str, Fact] = copy.deepcopy(left.families["sysconfig"])
    rewritten |= {
        "LIBDIR": "/opt/u/python/lib",
        "CC": "cc -pthread",
        "AR": "ar",
        "LDSHARED": "cc -pthread -shared -Wl,--exclude-libs,ALL",
    }
    left = replace(left, families={**left.families, "sysconfig": rewritten})
    found = {one.subject: one for one in compare_trees(left, right)}
    assert found.keys() == {"LIBDIR", "CC", "AR", "LDSHARED"}
    assert {one.severity for one in found.values()} == {"breaks"}
    assert (found["LIBDIR"].left, found["LIBDIR"].right) == ("{prefix}/lib", "/install/lib")
    assert found["CC"].detail == found["LDSHARED"].detail == "-cc +clang"
    assert found["AR"].detail == "", "two single words say it themselves"


def test_one_version_beside_another() -> None:
    left = tree(
        "/l",
        "3.9.18",
        sysconfig={"EXT_SUFFIX": ".cpython-39-x86_64-linux-gnu.so", "MULTIARCH": "x86_64-linux-gnu", "V": "3.9"},
    )
    right = tree(
        "/r",
        "3.10.13",
        sysconfig={"EXT_SUFFIX": ".cpython-310-x86_64-linux-gnu.so", "MULTIARCH": "x86_64-linux-gnu", "V": "3.10"},
    )
    assert compare_trees(left, right) == []


def test_free_threaded_folders_are_the_same_room_but_the_suffix_differs() -> None:
    left = tree("/l", "3.13.0", sysconfig={"EXT_SUFFIX": ".cpython-313-x.so"}, files={"lib/python3.13/os.py": file()})
    right = tree(
        "/r", "3.13.0", sysconfig={"EXT_SUFFIX": ".cpython-313t-x.so"}, files={"lib/python3.13t/os.py": file()}
    )
    assert [one.subject for one in compare_trees(left, right)] == ["EXT_SUFFIX"]


def test_whitespace_quotes_and_spelling_are_no_difference() -> None:
    assert variables({"CFLAGS": " -O2  -L /x ", "A": "'-DX'"}, {"CFLAGS": "-O2 -L/x", "A": "-DX"}) == []


def test_a_number_is_its_digits() -> None:
    assert variables({"Py_DEBUG": 0}, {"Py_DEBUG": "0"}) == []


@pytest.mark.parametrize(
    ("name", "left", "right", "severity"),
    [
        ("CFLAGS", "-O2", "-O3", "changes"),
        ("CFLAGS", "-O2", "-O2 -Wall", "cosmetic"),
        ("CFLAGS", "-g", "", "cosmetic"),
        ("CFLAGS", "", "-I/tools/deps/include", "breaks"),
        ("CPPFLAGS", "-I.", "-I. -IInclude", "cosmetic"),
        ("LDFLAGS", "", "-Wl,--exclude-libs,ALL", "breaks"),
        ("LDFLAGS", "", "-Wl,-z,now", "changes"),
        ("LINKFORSHARED", "-Wl,-E -Wl,-O1 -Wl,-Bsymbolic-functions", "-Wl,-E", "changes"),
        ("LINKFORSHARED", "-Wl,-O1", "-Wl,-O1 -Wl,-E", "breaks"),
        ("EXT_SUFFIX", ".a.so", ".b.so", "changes"),
        ("CONFIG_ARGS", "'--a'", "'--b'", "cosmetic"),
        ("INCLUDEPY", "/install/include", "/r/include", "breaks"),
    ],
)
def test_severity_of_a_variable(name: str, left: str, right: str, severity: str) -> None:
    (one,) = variables({name: left}, {name: right})
    assert one.severity == severity


def test_an_empty_variable_that_the_other_side_has_not_is_cosmetic() -> None:
    (one,) = variables({"LIBDIR": "", "S": "x"}, {"S": "x"})
    assert (one.subject, one.severity) == ("LIBDIR", "cosmetic")


def test_equal_differences_are_told_once_but_those_that_break_builds_by_name() -> None:
    left: Facts = dict.fromkeys(("CC", "LDSHARED", "PY_A", "PY_B", "PY_C"), "clang -x")
    right: Facts = dict.fromkeys(left, "cc -x")
    assert rows(variables(left, right)) == [
        ("breaks", "CC", "clang -x", "cc -x", 1),
        ("breaks", "LDSHARED", "clang -x", "cc -x", 1),
        ("cosmetic", "PY_A", "clang -x", "cc -x", 3),
    ]
    assert variables(left, right)[2].also == ["PY_B", "PY_C"]


def test_variables_of_one_side_only_are_counted() -> None:
    (one,) = variables({"A": "1", "B": "2", "C": "3", "Z": ""}, {"Z": ""})
    assert rows([one]) == [("cosmetic", "A", "3 variables", None, 3)]
    assert one.also == ["B", "C"]


def test_values_are_whole_but_for_what_no_python_has() -> None:
    (one,) = variables({"MODOBJS": "a " * 900}, {"MODOBJS": "b " * 900})
    assert (one.left, one.right) == (("a " * 900).strip(), ("b " * 900).strip())
    (one,) = variables({"MODOBJS": "a" * 300_000}, {"MODOBJS": "b"})
    assert len(one.left or "") == LONGEST
    assert (one.left or "").endswith("…")


def test_the_makefile_says_only_what_sysconfig_does_not() -> None:
    left = tree(sysconfig={"CC": "clang"}, makefile={"CC": "clang", "OPT": "-O2"})
    right = tree(sysconfig={"CC": "cc"}, makefile={"CC": "cc", "OPT": "-O3"})
    assert [(one.family, one.subject) for one in compare_trees(left, right)] == [
        ("sysconfig", "CC"),
        ("makefile", "OPT"),
    ]


def test_the_same_change_in_many_binaries_is_one() -> None:
    paths = [f"lib/python3.9/lib-dynload/{name}.so" for name in ("a", "b", "c")]
    left: Facts = {path: {"needed": ["libc.so.6"], "runpath": ["/l/lib"], "symbols": "debug"} for path in paths}
    right: Facts = {path: {"needed": ["libc.so.6", "libpython3.9.so"], "symbols": "stripped"} for path in paths}
    found = compare_trees(tree(binaries=left), tree(binaries=right))
    assert rows(found) == [
        ("cosmetic", "lib/python{X.Y}/lib-dynload/a.so:needed", "libc.so.6", "libc.so.6 libpython{X.Y}.so", 3),
        ("cosmetic", "lib/python{X.Y}/lib-dynload/a.so:runpath", "{prefix}/lib", None, 3),
        ("cosmetic", "lib/python{X.Y}/lib-dynload/a.so:symbols", "debug", "stripped", 3),
    ]
    assert found[0].detail == "+libpython{X.Y}.so"


def test_extensions() -> None:
    def known(**states: str) -> Facts:
        return {name: {"state": state.replace("_", " "), "decided": "x"} for name, state in states.items()}

    found = compare_trees(
        tree(extensions=known(_ssl="shared", _a="builtin", _b="builtin", _c="builtin or absent", _d="shared")),
        tree(extensions=known(_ssl="absent", _a="shared", _b="builtin or absent", _c="absent", _d="shared")),
    )
    assert rows(found) == [("breaks", "_ssl", "shared", "absent", 1), ("changes", "_a", "builtin", "shared", 1)]


def test_a_pc_file_that_names_another_prefix() -> None:
    left = tree("/l", pkgconfig={"lib/pkgconfig/python-3.9.pc": {"prefix": "/l", "Description:": "a"}})
    right = tree("/r", pkgconfig={"lib/pkgconfig/python-3.9.pc": {"prefix": "/install", "Description:": "b"}})
    assert rows(compare_trees(left, right)) == [
        ("breaks", "lib/pkgconfig/python-{X.Y}.pc:prefix", "{prefix}", "/install", 1),
        ("cosmetic", "lib/pkgconfig/python-{X.Y}.pc:Description:", "a", "b", 1),
    ]


def test_a_family_of_one_side_only_is_one_difference() -> None:
    left = tree(sysconfig={"A": "1", "B": "2"})
    assert rows(compare_trees(left, tree(sysconfig={}))) == [("changes", "(sysconfig)", "2 facts", None, 1)]
    unread = tree(sysconfig={}, errors={"sysconfig": "line 3: code"})
    assert compare_trees(left, unread)[0].right == "not read: line 3: code"


@pytest.mark.parametrize(
    ("family", "severity"),
    [("release", "cosmetic"), ("builddetails", "cosmetic"), ("headers", "cosmetic"), ("tags", "changes")],
)
def test_a_family_that_only_describes_is_no_news_where_it_could_be_read(family: str, severity: str) -> None:
    described = Snapshot("/l", "3.9.18", {family: {"version": "8"}}, {})
    for sides in ((described, tree()), (tree(), described)):
        assert [(one.family, one.severity) for one in compare_trees(*sides)] == [(family, severity)]
    unread = Snapshot("/l", "3.9.18", {family: {}}, {family: "line 3: no table"})
    (one,) = compare_trees(described, unread)
    assert (one.severity, one.right) == ("changes", "not read: line 3: no table")


def test_files_that_name_their_prefix_are_compared_without_it() -> None:
    assert files({"bin/pip": file("a", relocated="same")}, {"bin/pip": file("b", relocated="same")}) == []
    assert len(files({"bin/pip": file("a", relocated="x")}, {"bin/pip": file("b", relocated="y")})) == 1
    assert len(files({"bin/pip": file("a", relocated="x")}, {"bin/pip": file("b")})) == 1


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("include/python3.9/Python.h", "breaks"),
        ("lib/libpython3.9.so.1.0", "breaks"),
        ("lib/pkgconfig/python-3.9.pc", "breaks"),
        ("bin/python3.9-config", "breaks"),
        ("lib/python3.9/os.py", "changes"),
        ("lib/python3.9/test/test_os.py", "cosmetic"),
        ("share/man/man1/python3.9.1", "cosmetic"),
    ],
)
def test_severity_of_a_missing_file(path: str, severity: str) -> None:
    parents = {"/".join(path.split("/")[:depth]): folder() for depth in range(1, len(path.split("/")))}
    (one,) = files({**parents, path: file()}, dict(parents))
    assert (one.severity, one.left, one.right) == (severity, "1 bytes, sha256 a", None)


def test_a_folder_of_one_side_is_told_once() -> None:
    terminfo: Facts = {f"share/terminfo/{name}": file() for name in "abcdef"}
    both: Facts = {"share": folder()}
    assert rows(files(both, {**both, "share/terminfo": folder(), **terminfo})) == [
        ("cosmetic", "share/terminfo/", None, "6 files", 6)
    ]


def test_many_files_of_one_folder_are_told_once_by_name_when_few() -> None:
    left: Facts = {f"lib/python3.9/{name}.py": file("a") for name in "abcdefgh"}
    right: Facts = {path: file("b") for path in left}
    (one,) = files(left, right)
    assert (one.subject, one.left, one.count, one.severity) == ("lib/python{X.Y}/", "8 files", 8, "changes")
    assert one.detail.startswith("other contents: a.py, b.py")
    few = files({"lib/python3.9/a.py": file("a")}, {"lib/python3.9/a.py": file("b")})
    assert rows(few) == [("changes", "lib/python{X.Y}/a.py", "1 bytes, sha256 a", "1 bytes, sha256 b", 1)]


def test_links_and_modes() -> None:
    left: Facts = {
        "lib/libpython3.9.so": {"kind": "link", "mode": 0o777, "target": "libpython3.9.so.1.0"},
        "bin/python": {"kind": "link", "mode": 0o777, "target": "/l/bin/python3.9"},
        "a": file(mode=0o644),
        "b": file(mode=0o644),
    }
    right: Facts = {
        "lib/libpython3.9.so": file(),
        "bin/python": {"kind": "link", "mode": 0o755, "target": "/r/bin/python3.9"},
        "a": file(mode=0o664),
        "b": file(mode=0o664),
    }
    assert rows(files(left, right)) == [
        ("changes", "lib/libpython{X.Y}.so", "link to libpython{X.Y}.so.1.0", "1 bytes, sha256 a", 1),
        ("cosmetic", "a", "mode 644", "mode 664", 2),
    ]


def test_worst_first_then_family_then_subject() -> None:
    left = tree(
        sysconfig={"CC": "a", "OPT": "-O1", "AR": "a"},
        files={"include/x.h": file(), "include/y.h": file(), "include": folder()},
    )
    right = tree(sysconfig={"CC": "b", "OPT": "-O2", "AR": "b"}, files={"include": folder()})
    assert [one.subject for one in compare_trees(left, right)] == ["AR", "CC", "include/x.h", "include/y.h", "OPT"]


def test_the_other_way_round_is_the_mirror_image() -> None:
    left = tree(sysconfig={"CC": "a b", "X": "1"}, files={"lib/python3.9/a.py": file()})
    right = tree(sysconfig={"CC": "b c", "Y": "1"}, files={"lib/python3.9/b.py": file()})
    one, other = compare_trees(left, right), compare_trees(right, left)
    assert sorted((row.subject, row.left, row.right) for row in one) == sorted(
        (row.subject, row.right, row.left) for row in other
    )


def test_the_snapshots_are_left_alone() -> None:
    left, right = released_linux("/a"), released_linux("/b")
    before = copy.deepcopy((left, right))
    compare_trees(left, right)
    assert (left, right) == before


def test_a_variable_that_was_read_is_found_among_those_told_with_another() -> None:
    left: Facts = dict.fromkeys(("PY_A", "PY_B"), "clang -x")
    differences = variables(left, dict.fromkeys(left, "cc -x"))
    record = BuildRecord(NotRun("test"), reads=(SysconfigRead("PY_B", "v", "setup.py:3"),))
    (one,) = with_readers(differences, record, record)
    assert (one.subject, one.read_by) == ("PY_A", ["setup.py:3"])
