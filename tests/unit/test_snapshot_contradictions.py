"""Where a tree contradicts itself: one made-up tree for each kind, and sound ones that have none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.snapshot import Contradiction, Facts, Snapshot
from pydiff.snapshot.beside import Beside, Machine
from pydiff.snapshot.contradictions import KINDS, contradictions
from pydiff.snapshot.contradictions.versions import newer

USUAL = ("/usr/bin", "/bin/sh", "/etc", "/usr/lib", "/lib64/ld-linux-x86-64.so.2", "/opt")
Fact = dict[str, str | int | list[str]]


def machine(
    paths: Collection[str] = USUAL, programs: Collection[str] = ("cc", "c++", "ar"), system: str = "linux"
) -> Machine:
    return Machine(
        exists=lambda path: path in paths,
        which=lambda name: f"/usr/bin/{name}" if name in programs else None,
        platform=system,
        arch="x86_64",
        loads=lambda name: f"/usr/lib/{name}" if name in {"libc.so.6", "libm.so.6"} else "",
        glibc="2.36",
        real=lambda path: path,
    )


def tree(
    sysconfig: Facts | None = None,
    files: Collection[str] = ("include/python3.9/Python.h",),
    links: Mapping[str, str] | None = None,
    **families: Facts,
) -> Snapshot:
    known: Facts = {path: {"kind": "file", "mode": 0o644, "size": 1, "sha256": "x"} for path in files}
    known |= {path: {"kind": "link", "mode": 0o777, "target": target} for path, target in (links or {}).items()}
    return Snapshot("/opt/py", "3.9.18", {"sysconfig": sysconfig or {}, "files": known, **families}, {})


def told(found: Collection[Contradiction]) -> list[tuple[str, str, str]]:
    return [(one.severity, one.subject, one.says) for one in found]


def elf(*needed: str, **fields: str | list[str]) -> Fact:
    return {"format": "elf", "kind": "dyn", "machine": "x86_64-elf64", "needed": list(needed), **fields}


# A whole Python that agrees with itself in everything that is looked at.
LIBPYTHON = "lib/libpython3.9.so.1.0"
DYNLOAD = "lib/python3.9/lib-dynload/_x.cpython-39-x86_64-linux-gnu.so"
SOUND = tree(
    {
        "prefix": "/opt/py", "exec_prefix": "/opt/py", "LIBDIR": "/opt/py/lib", "LIBPL": "/opt/py/lib/python3.9/config",
        "INCLUDEPY": "/opt/py/include/python3.9", "INCLUDEDIR": "/opt/py/include", "BINDIR": "/opt/py/bin", "CC": "cc -pthread",
        "CXX": "c++ -pthread", "AR": "ar", "LDSHARED": "cc -shared", "LDFLAGS": "-L/opt/py/lib -Wl,-rpath,/opt/py/lib",
        "LDLIBRARY": "libpython3.9.so", "LIBRARY": "libpython3.9.a", "INSTSONAME": "libpython3.9.so.1.0", "Py_ENABLE_SHARED": 1,
        "VERSION": "3.9", "ABIFLAGS": "", "LDVERSION": "3.9", "MULTIARCH": "x86_64-linux-gnu", "SOABI": "cpython-39-x86_64-linux-gnu",
        "EXT_SUFFIX": ".cpython-39-x86_64-linux-gnu.so", "SIZEOF_LONG": 8, "Py_DEBUG": 0, "WITH_PYMALLOC": 1, "MACHDEP": "linux",
        "HOST_GNU_TYPE": "x86_64-pc-linux-gnu", "CONFIG_ARGS": "'--enable-shared'", "TZPATH": "/gone/zoneinfo",
    },
    files=(
        "bin/python3.9", "bin/pip", "bin/python3.9-config", LIBPYTHON, "lib/python3.9/config/libpython3.9.a", DYNLOAD,
        "include/python3.9/Python.h", "include/python3.9/pyconfig.h", "lib/pkgconfig/python-3.9.pc",
    ),
    links={"lib/libpython3.9.so": "libpython3.9.so.1.0", "bin/python3": "python3.9", "lib64": "lib"},
    binaries={
        "bin/python3.9": elf("libpython3.9.so.1.0", "libc.so.6", runpath=["$ORIGIN/../lib"], interpreter="/lib64/ld-linux-x86-64.so.2"),
        LIBPYTHON: elf("libc.so.6", "libm.so.6", soname="libpython3.9.so.1.0", glibc="2.17"),
        DYNLOAD: elf("libpython3.9.so.1.0", "libc.so.6"),
    },
    pyconfig_h={"SIZEOF_LONG": "8", "WITH_PYMALLOC": "1"},
    pkgconfig={"lib/pkgconfig/python-3.9.pc": {"prefix": "${pcfiledir}/../..", "libdir": "${prefix}/lib", "Version:": "3.9"}},
    pythonconfig={"bin/python3.9-config": {"kind": "shell", "shebang": "#!/bin/sh", "prefix": "/opt/py"}},
    makefile={"prefix": "/opt/py", "LIBDIR": "$(prefix)/lib", "CC": "cc  -pthread"},
    scripts={"bin/pip": "#!/opt/py/bin/python3.9", "bin/python3.9-config": "#!/bin/sh"},
    builddetails={"base_prefix": "../..", "libpython.dynamic": "lib/libpython3.9.so", "abi.extension_suffix": ".cpython-39-x86_64-linux-gnu.so"},
)  # fmt: skip


def changed(family: str, **facts: object) -> Snapshot:
    """The sound tree with other facts in one family; None takes one away."""
    mixed = {**SOUND.families[family], **{name.replace("__", "/"): value for name, value in facts.items()}}
    kept = {name: value for name, value in mixed.items() if value is not None}
    return replace(SOUND, families={**SOUND.families, family: kept})  # type: ignore[dict-item]


def test_a_sound_tree_has_none() -> None:
    assert contradictions(SOUND, machine()) == []


def test_an_empty_snapshot_has_none() -> None:
    assert contradictions(Snapshot("/opt/py", "3.9.18", {}, {}), machine()) == []


def test_of_equal_severity_the_kinds_are_in_their_order() -> None:
    snapshot = changed("sysconfig", CC="ccc", LIBDIR="/opt/py/x", AR="arr", LIBRARY="gone.a", abs_srcdir="/gone")
    found = contradictions(snapshot, machine())
    assert [one.severity for one in found] == ["breaks", "breaks", "breaks", "changes", "changes", "cosmetic"]
    assert [one.subject for one in found] == ["CC", "AR", "LIBDIR", "LIBRARY", "LIBDIR", "abs_srcdir"]
    assert len({kind.__module__ for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("name", "value", "severity", "says"),
    [
        ("LIBDIR", "/opt/py/lib63", "breaks", "/opt/py/lib63"),
        ("INCLUDEPY", "/install/include/python3.9", "breaks", "/install/include/python3.9"),
        ("LIBDEST", "/opt/py/lib/python3.8", "changes", "/opt/py/lib/python3.8"),
        ("CC", "ccc -pthread", "breaks", "ccc"),
        ("CC", "/usr/bin/x86_64-linux-gnu-gcc", "breaks", "/usr/bin/x86_64-linux-gnu-gcc"),
        ("READELF", "@READELF@", "cosmetic", "@READELF@"),
        ("LIBRARY", "libpython3.8.a", "changes", "libpython3.8.a"),
        ("CFLAGS", "-O2 -I/tools/deps/include", "changes", "/tools/deps/include"),
        ("CFLAGS", "-isysroot /Applications/Xcode.app/SDK", "breaks", "-isysroot /Applications/Xcode.app/SDK"),
        ("PY_CFLAGS", "-isysroot /Applications/Xcode.app/SDK", "cosmetic", "-isysroot /Applications/Xcode.app/SDK"),
        ("LDSHARED", "cc -shared -Wl,-rpath,/gone/lib", "changes", "/gone/lib"),
        ("abs_srcdir", "/tmp/build.1/Python-3.9", "cosmetic", "/tmp/build.1/Python-3.9"),
        ("CONFIG_ARGS", "'--prefix=/gone' 'CC=/usr/bin/x'", "cosmetic", "/gone"),
        ("SOABI", "cpython-38", "changes", "cpython-38"),
        ("LDVERSION", "3.9d", "breaks", "3.9d"),
    ],
)
def test_one_variable(name: str, value: str, severity: str, says: str) -> None:
    found = contradictions(changed("sysconfig", **{name: value}), machine())
    assert (severity, name, says) in told(found)
    assert all(one.consequence and one.found and next(iter(one.said)) == one.subject for one in found)


@pytest.mark.parametrize(
    "sysconfig",
    [
        {"LIBDIR": "lib"},
        {"LIBDIR": "/opt/py/lib64"},
        {"CC": ""},
        {"CFLAGS": "-O2 -DX=1/2 -I. -I./Include -ffile-prefix-map=a=b"},
        {"TZPATH": "/gone/zoneinfo:/gone/too"},
        {"SHELL": "/bin/sh -e"},
        {"URL": "https://example.org/x"},
        {"X": "a/b/c $(srcdir)/d ${prefix}/e"},
        {"NM": ":", "RANLIB": "$(AR) s", "LD": "-x"},
    ],
)
def test_what_is_no_contradiction(sysconfig: Facts) -> None:
    links = {"lib64": "lib"}
    assert contradictions(tree(sysconfig, ("include/Python.h", "lib/x"), links), machine()) == []


def test_twenty_variables_with_one_cause_are_one_finding() -> None:
    names = {f"V{number:02}": f"/install/{number}" for number in range(20)}
    (one,) = contradictions(tree({**names, "LIBDIR": "/install/lib", "prefix": "/install"}), machine())
    assert (one.subject, len(one.said), list(one.said)[:2]) == ("LIBDIR", 22, ["LIBDIR", "prefix"])
    assert one.said["V07"] == "/install/7"
    assert "cannot find -lpython3.9" in one.consequence
    assert [remedy.partition(":")[0] for remedy in one.remedies] == [
        "uv",
        "mise",
        "pdm",
        "rye, poetry, hatch and pipx leave it as released",
    ]


def test_a_remedy_by_hand_is_offered_only_where_it_works() -> None:
    said: Facts = {"LIBDIR": "/install/lib", "INCLUDEPY": "/install/include/python3.9"}
    (one,) = contradictions(tree(said, files=("lib/x", "include/python3.9/Python.h")), machine())
    assert one.remedies[:2] == ("LDFLAGS=-L/opt/py/lib", "CFLAGS=-I/opt/py/include/python3.9")
    (other,) = contradictions(tree(said), machine())
    assert "LDFLAGS" not in " ".join(other.remedies)


def test_no_remedy_for_what_a_rewritten_tree_keeps() -> None:
    (rewritten,) = contradictions(tree({"CONFIG_ARGS": "'--prefix=/install'", "prefix": "/opt/py"}), machine())
    assert (rewritten.subject, rewritten.severity, rewritten.remedies) == ("CONFIG_ARGS", "cosmetic", ())


def test_the_remedy_names_no_compiler_that_is_not_here() -> None:
    (one,) = contradictions(tree({"CC": "clang"}), machine(programs=()))
    assert one.remedies[0] == "install clang"


@pytest.mark.parametrize(
    ("tool", "uv"),
    [
        ("clang", "uv: 0.5.10 and newer write `cc` (not 0.6.15 to 0.7.1)"),
        ("/usr/bin/aarch64-linux-gnu-gcc", "uv: 0.7.10 and newer write `cc` (for aarch64, not 0.7.19 to 0.11.18)"),
    ],
)
def test_what_each_manager_does_about_a_compiler(tool: str, uv: str) -> None:
    (one,) = contradictions(tree({"CC": tool}), machine())
    assert one.remedies[0] == "CC=cc"
    assert one.remedies[1].startswith(uv)


def test_only_a_plain_clang_is_rewritten_by_mise_and_pdm() -> None:
    (plain,) = contradictions(tree({"CC": "clang"}), machine())
    (other,) = contradictions(tree({"CC": "musl-clang"}), machine())
    assert [one.partition(":")[0] for one in plain.remedies[2:4]] == ["mise", "pdm"]
    assert other.remedies[2:] == ("mise, rye, pdm, poetry, hatch and pipx leave it as released",)


def test_a_foreign_tree_is_not_held_against_this_machine() -> None:
    said: Facts = {
        "MACHDEP": "darwin",
        "CC": "clang",
        "AR": "/tools/llvm/bin/llvm-ar",
        "CFLAGS": "-I/Applications/X",
        "LIBDIR": "/install/lib",
    }
    assert [one.says for one in contradictions(tree(said), machine())] == ["/tools/llvm/bin/llvm-ar", "/install/lib"]
    here = contradictions(tree(said), machine(system="darwin"))
    assert [one.says for one in here] == ["clang", "/tools/llvm/bin/llvm-ar", "/install/lib", "/Applications/X"]


@pytest.mark.parametrize(
    ("host", "foreign"), [("aarch64-unknown-linux-gnu", True), ("i686-pc-linux-gnu", False), ("", False)]
)
def test_another_processor_is_foreign_too(host: str, foreign: bool) -> None:
    assert Beside(tree({"MACHDEP": "linux", "HOST_GNU_TYPE": host}), machine()).foreign is foreign


def test_a_libdir_without_the_library_says_where_it_is() -> None:
    sysconfig: Facts = {"LIBDIR": "/opt/py/lib", "LDLIBRARY": "libpython3.9.so", "Py_ENABLE_SHARED": 1}
    (one,) = contradictions(tree(sysconfig, files=("lib/x/libpython3.9.so", "include/Python.h")), machine())
    assert (one.says, one.found) == ("/opt/py/lib/libpython3.9.so", "it is in /opt/py/lib/x")
    assert one.remedies == ("LDFLAGS=-L/opt/py/lib/x",)


@pytest.mark.parametrize("target", ["libpython3.9.so.1.0", "/opt/py/lib/gone.so", "../gone", "libpython3.9.so"])
def test_a_link_that_leads_nowhere_is_not_there(target: str) -> None:
    sysconfig: Facts = {"LIBDIR": "/opt/py/lib", "LDLIBRARY": "libpython3.9.so", "Py_ENABLE_SHARED": 1}
    snapshot = tree(sysconfig, links={"lib/libpython3.9.so": target}, files=("include/Python.h", "lib/x"))
    assert [one.subject for one in contradictions(snapshot, machine())] == ["LDLIBRARY"]


def test_windows_without_the_library_to_link() -> None:
    files = ("python.exe", "include/Python.h", "python39.dll")
    (one,) = contradictions(tree(files=files), machine())
    assert (one.severity, one.subject) == ("breaks", "libs/python39.lib")
    assert contradictions(tree(files=(*files, "libs/python39.lib")), machine()) == []
    (other,) = contradictions(tree(files=("python.exe", "include/Python.h", "libs/python39.lib")), machine())
    assert other.subject == "python39.dll"


def with_binary(
    path: str, fact: Fact, sysconfig: Facts | None = None, others: Mapping[str, Fact] | None = None
) -> list[Contradiction]:
    facts: Facts = {path: fact, **(others or {})}
    return contradictions(tree(sysconfig, ("include/Python.h", LIBPYTHON, *facts), binaries=facts), machine())


@pytest.mark.parametrize(
    ("fact", "found"),
    [
        (elf("libpython3.9.so.1.0"), False),
        (elf("libpython3.9.so.1.0", rpath=["/install/lib"]), False),
        (elf("libpython3.9.so.1.0", rpath=["/opt/py/lib"], runpath=["/gone"]), False),
        (elf("$ORIGIN/../lib64/libpython3.9.so.1.0"), False),
        (elf("libpython3.9.so.1.0", rpath=["$ORIGIN/../lib"]), True),
        (elf("libpython3.9.so.1.0", runpath=["${ORIGIN}/../lib"]), True),
        (elf("$ORIGIN/../lib/libpython3.9.so.1.0"), True),
        (elf("libc.so.6"), True),
    ],
)
def test_where_the_loader_looks_for_libpython(fact: Fact, found: bool) -> None:
    answer = with_binary("bin/python3.9", fact)
    assert (answer == []) is found
    if answer:
        assert (answer[0].severity, answer[0].subject) == ("breaks", "bin/python3.9")
        assert "does not start" in answer[0].consequence
        assert "it is in /opt/py/lib" in answer[0].found


def test_an_extension_finds_what_the_interpreter_has_loaded_or_looks_for() -> None:
    need = elf("libpython3.9.so.1.0")
    assert with_binary(DYNLOAD, need) != []
    for program in (elf("$ORIGIN/../lib/libpython3.9.so.1.0"), elf("libc.so.6", rpath=["$ORIGIN/../lib"])):
        assert with_binary(DYNLOAD, need, others={"bin/python3.9": program}) == []
    # RUNPATH is for the binary alone: https://github.com/astral-sh/python-build-standalone/issues/619
    (one,) = with_binary(DYNLOAD, need, others={"bin/python3.9": elf("libc.so.6", runpath=["$ORIGIN/../lib"])})
    assert (one.severity, one.subject) == ("breaks", DYNLOAD)


def test_a_system_library_that_is_not_here() -> None:
    (one,) = with_binary(DYNLOAD, elf("libcrypt.so.1", "libc.so.6"))
    assert (one.severity, one.says, one.found) == ("changes", "needs libcrypt.so.1", "no such library")
    assert one.remedies == ("install the system's package that has libcrypt.so.1",)
    assert with_binary(DYNLOAD, elf("libcrypt.so.1"), {"MACHDEP": "freebsd13"}) == []


def test_a_binary_of_a_package_is_not_the_pythons() -> None:
    assert with_binary("lib/python3.9/site-packages/x.so", elf("libgone.so")) == []


def test_the_interpreter_of_another_libc() -> None:
    (one,) = with_binary("bin/python3.9", elf(interpreter="/lib/ld-musl-x86_64.so.1"))
    assert (one.severity, one.says) == ("breaks", "is loaded by /lib/ld-musl-x86_64.so.1")


def test_musl_that_calls_itself_gnu() -> None:
    said: Facts = {"MULTIARCH": "x86_64-linux-gnu"}
    subjects = {one.subject for one in with_binary("bin/python3.9", elf(interpreter="/lib/ld-musl-x86_64.so.1"), said)}
    assert subjects == {"MULTIARCH", "bin/python3.9"}


SHARED: Facts = {"INSTSONAME": "libpython3.9.so.1.0", "Py_ENABLE_SHARED": 1}


def test_an_embedding_program_without_a_run_path() -> None:
    loaded = elf("$ORIGIN/../lib/libpython3.9.so.1.0")
    (one,) = with_binary("bin/python3.9", loaded, SHARED, others={LIBPYTHON: elf()})
    assert (one.severity, one.subject) == ("changes", LIBPYTHON)
    assert one.consequence.startswith("a program that is linked against it does not start")
    assert one.remedies == ("LDFLAGS=-Wl,-rpath,/opt/py/lib",)
    given_one: Facts = {**SHARED, "LDFLAGS": "-Wl,-rpath,/opt/py/lib"}
    assert with_binary("bin/python3.9", loaded, given_one, others={LIBPYTHON: elf()}) == []


def test_an_extension_of_an_interpreter_that_holds_libpython_itself() -> None:
    (one,) = with_binary("bin/python3.9", elf("libc.so.6"), SHARED, others={LIBPYTHON: elf()})
    assert one.severity == "breaks"
    assert one.consequence.startswith("an extension or a program")
    (other,) = with_binary(
        "bin/python3.9", elf("libc.so.6", rpath=["$ORIGIN/../lib"]), SHARED, others={LIBPYTHON: elf()}
    )
    assert other.severity == "changes"


@pytest.mark.parametrize(
    "flags", ["-Wl,-rpath,/other/lib", "-Wl,-rpath=/other/lib", "-Wl,-rpath -Wl,/other/lib", "-rpath /other/lib"]
)
def test_a_run_path_to_another_tree_is_named(flags: str) -> None:
    loaded = elf("$ORIGIN/../lib/libpython3.9.so.1.0")
    given: Facts = {**SHARED, "LDFLAGS": flags}
    facts: Facts = {"bin/python3.9": loaded, LIBPYTHON: elf()}
    snapshot = tree(given, ("include/Python.h", *facts), binaries=facts)
    one = next(one for one in contradictions(snapshot, machine()) if one.family == "binaries")
    assert (
        one.found
        == "the loader does not look there, and no variable gives a run path to this tree; they name /other/lib"
    )
    there = machine((*USUAL, "/other/lib/libpython3.9.so.1.0"))
    one = next(one for one in contradictions(snapshot, there) if one.family == "binaries")
    assert one.found.endswith("they name /other/lib; it finds /other/lib/libpython3.9.so.1.0")
    assert "another Python's library" in one.consequence


def test_newer_releases_are_no_remedy_for_a_python_that_is_none() -> None:
    (one,) = with_binary("bin/python3.9", elf("libc.so.6"), SHARED, others={LIBPYTHON: elf()})
    assert one.remedies == ("LDFLAGS=-Wl,-rpath,/opt/py/lib",)


def test_the_systems_libpython_in_place_of_the_trees() -> None:
    elsewhere = replace(machine(), loads=lambda name: f"/usr/lib/{name}")
    facts: Facts = {"bin/python3.9": elf("$ORIGIN/../lib/libpython3.9.so.1.0"), LIBPYTHON: elf()}
    snapshot = tree(SHARED, ("include/Python.h", *facts), binaries=facts)
    (one,) = contradictions(snapshot, elsewhere)
    assert one.found.endswith("it finds /usr/lib/libpython3.9.so.1.0")
    assert "another Python's library" in one.consequence
    assert contradictions(snapshot, replace(machine(), loads=lambda name: f"/opt/py/lib/{name}")) == []


RELEASED: Facts = {
    "HOST_GNU_TYPE": "x86_64-unknown-linux-gnu",
    "CONFIG_ARGS": "'--host=x86_64-unknown-linux-gnu' '--prefix=/install'",
}


def glibc_of(sysconfig: Facts, glibc: str, release: Facts | None = None) -> list[Contradiction]:
    known: Facts = {LIBPYTHON: elf(glibc=glibc), "bin/python3.9": elf(glibc="2.2.5")}
    snapshot = tree(sysconfig, ("include/Python.h", *known), binaries=known, release=release or {})
    return [one for one in contradictions(snapshot, machine()) if one.family == "binaries"]


def test_a_release_that_needs_more_than_it_promises() -> None:
    (one,) = glibc_of(RELEASED, "2.34")
    assert (one.severity, one.subject, one.says) == ("changes", LIBPYTHON, "GLIBC_2.34")
    assert list(one.said) == [LIBPYTHON]
    assert glibc_of(RELEASED, "2.17") == []
    assert glibc_of({}, "2.34") == []
    riscv = {name: str(value).replace("x86_64", "riscv64") for name, value in RELEASED.items()}
    assert glibc_of({**riscv}, "2.28") == []
    assert [one.found[-4:] for one in glibc_of({**riscv}, "2.29")] == ["2.28"]


def test_the_promise_of_the_release_itself_comes_first() -> None:
    release: Facts = {"crt_features": ["glibc-dynamic", "glibc-max-symbol-version:2.28"]}
    assert glibc_of(RELEASED, "2.28", release=release) == []
    assert glibc_of({}, "2.34", release=release) != []


def test_a_binary_that_is_too_new_for_this_machine() -> None:
    (one,) = glibc_of({}, "2.38")
    assert (one.severity, one.found) == ("breaks", "this machine has glibc 2.36")
    assert glibc_of({"MACHDEP": "freebsd13"}, "2.38") == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2.34", "2.17", True),
        ("2.9", "2.17", False),
        ("11.0", "11", False),
        ("10.15.1", "10.15", True),
        ("", "2.17", False),
        ("2.x", "2", False),
    ],
)
def test_versions_are_numbers(one: str, other: str, expected: bool) -> None:
    assert newer(one, other) is expected


def test_macos_names_that_lead_nowhere() -> None:
    dylib: Fact = {
        "format": "macho",
        "kind": "dylib",
        "soname": "/install/lib/libpython3.9.dylib",
        "needed": ["/usr/lib/libSystem.B.dylib"],
    }
    facts: Facts = {"lib/libpython3.9.dylib": dylib}
    (one,) = contradictions(
        tree({"MACHDEP": "darwin"}, ("include/Python.h", *facts), binaries=facts), machine(system="darwin")
    )
    assert (one.severity, one.says) == ("breaks", "/install/lib/libpython3.9.dylib")
    assert one.remedies[0].startswith("install_name_tool -id /opt/py/lib/libpython3.9.dylib")
    facts["lib/libpython3.9.dylib"] = {**dylib, "soname": "@rpath/libpython3.9.dylib"}
    assert contradictions(tree(files=("include/Python.h", *facts), binaries=facts), machine()) == []


@pytest.mark.parametrize(
    ("needed", "rpath", "found"),
    [
        ("@executable_path/../lib/libpython3.9.dylib", [], True),
        ("@executable_path/libpython3.9.dylib", [], False),
        ("@loader_path/../lib/libpython3.9.dylib", [], True),
        ("@rpath/libpython3.9.dylib", ["@executable_path/../lib"], True),
        ("@rpath/libpython3.9.dylib", ["@loader_path/../lib"], True),
        ("@rpath/libpython3.9.dylib", [], False),
        ("/install/lib/libpython3.9.dylib", [], False),
        ("/usr/lib/libSystem.B.dylib", [], True),
    ],
)
def test_where_dyld_looks(needed: str, rpath: list[str], found: bool) -> None:
    facts: Facts = {"bin/python3.9": {"format": "macho", "kind": "execute", "needed": [needed], "rpath": rpath}}
    snapshot = tree({"MACHDEP": "darwin"}, ("include/Python.h", "lib/libpython3.9.dylib", *facts), binaries=facts)
    assert (contradictions(snapshot, machine(system="darwin")) == []) is found


def test_a_mac_is_told_in_the_words_of_its_own_loader() -> None:
    asked = "/install/lib/libpython3.9.dylib"
    facts: Facts = {"bin/python3.9": {"format": "macho", "kind": "execute", "needed": [asked]}}
    snapshot = tree({"MACHDEP": "darwin"}, ("include/Python.h", "lib/libpython3.9.dylib", *facts), binaries=facts)
    (one,) = contradictions(snapshot, machine(system="darwin"))
    assert one.consequence == f"the interpreter does not start: `Library not loaded: {asked}`"
    assert one.remedies[0].startswith(
        f"install_name_tool -change {asked} /opt/py/lib/libpython3.9.dylib /opt/py/bin/python3.9"
    )
    assert one.remedies[1:] == ("DYLD_LIBRARY_PATH=/opt/py/lib",)
    facts = {"lib/python3.9/lib-dynload/_x.so": {"format": "macho", "kind": "bundle", "needed": ["/gone/libz.dylib"]}}
    (one,) = contradictions(
        tree({"MACHDEP": "darwin"}, ("include/Python.h", *facts), binaries=facts), machine(system="darwin")
    )
    assert one.consequence == "importing or running it fails: `Library not loaded: /gone/libz.dylib`"
    assert not any("LD_LIBRARY_PATH" in remedy or "system's package" in remedy for remedy in one.remedies)


@pytest.mark.parametrize(
    ("held", "found"), [("DLLs/libssl.dll", True), ("LIBSSL.dll", True), ("tcl/libssl.dll", False)]
)
def test_where_windows_looks(held: str, found: bool) -> None:
    facts: Facts = {"DLLs/_ssl.pyd": {"format": "pe", "kind": "dll", "needed": ["libssl.dll", "KERNEL32.dll"]}}
    files = ("include/Python.h", "python.exe", "python39.dll", "libs/python39.lib", held, *facts)
    answer = contradictions(tree(files=files, binaries=facts), machine(system="win32"))
    assert (answer == []) is found
    for one in answer:
        assert "DLL load failed" in one.consequence
        assert one.remedies == (
            "copy /opt/py/tcl/libssl.dll into /opt/py/DLLs, beside the module",
            'os.add_dll_directory(r"/opt/py/tcl")',
        )


def test_binaries_that_need_a_newer_macos_than_wheels_are_tagged_for() -> None:
    facts: Facts = {
        "lib/a.dylib": {"format": "macho", "macos": "10.9"},
        "lib/b.dylib": {"format": "macho", "macos": "11.0.0"},
    }
    said: Facts = {"MACHDEP": "darwin", "MACOSX_DEPLOYMENT_TARGET": "10.9"}
    (one,) = contradictions(tree(said, ("include/Python.h", *facts), binaries=facts), machine(system="darwin"))
    assert (one.subject, one.says, list(one.said)) == ("lib/b.dylib", "macOS 11.0.0", ["lib/b.dylib"])


def test_no_headers() -> None:
    (one,) = contradictions(tree(files=("lib/x",)), machine())
    assert (one.severity, one.subject) == ("breaks", "Python.h")
    # Told once: by the place, where that is not there either.
    found = contradictions(tree({"INCLUDEPY": "/opt/py/include/python3.9"}, files=("lib/x",)), machine())
    assert [one.subject for one in found] == ["INCLUDEPY"]


def test_pyconfig_h_and_sysconfig() -> None:
    said: Facts = {"SIZEOF_LONG": 8, "Py_DEBUG": 1, "HAVE_FORK": 1, "Py_GIL_DISABLED": 0, "WITH_PYMALLOC": 1}
    (one,) = contradictions(tree(said, pyconfig_h={"SIZEOF_LONG": "4", "WITH_PYMALLOC": ""}), machine())
    assert (one.severity, one.said) == ("breaks", {"SIZEOF_LONG": "SIZEOF_LONG=8", "Py_DEBUG": "Py_DEBUG=1"})
    assert one.found == "pyconfig.h says SIZEOF_LONG=4"


def test_extension_modules_of_another_suffix() -> None:
    files = (
        "include/Python.h",
        "lib/python3.9/lib-dynload/_x.cpython-39-x86_64-linux-musl.so",
        "lib/python3.9/lib-dynload/_y.abi3.so",
    )
    (one,) = contradictions(tree({"EXT_SUFFIX": ".cpython-39-x86_64-linux-gnu.so"}, files=files), machine())
    assert (one.severity, one.says, len(one.said)) == ("breaks", ".cpython-39-x86_64-linux-musl.so", 1)


def test_another_architecture_and_another_version() -> None:
    (one,) = with_binary("bin/python3.9", elf(machine="aarch64-elf64"), {"MULTIARCH": "x86_64-linux-gnu"})
    assert (one.says, one.found) == ("aarch64-elf64", "MULTIARCH says x86_64-linux-gnu")
    (one,) = with_binary("bin/python3.9", elf(machine="s390-elf64-msb"), {"MULTIARCH": "x86_64-linux-gnu"})
    assert one.says == "s390-elf64-msb"
    (other,) = contradictions(tree({"VERSION": "3.10"}), machine())
    assert (other.severity, other.found) == ("breaks", "the interpreter is 3.9.18")
    assert contradictions(tree({"VERSION": "39"}), machine()) == []


def test_pc_files() -> None:
    fields: Fact = {"prefix": "/install", "libdir": "${prefix}/lib", "Version:": "3.9"}
    both: Facts = {"lib/pkgconfig/a.pc": dict(fields), "lib/pkgconfig/b.pc": dict(fields)}
    (one,) = contradictions(tree(pkgconfig=both), machine())
    assert (one.severity, one.says, list(one.said)) == ("breaks", "prefix=/install", list(both))
    assert one.remedies[0].startswith("releases from 20250205")
    moved: Facts = {"lib/pkgconfig/a.pc": {"prefix": "${pcfiledir}/../..", "includedir": "${prefix}/include"}}
    assert contradictions(tree(pkgconfig=moved), machine()) == []
    lost: Facts = {"lib/pkgconfig/a.pc": {"prefix": "${pcfiledir}/../..", "includedir": "${prefix}/inclde"}}
    assert [one.says for one in contradictions(tree(pkgconfig=lost), machine())] == [
        "includedir=/opt/py/lib/pkgconfig/../../inclde"
    ]
    old: Facts = {"lib/pkgconfig/a.pc": {"Version:": "3.8"}}
    assert [one.says for one in contradictions(tree(pkgconfig=old), machine())] == ["Version: 3.8"]


def test_python_config_that_asks_a_sysconfig_that_is_wrong() -> None:
    script: Facts = {"bin/python3.9-config": {"kind": "python", "shebang": "#!/bin/sh"}}
    found = contradictions(tree({"prefix": "/install"}, pythonconfig=script), machine())
    assert ("breaks", "bin/python3.9-config", "--prefix is /install") in told(found)
    assert contradictions(tree({"prefix": "/opt/py"}, pythonconfig=script), machine()) == []


def test_a_shell_script_that_hands_itself_to_python() -> None:
    script: Facts = {"bin/python3.9-config": {"kind": "shell", "shebang": "#!/bin/sh", "prefix": "/install"}}
    starts: Facts = {"bin/python3.9-config": '#!/bin/sh "exec" "$(dirname $0)/python3.9" "$0" "$@"'}
    (one,) = contradictions(tree(pythonconfig=script, scripts=starts), machine())
    assert (one.severity, one.says) == ("breaks", "hands itself to Python")
    assert contradictions(tree(pythonconfig=script, scripts={"bin/python3.9-config": "#!/bin/sh"}), machine()) == []


def test_values_that_are_written_into_python_config() -> None:
    fields: Fact = {
        "kind": "shell",
        "prefix": "/install",
        "libdir": '$(echo "/install/lib" | sed "s#$prefix#$prefix_real#")',
        "LIBS": "-lm -L/gone/lib",
    }
    (one,) = contradictions(tree(pythonconfig={"bin/python3.9-config": fields}), machine())
    assert one.said == {"bin/python3.9-config:LIBS": "/gone/lib"}


def test_build_details() -> None:
    facts: Facts = {"base_prefix": "/install", "libpython.dynamic": "/install/lib/x.so", "abi.extension_suffix": ".so"}
    paths, suffix = contradictions(tree({"EXT_SUFFIX": ".cpython-39.so"}, builddetails=facts), machine())
    assert list(paths.said) == ["base_prefix", "libpython.dynamic"]
    threaded = ("lib/a/python3.9t/build-details.json", "include/Python.h")
    assert (
        contradictions(
            tree(files=threaded, builddetails={"base_prefix": "../../..", "c_api.headers": "include"}), machine()
        )
        == []
    )
    assert (suffix.subject, suffix.found) == ("abi.extension_suffix", "EXT_SUFFIX says .cpython-39.so")


def test_makefile_and_sysconfig_disagreeing() -> None:
    makefile: Facts = {
        "prefix": "/install",
        "exec_prefix": "$(prefix)",
        "LIBDIR": "$(exec_prefix)/lib",
        "CC": "cc",
        "AR": "$(shell which ar)",
    }
    sysconfig: Facts = {"prefix": "/opt/py", "exec_prefix": "/opt/py", "LIBDIR": "/opt/py/lib", "CC": "cc", "AR": "ar"}
    (one,) = contradictions(tree(sysconfig, files=("lib/x", "include/Python.h"), makefile=makefile), machine())
    assert (one.family, list(one.said)) == ("makefile", ["LIBDIR", "prefix", "exec_prefix"])
    assert (one.says, one.found) == ("LIBDIR=/install/lib", "sysconfig says /opt/py/lib")


def test_the_json_copy_of_the_variables() -> None:
    copied: Facts = {"A": "x", "LIBDIR": "/install/lib", "CC": "cc  -pthread", "NEW": 1}
    said: Facts = {"A": "y", "LIBDIR": "/opt/py/lib", "CC": "cc -pthread"}
    files = ("lib/x", "include/Python.h")
    (one,) = contradictions(tree(said, files, sysconfig_vars=copied), machine())
    assert (one.severity, one.subject, list(one.said)) == ("changes", "LIBDIR", ["LIBDIR", "A"])
    assert contradictions(tree(said, files, sysconfig_vars=said), machine()) == []


@pytest.mark.parametrize(
    ("declared", "severity"), [("3.9.18", None), ("3.9.18+", None), ("3.9.17", "changes"), ("3.10.1", "breaks")]
)
def test_headers_of_another_version(declared: str, severity: str | None) -> None:
    found = contradictions(tree(headers={"PY_VERSION": f'"{declared}"'}), machine())
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_makefile_that_goes_round_in_circles_or_grows() -> None:
    makefile: Facts = {"CC": "$(CXX)", "CXX": "$(CC)", "prefix": "$(A)", "A": "$(A)$(A)$(A)$(A)x"}
    assert contradictions(tree({"CC": "cc", "prefix": "/opt/py"}, makefile=makefile), machine()) == []


def test_shebangs() -> None:
    scripts: Facts = {
        "bin/pip": "#!/install/bin/python3.9",
        "bin/2to3": "#!/install/bin/python3.9",
        "bin/idle": "#!/opt/py/bin/python3.9",
        "bin/pydoc": "#!/bin/sh '''exec' x",
        "bin/env": "#! python",
    }
    (one,) = contradictions(tree(files=("bin/python3.9", "include/Python.h"), scripts=scripts), machine())
    assert (one.says, list(one.said)) == ("/install/bin/python3.9", ["bin/pip", "bin/2to3"])
    assert "bad interpreter" in one.consequence


def test_the_description_of_a_release_names_what_is_not_in_it() -> None:
    release: Facts = {
        "python_exe": "install/python.exe",
        "python_paths.stdlib": "install/Lib",
        "extension/_ssl": {
            "shared_lib": "install/DLLs/_ssl.pyd",
            "links": ["dynamic:libssl-1_1-x64", "system:crypt32"],
        },
    }
    files = ("python.exe", "python39.dll", "libs/python39.lib", "include/Python.h", "Lib/os.py", "DLLs/_ssl.pyd")
    (one,) = contradictions(tree(files=files, release=release), machine())
    assert (one.severity, one.said) == ("cosmetic", {"extension/_ssl.links:libssl-1_1-x64": "libssl-1_1-x64.dll"})
    assert contradictions(tree(files=(*files, "DLLs/libssl-1_1-x64.dll"), release=release), machine()) == []


_TEXT = st.text(alphabet="/abc -IL=$({)}'\".\\@", max_size=30)
_NAMES = st.sampled_from(
    [
        "CC",
        "LIBDIR",
        "CFLAGS",
        "X",
        "LIBRARY",
        "prefix",
        "VERSION",
        "INSTSONAME",
        "EXT_SUFFIX",
        "needed",
        "soname",
        "glibc",
    ]
)


@given(
    st.dictionaries(_NAMES, _TEXT | st.lists(_TEXT, max_size=2) | st.integers()),
    st.sampled_from(["elf", "macho", "pe"]),
)
def test_no_value_breaks_the_checks(values: Facts, kind: str) -> None:
    plain: Fact = {name: value for name, value in values.items() if isinstance(value, (str, int, list))}
    texts: Facts = {name: value for name, value in values.items() if isinstance(value, (str, int))}
    every: Facts = {
        "bin/python3.9": {**plain, "format": kind},
        "lib/x.so": {**plain, "format": kind},
        str(values.get("X")): {**plain},
    }
    nothing: Facts = {"X": None}
    for odd in (texts, nothing, every):
        found = contradictions(
            tree(
                texts, binaries=every, makefile=odd, pkgconfig=every, scripts=texts, pythonconfig=every,
                builddetails=odd, release=odd, pyconfig_h=odd, links={"lib/a": str(values.get("X", "a")), "b": "b"},
            ),
            machine(),
        )  # fmt: skip
        assert all(one.consequence for one in found)
