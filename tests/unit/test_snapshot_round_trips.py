"""What was written into a build's small files is what their families tell, nothing lost and nothing made up."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pydiff.snapshot.makefile import parse_makefile
from pydiff.snapshot.pythonconfig import parse_python_config
from pydiff.snapshot.take import take
from snapshot_support import FakeTree, facts

_NAMES = st.from_regex(r"[A-Za-z_]{1,9}", fullmatch=True).filter(
    lambda name: name not in {"kind", "shebang", "define", "endef"}
)
_WORDS = st.lists(st.text(alphabet="ab-/$(),.", min_size=1, max_size=6), max_size=6)


@given(
    st.dictionaries(_NAMES, _WORDS.map(" ".join), max_size=6), st.sampled_from(["#!/bin/sh", "#! /usr/bin/env bash"])
)
def test_a_shell_python_config(variables: dict[str, str], shebang: str) -> None:
    written = "".join(f'{name}="{value}"\n' for name, value in variables.items())
    text = f"{shebang}\n{written}for i in x; do\n  inside=1\ndone\n"
    assert parse_python_config(text) == {"kind": "shell", "shebang": shebang, **variables}


@given(st.dictionaries(_NAMES, st.lists(_WORDS.filter(bool), min_size=1, max_size=4), max_size=5))
def test_a_makefile_of_continued_lines(variables: dict[str, list[list[str]]]) -> None:
    text = "".join(f"{name} = " + " \\\n\t".join(map(" ".join, lines)) + "\n" for name, lines in variables.items())
    expected = {name: " ".join(word for line in lines for word in line) for name, lines in variables.items()}
    assert parse_makefile(text) == expected


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=5)
    | st.lists(st.text(max_size=4), max_size=3)
)
_KEYS = st.text(alphabet="abc_", min_size=1, max_size=4)
_TABLES = st.dictionaries(
    _KEYS, st.recursive(_LEAVES, lambda inner: st.dictionaries(_KEYS, inner, min_size=1, max_size=3), max_leaves=8)
)


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    """The dots undone."""
    whole: dict[str, Any] = {}
    for key, value in flat.items():
        *above, last = key.split(".")
        table = whole
        for name in above:
            table = table.setdefault(name, {})
        table[last] = value
    return whole


@given(_TABLES)
def test_build_details(described: dict[str, Any]) -> None:
    contents = {"lib/python3.14/os.py": b"", "lib/python3.14/build-details.json": json.dumps(described).encode()}
    snapshot = take(FakeTree(contents), prefix="/p", version="3.14.0")
    assert _nested(snapshot.families["builddetails"]) == described
    assert snapshot.errors == {}


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20), st.sampled_from(["\n", "\r\n", ""])
)
def test_shebangs(program: str, end: str) -> None:
    found = facts("scripts", {"bin/tool": f"#!/{program}{end}".encode()})
    assert found == {"bin/tool": f"#!/{program}"}


_VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){1,2}((a|b|rc)[0-9])?", fullmatch=True)


@given(
    st.dictionaries(st.sampled_from(["pip", "setuptools", "wheel"]), _VERSIONS),
    st.dictionaries(st.sampled_from(["pip", "setuptools"]), _VERSIONS),
)
def test_versions_of_what_is_bundled(installed: dict[str, str], ensured: dict[str, str]) -> None:
    stdlib = "lib/python3.9"
    contents: dict[str, bytes | str | OSError] = {
        **{f"{stdlib}/site-packages/{name}-{version}.dist-info/METADATA": b"" for name, version in installed.items()},
        **{f"{stdlib}/ensurepip/_bundled/{name}-{version}-py3-none-any.whl": b"" for name, version in ensured.items()},
    }
    found = facts("bundled", contents)
    expected = {**installed, **{f"ensurepip/{name}": version for name, version in ensured.items()}}
    names = ("pip", "setuptools", "wheel", "ensurepip/pip", "ensurepip/setuptools")
    assert {name: found[name] for name in names} == {name: expected.get(name, "absent") for name in names}
