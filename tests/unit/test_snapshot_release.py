"""PYTHON.json of real releases, damaged ones, and the variables that only it has on Windows."""

from __future__ import annotations

import json
import pprint
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydiff.model.snapshot import Facts, Snapshot
from pydiff.snapshot.take import take
from snapshot_support import LINUX, MACOS, MACOS_FULL, WINDOWS_FULL, FakeTree, described, released, released_tree

DATA = "lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"
JSON_OF_3_14 = "lib/python3.14/_sysconfig_vars__linux_x86_64-linux-gnu.json"


def mac() -> Snapshot:
    return take(released_tree(MACOS_FULL), prefix="/p", version="3.11.9", released=described(MACOS_FULL))


def windows() -> Snapshot:
    return take(released_tree(WINDOWS_FULL), prefix="/p", version="3.11.9", released=described(WINDOWS_FULL))


def said(data: bytes) -> Snapshot:
    return take(FakeTree({"lib/python3.9/os.py": b""}), prefix="/p", version="3.9.18", released=data)


def test_the_mac_release() -> None:
    snapshot = mac()
    assert "release" not in snapshot.errors
    facts = snapshot.families["release"]
    assert (
        facts.items()
        >= {
            "version": "7",
            "target_triple": "aarch64-apple-darwin",
            "optimizations": "pgo+lto",
            "libpython_link_mode": "shared",
            "crt_features": ["libSystem"],
            "python_extension_module_loading": ["builtin", "shared-library"],
            "apple_sdk_version": "14.2",
            "apple_sdk_deployment_target": "11.0",
            "python_suffixes.extension": [".cpython-311-darwin.so", ".abi3.so", ".so"],
            "python_tag": "cp311",
            "python_abi_tag": "",
            "python_implementation_hex_version": 51055088,
            "tcl_library_path": "install/lib",
            "python_paths.include": "install/include/python3.11",
            "build_info.object_file_format": "llvm-bitcode:18.0.8+20240713",
            "build_info.core.links": ["system:dl", "framework:CoreFoundation"],
        }.items()
    )
    assert facts["extension/_ssl"] == {
        "state": "builtin",
        "init_fn": "PyInit__ssl",
        "in_core": 0,
        "required": 0,
        "links": ["static:crypto", "static:ssl"],
    }
    assert isinstance(facts["extension/_crypt"], dict)
    assert facts["extension/_crypt"]["state"] == "shared"
    assert not any(name.startswith(("license", "python_config_vars")) for name in facts)


def test_the_windows_release_has_the_variables_that_its_tree_has_not() -> None:
    facts = windows().families["sysconfig"]
    assert facts["EXT_SUFFIX"] == ".cp311-win_amd64.pyd"
    assert str(facts["LIBDEST"]).endswith(r"\out\python\install\Lib")
    assert take(released_tree(WINDOWS_FULL), prefix="/p", version="3.11.9").families["sysconfig"] == {}
    contents = {"lib/python3.9/os.py": b"", DATA: b"build_time_vars = {'A': 'file'}"}
    beside = json.dumps({"python_config_vars": {"A": "json"}}).encode()
    assert take(FakeTree(contents), prefix="/p", version="3.9.1", released=beside).families["sysconfig"] == {
        "A": "file"
    }


def test_extensions_of_real_releases() -> None:
    """The manifest's files are empty, so config.c says nothing and PYTHON.json is asked."""
    on_mac, on_windows = mac().families["extensions"], windows().families["extensions"]
    assert on_mac["_ssl"] == {"state": "builtin", "decided": "builtin by PYTHON.json"}
    assert on_mac["_crypt"] == {"state": "shared", "decided": "lib-dynload holds it"}
    assert on_mac["_gdbm"] == {"state": "absent", "decided": "neither shared nor in PYTHON.json"}
    assert on_windows["_ssl"] == {"state": "shared", "decided": "DLLs holds it"}
    assert on_windows["_bisect"] == {"state": "builtin", "decided": "builtin by PYTHON.json"}
    assert "libffi-8" not in on_windows, "a library in DLLs is no module"
    assert not any("against" in fact for fact in on_mac.values() if isinstance(fact, dict))


def test_where_the_files_say_otherwise() -> None:
    data = json.dumps(
        {"build_info": {"extensions": {"_ssl": [{"in_core": False}], "_bz2": [{"shared_lib": "x"}]}}}
    ).encode()
    contents = {"lib/python3.9/os.py": b"", "lib/python3.9/lib-dynload/_ssl.so": b""}
    found = take(FakeTree(contents), prefix="/p", version="3.9.1", released=data).families["extensions"]
    assert found["_ssl"] == {"state": "shared", "decided": "lib-dynload holds it", "against": "PYTHON.json: builtin"}
    assert found["_bz2"] == {
        "state": "absent",
        "decided": "neither shared nor in PYTHON.json",
        "against": "PYTHON.json: shared",
    }


def test_a_file_that_a_manager_left_in_the_tree() -> None:
    contents = {"lib/python3.9/os.py": b"", "PYTHON.json": b'{"python_tag": "cp39"}'}
    assert take(FakeTree(contents), prefix="/p", version="3.9.1").families["release"] == {"python_tag": "cp39"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "Expecting value"),
        (b"[]", "not a table of fields"),
        (b"{", "Expecting property name"),
        (b"[" * 200_000, "PYTHON.json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "integer string conversion"),
        (b"{" + b" " * (8 << 20) + b"}", "more than a description has"),
        (b"\xff\xfe", "PYTHON.json"),
    ],
)
def test_what_is_no_description(data: bytes, problem: str) -> None:
    snapshot = said(data)
    assert snapshot.families["release"] == {}
    assert problem in snapshot.errors["release"]


def test_fields_of_another_shape_are_named_and_the_rest_is_told() -> None:
    snapshot = said(
        json.dumps({"python_tag": "cp39", "crt_features": [{}], "build_info": 3, "target_triple": {}}).encode()
    )
    assert snapshot.families["release"] == {"python_tag": "cp39"}
    assert snapshot.errors["release"].count("neither a text nor a list of texts") == 2
    assert "PYTHON.json: build_info: not a table" in snapshot.errors["release"]


def test_older_and_newer_formats() -> None:
    old = {"version": "4", "os": "linux", "arch": "x86_64", "link_mode": "static", "build_info": {"extensions": {"readline": [
        {"variant": "libedit", "in_core": False}, {"variant": "readline", "links": [{"name": "readline"}]}]}}}  # fmt: skip
    facts = said(json.dumps(old).encode()).families["release"]
    assert facts["link_mode"] == "static"
    assert facts["extension/readline"] == {"state": "builtin", "in_core": 0, "variants": ["libedit", "readline"]}
    assert (
        said(b'{"version": "8", "build_options": "freethreaded+pgo"}').families["release"]["build_options"]
        == "freethreaded+pgo"
    )


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([
        "build_info", "python_config_vars", "crt_features", "python_suffixes", "python_paths", "python_tag", "tcl_library_paths"]),
        JSON_VALUES | st.fixed_dictionaries({"extensions": st.dictionaries(st.text(max_size=3), JSON_VALUES), "core": JSON_VALUES}))
)  # fmt: skip
@settings(max_examples=150)
def test_no_description_breaks_a_family(values: dict[str, Any]) -> None:
    snapshot = said(json.dumps(values).encode())
    assert not any(": " in note and "Error" in note.split(": ")[0] for note in snapshot.errors.values()), (
        snapshot.errors
    )


@given(st.integers(0, 37_000), st.binary(min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_damaged_real_descriptions(place: int, damage: bytes) -> None:
    data = described(WINDOWS_FULL)
    snapshot = said(data[:place] + damage + data[place + len(damage) :])
    assert bool(snapshot.families["release"]) or "release" in snapshot.errors


FORMATS = {
    "pprint": lambda variables: "# header\nbuild_time_vars = " + pprint.pformat(variables) + "\n",
    "JSON": lambda variables: "# header\nbuild_time_vars = " + json.dumps(variables, indent=4) + "\n",
    "one repr per line": lambda variables: (
        "# header\nbuild_time_vars = {\n"
        + "".join(f"    {name!r}: {value!r},\n" for name, value in variables.items())
        + "}\n"
    ),
}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", [LINUX, MACOS])
def test_variables_in_every_form_that_was_ever_released(form: str, name: str) -> None:
    variables: Facts = released(name, "sysconfig")
    contents = {"lib/python3.9/os.py": b"", DATA: FORMATS[form](variables).encode()}
    snapshot = take(FakeTree(contents), prefix="/p", version="3.9.23")
    assert snapshot.families["sysconfig"] == variables
    assert snapshot.errors == {}


def test_variables_that_are_not_utf_8_are_told_as_far_as_they_go() -> None:
    contents = {"lib/python3.9/os.py": b"", DATA: b"build_time_vars = {'A': '\xe9', 'B': 'b'}"}
    snapshot = take(FakeTree(contents), prefix="/p", version="3.9.23")
    assert snapshot.families["sysconfig"] == {"A": "\N{REPLACEMENT CHARACTER}", "B": "b"}
    assert "not UTF-8 at byte 25" in snapshot.errors["sysconfig"]


def test_the_copy_of_the_variables_that_3_14_installs() -> None:
    module = JSON_OF_3_14.replace("_vars_", "data_").replace(".json", ".py")
    contents = {
        "lib/python3.14/os.py": b"",
        module: b"build_time_vars = {}",
        JSON_OF_3_14: b'{"prefix": "/install", "x": null, "n": 1}',
    }
    found = take(FakeTree(contents), prefix="/p", version="3.14.0")
    assert found.families["sysconfig_vars"] == {"prefix": "/install", "n": 1}
    broken = take(FakeTree({**contents, JSON_OF_3_14: b"{"}), prefix="/p", version="3.14.0")
    assert "sysconfig_vars" in broken.errors
