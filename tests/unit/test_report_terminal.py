"""The first screen answers, at any width, and obeys no text but its own."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from pydiff.errors import UsageError
from pydiff.model.record import BuildSummary, Difference, ErrorRecord, Finding, Run, SandboxRecord, Sides
from pydiff.report import render
from runs import a_run, a_side, trees_only, uwsgi_run


def page(run: Run, width: int = 100, **rest: object) -> str:
    return render(run, "terminal", width=width, **rest)  # type: ignore[arg-type]


def test_a_link_failure() -> None:
    said = page(uwsgi_run(), 120, folder="/x/runs/1")
    assert said.startswith("≠ uwsgi==2.0.28 builds under mise 2024.12.15 and fails under uv 0.5.5\n")
    for part in (
        "✔ built in 20 s, 139 tool calls",
        "✘ failed after 20 s, 139 tool calls",
        "First divergence  (in `build_wheel`, after 137 commands: the outcome differs)",
        "  - cc    … -o uwsgi -L{prefix}/lib -Wl,-rpath,{prefix}/lib … -lpython3.9\n",
        "  + clang … -o uwsgi -L/install/lib -Wl,-rpath,/install/lib … -lpython3.9\n",
        "  + /usr/bin/ld: cannot find -lpython3.9: No such file or directory\n",
        "Why: the linker does not find libpython3.9; it looks in `/install/lib`  (link-libpython-not-found, uv 0.5.5)",
        "sysconfig `LIBDIR`, read by uwsgiplugin.py:88",
        "mise 2024.12.15  `{prefix}/lib`",
        "uv 0.5.5         `/install/lib`",
        "May help (not verified): build with `LDFLAGS=-L{prefix}/lib`",
        "or: install this Python again with uv 0.5.9 or newer",
        "6 can break a build, 21 can change what is built, 25 no common build backend reads",
        "sandbox: bwrap, no network",
        "run: /x/runs/1",
        "¹ Not a python-build-standalone release",
    ):
        assert part in said
    assert "The 137 before it agree but for the compiler (cc / clang)." in " ".join(said.replace("`", "").split())


def test_no_compiler() -> None:
    said = page(uwsgi_run("no-clang"))
    assert "+ → exit status 127: there is no such program" in said
    assert "Exception: you need a C compiler to build uWSGI" in said
    assert "build with `CC=cc`" in said


def test_the_first_screen_answers() -> None:
    said = page(uwsgi_run(), 80).split("\n")
    assert any("May help" in line for line in said[:35])


def test_no_error_is_told_three_times() -> None:
    assert page(uwsgi_run(), 120).count("cannot find -lpython3.9: No such file") == 1


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
@pytest.mark.parametrize("run", [a_run(), trees_only(), uwsgi_run("link"), uwsgi_run("both-built")])
def test_no_line_is_wider_than_the_terminal(run: Run, width: int) -> None:
    assert max(cell_len(line) for line in page(run, width).split("\n")) <= max(width, 40)


def test_colour_only_where_asked_for() -> None:
    assert "\x1b[" not in page(uwsgi_run())
    assert "\x1b[" in page(uwsgi_run(), colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", page(uwsgi_run(), 80, colour=True)).split() == page(uwsgi_run(), 80).split()


def test_trees_only() -> None:
    said = page(trees_only())
    assert "tool call" not in said
    assert "First divergence" not in said
    assert "sandbox" not in said
    assert "LIBDIR" in said


def test_a_partial_run_with_nothing_in_it() -> None:
    run = a_run(
        verdict="inconclusive",
        headline="Stopped early: interrupted",
        partial=True,
        error=ErrorRecord(message="interrupted", hint="run it again", exit_code=130),
        sides=Sides(left=None, right=None),
        differences=[],
        divergence=None,
        findings=[],
        sandbox=None,
    )
    said = page(run)
    assert said.startswith("? Stopped early: interrupted\n")
    assert "Partial: the run stopped before its end" in said
    assert "run it again" in said


def test_one_side_only() -> None:
    said = page(
        a_run(
            sides=Sides(left=a_side("mise 1"), right=None), differences=[], divergence=None, findings=[], partial=True
        )
    )
    assert "not resolved" in said
    assert "Differences of the trees" not in said


def test_both_failed_alike() -> None:
    failed = BuildSummary(
        outcome="failed", class_="missing-header", actions=1, seconds=1.0, error="a.c:1: fatal error: x.h"
    )
    finding = Finding(
        class_="missing-header", title="the header `x.h` is missing", side="both", evidence=["a.c:1: fatal error: x.h"]
    )
    sides = Sides(left=a_side("mise 1", build=failed), right=a_side(build=failed))
    said = page(a_run(verdict="same", headline="p==1 fails alike", sides=sides, divergence=None, findings=[finding]))
    assert said.startswith("= p==1 fails alike")
    assert "missing-header, both sides" in said


def test_a_timeout_and_a_plain_run() -> None:
    slow = BuildSummary(outcome="timeout", class_="timeout", actions=5, seconds=1800.0)
    run = a_run(
        sides=Sides(left=a_side(build=slow), right=a_side(build=slow)),
        sandbox=SandboxRecord(level="none", network=True, why="bwrap: not found"),
    )
    said = page(run, 140)
    assert "✘ out of time after 1,800 s, 5 tool calls" in said
    assert "sandbox: no sandbox, with network (bwrap: not found)" in said


def test_notes_are_said_once_with_their_side() -> None:
    sides = Sides(left=a_side("mise 1", notes=["old", "shared"]), right=a_side(notes=["shared"]))
    said = page(a_run(sides=sides, notes=["gcc was hidden", "gcc was hidden"]))
    assert said.count("gcc was hidden") == 1
    assert "mise 1: old" in said
    assert said.count("shared") == 1
    assert "both sides: shared" in said


def test_blanks_in_values_are_kept() -> None:
    spaces = Difference(family="sysconfig", subject="CFLAGS", left="-a  -b", right="-a -b\n", severity="changes")
    said = page(trees_only(differences=[spaces]))
    assert "-a  -b" in said
    assert "-a -b\\n" in said


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("\x1b[2J\x07\u202e\r\x00`[]")), max_size=60))
def test_text_from_outside_moves_no_cursor(text: str) -> None:
    run = uwsgi_run_small(text)
    said = page(run, 80)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)


def uwsgi_run_small(text: str) -> Run:
    run = a_run(headline=f"h {text}", notes=[text])
    assert run.divergence is not None
    finding = replace(run.findings[0], title=text, evidence=[text, f"{text}x"])
    return replace(run, divergence=replace(run.divergence, summary=text), findings=[finding])


def test_unknown_formats() -> None:
    with pytest.raises(UsageError) as caught:
        render(a_run(), "pdf")
    assert "terminal, markdown, json" in caught.value.hint


def test_what_is_suspected_stands_first_among_the_differences() -> None:
    others = [
        Difference(family="sysconfig", subject=f"A{number}", left="x", right="y", severity="breaks", read_by=["a.py:1"])
        for number in range(9)
    ]
    known = a_run().differences
    said = page(a_run(differences=[*others, *known])).partition("Differences of the trees")[2]
    assert said.index("LIBDIR") < said.index("A0")
