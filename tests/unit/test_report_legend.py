"""The legend: every role that occurs in a run, each with its value on both sides, in every format, redacted as everything else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from builds_support import LEFT, RIGHT, uwsgi_left, uwsgi_right_link_failure
from pydiff.compare import compare_trees, legend
from pydiff.compare.builds import compare_builds
from pydiff.model.record import Difference, Role, Run
from pydiff.model.selection import Selection
from pydiff.model.snapshot import Facts, Snapshot
from pydiff.report import legend as reported
from pydiff.report import render
from runs import a_run, trees_only


def difference(**fields: object) -> Difference:
    return replace(Difference(family="sysconfig", subject="A", left="x", right="y", severity="changes"), **fields)


def tree(prefix: str, version: str = "3.9.18", **sysconfig: str) -> Snapshot:
    variables: Facts = {**sysconfig}
    return Snapshot(prefix, version, {"sysconfig": variables}, {})


LEFT_TREE = tree("/opt/a", MULTIARCH="x86_64-linux-gnu", abs_builddir="/build/Python-3.9.18", LIBDIR="/opt/a/lib")
RIGHT_TREE = tree("/opt/b", "3.10.13", MULTIARCH="x86_64-linux-gnu", LIBDIR="/install/lib")
TREES = (LEFT_TREE, RIGHT_TREE)


def told(found: list[Role]) -> dict[str, tuple[str | None, str | None]]:
    return {one.role: (one.left, one.right) for one in found}


@pytest.mark.parametrize(
    "fields",
    [{"subject": "lib/{X.Y}"}, {"left": "{X.Y}"}, {"right": "{X.Y}"}, {"detail": "+-L{X.Y}"}, {"also": ["{X.Y}"]}],
)
def test_a_role_that_occurs_anywhere_in_a_difference(fields: dict[str, object]) -> None:
    assert told(legend(TREES, [difference(**fields)])) == {"{X.Y}": ("3.9", "3.10")}


def test_roles_that_do_not_occur_are_left_out() -> None:
    assert legend(TREES, [difference(left="${prefix}/lib", right="$(prefix) prefix {other}")]) == []
    assert legend(TREES, []) == []


def test_a_role_of_one_side_only() -> None:
    assert told(legend(TREES, [difference(left="{build}/x")])) == {"{build}": ("/build/Python-3.9.18", None)}


def test_the_prefix_comes_first_and_every_role_has_a_meaning() -> None:
    text = "{multiarch} {build} {XY} {X.Y.Z} {X.Y} {prefix}"
    found = legend(TREES, [difference(left=text)])
    assert [one.role for one in found] == ["{prefix}", "{X.Y}", "{XY}", "{X.Y.Z}", "{multiarch}", "{build}"]
    assert all(one.meaning for one in found)


def test_every_role_in_the_differences_of_two_trees_is_explained() -> None:
    differences = compare_trees(*TREES)
    written = set(re.findall(r"\{[^{}]+\}", " ".join(f"{one.subject} {one.left} {one.right}" for one in differences)))
    assert written
    assert written == {one.role for one in legend(TREES, differences)}


def test_windows_in_another_spelling() -> None:
    (one,) = legend((tree("C:\\py"), tree("D:\\py")), [difference(left="{prefix:c}\\lib")])
    assert (one.left, one.right) == ("c:\\py", "d:\\py")
    assert one.meaning.endswith("in another spelling")
    assert told(legend((tree("C:/py"), tree("/py")), [difference(left="{prefix:\\}")])) == {
        "{prefix:\\}": ("C:\\py", None)
    }


def test_the_roles_of_builds_where_something_is_said_of_them() -> None:
    left, right = uwsgi_left(), uwsgi_right_link_failure()
    divergence = compare_builds(left, right, labels=("a", "b"))
    found = told(legend((), [], (left, right), [divergence]))
    assert found["{prefix}"] == (LEFT["prefix"], RIGHT["prefix"])
    assert found.keys() <= {f"{{{role}}}" for role in LEFT}


def test_a_name_with_two_meanings_is_there_twice() -> None:
    made = (tree("/opt/a", abs_builddir="/tmp/one/Python"), tree("/opt/b", abs_builddir="/tmp/two/Python"))
    found = legend(made, [difference(left="{tmp}/x")], (uwsgi_left(), uwsgi_right_link_failure()), ["-o {tmp}/y.o"])
    assert [(one.role, one.left) for one in found] == [("{tmp}", "/tmp/one"), ("{tmp}", LEFT["tmp"])]
    assert len({one.meaning for one in found}) == 2


def test_one_side_built_alone() -> None:
    assert told(legend((), [], (uwsgi_left(),), ["{src}/x.c"])) == {"{src}": (LEFT["src"], None)}


ROWS = [
    Role(role="{prefix}", left=f"{Path.home()}/py", right="/opt/b", meaning="where this Python is installed"),
    Role(role="{multiarch}", left="x86_64-linux-gnu", right="x86_64-linux-gnu", meaning="its architecture"),
    Role(role="{build}", left="/build/`a`|b", right=None, meaning="folder in which it was compiled"),
]


def a_legend() -> Run:
    return trees_only(legend=ROWS)


def test_json_has_it_redacted() -> None:
    rows = json.loads(render(a_legend(), "json"))["legend"]
    assert rows[0] == {"role": "{prefix}", "left": "~/py", "right": "/opt/b", "meaning": ROWS[0].meaning}


def test_markdown_folds_it_away() -> None:
    text = render(a_legend(), "markdown")
    assert "<details><summary>what the names in braces stand for</summary>" in text
    assert "| `{prefix}` | `~/py` | `/opt/b` | where this Python is installed |" in text
    assert "| `{build}` |" in text
    assert "not known |" in text
    assert "somebody" not in text


@pytest.mark.parametrize("run", [a_run(legend=ROWS), a_legend()])
def test_the_terminal_has_a_line_for_the_prefix(run: Run) -> None:
    text = render(run, "terminal", width=100)
    assert re.search(r"\{prefix\} +mise 2024.12.15: ~/py · uv 0.5.5: /opt/b", text)


def test_of_a_part_only_the_roles_in_it() -> None:
    run = trees_only(
        legend=ROWS, differences=[difference(left="{prefix}/a"), difference(subject="B", left="{multiarch}")]
    )
    text = render(run, "terminal", width=80, selection=Selection(subjects=("B",)))
    assert "{multiarch}  x86_64" in text
    assert "{prefix}" not in text
    assert "braces" not in render(run, "terminal", selection=Selection(subjects=("no such",)))


def test_what_does_not_fit_goes_on_below_the_value() -> None:
    rows = [replace(ROWS[0], left="/long" * 20, right="/other" * 20), ROWS[1]]
    run = trees_only(legend=rows, differences=[difference(left="{prefix}", right="{multiarch}")])
    text = render(run, "terminal", width=80, selection=Selection(subjects=("A",)))
    lines = text[text.index(reported.TITLE) :].splitlines()[1:]
    assert len(lines) > 3
    assert all(re.match(r"  \{| {15}\S", line) for line in lines)


def test_nothing_where_there_is_no_role() -> None:
    for format_name in ("markdown", "terminal"):
        text = render(trees_only(legend=[]), format_name)
        assert "braces" not in text
    assert reported.lines(trees_only(legend=[])) == []


def test_what_both_sides_have_is_said_once() -> None:
    assert reported.lines(a_legend())[1] == "{multiarch}  x86_64-linux-gnu (its architecture)"
