"""Binaries, tags, headers and releases beside each other."""

from __future__ import annotations

from pydiff.compare import compare_trees
from pydiff.model.packed_names import pack
from pydiff.model.record import Difference
from pydiff.model.snapshot import Fact, Facts, Snapshot
from pydiff.snapshot.binary.symbols import digest

LIBRARY = "lib/libpython3.9.so.1.0"


def differ(
    family: str, left: Facts, right: Facts, versions: tuple[str, str] = ("3.9.18", "3.9.18")
) -> list[Difference]:
    one, two = (
        Snapshot(prefix, version, {family: facts}, {})
        for prefix, version, facts in (("/l", versions[0], left), ("/r", versions[1], right))
    )
    return compare_trees(one, two)


def api(*names: str, packed: bool = True) -> dict[str, str | int | list[str]]:
    fact: dict[str, str | int | list[str]] = {"format": "elf", "exports": len(names), "exports_sha256": digest(names)}
    return fact | {"exports_names": pack(names)} if packed else fact


def only(differences: list[Difference]) -> Difference:
    assert len(differences) == 1, differences
    return differences[0]


def test_names_of_the_api_that_only_one_side_has() -> None:
    found = only(differ("binaries", {LIBRARY: api("Py_A", "_Py_b")}, {LIBRARY: api("Py_A", "Py_C", "_Py_d")}))
    assert (found.subject, found.left, found.right) == ("lib/libpython{X.Y}.so.1.0:exports", "2 names", "3 names")
    assert found.severity == "breaks"
    assert found.detail == "only left: _Py_b; only right: Py_C, _Py_d"
    private = only(differ("binaries", {LIBRARY: api("Py_A", "_Py_b")}, {LIBRARY: api("Py_A")}))
    assert private.severity == "changes", "extensions have no business with private names"
    versions = ("3.9.18", "3.10.13")
    newer = only(differ("binaries", {LIBRARY: api("Py_A")}, {LIBRARY.replace("3.9", "3.10"): api("Py_B")}, versions))
    assert newer.severity == "changes", "no extension is loaded by both"


def test_no_name_of_an_api_is_left_out() -> None:
    names = [f"Py_{number}" for number in range(40)]
    found = only(differ("binaries", {LIBRARY: api("Py_A")}, {LIBRARY: api("Py_A", *names)}))
    assert set(found.detail.removeprefix("only right: ").split(", ")) == set(names)


def test_an_api_without_names_and_one_that_is_elsewhere() -> None:
    counted = only(differ("binaries", {"lib/x.so": api("Py_A", packed=False)}, {"lib/x.so": api("Py_B", packed=False)}))
    assert (counted.left, counted.right, counted.detail) == ("1 names", "1 names", "")
    moved = only(differ("binaries", {LIBRARY: api("Py_A")}, {LIBRARY: {"format": "elf"}}))
    assert (moved.left, moved.right, moved.severity) == ("1 names", None, "changes")
    broken = {**api("Py_A"), "exports_sha256": "other", "exports_names": "%%%"}
    assert only(differ("binaries", {LIBRARY: api("Py_A")}, {LIBRARY: broken})).detail == ""
    assert differ("binaries", {LIBRARY: api("Py_A")}, {LIBRARY: api("Py_A")}) == []


def test_a_floor_is_explained_and_not_told_twice() -> None:
    left: Fact = {"format": "elf", "glibc": "2.17", "glibc_by": ["memcpy"]}
    right: Fact = {"format": "elf", "glibc": "2.34", "glibc_by": ["dlopen", "and 3 more"]}
    found = only(differ("binaries", {"lib/x.so": left}, {"lib/x.so": right}))
    assert (found.subject, found.left, found.right) == ("lib/x.so:glibc", "2.17", "2.34")
    assert found.detail == "left asked by memcpy; right asked by dlopen, and 3 more"
    same_floor: Fact = {"format": "elf", "glibc": "2.17", "glibc_by": ["memmove"]}
    assert differ("binaries", {"lib/x.so": left}, {"lib/x.so": same_floor}) == []


def test_a_library_that_only_one_side_finds() -> None:
    left: Fact = {"needed": ["a"], "unreached": ["a"]}
    right: Fact = {"needed": ["a"], "resolved": ["a -> /r/lib/a"]}
    found = {one.subject: one for one in differ("binaries", {"lib/x.so": left}, {"lib/x.so": right})}
    assert found["lib/x.so:unreached"].severity == "breaks"
    assert found["lib/x.so:resolved"].right == "a -> {prefix}/lib/a"
    moved: Fact = {"needed": ["a"], "resolved": ["a -> /l/lib/a"], "search": ["/l/lib", "system"]}
    here: Fact = {"needed": ["a"], "resolved": ["a -> /r/lib/a"], "search": ["/r/lib", "system"]}
    assert differ("binaries", {"lib/x.so": moved}, {"lib/x.so": here}) == []


def test_objects_that_are_bitcode_on_one_side() -> None:
    left: Fact = {"format": "archive", "members": 2, "holds": ["elf x86_64: 2"]}
    right: Fact = {"format": "archive", "members": 3, "holds": ["llvm-bitcode LLVM18.0.8: 3"]}
    found = only(differ("binaries", {"lib/x.a": left}, {"lib/x.a": right}))
    assert found.subject == "lib/x.a:holds"


def test_tags() -> None:
    def facts(floor: str, platforms: list[str], accepts: str, builds: str = "cp39-cp39-linux_x86_64") -> Facts:
        return {"builds": builds, "floor": floor, "platforms": platforms, "accepts": [accepts]}

    found = only(differ("tags", facts("glibc 2.17", ["a"], "x"), facts("glibc 2.34", ["b", "a"], "x")))
    assert (found.subject, found.left, found.right) == ("floor", "glibc 2.17", "glibc 2.34")
    same = only(differ("tags", facts("f", ["a"], "x"), facts("f", ["a"], "y")))
    assert same.subject == "accepts"
    newer = facts("f", ["a"], "y", "cp310-cp310-linux_x86_64")
    assert differ("tags", facts("f", ["a"], "x"), newer, ("3.9.1", "3.10.1")) == [], "what follows from the version"


def test_headers() -> None:
    left: Facts = {"files": 156, "digest": "a" * 64, "PY_VERSION": '"3.9.18"', "PYTHON_ABI_VERSION": "3"}
    right: Facts = {"files": 157, "digest": "b" * 64, "PY_VERSION": '"3.9.18"', "PYTHON_ABI_VERSION": "4"}
    rows = [(one.severity, one.subject, one.left, one.right) for one in differ("headers", left, right)]
    assert rows == [
        ("breaks", "PYTHON_ABI_VERSION", "3", "4"),
        ("changes", "digest", "156 files, sha256 aaaaaaaaaaaa", "157 files, sha256 bbbbbbbbbbbb"),
    ]


def test_a_release() -> None:
    left: Facts = {
        "crt_features": ["glibc-dynamic"],
        "python_version": "3.9.18",
        "extension/_ssl": {"state": "builtin", "links": ["static:ssl"]},
    }
    right: Facts = {
        "crt_features": ["musl-dynamic"],
        "python_version": "3.9.19",
        "extension/_ssl": {"state": "shared", "links": ["dynamic:ssl"]},
    }
    rows = {one.subject: one.severity for one in differ("release", left, right)}
    assert rows == {
        "crt_features": "changes",
        "extension/_ssl:links": "changes",
        "extension/_ssl:state": "cosmetic",
        "python_version": "cosmetic",
    }, "the extensions family tells the state by the files"


def test_the_copy_of_the_variables_that_was_left_behind() -> None:
    def tree(module: str, copy: str) -> Snapshot:
        return Snapshot("/l", "3.14.0", {"sysconfig": {"LIBDIR": module}, "sysconfig_vars": {"LIBDIR": copy}}, {})

    told = compare_trees(tree("/install/lib", "/install/lib"), tree("/srv/lib", "/install/lib"))
    assert [one.family for one in told] == ["sysconfig"]
    told = compare_trees(tree("/srv/lib", "/install/lib"), tree("/srv/lib", "/srv/lib"))
    assert [(one.family, one.severity) for one in told] == [("sysconfig_vars", "changes")]
