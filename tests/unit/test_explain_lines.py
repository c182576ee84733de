"""The lines that tell most, out of logs of every colour, and in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.explain.lines import clean, last_exception, telling


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31merror:\x1b[0m no\n", ["error: no"]),
        ("\x1b]8;;https://e.x\x07link\x1b]8;;\x07\n", ["link"]),
        ("10%\r50%\r100% done\r\nnext\n", ["100% done", "next"]),
        ("  │ error: x\n  ╰─▶ why\n", ["error: x", "why"]),
        ("#12 3.456 cc: not found\n", ["cc: not found"]),
        ("      [stderr] oh\n", ["oh"]),
        ("a\x00b\x07c\n\n\n", ["abc"]),
        ("", []),
    ],
)
def test_clean(raw: str, shown: list[str]) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (["cc -c a.c -o a.o", "/usr/bin/ld: cannot find -lpython3.9: No such file or directory", "collect2: error: ld returned 1 exit status", "*** error linking uWSGI ***"], "/usr/bin/ld: cannot find -lpython3.9: No such file or directory"),
        (["a.c:3:10: fatal error: Python.h: No such file or directory", "compilation terminated.", "error: command '/usr/bin/cc' failed with exit code 1"], "a.c:3:10: fatal error: Python.h: No such file or directory"),
        (["a.c:1: warning: unused [-Wunused]", "a.c:2:1: error: expected ';'", "a.c:9:1: error: expected '}'"], "a.c:2:1: error: expected ';'"),
        (["error: command 'clang' failed: No such file or directory"], "error: command 'clang' failed: No such file or directory"),
        (["Traceback (most recent call last):", "KeyError: 'a'", "subprocess.CalledProcessError: Command x returned non-zero exit status 1."], "KeyError: 'a'"),
        (["copying errors.py", "note: errors are fatal"], "note: errors are fatal"),
        (["one", "two"], "two"),
    ],
)  # fmt: skip
def test_the_best_line(log: list[str], expected: str) -> None:
    assert telling(log)[0] == expected


def test_each_line_once_and_not_too_many() -> None:
    log = [f"a.c:{number}: error: e{number % 2}" for number in range(100)] * 2
    found = telling(log, 4)
    assert len(found) == len(set(found)) <= 4


def test_exceptions_that_only_report_another_failure_are_passed_over() -> None:
    log = ["ValueError: bad", "x.CompileError: command 'cc' failed with exit code 1", "SystemExit: 1"]
    assert last_exception(log) == "ValueError: bad"
    assert last_exception(["no exception here", "the Error: of ways"]) == ""


@given(st.text(alphabet=st.sampled_from("\x1b[]0;31m\r\n│> |aE:error x\x07"), max_size=300))
def test_clean_leaves_nothing_a_terminal_would_obey(text: str) -> None:
    lines = clean(text)
    assert not any(character in line for line in lines for character in "\x1b\r\n\x00\x07")
    assert all(line.strip() for line in lines)
    assert set(telling(lines)) <= set(lines)


@pytest.mark.parametrize(
    "hostile",
    [
        "A" * 200_000,
        "A." * 100_000 + "Error",
        "\x1b[" * 100_000,
        "\x1b]" * 100_000,
        " -c " * 50_000,
        "pg_config" * 20_000,
        "error: " * 30_000,
        "│ " * 100_000,
        "x\r" * 100_000,
        "a.c:1: error: x\n" * 20_000,
        "'" * 100_000,
    ],
)
def test_hostile_text_takes_no_time(hostile: str) -> None:
    from builds_support import failed, record
    from pydiff.explain import classify

    start = time.perf_counter()
    classify(record([], failed(), log=hostile))
    # Seconds where backtracking would take hours; wide, because the machine may be busy.
    assert time.perf_counter() - start < 10
