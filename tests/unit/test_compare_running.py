"""What two interpreters say when they run: told where it differs, and only where the files did not tell it."""

from __future__ import annotations

import pytest

from pydiff.compare import compare_trees
from pydiff.model.record import Difference
from pydiff.model.snapshot import Fact, Facts, Snapshot

NO_SSL = "ImportError: libssl.so.3: cannot open shared object file: No such file or directory"
NOT_THERE = "ModuleNotFoundError: No module named '_ssl'"


def differences(
    left: Facts, right: Facts, *, versions: tuple[str, str] = ("3.9.18", "3.9.18"), **families: tuple[Facts, Facts]
) -> list[Difference]:
    """Of family `runtime`; the other families are (left, right)."""
    sides = [
        Snapshot(
            prefix,
            version,
            {**{name: both[number] for name, both in families.items()}, "runtime": {"sandbox": "bwrap", **facts}},
            {},
        )
        for number, (prefix, version, facts) in enumerate(zip(("/l", "/r"), versions, (left, right), strict=True))
    ]
    return [one for one in compare_trees(*sides) if one.family == "runtime"]


def rows(found: list[Difference]) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.severity, one.subject, one.left, one.right) for one in found]


def only(runtime: Facts) -> Snapshot:
    return Snapshot("/l", "3.9.18", {"runtime": runtime}, {})


def states(left: str, right: str) -> tuple[Facts, Facts]:
    return {"_ssl": {"state": left}}, {"_ssl": {"state": right}}


def test_a_module_that_imports_on_one_side_only_breaks() -> None:
    found = differences({"module/_ssl": "shared"}, {"module/_ssl": NO_SSL}, extensions=states("shared", "shared"))
    assert rows(found) == [("breaks", "module/_ssl", "shared", NO_SSL)]


@pytest.mark.parametrize(
    ("left", "right", "known"),
    [
        ("shared", NOT_THERE, ("shared", "absent")),  # told by the files
        ("shared", "builtin", ("shared", "builtin")),  # imported all the same
        (NO_SSL, NO_SSL + "!", ("shared", "shared")),  # on neither side
    ],
)
def test_modules_that_are_told_elsewhere_or_make_no_difference(left: str, right: str, known: tuple[str, str]) -> None:
    assert differences({"module/_ssl": left}, {"module/_ssl": right}, extensions=states(*known)) == []


def test_libraries_that_came_with_it() -> None:
    found = differences({"ssl.version": "OpenSSL 1.1.1w"}, {"ssl.version": "OpenSSL 3.0.15", "tk.version": "8.6"})
    assert rows(found) == [("changes", "ssl.version", "OpenSSL 1.1.1w", "OpenSSL 3.0.15")], (
        "a missing module is told as that"
    )


def test_paths_that_only_moved_are_no_difference() -> None:
    left: Facts = {
        "base_prefix": "/l",
        "paths.include": "/l/include/python3.9",
        "libpython": ["/l/lib/libpython3.9.so.1.0"],
        "executable": "/l/x",
    }
    right: Facts = {
        "base_prefix": "/r",
        "paths.include": "/r/include/python3.10",
        "libpython": ["/r/lib/libpython3.10.so.1.0"],
    }
    assert differences(left, right, versions=("3.9.18", "3.10.13")) == []
    found = differences(left, {**left, "base_prefix": "/r", "paths.include": "/r/include/python3.9"})
    assert [row[:2] for row in rows(found)] == [("changes", "libpython")], "the right one loads the left one's"


def test_a_variable_counts_only_where_an_interpreter_says_other_than_its_file() -> None:
    said: tuple[Facts, Facts] = ({"CC": "cc"}, {"CC": "clang"})
    assert differences({"variable.CC": "cc"}, {"variable.CC": "clang"}, sysconfig=said) == []
    found = differences({"variable.CC": "cc"}, {"variable.CC": "gcc"}, sysconfig=said)
    assert rows(found) == [("changes", "variable.CC", "cc", "gcc")]


def test_wheels_that_one_interpreter_accepts() -> None:
    one: Facts = {"tags.builds": "cp39-cp39-linux_x86_64", "tags.platforms": ["linux_x86_64"], "tags.count": 9}
    other: Facts = {**one, "tags.platforms": ["linux_x86_64", "manylinux_2_17_x86_64"], "tags.count": 19}
    same: Facts = {"platforms": ["linux_x86_64"], "builds": "x"}
    assert [row[:2] for row in rows(differences(one, other, tags=(same, same)))] == [("changes", "tags.platforms")]
    assert differences(one, other, tags=(same, {**same, "platforms": ["manylinux_2_17_x86_64"]})) == [], (
        "told by the files"
    )
    assert differences(one, other, tags=(same, same), versions=("3.9.18", "3.10.1")) == []


def test_no_certificates_on_one_side() -> None:
    found = differences({"ssl.certificates": "folder"}, {"ssl.certificates": "none"})
    assert rows(found) == [("breaks", "ssl.certificates", "folder", "none")]
    assert differences({"ssl.certificates": "folder"}, {"ssl.certificates": "file"}) == []


def test_one_that_gives_no_answer_is_all_that_is_said() -> None:
    answered: Facts = {"sandbox": "bwrap", "ssl.version": "OpenSSL 3", "module/_ssl": "shared"}
    silent: Facts = {"error": "gave no answer"}
    assert rows(compare_trees(only(answered), only(silent))) == [("breaks", "error", "it answers", "gave no answer")]
    assert compare_trees(only(silent), only(silent)) == []


def test_where_a_side_was_not_run_nothing_is_claimed() -> None:
    skipped: Facts = {"skipped": "nothing vouches for its archive"}
    assert compare_trees(only(skipped), only({"error": "x"})) == []
    assert compare_trees(only({"sandbox": "bwrap", "readline": "libedit"}), only(skipped)) == []


@pytest.mark.parametrize("odd", [None, 1, True, ["list"], {"a": "b"}])
def test_answers_of_any_form_are_survived(odd: Fact) -> None:
    subjects = ("module/_ssl", "variable.CC", "tags.platforms", "ssl.certificates", "libpython", "gil", "version")
    for left, right in ((odd, "text"), ("text", odd)):
        differences(dict.fromkeys(subjects, left), dict.fromkeys(subjects, right))
