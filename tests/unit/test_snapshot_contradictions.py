"""Where a tree contradicts itself, on real released variables and on trees made for one finding each."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.snapshot import Contradiction, Facts, Snapshot
from pydiff.snapshot import contradictions
from pydiff.snapshot.beside import Machine
from snapshot_support import MACOS, released, released_linux

USUAL = ("/usr/bin", "/bin/sh", "/etc", "/usr/lib")


def machine(
    paths: Collection[str] = USUAL, programs: Collection[str] = ("cc", "c++", "ar"), platform: str = "linux"
) -> Machine:
    return Machine(
        exists=lambda path: path in paths,
        which=lambda name: f"/usr/bin/{name}" if name in programs else None,
        platform=platform,
    )


# Everything is here that no build machine had to itself.
ANYWHERE = Machine(
    exists=lambda path: not path.startswith(("/install", "/tools", "/build")),
    which=lambda name: None if "clang" in name else f"/usr/bin/{name}",
    platform="linux",
)


def tree(sysconfig: Facts | None = None, files: Collection[str] = (), **families: Facts) -> Snapshot:
    known: Facts = {path: {"kind": "file", "mode": 0o644, "size": 1, "sha256": "x"} for path in files}
    return Snapshot("/opt/py", "3.9.18", {"sysconfig": sysconfig or {}, "files": known, **families}, {})


def by_subject(found: list[Contradiction]) -> dict[str, Contradiction]:
    return {one.subject: one for one in found}


def test_a_release_laid_by_uv_0_5_5_shows_the_install_family() -> None:
    found = contradictions(released_linux(), ANYWHERE)
    told = by_subject(found)
    assert told["CC, LDSHARED, BLDSHARED, LINKCC"].says == "clang"
    assert told["CXX, LDCXXSHARED"].says == "clang++"
    assert told["AR"].says == "/tools/llvm/bin/llvm-ar"
    assert told["LIBDIR"].says == "/install/lib"
    assert "cannot find -lpython3.9" in told["LIBDIR"].consequence
    assert told["LIBDIR"].remedy.startswith("LDFLAGS=-L/opt/u/python/lib")
    assert told["INCLUDEPY, CONFINCLUDEPY"].says == "/install/include/python3.9"
    assert told["prefix, exec_prefix"].says == "/install"
    assert told["LIBRARY"].says == "libpython3.9.a"
    assert [one.says for one in found[-3:]] == ["/install", "/build", "/tools"], (
        "what nobody asks for comes last, once per place"
    )
    assert found[0].subject.startswith("CC"), "what stops every build comes first"


def test_nothing_is_told_twice() -> None:
    found = contradictions(released_linux(), ANYWHERE)
    assert len({(one.family, one.subject, one.says) for one in found}) == len(found)


def test_clang_here_is_no_contradiction() -> None:
    told = by_subject(contradictions(released_linux(), machine(programs=("clang", "clang++", "cc", "ar"))))
    assert not any(subject.startswith(("CC", "CXX")) for subject in told)
    assert "AR" in told


def test_a_foreign_tree_is_not_held_against_this_machine() -> None:
    snapshot = Snapshot("/opt/py", "3.9.6", {"sysconfig": released(MACOS, "sysconfig"), "files": {}}, {})
    here = contradictions(snapshot, machine())
    assert "/install/lib" in {one.says for one in here}
    assert not any(one.says in {"clang", "clang++"} for one in here)
    assert "clang" in {one.says for one in contradictions(snapshot, machine(platform="darwin", programs=()))}


def test_a_sound_tree_has_none() -> None:
    sysconfig: Facts = {
        "prefix": "/opt/py",
        "LIBDIR": "/opt/py/lib",
        "CC": "cc -pthread",
        "LDLIBRARY": "libpython3.9.so",
        "Py_ENABLE_SHARED": 1,
    }
    sound = tree(
        {**sysconfig, "LIBRARY": "libpython3.9.a"}, files=("lib", "lib/libpython3.9.so", "lib/config/libpython3.9.a")
    )
    assert contradictions(sound, machine()) == []


@pytest.mark.parametrize(
    ("sysconfig", "subject", "says"),
    [
        ({"LIBDIR": "/opt/py/lib64"}, "LIBDIR", "/opt/py/lib64"),
        ({"CC": "ccc -pthread"}, "CC", "ccc"),
        ({"CC": "/usr/bin/x86_64-linux-gnu-gcc"}, "CC", "/usr/bin/x86_64-linux-gnu-gcc"),
        ({"LIBRARY": "libpython3.9.a"}, "LIBRARY", "libpython3.9.a"),
        ({"CFLAGS": "-O2 -I/tools/deps/include"}, "CFLAGS", "/tools/deps/include"),
        ({"CFLAGS": "-isysroot /Applications/Xcode.app/SDK"}, "CFLAGS", "/Applications/Xcode.app/SDK"),
        ({"LDFLAGS": "-Wl,-rpath,/gone/lib"}, "LDFLAGS", "/gone/lib"),
        ({"abs_srcdir": "/tmp/build.1/Python-3.9"}, "abs_srcdir", "/tmp"),
        ({"CONFIG_ARGS": "'--prefix=/gone' 'CC=/usr/bin/x'"}, "CONFIG_ARGS", "/gone"),
    ],
)
def test_one_variable(sysconfig: Facts, subject: str, says: str) -> None:
    found = contradictions(tree(sysconfig), machine())
    assert (subject, says) in {(one.subject, one.says) for one in found}
    assert all(one.consequence and one.found for one in found)


@pytest.mark.parametrize(
    "sysconfig",
    [
        {"LIBDIR": "lib"},
        {"CC": ""},
        {"CFLAGS": "-O2 -DX=1/2 -I. -I./Include -ffile-prefix-map=a=b"},
        {"TZPATH": "/gone/zoneinfo:/gone/too"},
        {"SHELL": "/bin/sh -e"},
        {"URL": "https://example.org/x"},
        {"X": "a/b/c $(srcdir)/d ${prefix}/e"},
    ],
)
def test_what_is_no_contradiction(sysconfig: Facts) -> None:
    assert contradictions(tree(sysconfig), machine()) == []


def test_a_libdir_without_the_library_says_where_it_is() -> None:
    sysconfig: Facts = {"LIBDIR": "/opt/py/lib", "LDLIBRARY": "libpython3.9.so", "Py_ENABLE_SHARED": 1}
    (one,) = contradictions(tree(sysconfig, files=("lib", "lib/x/libpython3.9.so")), machine())
    assert (one.subject, one.says, one.remedy) == ("LDLIBRARY", "/opt/py/lib/libpython3.9.so", "it is in /opt/py/lib/x")


def test_the_remedy_names_no_compiler_that_is_not_here() -> None:
    (one,) = contradictions(tree({"CC": "clang"}), machine(programs=()))
    assert one.remedy.startswith("install clang")


def test_pc_files() -> None:
    fields: dict[str, str | int | list[str]] = {"prefix": "/install", "libdir": "${prefix}/lib"}
    found = contradictions(
        tree(pkgconfig={"lib/pkgconfig/a.pc": dict(fields), "lib/pkgconfig/b.pc": dict(fields)}), machine()
    )
    assert [(one.subject, one.says) for one in found] == [("a.pc, b.pc", "prefix=/install")]
    moved: Facts = {"lib/pkgconfig/a.pc": {"prefix": "${pcfiledir}/../.."}}
    assert contradictions(tree(pkgconfig=moved), machine()) == []


def test_makefile_and_sysconfig_disagreeing() -> None:
    makefile: Facts = {
        "prefix": "/install",
        "exec_prefix": "$(prefix)",
        "LIBDIR": "$(exec_prefix)/lib",
        "CC": "cc",
        "AR": "$(shell which ar)",
    }
    sysconfig: Facts = {"prefix": "/opt/py", "exec_prefix": "/opt/py", "LIBDIR": "/opt/py/lib", "CC": "cc", "AR": "ar"}
    (one,) = contradictions(tree(sysconfig, files=("lib",), makefile=makefile), machine())
    assert (one.family, one.subject) == ("makefile", "LIBDIR, prefix, exec_prefix")
    assert (one.says, one.found) == ("LIBDIR=/install/lib", "sysconfig says /opt/py/lib")


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
    (one,) = contradictions(tree(files=("bin/python3.9",), scripts=scripts), machine())
    assert (one.subject, one.says) == ("bin/pip, bin/2to3", "/install/bin/python3.9")
    assert "bad interpreter" in one.consequence


@given(
    st.dictionaries(
        st.sampled_from(["CC", "LIBDIR", "CFLAGS", "X", "LIBRARY", "prefix"]),
        st.text(alphabet="/abc -IL=$({)}'\".", max_size=30),
    )
)
def test_no_value_breaks_the_checks(values: dict[str, str]) -> None:
    contradictions(
        tree(
            dict(values),
            makefile=dict(values),
            pkgconfig={"a.pc": dict(values)},
            scripts={"bin/x": values.get("X", "")},
        ),
        machine(),
    )


def test_no_remedy_for_what_a_rewritten_tree_keeps() -> None:
    left_over: Facts = {"CONFIG_ARGS": "'--prefix=/install'"}
    (released_as_is,) = [
        one
        for one in contradictions(tree({**left_over, "prefix": "/install"}), ANYWHERE)
        if one.subject == "CONFIG_ARGS"
    ]
    (rewritten,) = contradictions(tree({**left_over, "prefix": "/opt/py"}), ANYWHERE)
    assert "uv >= 0.5.9" in released_as_is.remedy
    assert (rewritten.subject, rewritten.remedy) == ("CONFIG_ARGS", "")
