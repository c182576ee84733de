"""Where a Python keeps its parts, on every platform."""

from __future__ import annotations

from pydiff.snapshot.layout import find_layout
from snapshot_support import LINUX, MACOS_FULL, WINDOWS_FULL, released


def test_a_released_linux_tree() -> None:
    layout = find_layout([row["path"] for row in released(LINUX, "manifest")], "3.9.23")
    assert layout.stdlib == "lib/python3.9"
    assert layout.include == "include/python3.9"
    assert layout.config == "lib/python3.9/config-3.9-x86_64-linux-gnu"
    assert layout.dynload == "lib/python3.9/lib-dynload"
    assert layout.sysconfigdata == "lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"
    assert layout.pyconfig == "include/python3.9/pyconfig.h"
    assert "lib/pkgconfig/python-3.9.pc" in layout.pkgconfig
    assert layout.interpreter == "bin/python3.9"
    assert layout.libpython == ("lib/libpython3.9.so", "lib/libpython3.9.so.1.0")


def test_interpreters_and_their_libraries_of_every_kind() -> None:
    threaded = find_layout(["lib/python3.13t/os.py", "bin/python3.13t", "bin/python3.13", "bin/python3"], "3.13.0")
    assert threaded.interpreter == "bin/python3.13t"
    mac = find_layout([row["path"].removeprefix("install/") for row in released(MACOS_FULL, "manifest")], "3.11.9")
    assert (mac.interpreter, mac.libpython) == ("bin/python3.11", ("lib/libpython3.11.dylib",))
    paths = [row["path"].removeprefix("install/") for row in released(WINDOWS_FULL, "manifest")]
    windows = find_layout(paths, "3.11.9")
    assert (windows.interpreter, windows.libpython) == ("python.exe", ("python311.dll",))
    debian = find_layout(["lib/x86_64-linux-gnu/libpython3.11.so.1.0", "bin/python3", "lib/libpython3.so"], "3.11.2")
    assert (debian.interpreter, debian.libpython) == ("bin/python3", ("lib/x86_64-linux-gnu/libpython3.11.so.1.0",))
    assert find_layout([], "3.9.1").interpreter == ""


def test_windows() -> None:
    layout = find_layout(["Lib/os.py", "include/Python.h", "include/pyconfig.h", "DLLs/_ssl.pyd"], "3.11.9")
    assert (layout.stdlib, layout.include, layout.dynload, layout.pyconfig) == (
        "Lib",
        "include",
        "DLLs",
        "include/pyconfig.h",
    )
    assert layout.sysconfigdata == layout.config == ""


def test_nothing_at_all() -> None:
    layout = find_layout([], "3.11.9")
    assert layout.stdlib == layout.include == layout.config == layout.sysconfigdata == layout.pyconfig == ""


def test_debian_has_the_file_under_two_names() -> None:
    stdlib = "lib/python3.11"
    names = [
        "_sysconfigdata__x86_64-linux-gnu.py",
        "_sysconfigdata__linux_x86_64-linux-gnu.py",
        "os.py",
        "config-3.11-x86_64-linux-gnu/Makefile",
    ]
    assert (
        find_layout([f"{stdlib}/{name}" for name in names], "3.11.2").sysconfigdata
        == f"{stdlib}/_sysconfigdata__linux_x86_64-linux-gnu.py"
    )


def test_a_debug_build_beside_the_normal_one() -> None:
    names = ["_sysconfigdata_d_linux_x86_64-linux-gnu.py", "_sysconfigdata__linux_x86_64-linux-gnu.py", "os.py"]
    assert find_layout([f"lib/python3.11/{name}" for name in names], "3.11.2").sysconfigdata.endswith(
        "/_sysconfigdata__linux_x86_64-linux-gnu.py"
    )


def test_a_debug_build_alone() -> None:
    paths = ["lib/python3.9/os.py", "lib/python3.9/_sysconfigdata_d_linux_x86_64-linux-gnu.py"]
    assert find_layout(paths, "3.9.1").sysconfigdata == paths[1]


def test_free_threaded() -> None:
    paths = [
        "lib/python3.13t/os.py",
        "lib/python3.13t/_sysconfigdata_t_linux_x86_64-linux-gnu.py",
        "include/python3.13t/Python.h",
    ]
    layout = find_layout(paths, "3.13.0")
    assert (layout.stdlib, layout.sysconfigdata, layout.include) == ("lib/python3.13t", paths[1], "include/python3.13t")


def test_of_two_multiarchs_the_one_that_the_config_folder_names() -> None:
    names = [
        "_sysconfigdata__linux_aarch64-linux-gnu.py",
        "_sysconfigdata__linux_x86_64-linux-gnu.py",
        "config-3.9-x86_64-linux-gnu/Makefile",
        "os.py",
    ]
    assert find_layout([f"lib/python3.9/{name}" for name in names], "3.9.1").sysconfigdata.endswith(
        "linux_x86_64-linux-gnu.py"
    )


def test_of_two_pythons_in_one_prefix_the_one_that_is_meant() -> None:
    paths = [
        f"{place}/python3.{minor}/{name}"
        for minor in (9, 10)
        for place, name in (("lib", "os.py"), ("include", "Python.h"))
    ]
    layout = find_layout(paths, "3.10.1")
    assert (layout.stdlib, layout.include) == ("lib/python3.10", "include/python3.10")
