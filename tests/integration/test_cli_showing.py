"""What the options of showing do to a real comparison: one screen, a part, everything; the record and the exit code stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli import environment, pydiff
from pydiff.report.screen import LINES

SPECS = ("uv@0.5.5:host", "uv@0.13.0:host")


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of one comparison, which the tests show in several ways."""
    made = environment(tmp_path_factory.mktemp("showing"))
    done = pydiff("diff", *SPECS, env=made)
    assert done.code == 1, done.err
    assert len(done.out.splitlines()) <= LINES
    assert "/install → {prefix}" in done.out
    return made


def test_everything(env: dict[str, str]) -> None:
    said = pydiff("report", "last", "--all", env=env)
    record = pydiff("report", "last", "-f", "json", env=env).json
    assert said.code == 0, said.err
    assert len(said.out.splitlines()) > LINES
    assert all(name in said.out for one in record["differences"] for name in (one["subject"], *one["also"]))


def test_a_part(env: dict[str, str]) -> None:
    options = (
        "--family",
        "sysconfig",
        "--subject",
        "LD*",
        "--subject",
        "CC",
        "--read-by",
        "setuptools",
        "--severity",
        "breaks",
    )
    said = pydiff("report", "last", *options, env=env)
    assert said.code == 0, said.err
    told = [line.split()[1] for line in said.out.splitlines() if line.startswith("breaks    ")]
    assert {"CC", "LDSHARED"} <= set(told) <= {"CC", "LDSHARED", "LDCXXSHARED", "LDFLAGS"}
    assert "- clang  + cc" in said.out


def test_nothing_is_a_sentence_and_no_error(env: dict[str, str]) -> None:
    said = pydiff("report", "last", "--family", "tags", env=env)
    assert said.code == 0
    assert "matches: family tags." in said.out


def test_the_exit_code_is_the_verdict_whatever_is_shown(env: dict[str, str]) -> None:
    said = pydiff("diff", *SPECS, "--family", "tags", env=env)
    assert said.code == 1, said.err
    record = pydiff("report", "last", "-f", "json", env=env).json
    assert {one["family"] for one in record["differences"]} >= {"sysconfig", "pkgconfig"}


@pytest.mark.parametrize("command", [("diff", *SPECS), ("compare", "host"), ("report", "last"), ("inspect", "uv:host")])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--family", "sysconf"), "did you mean sysconfig?"),
        (("--severity", "worst"), "one of: breaks, changes, cosmetic"),
        (("--subject", ""), "--subject is empty"),
        (("--family", "files", "-f", "json"), "the JSON record is always whole"),
    ],
)
def test_a_wrong_word_is_refused_before_any_work(
    command: tuple[str, ...], options: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = pydiff(*command, *options, env=environment(tmp_path))
    assert done.code == 2
    assert message in " ".join(done.err.split())
    assert not (tmp_path / "state").exists()


def test_inspect_on_one_screen_and_in_part(env: dict[str, str]) -> None:
    assert len(pydiff("inspect", "uv@0.5.5:host", env=env).out.splitlines()) <= LINES
    said = pydiff("inspect", "uv@0.5.5:host", "--family", "sysconfig", "--subject", "LIBDIR", "--no-run", env=env).out
    assert "/install/lib" in said
    assert re.search(r": 1 of \d+ contradictions?, 1 of [\d,]+ facts: ", said.splitlines()[0])
