"""What a tree holds beside its variables: headers, bundled parts, the interpreter's own modules and API."""

from __future__ import annotations

from binary_writers import MachO
from pydiff.model.packed_names import unpack
from pydiff.snapshot.take import take
from snapshot_support import LINUX, WINDOWS_FULL, FakeTree, facts, released, released_tree

STDLIB = "lib/python3.9"


def test_what_is_builtin_where_only_symbols_tell() -> None:
    local = MachO(kind=2, local=["PyInit_posix", "PyInit__ssl", "PyInit_zlib.table"]).bytes()
    found = facts("extensions", {"bin/python3.9": local})
    assert found["_ssl"] == {"state": "builtin", "decided": "bin/python3.9 has its PyInit function"}
    assert found["zlib"] == {"state": "absent", "decided": "neither shared nor in bin/python3.9"}
    library = MachO(exported=["PyInit_posix", "PyInit_zlib"]).bytes()
    both = facts("extensions", {"bin/python3.9": local, "lib/libpython3.9.dylib": library, "bin/python3": "python3.9"})
    assert both["zlib"]["decided"] == "lib/libpython3.9.dylib has its PyInit function"  # type: ignore[index,call-overload]
    stripped = MachO(kind=2, exported=["PyInit__ssl"]).bytes()
    unknown = facts("extensions", {"bin/python3.9": stripped})["_ssl"]
    assert unknown == {
        "state": "builtin or absent",
        "decided": "not shared, and there is nothing to ask what is builtin",
    }, "where not even posix is seen, the rest may be hidden too"


def test_exports_of_the_interpreter_and_of_others() -> None:
    data = MachO(exported=["PyList_New", "_Py_Dealloc", "PyInit_x", "other"]).bytes()
    found = facts(
        "binaries", {"lib/libpython3.9.dylib": data, "lib/other.dylib": data, "lib/none.dylib": MachO().bytes()}
    )
    library, other, none = (found[f"lib/{name}.dylib"] for name in ("libpython3.9", "other", "none"))
    assert isinstance(library, dict)
    assert isinstance(other, dict)
    assert isinstance(none, dict)
    assert library["exports"] == other["exports"] == 2
    assert library["exports_sha256"] == other["exports_sha256"]
    assert unpack(str(library["exports_names"])) == ["PyList_New", "_Py_Dealloc"]
    assert "exports_names" not in other
    assert not any(name.startswith("exports") for name in none)


def test_bundled() -> None:
    packages = f"{STDLIB}/site-packages"
    found = facts(
        "bundled",
        {
            f"{packages}/pip-23.0.1.dist-info/METADATA": b"",
            f"{STDLIB}/ensurepip/_bundled/setuptools-58.1.0-py3-none-any.whl": b"",
            f"{packages}/pip/_vendor/certifi/cacert.pem": b"",
            f"{STDLIB}/test/certdata/pycacert.pem": b"",
            f"{STDLIB}/test/cert.pem": b"",
            "lib/tcl8.6/init.tcl": b"# x\npackage require -exact Tcl 8.6.14\n",
            "lib/tk8.6/tk.tcl": b"nothing",
            "lib/libtcl9.0.so": b"",
            "share/terminfo/x/xterm": b"",
            "share/terminfo/x/xterm-color": "xterm",
        },
    )
    assert found == {
        "pip": "23.0.1",
        "setuptools": "absent",
        "wheel": "absent",
        "ensurepip/pip": "absent",
        "ensurepip/setuptools": "58.1.0",
        "certificates": [f"{packages}/pip/_vendor/certifi/cacert.pem"],
        "terminfo": ["share/terminfo: 2 entries"],
        "tcl": "8.6.14 in lib/tcl8.6",
        "tk": "no version in lib/tk8.6",
        "tcl/libraries": ["lib/libtcl9.0.so"],
    }


def test_what_a_released_tree_brings_along() -> None:
    linux = take(FakeTree({row["path"]: b"" for row in released(LINUX, "manifest")}), prefix="/p", version="3.9.23")
    found = linux.families["bundled"]
    assert found["terminfo"] == ["share/terminfo: 2871 entries"]
    assert found["tcl"] == "no version in lib/tcl8.6", "the manifest has no contents"
    assert found["pip"] != "absent"
    windows = take(released_tree(WINDOWS_FULL), prefix="/p", version="3.11.9").families["bundled"]
    assert windows["tcl/libraries"] == ["DLLs/tcl86t.dll", "DLLs/tk86t.dll"]
    assert windows["terminfo"] == "absent"
    assert windows["tcl"] == "no version in tcl/tcl8.6"


def test_headers() -> None:
    api = b'#define PY_VERSION "3.9.18"\n#define PY_VERSION_HEX (1 << \\\n 2)\n'
    contents: dict[str, bytes | str | OSError] = {
        "include/python3.9/Python.h": b"x",
        "include/python3.9/patchlevel.h": api,
        "include/python3.9/modsupport.h": b"#define PYTHON_API_VERSION 1013\n",
        "include/python3.9/pyconfig.h": b"1",
    }
    found = facts("headers", contents)
    assert found == {"files": 3, "digest": found["digest"], "PY_VERSION": '"3.9.18"', "PYTHON_API_VERSION": "1013"}
    assert facts("headers", {**contents, "include/python3.9/pyconfig.h": b"2"}) == found, "it has a family of its own"
    for path in ("include/python3.9/Python.h", "include/python3.9/cpython/x.h"):
        assert facts("headers", {**contents, path: b"other"})["digest"] != found["digest"]
