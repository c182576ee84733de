"""What packing makes of an interpreter's own texts, with the recorded values of a real release laid over them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.errors import PackError
from pydiff.fetch.pack.recorded import recorded, variables_of
from pydiff.fetch.pack.rewrite import Rewriter, read_sysconfigdata, write_sysconfigdata
from pydiff.interpreter import Interpreter
from pydiff.model.target import Target

PREFIX = "/opt/own/3.12"
GNU = Target("linux", "x86_64", "gnu")
OWN: dict[str, str | int] = {
    "AR": "ar",
    "CC": "gcc",
    "CFLAGS": "-O2 -march=native",
    "EXT_SUFFIX": ".cpython-312-x86_64-linux-gnu.so",
    "HAVE_FORK": 1,
    "LIBDIR": f"{PREFIX}/lib",
    "LIBS": f" -lcrypt -L{PREFIX}/lib -Wl,-rpath,{PREFIX}/lib",
    "LIBDEST": f"{PREFIX}/lib/python3.12",
    "MULTIARCH": "x86_64-linux-gnu",
    "SHELL": "/bin/sh",
    "abs_builddir": "/tmp/python-build/Python-3.12.1",
    "ABIFLAGS": "",
}
PYTHON = Interpreter(
    implementation="CPython",
    version="3.12.1",
    platform="linux",
    machine="x86_64",
    executable=Path(f"{PREFIX}/bin/python3.12"),
    prefix=Path(PREFIX),
    sysconfigdata=Path(f"{PREFIX}/lib/python3.12/_sysconfigdata__linux_x86_64-linux-gnu.py"),
    makefile=Path(),
    header=Path(),
    paths={},
    variables=OWN,
    platform_tag="linux-x86_64",
    cache_tag="cpython-312",
    hexversion=0x030C01F0,
    magic="cb0d0d0a",
)


def test_the_recorded_values_are_the_releases_own() -> None:
    values = recorded()
    assert len(values) == 695
    assert values["CC"] == "clang -pthread"
    assert values["LIBDIR"] == "/install/lib"


def test_values_that_tell_of_the_build_machine_are_replaced_and_others_kept() -> None:
    values = variables_of(PYTHON, OWN, GNU)
    assert values["CC"] == "clang -pthread"
    assert values["AR"] == "/tools/llvm/bin/llvm-ar"
    assert values["LIBDIR"] == "/install/lib"
    assert values["LIBDEST"] == "/install/lib/python3.12"
    assert values["LIBS"] == "-lpthread -ldl  -lutil -lm"
    assert values["Py_ENABLE_SHARED"] == 1
    assert values["LDLIBRARY"] == "libpython3.12.so"
    assert values["INSTSONAME"] == "libpython3.12.so.1.0"
    assert values["abs_builddir"] == "/build/Python-3.12.1"
    assert (values["EXT_SUFFIX"], values["HAVE_FORK"], values["SHELL"]) == (OWN["EXT_SUFFIX"], 1, "/bin/sh")
    assert not [
        name for name, value in values.items() if isinstance(value, str) and ("3.9" in value or PREFIX in value)
    ]


def test_the_level_of_the_processor_is_the_targets() -> None:
    assert "-march" not in str(variables_of(PYTHON, OWN, GNU)["CFLAGS"])
    assert "-march=x86-64-v3 " in str(variables_of(PYTHON, OWN, replace(GNU, variant="v3"))["CFLAGS"])


def test_free_threaded_names() -> None:
    free = replace(PYTHON, version="3.13.0", variables={**OWN, "ABIFLAGS": "t"})
    values = variables_of(free, OWN, GNU)
    assert values["LIBDEST"] == "/install/lib/python3.13t"
    assert values["LDLIBRARY"] == "libpython3.13t.so"
    assert values["BLDLIBRARY"] == "-L. -lpython3.13t"


def test_own_paths_become_the_releases() -> None:
    rewriter = Rewriter(PYTHON, {})
    text = f"-lm -L{PREFIX}/lib -Wl,-rpath,{PREFIX}/lib -I{PREFIX}/include {PREFIX}-other {PREFIX}.1 /tmp/python-build/Python-3.12.1/x"
    assert rewriter.text(text) == f"-lm -I/install/include {PREFIX}-other {PREFIX}.1 /build/Python-3.12.1/x"


def test_a_distributions_prefix_is_not_replaced_everywhere() -> None:
    debian = replace(PYTHON, prefix=Path("/usr"), variables={**OWN, "LIBDIR": "/usr/lib/x86_64-linux-gnu"})
    rewriter = Rewriter(debian, {})
    assert rewriter.text("/usr/bin/install -c") == "/usr/bin/install -c"
    pc = b"prefix=/usr\nexec_prefix=${prefix}\nlibdir=/usr/lib/x86_64-linux-gnu\nLibs: -L${libdir}\n"
    assert rewriter.assignments(pc) == (
        b"prefix=/install\nexec_prefix=${prefix}\nlibdir=${exec_prefix}/lib\nLibs: -L${libdir}\n"
    )


def test_python_config_goes_on_finding_itself() -> None:
    line = f'prefix="{PREFIX}"\nlibdir=$(echo "{PREFIX}/lib" | sed "s#$prefix#$prefix_real#")\n'
    assert Rewriter(PYTHON, {}).assignments(line.encode()) == (
        b'prefix="/install"\nlibdir=$(echo "/install/lib" | sed "s#$prefix#$prefix_real#")\n'
    )


def test_makefile_assignments() -> None:
    rewriter = Rewriter(PYTHON, {"CC": "clang -pthread", "LDSHARED": "clang -shared", "LIST": "all"})
    makefile = f"CC=\t\tgcc\nLDSHARED=\t$(CC) -shared\nLIST=\ta \\\n\tb\nprefix=\t{PREFIX}\nUNKNOWN=\tx\n\tCC=x make\n"
    assert rewriter.makefile(makefile.encode()) == (
        b"CC=\tclang -pthread\nLDSHARED=\t$(CC) -shared\nLIST=\ta \\\n\tb\nprefix=\t/install\nUNKNOWN=\tx\n\tCC=x make\n"
    )


def test_scripts_find_the_interpreter_beside_them() -> None:
    rewriter = Rewriter(PYTHON, {})
    script = rewriter.script(f"#!{PREFIX}/bin/python3.12\nimport sys\n".encode())
    assert script == (
        b'#!/bin/sh\n\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")/python3.12" "$0" "$@"\n\' \'\'\'\nimport sys\n'
    )
    compile(script, "script", "exec")
    assert rewriter.script(b"#!/bin/sh\necho\n") == b"#!/bin/sh\necho\n"


@pytest.mark.parametrize("text", ["", "x = 1", "build_time_vars = {", "build_time_vars = f()", "build_time_vars = [1]"])
def test_sysconfigdata_of_another_form(text: str) -> None:
    with pytest.raises(PackError, match=r"data\.py"):
        read_sysconfigdata(text, "data.py")


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers())))
def test_sysconfigdata_round_trips(variables: dict[str, str | int]) -> None:
    text = write_sysconfigdata(variables).decode()
    assert read_sysconfigdata(text, "data.py") == variables
