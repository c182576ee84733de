"""Every family on a tree in memory: what it finds, and what it does with what it cannot read."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.snapshot import Snapshot
from pydiff.snapshot.makefile import parse_makefile
from pydiff.snapshot.pkgconfig import parse_pc
from pydiff.snapshot.pyconfig_h import parse_defines
from pydiff.snapshot.pythonconfig import parse_python_config
from pydiff.snapshot.registry import FAMILIES
from pydiff.snapshot.take import take
from snapshot_support import FakeTree, facts, taken

STDLIB = "lib/python3.9"
CONFIG = f"{STDLIB}/config-3.9-x86_64-linux-gnu"
DATA = f"{STDLIB}/_sysconfigdata__linux_x86_64-linux-gnu.py"


def test_every_family_has_its_place_even_in_an_empty_tree() -> None:
    snapshot = take(FakeTree({}), prefix="/opt/py", version="3.9.18")
    assert list(snapshot.families) == [family.name for family in FAMILIES]
    assert not any(snapshot.families.values())
    assert snapshot.errors == {}


def test_files() -> None:
    text = b"#!/opt/py/bin/python\n"
    found = facts("files", {"bin/pip": text, "bin/python": "python3.9", "a.bin": b"\0/opt/py"})
    assert found["bin"] == {"kind": "dir", "mode": 0o755}
    assert found["bin/python"] == {"kind": "link", "mode": 0o777, "target": "python3.9"}
    plain, relocated = (hashlib.sha256(data).hexdigest() for data in (text, b"#!{prefix}/bin/python\n"))
    assert found["bin/pip"] == {
        "kind": "file",
        "mode": 0o644,
        "size": len(text),
        "sha256": plain,
        "relocated": relocated,
    }
    assert isinstance(found["a.bin"], dict)
    assert "relocated" not in found["a.bin"], "a binary that names the prefix is no text"


def test_what_running_makes_is_left_out() -> None:
    found = facts("files", {f"{STDLIB}/__pycache__/os.cpython-39.pyc": b"x", f"{STDLIB}/x.pyc": b"x"})
    assert [path for path in found if "pyc" in path] == []


def test_a_file_that_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    snapshot = taken({"bin/secret": PermissionError(13, "Permission denied"), DATA: b"build_time_vars = {'CC': 'gcc'}"})
    assert snapshot.errors == {"files": "bin/secret: Permission denied"}
    assert snapshot.families["files"]["bin/secret"] == {"kind": "file", "mode": 0o644, "size": 1, "sha256": ""}
    assert snapshot.families["sysconfig"] == {"CC": "gcc"}


def test_many_that_cannot_be_read_are_counted() -> None:
    snapshot = taken({f"x{number}": OSError(5, "Input/output error") for number in range(8)})
    assert snapshot.errors["files"].endswith("x4: Input/output error; and 3 more")


def test_sysconfig_is_parsed_never_run() -> None:
    assert facts("sysconfig", {DATA: b"build_time_vars = {'CC': 'gcc',\n 'N': 1,\n 'L': 'a '\n 'b'}\n"}) == {
        "CC": "gcc",
        "N": 1,
        "L": "a b",
    }
    hostile = taken({DATA: b"import os\nos.abort()\n"})
    assert hostile.families["sysconfig"] == {}
    assert "sysconfig" in hostile.errors


def test_makefile() -> None:
    text = b"""
# CC = no
CC=\t\tgcc -pthread   # the compiler
LIST= a \\
    b \\
\tc
EMPTY=
OPT?=  -O2
OPT?=  -O3
OPT += -g
LATE := x=y
define BODY
INSIDE=1
endef
target: $(CC)
\tRECIPE=1
"""
    expected = {"CC": "gcc -pthread", "LIST": "a b c", "EMPTY": "", "OPT": "-O2 -g", "LATE": "x=y"}
    assert facts("makefile", {f"{CONFIG}/Makefile": text}) == expected


_NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"define", "endef"}
)
_VALUES = st.lists(st.text(alphabet="ab-/$()=,.'\"", min_size=1, max_size=6), max_size=5).map(" ".join)


@given(st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_a_makefile_gives_back_what_was_written(variables: dict[str, str]) -> None:
    # The blank after the = keeps a value that begins with = from making another operator.
    assert parse_makefile("".join(f"{name} = {value}\n" for name, value in variables.items())) == variables


@given(st.dictionaries(_NAMES, _VALUES, max_size=6))
def test_a_pc_file_gives_back_what_was_written(variables: dict[str, str]) -> None:
    assert parse_pc("".join(f"{name}= {value}\n" for name, value in variables.items())) == variables


@given(st.dictionaries(_NAMES, st.from_regex(r"[0-9a-z]{0,6}", fullmatch=True), max_size=6))
def test_a_header_gives_back_what_was_defined(macros: dict[str, str]) -> None:
    assert (
        parse_defines("".join(f"# define {name} {value}\n/* #undef X{name} */\n" for name, value in macros.items()))
        == macros
    )


@given(st.text(max_size=80))
def test_no_text_breaks_a_parser(text: str) -> None:
    for parse in (parse_makefile, parse_pc, parse_defines, parse_python_config):
        parse(text)


def test_pkgconfig() -> None:
    text = b"# See: man pkg-config\nprefix=/install\nlibdir=${prefix}/lib\n\nName: Python\nLibs: -L${libdir} -lpython3.9\nRequires:\n"
    path = "lib/pkgconfig/python-3.9.pc"
    found = facts("pkgconfig", {path: text, "lib/pkgconfig/python3.pc": "python-3.9.pc", "lib/pkgconfig/tcl.pc": text})
    fields = {
        "prefix": "/install",
        "libdir": "${prefix}/lib",
        "Name:": "Python",
        "Libs:": "-L${libdir} -lpython3.9",
        "Requires:": "",
    }
    assert found == {path: fields}


def test_python_config_of_both_kinds() -> None:
    shell = b'#!/bin/sh\nprefix="/install"\nLIBS="-ldl"\nif true; then\n  prefix="no"\nfi\n'
    python = b"#!/bin/sh\n'''exec' python \"$0\"\n'''\nimport sysconfig\nprefix='x'\n"
    found = facts(
        "pythonconfig",
        {"bin/python3.9-config": shell, f"{CONFIG}/python-config.py": python, "bin/python3-config": "python3.9-config"},
    )
    assert found == {
        "bin/python3.9-config": {"kind": "shell", "shebang": "#!/bin/sh", "prefix": "/install", "LIBS": "-ldl"},
        f"{CONFIG}/python-config.py": {"kind": "python", "shebang": "#!/bin/sh"},
    }


def test_pyconfig_h_and_debians_detour() -> None:
    plain = b"#define SIZEOF_LONG 8 /* bytes */\n/* #undef HAVE_X */\n#define HAVE_Y\n"
    assert facts("pyconfig_h", {"include/python3.9/Python.h": b"", "include/python3.9/pyconfig.h": plain}) == {
        "SIZEOF_LONG": "8",
        "HAVE_Y": "",
    }
    detour = {
        "include/python3.9/Python.h": b"",
        "include/python3.9/pyconfig.h": b"#define NO 1",
        "include/x86_64-linux-gnu/python3.9/pyconfig.h": plain,
    }
    assert "NO" not in facts("pyconfig_h", dict(detour))


def test_build_details() -> None:
    data = b'{"schema_version": "1.0", "abi": {"flags": ["t"], "stable": true}, "suffixes": {"source": [".py"], "none": null}}'
    found = take(
        FakeTree({"lib/python3.14/os.py": b"", "lib/python3.14/build-details.json": data}),
        prefix="/p",
        version="3.14.0",
    )
    expected = {
        "schema_version": "1.0",
        "abi.flags": ["t"],
        "abi.stable": True,
        "suffixes.source": [".py"],
        "suffixes.none": None,
    }
    assert found.families["builddetails"] == expected
    broken = take(
        FakeTree({"lib/python3.14/os.py": b"", "lib/python3.14/build-details.json": b"{"}),
        prefix="/p",
        version="3.14.0",
    )
    assert broken.errors["builddetails"].startswith("JSONDecodeError")


def test_extensions_and_how_each_was_decided() -> None:
    dynload = f"{STDLIB}/lib-dynload"
    table = (
        b'struct _inittab _PyImport_Inittab[] = {\n    {"posix", PyInit_posix},\n    {"sys", NULL},\n    {0, 0}\n};\n'
    )
    shared: dict[str, bytes | str | OSError] = {
        f"{dynload}/_ssl.cpython-39-x86_64-linux-gnu.so": b"x",
        f"{dynload}/.empty": b"",
    }
    found = facts("extensions", {**shared, f"{CONFIG}/Makefile": b"", f"{CONFIG}/config.c": table})
    assert found["_ssl"] == {"state": "shared", "decided": "lib-dynload holds it"}
    assert found["posix"] == {"state": "builtin", "decided": "listed in config.c"}
    assert found["_tkinter"] == {"state": "absent", "decided": "neither shared nor listed in config.c"}
    unknown = facts("extensions", shared)
    assert unknown["_tkinter"] == {
        "state": "builtin or absent",
        "decided": "not shared, and there is nothing to ask what is builtin",
    }
    inside = facts(
        "extensions", {**shared, f"{dynload}/posix.so": b"", f"{CONFIG}/Makefile": b"", f"{CONFIG}/config.c": table}
    )
    assert inside["posix"] == {"state": "builtin", "decided": "listed in config.c"}, "it is imported before any file"


def test_scripts() -> None:
    standalone = b"#!/bin/sh\n'''exec' \"$(dirname -- \"$0\")/python3.9\" \"$0\" \"$@\"\n' '''\nimport pip\n"
    found = facts(
        "scripts",
        {
            "bin/pip": standalone,
            "bin/2to3": b"#!/opt/py/bin/python3.9\nimport x\n",
            "bin/python": b"\x7fELF",
            f"{STDLIB}/x.py": b"#!/x\n",
        },
    )
    assert found == {
        "bin/pip": '#!/bin/sh \'\'\'exec\' "$(dirname -- "$0")/python3.9" "$0" "$@"',
        "bin/2to3": "#!/opt/py/bin/python3.9",
    }


def test_names_and_values_that_are_no_utf_8_can_still_be_kept() -> None:
    snapshot = taken(
        {"bin/na\udcffme": b"", DATA: b"build_time_vars = {'A': '\\ud800', 'B': 'b'}", "x\udcfe": OSError(5, "no")}
    )
    assert "bin/na\\udcffme" in snapshot.families["files"]
    assert snapshot.families["sysconfig"] == {"A": "\\ud800", "B": "b"}
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot) == snapshot


@pytest.mark.parametrize(
    "magic",
    [
        b"\x7fELF",
        b"\xcf\xfa\xed\xfe",
        b"MZ",
        b"\xca\xfe\xba\xbe",
        b"BC\xc0\xde",
        b"!<arch>\n",
        b"!<thin>\n",
        b"\xde\xc0\x17\x0b",
    ],
)
@pytest.mark.parametrize("tail", [b"", b"\0" * 200, b"\xff" * 200])
def test_a_broken_binary_leaves_a_note_and_no_output(
    magic: bytes, tail: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    snapshot = taken({"lib/x.so": magic + tail, "lib/y.txt": b"text"})
    assert "lib/y.txt" not in snapshot.families["binaries"]
    assert ("lib/x.so" in snapshot.families["binaries"]) != ("binaries" in snapshot.errors)
    assert capfd.readouterr() == ("", "")
