"""Like files meet whatever the layout; what only moved, or has another version in its name, is said once."""

from __future__ import annotations

from pydiff.compare import compare_trees
from pydiff.model.record import Difference
from pydiff.model.snapshot import Fact, Facts, Snapshot
from pydiff.snapshot.take import take
from snapshot_support import LINUX, MACOS_FULL, WINDOWS_FULL, described, released, released_tree


def file(contents: str = "a", size: int = 100) -> Fact:
    return {"kind": "file", "mode": 0o644, "size": size, "sha256": contents}


def link(target: str) -> Fact:
    return {"kind": "link", "mode": 0o777, "target": target}


def tree(files: Facts, version: str = "3.9.18", multiarch: str = "") -> Snapshot:
    folders: Facts = {}
    for path in files:
        parts = path.split("/")
        folders |= {"/".join(parts[:depth]): {"kind": "dir", "mode": 0o755} for depth in range(1, len(parts))}
    families: dict[str, Facts] = {"files": {**folders, **files}, "sysconfig": {"MULTIARCH": multiarch, "S": "x"}}
    return Snapshot("/opt/py", version, families, {})


def differences(left: Facts, right: Facts, **more: str) -> list[Difference]:
    found = compare_trees(tree(left, **more), tree(right, **more))
    return [one for one in found if one.family == "files"]


def rows(found: list[Difference]) -> list[tuple[str, str | None, str | None, int, str]]:
    return [(one.subject, one.left, one.right, one.count, one.detail) for one in found]


def real(name: str, prefix: str = "/opt/py") -> Snapshot:
    return take(released_tree(name), prefix=prefix, version="3.11.9", released=described(name))


def test_released_windows_and_macos_trees_meet() -> None:
    found = [one for one in compare_trees(real(WINDOWS_FULL), real(MACOS_FULL)) if one.family == "files"]
    met = {one.subject: one.count for one in found if one.detail == "the same room in another layout"}
    assert met == {"Lib/": 3070, "include/": 189, "tcl/": 395, "LICENSE.txt": 1}
    # Of 4,778 and 3,771 files so many do not meet; when Lib was no lib/python3.11, hardly one did.
    alone = [sum(one.count for one in found if getattr(one, other) is None) for other in ("right", "left")]
    assert alone == [1076, 94]


def test_a_file_of_windows_alone_is_named_where_windows_has_it() -> None:
    unix: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/json/tool.py": file()}
    windows: Facts = {
        "Lib/os.py": file(),
        "Lib/json/tool.py": file(),
        "Lib/msilib/a.py": file("b"),
        "Lib/nt.py": file("c"),
    }
    assert rows(differences(windows, unix)) == [
        ("Lib/msilib/a.py", "100 bytes, sha256 b", None, 1, ""),
        ("Lib/nt.py", "100 bytes, sha256 c", None, 1, ""),
        ("Lib/", "2 files in Lib/", "2 files in lib/python{X.Y}/", 2, "the same room in another layout"),
    ]


def test_two_trees_of_one_layout_keep_its_names() -> None:
    one: Facts = {"Lib/os.py": file(), "DLLs/_ssl.pyd": file()}
    other: Facts = {"Lib/os.py": file(), "DLLs/_lzma.pyd": file("b")}
    assert {found.subject for found in differences(one, other)} == {"DLLs/_ssl.pyd", "DLLs/_lzma.pyd"}


def test_debian_keeps_libraries_by_architecture() -> None:
    multi = "x86_64-linux-gnu"
    debian: Facts = {
        "lib/python3.9/os.py": file(),
        f"lib/{multi}/libpython3.9.so.1.0": file("so"),
        f"lib/{multi}/pkgconfig/python-3.9.pc": file("pc"),
        f"include/{multi}/python3.9/pyconfig.h": file("macros"),
        "include/python3.9/pyconfig.h": file("includes the other one"),
        f"bin/{multi}-python3.9-config": file("script"),
        "bin/python3.9-config": link(f"{multi}-python3.9-config"),
    }
    plain: Facts = {
        "lib/python3.9/os.py": file(),
        "lib/libpython3.9.so.1.0": file("so"),
        "lib/pkgconfig/python-3.9.pc": file("pc"),
        "include/python3.9/pyconfig.h": file("macros"),
        "bin/python3.9-config": file("script"),
    }
    told = "the same room in another layout"
    assert rows(differences(debian, plain, multiarch=multi)) == [
        ("bin/python{X.Y}-config", "link to {multiarch}-python{X.Y}-config", "100 bytes, sha256 script", 1, ""),
        ("include/{multiarch}/python{X.Y}/pyconfig.h", "include/{multiarch}/python{X.Y}/pyconfig.h", "include/python{X.Y}/pyconfig.h", 1, told),
        ("lib/{multiarch}/", "2 files in lib/{multiarch}/", "2 files in lib/", 2, told),
    ]  # fmt: skip
    assert {one.severity for one in differences(debian, plain, multiarch=multi)} == {"cosmetic"}


def test_debians_folder_of_packages_and_fedoras_lib64() -> None:
    plain: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/site-packages/pip/a.py": file()}
    debian: Facts = {"lib/python3.9/os.py": file(), "lib/python3/dist-packages/pip/a.py": file()}
    fedora: Facts = {"lib64/python3.9/os.py": file(), "lib/python3.9/site-packages/pip/a.py": file()}
    assert [one.count for one in differences(debian, plain)] == [1]
    assert rows(differences(fedora, plain)) == [
        ("lib64/python{X.Y}/os.py", "lib64/python{X.Y}/os.py", "lib/python{X.Y}/os.py", 1, "the same room in another layout")
    ]  # fmt: skip


def test_two_files_of_one_tree_never_become_one() -> None:
    both: Facts = {"lib64/python3.9/os.py": file(), "lib/python3.9/x.py": file("a"), "lib64/python3.9/x.py": file("b")}
    one: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/x.py": file("a")}
    assert ("lib64/python{X.Y}/x.py", "100 bytes, sha256 b") in [(it.subject, it.left) for it in differences(both, one)]
    threaded: Facts = {"bin/python3.13": file("a"), "bin/python3.13t": file("b")}
    assert [it.subject for it in differences(threaded, {"bin/python3.13": file("a")}, version="3.13.0")] == [
        "bin/python{X.Y}t"
    ]


def test_a_folder_that_moved_is_said_once_with_both_places() -> None:
    names = [f"test_{name}.py" for name in "abcdef"]
    left: Facts = {"x/os.py": file(), **{f"x/ctypes/test/{name}": file(name) for name in names}}
    right: Facts = {"x/os.py": file(), **{f"x/test/test_ctypes/{name}": file(name) for name in names[1:]}}
    # Its contents changed as well.
    right[f"x/test/test_ctypes/{names[0]}"] = file("other")
    assert rows(differences(left, right)) == [
        ("x/ctypes/test/", "6 files in x/ctypes/test/", "6 files in x/test/test_ctypes/", 6, "moved; 1 with other contents")
    ]  # fmt: skip


def test_one_file_that_moved() -> None:
    assert rows(differences({"a/x.h": file("same")}, {"b/x.h": file("same")})) == [
        ("a/x.h", "a/x.h", "b/x.h", 1, "moved")
    ]


def test_a_header_that_moved_is_missing_to_who_includes_it() -> None:
    (one,) = differences({"include/python3.9/x.h": file("s")}, {"include/python3.9/cpython/x.h": file("s")})
    assert (one.severity, one.detail) == ("breaks", "moved")


def test_what_has_equals_or_is_tiny_has_not_moved() -> None:
    twice: Facts = {"b/x.py": file("same"), "c/x.py": file("same")}
    assert all(one.detail != "moved" for one in differences({"a/x.py": file("same")}, twice))
    assert all(one.detail != "moved" for one in differences({"a/i.py": file(size=0)}, {"b/i.py": file(size=0)}))


def test_what_has_another_version_in_its_name_is_one_difference() -> None:
    packages = "lib/python3.9/site-packages"
    left: Facts = {f"{packages}/pip-23.0.1.dist-info/{name}": file(f"1{name}") for name in "abcd"}
    right: Facts = {f"{packages}/pip-24.0.dist-info/{name}": file(f"2{name}") for name in "abcde"}
    shared: Facts = {f"{packages}/README.txt": file()}
    subject = "lib/python{X.Y}/site-packages/pip-23.0.1.dist-info/"
    assert rows(differences({**shared, **left}, {**shared, **right})) == [
        (subject, "pip-23.0.1.dist-info: 4 files", "pip-24.0.dist-info: 5 files", 5, "renamed")
    ]


def test_the_data_of_sysconfig_on_another_platform() -> None:
    left: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py": file("l")}
    right: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/_sysconfigdata__darwin_darwin.py": file("d")}
    (one,) = differences(left, right)
    assert one.detail == "renamed"


def test_a_tree_laid_out_as_usual_has_no_rooms_to_tell() -> None:
    files: Facts = {row["path"]: file("0") for row in released(LINUX, "manifest")}
    assert differences(files, files, version="3.9.23") == []


def test_the_other_way_round_is_the_mirror_image() -> None:
    left: Facts = {"Lib/os.py": file(), "Lib/a-1.2/x": file("1"), "Lib/t/y": file("moved"), "LICENSE.txt": file()}
    right: Facts = {"lib/python3.9/os.py": file(), "lib/python3.9/a-1.3/x": file("2"), "z/y": file("moved")}
    there, back = differences(left, right), differences(right, left)
    assert {(one.left, one.right, one.count) for one in there} == {(one.right, one.left, one.count) for one in back}
