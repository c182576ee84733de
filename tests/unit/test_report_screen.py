"""Two trees on one screen: never more than a terminal of 24 lines holds, whatever differs, and the best of it first."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from pydiff.model.record import SEVERITIES, Difference, ErrorRecord, Role, Run, Sides
from pydiff.model.selection import Selection
from pydiff.report import render
from pydiff.report.apart import apart
from pydiff.report.screen import LINES
from runs import a_run, a_side, trees_only

FAMILIES = ("sysconfig", "files", "pyconfig_h", "binaries", "extensions", "pythonconfig")
TEXT = st.text(alphabet=st.one_of(st.characters(), st.sampled_from("/{}-=, \n\x1b宽")), max_size=120)


def screen(run: Run, width: int = 80) -> list[str]:
    return render(run, "terminal", width=width).rstrip("\n").split("\n")


def told(lines: list[str]) -> list[str]:
    """Those with a difference each: severity, family, names, what became of it."""
    return [line for line in lines if re.match(r"(?:breaks|changes) +[a-z]", line)]


def entries(run: Run) -> list[str]:
    return told(screen(run))


def differing(*differences: Difference, **rest: object) -> Run:
    return trees_only(differences=list(differences), **rest)


def a_variable(name: str, left: str | None, right: str | None, **rest: object) -> Difference:
    given = {"family": "sysconfig", "severity": "breaks", **rest}
    return Difference(subject=name, left=left, right=right, **given)  # type: ignore[arg-type]


def many(count: int) -> list[Difference]:
    return [
        a_variable(
            f"V{number}", f"a{number}", f"b{number}", family=FAMILIES[number % 6], severity=SEVERITIES[number % 3]
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("count", [0, 1, 5, 12, 13, 40, 3_000])
@pytest.mark.parametrize("notes", [0, 3, 40])
def test_never_more_than_one_screen(count: int, width: int, notes: int) -> None:
    sides = Sides(left=a_side("mise 2024.12.15", changes=["x " * 200]), right=a_side("a label of many words " * 9))
    notes_told = [f"note {number} " + "long " * 60 for number in range(notes)]
    lines = screen(differing(*many(count), sides=sides, notes=notes_told, headline="h " * 400), width)
    assert len(lines) <= LINES < 24
    assert max(map(cell_len, lines)) <= width
    if count >= 40:
        assert len(told(lines)) >= 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Difference,
            family=st.sampled_from(FAMILIES),
            subject=TEXT,
            left=st.none() | TEXT,
            right=st.none() | TEXT,
            severity=st.sampled_from(SEVERITIES),
            count=st.integers(1, 10**7),
            also=st.lists(TEXT, max_size=4),
            detail=TEXT,
            asked_by=st.lists(TEXT, max_size=3),
        ),
        max_size=40,
    ),
    st.sampled_from([40, 80, 137, 200]),
    TEXT,
)
def test_nor_with_whatever_text(differences: list[Difference], width: int, note: str) -> None:
    run = differing(*differences, notes=[note], error=ErrorRecord(message=note, hint=note, exit_code=4), partial=True)
    lines = screen(run, width)
    assert len(lines) <= LINES
    assert max(map(cell_len, lines)) <= width
    # And everything of it on demand, without a crash.
    assert render(run, "terminal", width=width, selection=Selection(everything=True))


def test_the_counts_stand_by_severity_and_family() -> None:
    lines = screen(
        differing(
            a_variable("A", "1", "2"), a_variable("a/", None, "9 files", family="files", count=9, severity="cosmetic")
        )
    )
    assert "breaks         1  sysconfig 1" in lines
    assert "cosmetic       9  files 9" in lines


def test_families_without_room_are_counted() -> None:
    lines = screen(
        differing(*(a_variable("A", "1", "2", family=f"a_family_of_number_{number}") for number in range(9)))
    )
    assert "breaks         9  a_family_of_number_0 1 · 8 more families 8" in lines


def test_what_is_read_by_most_comes_first_and_files_last() -> None:
    run = differing(
        a_variable("include/a.h", "1 bytes, sha256 a", None, family="files"),
        a_variable("NOBODY", "1", "2"),
        a_variable("ONE", "1", "3", asked_by=["meson"]),
        a_variable("LIBDIR", "/a", "/b", asked_by=["meson", "setuptools"]),
        a_variable("python.pc:prefix", "/a", "/c", family="pkgconfig", asked_by=["meson"]),
    )
    names = [line.split()[2] for line in entries(run)]
    assert names == ["LIBDIR", "ONE", "python.pc:prefix", "NOBODY", "include/a.h"]


def test_one_change_of_many_values_is_one_line() -> None:
    run = differing(
        a_variable("LIBDIR", "/install/lib", "{prefix}/lib"),
        a_variable("LDFLAGS", "-L/install/lib -lm", "-L{prefix}/lib -lm", detail="--L/install/lib +-L{prefix}/lib"),
        a_variable("CC", "clang -pthread", "cc -pthread", detail="-clang +cc"),
        a_variable("LDSHARED", "clang -shared", "cc -shared", detail="-clang +cc"),
        a_variable("AR", "llvm-ar", "ar"),
    )
    lines = [" ".join(line.split()) for line in entries(run)]
    assert lines == [
        "breaks sysconfig LIBDIR, LDFLAGS /install → {prefix}",
        "breaks sysconfig CC, LDSHARED clang → cc",
        "breaks sysconfig AR llvm-ar → ar",
    ]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (a_variable("CFLAGS", "-O2 -g", "-g", detail="--O2"), "- -O2"),
        (a_variable("CFLAGS", "-g", "-g -O2", detail="+-O2"), "+ -O2"),
        (a_variable("CFLAGS", "-O2 -g -m64", "-g -m64 -O2", detail="--O2 +-O2"), "in another place: -O2"),
        (a_variable("CFLAGS", "-O2 -g -m64", "-O3 -g", detail="--O2 --m64 +-O3"), "-O2 -m64 → -O3"),
        (a_variable("A", None, ""), "(absent) → (empty)"),
        (a_variable("f", "12 bytes, sha256 ab", "1300 bytes, sha256 cd", family="files"), "other contents, 12 and 1,300 bytes"),
        (a_variable("d/", "4 files", "4 files", family="files", count=4, detail="other contents: a, b"), "4 files differ"),
        (a_variable("d/", "2 files", None, family="files", count=2, detail="a, b"), "2 files → (absent): a, b"),
        (a_variable("d/", "2 files in d/", "2 files in e/", family="files", count=2, detail="moved"), "2 files moved to e/"),
    ],
)  # fmt: skip
def test_what_became_of_a_value(one: Difference, said: str) -> None:
    (line,) = entries(differing(one))
    assert line.endswith(f"  {said}")


def test_files_of_one_side_are_one_line() -> None:
    run = differing(
        a_variable("bin/python-config", None, "1 bytes, sha256 a", family="files"),
        a_variable("lib/pkgconfig/", None, "4 files", family="files", count=4, detail="a.pc, b.pc"),
    )
    assert "breaks    files  bin/python-config, lib/pkgconfig/  (absent) → 5 files" in screen(run)


def test_a_flood_of_one_family_leaves_room_for_the_others() -> None:
    flood = [a_variable(f"V{number}", f"a{number}", f"b{number}", asked_by=["meson"]) for number in range(40)]
    rare = a_variable("_ssl", "shared", "absent", family="extensions")
    assert any("_ssl" in line for line in screen(differing(*flood, rare)))


def test_what_no_build_notices_is_only_counted() -> None:
    run = differing(a_variable("abs_srcdir", "/a", "/b", severity="cosmetic"))
    assert not any("abs_srcdir" in line for line in screen(run))
    assert f"all of it: pydiff report {run.id} --all" in screen(run)


def test_who_asks_is_told_where_there_is_room() -> None:
    run = differing(a_variable("CC", "a", "b", asked_by=["setuptools"]))
    assert not any("asked for by" in line for line in screen(run, 80))
    assert any("asked for by setuptools" in line for line in screen(run, 120))


def test_a_command_that_can_be_copied_at_any_width() -> None:
    run = differing(a_variable("A", "1", "2"), id="20241202-120000-" + "long-" * 30)
    assert "all of it: pydiff report 20241202-120000 --all" in screen(run, 80)


def test_nothing_differs() -> None:
    lines = screen(differing(headline="a and b are the same for a build", verdict="same"))
    assert lines[0] == "= a and b are the same for a build"
    assert not any("--all" in line for line in lines)


def test_everything_on_demand() -> None:
    run = differing(*many(300), notes=[f"note {number}" for number in range(30)])
    said = render(run, "terminal", width=80, selection=Selection(everything=True))
    assert all(f"V{number}  a{number} → b{number}" in said for number in range(300))
    assert "note 29" in said


def test_a_run_with_builds_keeps_its_page_and_takes_all() -> None:
    run = a_run(differences=many(300))
    assert "294 more entries: pydiff report" in render(run, "terminal", width=80)
    said = render(run, "terminal", width=80, selection=Selection(everything=True))
    assert "First divergence" in said
    assert all(f"V{number}  a{number}" in said for number in range(300))


def test_the_record_is_whole_whatever_is_shown() -> None:
    run = differing(*many(30))
    for selection in (Selection(everything=True), Selection()):
        assert len(json.loads(render(run, "json", selection=selection))["differences"]) == 30


LONG = "pbs:/srv/mirror/python-build-standalone/releases/20241205/some/more/folders"
COUNTS = "1,403 that can break a build and 14 that can change what is built"


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize(
    ("left", "right", "parts"),
    [
        (f"{LONG}/left.tar.zst", f"{LONG}/right.tar.zst", ("left", "right")),
        (f"{LONG}/3.9/build/cpython.tar.zst", f"{LONG}/3.8/build/cpython.tar.zst", ("3.9", "3.8")),
        (
            f"{LONG}/cpython-3.12.8+20241205-x86_64-unknown-linux-gnu-debug-full.tar.zst",
            f"{LONG}/cpython-3.12.8+20241205-x86_64-unknown-linux-musl-debug-full.tar.zst",
            ("gn", "mus"),
        ),
        (LONG * 9, "uv 3.9", ("folders", "uv 3.9")),
    ],
)
def test_the_counts_survive_long_labels(left: str, right: str, parts: tuple[str, str], width: int) -> None:
    sides = Sides(left=a_side(left), right=a_side(right))
    run = differing(a_variable("A", "1", "2"), sides=sides, headline=f"{left} and {right} differ: {COUNTS}")
    lines = screen(run, width)
    headline = " ".join(lines[: lines.index("")])
    assert headline.endswith(f"differ: {COUNTS}")
    ours, theirs = headline.removeprefix("≠ ").split(" differ: ")[0].split(" and ")
    assert parts[0] in ours
    assert parts[1] in theirs
    for short, whole in ((ours, left), (theirs, right)):
        assert short == whole or "…" in short
    first, second = lines[lines.index("") + 1 :][:2]
    assert first[:24] != second[:24]


def test_a_headline_that_is_too_long_is_marked_as_cut() -> None:
    lines = screen(differing(headline="word " * 70))
    assert lines[1].endswith("word…")
    assert lines[2] == ""


@pytest.mark.parametrize("width", [40, 80, 120])
def test_what_tells_two_long_values_apart_is_seen(width: int) -> None:
    left = "{prefix}/lib/python{X.Y}/config-{X.Y}m-x86_64-linux-gnu"
    run = differing(a_variable("LIBPL", left, left.replace("m-x86", "-x86")))
    (line,) = told(screen(run, width))
    ours, theirs = line.split("LIBPL")[1].split(" → ")
    assert ours.strip() != theirs.strip()
    if width > 40:
        assert "}m-x86" in ours
        assert "}-x86" in theirs


def test_where_no_room_is_enough_the_way_to_see_it_is_told() -> None:
    run = differing(a_variable("V", "ab" * 400, "ab" * 401))
    (line,) = told(screen(run, 80))
    assert line.endswith("differs: --subject V")


@given(TEXT, TEXT, st.integers(0, 60), st.integers(0, 60))
def test_two_texts_made_short_fit_their_room(left: str, right: str, ours: int, theirs: int) -> None:
    one, other = apart(left, right, ours, theirs)
    assert cell_len(one) <= ours
    assert cell_len(other) <= theirs


def test_the_legend_of_the_screen_tells_a_role_that_is_seen_with_both_values() -> None:
    rows = [
        Role(role="{prefix}", left="/a/" + "long/" * 20 + "3.9", right="/a/" + "long/" * 20 + "3.10", meaning="where it is"),
        Role(role="{X.Y}", left="3.9", right="3.10", meaning="its version"),
    ]  # fmt: skip
    lines = screen(differing(a_variable("A", "{X.Y}", "b"), legend=rows))
    assert "{X.Y}  mise 2024.12.15: 3.9 · uv 0.5.5: 3.10 (its version)" in lines
    assert not any("{prefix}" in line for line in lines)
    (line,) = [line for line in screen(differing(a_variable("A", "{prefix}", "b"), legend=rows)) if "left:" in line]
    assert re.fullmatch(r"\{prefix\}  left: ….*/3\.9 · right: ….*/3\.10", line)
    assert not any("left:" in line for line in screen(differing(a_variable("A", "{prefix}", "b"), legend=rows), 40))


@pytest.mark.parametrize("count", [1, 5, 12, 60, 400])
def test_the_screen_says_how_much_it_leaves_out(count: int) -> None:
    lines = screen(differing(*(a_variable(f"V{number}", f"a{number}", f"b{number}") for number in range(count))))
    more = [line for line in lines if line.startswith("…")]
    rows = len(told(lines))
    left_out = count - rows
    assert more == ([f"… {left_out} more change{'s' * (left_out > 1)} with --all"] if left_out else [])


def test_all_names_every_member() -> None:
    names = [f"NAME_{number}" for number in range(150)]
    run = differing(a_variable("FIRST", "1", "2", count=151, also=names))
    said = render(run, "terminal", width=80, selection=Selection(everything=True))
    assert all(re.search(rf"\b{name}\b", said) for name in names)
    assert "more" not in said
    unnamed = render(
        differing(a_variable("FIRST", "1", "2", count=160, also=names)),
        "terminal",
        width=2_000,
        selection=Selection(everything=True),
    )
    assert "and 9 more, which the record does not name" in " ".join(unnamed.split())


def test_where_not_even_one_family_fits_they_are_counted() -> None:
    lines = screen(differing(*(a_variable("A", "1", "2", family=f"a_long_family_{number}") for number in range(9))), 40)
    assert "breaks         9  9 families" in lines
