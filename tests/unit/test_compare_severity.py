"""How loud a difference is: what a build can notice, and what two versions of Python are expected to differ in."""

from __future__ import annotations

import pytest

from pydiff.compare import compare_trees
from pydiff.model.record import Difference
from pydiff.model.snapshot import Fact, Facts, Snapshot


def tree(version: str, **families: Facts) -> Snapshot:
    return Snapshot(f"/opt/{version}", version, families, {})


def file(sha256: str = "a") -> Fact:
    return {"kind": "file", "mode": 0o644, "size": 1, "sha256": sha256}


def told(found: list[Difference]) -> list[tuple[str, str, str | None, str | None, int]]:
    return [(one.severity, one.subject, one.left, one.right, one.count) for one in found]


def library(version: str, *names: str, contents: str = "a") -> Snapshot:
    minor = ".".join(version.split(".")[:2])
    paths = [f"lib/python{minor}/{name}" for name in names]
    folders = {path[:end] for path in paths for end in range(len(path)) if path[end] == "/"}
    facts: Facts = {folder: {"kind": "dir", "mode": 0o755} for folder in folders}
    return tree(version, files=facts | {path: file(contents) for path in paths})


def test_the_standard_libraries_of_two_versions_are_one_difference() -> None:
    left = library("3.9.18", "os.py", "asyncio/base.py", "test/test_os.py", "formatter.py", contents="a")
    right = library("3.10.13", "os.py", "asyncio/base.py", "test/test_os.py", "asyncio/mixins.py", contents="b")
    (one,) = compare_trees(left, right)
    assert told([one]) == [("cosmetic", "lib/python{X.Y}/", "4 files", "4 files", 5)]
    assert one.detail == (
        "other contents: asyncio/base.py, os.py, test/test_os.py; only left: formatter.py; only right: asyncio/mixins.py"
    )


def test_those_of_one_version_are_told_as_they_are() -> None:
    left, right = library("3.9.18", "os.py", "formatter.py"), library("3.9.20", "os.py", contents="b")
    assert told(compare_trees(left, right)) == [
        ("changes", "lib/python{X.Y}/formatter.py", "1 bytes, sha256 a", None, 1),
        ("changes", "lib/python{X.Y}/os.py", "1 bytes, sha256 a", "1 bytes, sha256 b", 1),
    ]


def test_what_was_installed_into_them_is_told_by_itself() -> None:
    left, right = library("3.9.18", "os.py", "site-packages/x.py"), library("3.10.13", "os.py", "site-packages/y.py")
    assert {one.subject for one in compare_trees(left, right)} == {
        "lib/python{X.Y}/site-packages/x.py",
        "lib/python{X.Y}/site-packages/y.py",
    }


def test_two_equal_standard_libraries_do_not_differ() -> None:
    assert compare_trees(library("3.9.18", "os.py"), library("3.10.13", "os.py")) == []


@pytest.mark.parametrize(
    ("header", "other", "severity"),
    [
        ("include/python3.{}/internal/pycore_x.h", "3.10.13", "cosmetic"),
        ("include/python3.{}/internal/pycore_x.h", "3.9.20", "breaks"),
        ("include/python3.{}/longintrepr.h", "3.10.13", "breaks"),
    ],
)
def test_a_private_header_belongs_to_its_version(header: str, other: str, severity: str) -> None:
    def headers(version: str, *paths: str) -> Snapshot:
        minor = version.split(".")[1]
        folder = f"include/python3.{minor}"
        facts: Facts = {name: {"kind": "dir", "mode": 0o755} for name in ("include", folder, f"{folder}/internal")}
        return tree(version, files=facts | {path.format(minor): file("x" * 70) for path in paths})

    (one,) = compare_trees(headers("3.9.18", header), headers(other))
    assert (one.severity, one.right) == (severity, None)


def test_that_the_headers_of_two_versions_have_other_contents_is_told_by_the_files() -> None:
    def headers(version: str, contents: str) -> Snapshot:
        path = f"include/python3.{version.split('.')[1]}/Python.h"
        facts: Facts = {"files": 1, "digest": contents}
        return tree(version, headers=facts, files={path: file(contents)})

    across = compare_trees(headers("3.9.18", "a"), headers("3.10.13", "b"))
    assert {(one.family, one.severity) for one in across} == {("headers", "cosmetic"), ("files", "changes")}
    within = compare_trees(headers("3.9.18", "a"), headers("3.9.20", "b"))
    assert {(one.family, one.severity) for one in within} == {("headers", "changes"), ("files", "changes")}


def test_public_headers_of_two_versions_are_one_difference_with_a_count() -> None:
    def headers(version: str, contents: str) -> Snapshot:
        folder = f"include/python3.{version.split('.')[1]}"
        names = (
            "Python.h",
            "abstract.h",
            "object.h",
            "cpython/object.h",
            "internal/pycore_gc.h",
            "pyconfig.h",
            "x/y.h",
        )
        return tree(version, files={f"{folder}/{name}": file(contents) for name in names})

    found = told(compare_trees(headers("3.11.7", "a"), headers("3.12.1", "b")))
    assert found[0] == ("changes", "include/python{X.Y}/", "4 files", "4 files", 4)
    assert {(severity, subject) for severity, subject, *_ in found[1:]} == {
        ("cosmetic", f"include/python{{X.Y}}/{name}") for name in ("internal/pycore_gc.h", "pyconfig.h", "x/y.h")
    }


@pytest.mark.parametrize(("size", "severity"), [(0, "cosmetic"), (1, "breaks")])
@pytest.mark.parametrize("other", ["3.9.20", "3.10.13"])
def test_a_public_header_without_contents_is_missed_by_nobody(size: int, severity: str, other: str) -> None:
    both: Facts = {"include": {"kind": "dir", "mode": 0o755}}
    header: Fact = {"kind": "file", "mode": 0o644, "size": size, "sha256": "a"}
    left = tree("3.9.18", files={**both, "include/python3.9": both["include"], "include/python3.9/ucnhash.h": header})
    right = tree(other, files={**both, f"include/python{other.rpartition('.')[0]}": both["include"]})
    (one,) = compare_trees(left, right)
    assert (one.severity, one.subject) == (severity, "include/python{X.Y}/ucnhash.h")


@pytest.mark.parametrize(
    ("module", "left", "right", "other", "severity"),
    [
        ("_ssl", "shared", "absent", "3.10.13", "breaks"),
        ("_ssl", "shared", "absent", "3.9.20", "breaks"),
        ("parser", "shared", "absent", "3.10.13", "cosmetic"),
        ("parser", "shared", "absent", "3.9.20", "breaks"),
        ("_testcapi", "shared", "absent", "3.9.20", "cosmetic"),
        ("xxlimited_35", "absent", "shared", "3.10.13", "cosmetic"),
        ("_csv", "shared", "builtin", "3.10.13", "changes"),
    ],
)
def test_a_module_that_is_not_there(module: str, left: str, right: str, other: str, severity: str) -> None:
    def with_module(version: str, state: str) -> Snapshot:
        return tree(version, extensions={module: {"state": state, "decided": "x"}})

    (one,) = compare_trees(with_module("3.9.18", left), with_module(other, right))
    assert one.severity == severity


@pytest.mark.parametrize(
    ("path", "field", "left", "right", "severity"),
    [
        ("bin/python3.9", "needed", ["libc.so.6"], ["libpython3.9.so.1.0", "libc.so.6"], "changes"),
        ("bin/python3.9", "glibc", "2.17", "2.34", "changes"),
        ("bin/python3.9", "machine", "x86_64", "aarch64", "breaks"),
        ("lib/python3.9/lib-dynload/_uuid.so", "needed", ["libuuid.so.1"], ["libc.so.6"], "cosmetic"),
        ("lib/python3.9/lib-dynload/_uuid.so", "glibc", "2.17", "2.34", "cosmetic"),
        ("lib/python3.9/lib-dynload/_uuid.so", "unreached", None, ["libuuid.so.1"], "breaks"),
        ("lib/libpython3.9.so", "soname", "libpython3.9.so.1.0", "libpython3.9.so", "breaks"),
        ("lib/libpython3.9.a", "holds", "elf x86_64: 147", "elf x86_64: 140", "cosmetic"),
        ("lib/libpython3.9.a", "holds", "elf x86_64: 147", "bitcode: 147", "changes"),
    ],
)
def test_of_a_binary(path: str, field: str, left: object, right: object, severity: str) -> None:
    sides = [
        tree("3.9.18", binaries={path: {"format": "elf"} | ({field: value} if value is not None else {})})  # type: ignore[dict-item]
        for value in (left, right)
    ]
    (one,) = compare_trees(*sides)
    assert (one.subject.rpartition(":")[2], one.severity) == (field, severity)


def test_a_folder_of_one_side_names_its_files() -> None:
    both: Facts = {"share": {"kind": "dir", "mode": 0o755}}
    left = tree("3.9.18", files={**both, **{f"share/x/{name}": file() for name in "abcd"}})
    (one,) = compare_trees(left, tree("3.9.18", files=both))
    assert (one.subject, one.left, one.detail) == ("share/x/", "4 files", "a, b, c, d")
