"""Findings: on which side, from which variables, and what is only suggested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builds_support import (
    LEFT,
    RIGHT,
    action,
    failed,
    record,
    uwsgi_left,
    uwsgi_right_link_failure,
    uwsgi_right_no_clang,
)
from pydiff.explain import Evidence, explain, same_failure
from pydiff.explain.releases import newer_release
from pydiff.model.build import BuildRecord, SysconfigRead
from pydiff.model.record import Difference, Finding
from pydiff.model.snapshot import Contradiction, Snapshot


def finding(left: BuildRecord, right: BuildRecord, **rest: object) -> Finding:
    evidence = Evidence(left, right, "mise 2024.12.15", "uv 0.5.5")
    (found,) = explain(replace(evidence, **rest))  # type: ignore[arg-type]
    return found


def tree(prefix: str, **variables: str) -> Snapshot:
    files = {"lib/libpython3.9.so": {"kind": "file"}}
    return Snapshot(prefix, "3.9.18", {"sysconfig": dict(variables), "files": files}, {})  # type: ignore[dict-item]


def test_link_failure_names_libdir_and_who_read_it() -> None:
    found = finding(uwsgi_left(), uwsgi_right_link_failure())
    assert (found.class_, found.side, found.cause) == ("link-libpython-not-found", "right", None)
    (suspect,) = found.suspects
    assert (suspect.name, suspect.left, suspect.right) == ("LIBDIR", "{prefix}/lib", "/install/lib")
    assert suspect.read_by == ["uwsgiplugin.py:88"]
    assert suspect.why == "`-L/install/lib` in the command that failed is this folder"
    assert found.remedy is not None
    assert found.remedy.env == {"LDFLAGS": "-L{prefix}/lib"}
    assert found.remedy.action == "install this Python again with uv 0.5.9 or newer, which rewrites LIBDIR"
    assert not found.remedy.verified
    assert found.evidence == ["/usr/bin/ld: cannot find -lpython3.9: No such file or directory"]


def test_where_libpython_really_is() -> None:
    found = finding(uwsgi_left(), uwsgi_right_link_failure(), right_tree=tree(RIGHT["prefix"]))
    assert found.evidence[-1] == "libpython3.9.so is in {prefix}/lib"


def test_what_the_tree_itself_contradicts_is_evidence() -> None:
    said = {"LIBPL": "/install/lib/x", "LIBDIR": "/install/lib"}
    wrong = Contradiction("sysconfig", "LIBPL", "/install/lib/x", "no such folder", "links fail", said=said)
    other = Contradiction("sysconfig", "AR", "/tools/llvm-ar", "no such file", "archives fail")
    found = finding(
        uwsgi_left(), uwsgi_right_link_failure(), right_contradictions=(wrong, other), left_contradictions=(other,)
    )
    assert found.evidence[1:] == ["sysconfig LIBDIR says /install/lib: no such folder"]


def test_no_clang_names_cc() -> None:
    found = finding(uwsgi_left(), uwsgi_right_no_clang())
    assert (found.class_, found.side) == ("compiler-not-found", "right")
    (suspect,) = found.suspects
    assert (suspect.name, suspect.left, suspect.right) == ("CC", "cc -pthread", "clang -pthread")
    assert found.remedy is not None
    assert found.remedy.env == {"CC": "cc"}
    assert (
        found.remedy.action
        == "install this Python again with uv 0.5.10 or newer (but not 0.6.15 to 0.7.1), which rewrites CC"
    )
    assert found.evidence == [
        "clang -pthread -dumpfullversion -dumpversion  → exit status 127, no such program",
        "Exception: you need a C compiler to build uWSGI",
    ]


def test_of_cc_and_ldshared_the_one_the_command_was_made_of() -> None:
    shared = SysconfigRead("LDSHARED", "clang -pthread -shared -Wl,--exclude-libs,ALL", "build_ext.py:36")
    right = uwsgi_right_no_clang()
    left = replace(uwsgi_left(), reads=(*uwsgi_left().reads, replace(shared, value="cc -pthread -shared")))
    both = finding(left, replace(right, reads=(shared, *right.reads)))
    assert [one.name for one in both.suspects] == ["CC"]
    alone = finding(left, replace(right, reads=(shared,)))
    assert [one.name for one in alone.suspects] == ["LDSHARED"]


def test_sides_swapped() -> None:
    evidence = Evidence(uwsgi_right_no_clang(), uwsgi_left(), "uv 0.5.5", "mise 2024.12.15")
    (found,) = explain(evidence)
    assert found.side == "left"
    assert (found.suspects[0].left, found.suspects[0].right) == ("clang -pthread", "cc -pthread")
    assert found.remedy is not None
    assert found.remedy.env == {"CC": "cc"}


def test_a_compiler_that_is_missing_everywhere_is_not_the_pythons_fault() -> None:
    def without_gcc(places: dict[str, str]) -> BuildRecord:
        commands = [action(["cc", "-c", "a.c", "-o", "a.o"], exit_code=127)]
        return record(commands, failed(), places=places, reads=[SysconfigRead("CC", "cc -pthread", "setup.py:1")])

    left, right = without_gcc(LEFT), without_gcc(RIGHT)
    assert same_failure(left, right)
    found = finding(left, right)
    assert (found.side, found.suspects) == ("both", [])
    assert found.remedy is not None
    assert found.remedy.env is None
    assert found.remedy.action == "install the compiler, or name one that exists"


def test_only_variables_that_this_build_read_are_suspected() -> None:
    right = replace(uwsgi_right_link_failure(), reads=())
    found = finding(
        uwsgi_left(),
        right,
        left_tree=tree(LEFT["prefix"], LIBDIR="/x"),
        right_tree=tree(RIGHT["prefix"], LIBDIR="/install/lib"),
    )
    assert found.suspects == []


def test_the_other_sides_value_comes_from_its_tree_when_its_build_did_not_ask() -> None:
    left = replace(uwsgi_left(), reads=())
    found = finding(left, uwsgi_right_link_failure(), left_tree=tree(LEFT["prefix"], LIBDIR=LEFT["prefix"] + "/lib"))
    assert found.suspects[0].left == "{prefix}/lib"


@pytest.mark.parametrize(("subject", "also"), [("LIBDIR", []), ("DESTLIB", ["LIBDIR"])])
def test_the_other_sides_value_comes_from_the_differences_at_last(subject: str, also: list[str]) -> None:
    left = replace(uwsgi_left(), reads=())
    known = Difference(
        family="sysconfig", subject=subject, also=also, left="{prefix}/lib", right="/install/lib", severity="breaks"
    )
    found = finding(left, uwsgi_right_link_failure(), differences=(known,))
    assert found.suspects[0].left == "{prefix}/lib"


def test_a_variable_with_the_same_value_on_both_sides_is_no_suspect() -> None:
    reads = uwsgi_right_link_failure().reads
    found = finding(replace(uwsgi_left(), reads=reads), uwsgi_right_link_failure())
    assert found.suspects == []
    assert found.remedy is not None
    assert found.remedy.action is None


def test_a_parent_folder_is_suspected_only_where_nothing_fits_better() -> None:
    right = uwsgi_right_link_failure()
    parent = SysconfigRead("prefix", "/install", "setup.py:1")
    left = replace(uwsgi_left(), reads=(*uwsgi_left().reads, SysconfigRead("prefix", LEFT["prefix"], "setup.py:1")))
    both = finding(left, replace(right, reads=(*right.reads, parent)))
    assert [one.name for one in both.suspects] == ["LIBDIR"]
    alone = finding(left, replace(right, reads=(parent,)))
    assert [one.name for one in alone.suspects] == ["prefix"]


def test_a_refused_flag_is_traced_to_cflags() -> None:
    flag = "-fdebug-default-version=4"
    right = record(
        [
            action(
                ["cc", flag, "-c", "a.c", "-o", "a.o"],
                exit_code=1,
                stderr=f"cc: error: unrecognized command-line option \u2018{flag}\u2019\n",
            )
        ],
        failed(),
        places=RIGHT,
        reads=[SysconfigRead("CFLAGS", f"-O3 {flag}", "setup.py:1")],
    )
    left = record([], uwsgi_left().outcome, reads=[SysconfigRead("CFLAGS", "-O3", "setup.py:1")])
    found = finding(left, right)
    assert found.class_ == "unknown-compiler-flag"
    assert [one.name for one in found.suspects] == ["CFLAGS"]


def test_both_fail_differently() -> None:
    evidence = Evidence(uwsgi_right_link_failure(), uwsgi_right_no_clang(), "uv 0.5.5", "uv 0.5.4")
    found = explain(evidence)
    assert [(one.side, one.class_) for one in found] == [
        ("left", "link-libpython-not-found"),
        ("right", "compiler-not-found"),
    ]


def test_nothing_failed_and_one_side_alone() -> None:
    assert explain(Evidence(uwsgi_left(), uwsgi_left())) == []
    assert explain(Evidence(None, None)) == []
    (alone,) = explain(Evidence(None, uwsgi_right_no_clang()))
    assert (alone.side, alone.suspects) == ("right", [])


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("KeyError: 'a'", "KeyError: 'a'", True),
        ("KeyError: 'a'", "KeyError: 'b'", False),
        ("ValueError: /build/tmp/tmpab12cd_9/x", "ValueError: /build/tmp/tmpzz99yy_1/x", True),
        (f"ValueError: {LEFT['prefix']}/lib", f"ValueError: {RIGHT['prefix']}/lib", True),
        ("ValueError: at 0x7f0011223344", "ValueError: at 0x7fff00112233", True),
        ("ValueError: libpython3.9.a", "ValueError: libpython3.10.a", True),
        ("KeyError: 'a'", "ModuleNotFoundError: No module named 'numpy'", False),
    ],
)
def test_same_failure(left: str, right: str, same: bool) -> None:
    assert (
        same_failure(record([], failed(), log=left, places=LEFT), record([], failed(), log=right, places=RIGHT)) is same
    )


def test_a_good_build_is_no_failure() -> None:
    assert not same_failure(uwsgi_left(), uwsgi_left())
    assert not same_failure(uwsgi_left(), uwsgi_right_no_clang())


@pytest.mark.parametrize(
    ("label", "topic", "expected"),
    [
        ("uv 0.5.5", "LIBDIR", "uv 0.5.9"),
        ("uv 0.5.9", "LIBDIR", ""),
        ("uv 0.5.9", "CC", "uv 0.5.10"),
        ("uv 0.6.17", "CC", "newer than 0.7.1"),
        ("uv 0.7.2", "CC", ""),
        ("mise 2024.11.37", "AR", "mise 2024.12.15"),
        ("uv 0.5.5 (3.9.12)", "CC", "uv 0.5.10"),
        ("pyenv", "CC", ""),
        ("uv@0.5.5:3.9", "CC", ""),
        ("uv 0.5.5", "", ""),
    ],
)
def test_releases(label: str, topic: str, expected: str) -> None:
    said = newer_release(label, topic)
    assert expected in said
    assert bool(said) == bool(expected)
