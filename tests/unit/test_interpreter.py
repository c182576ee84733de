"""A program that is asked as an interpreter and is none: one line that says what was run and what it said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydiff.errors import ExitCode, InstallError, SpecError
from pydiff.interpreter import ask
from pydiff.managers import interpreters, parse_spec, resolve
from pydiff.model.settings import Settings


def program(folder: Path, text: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "for word; do echo \"cannot access '$word'\" >&2; done; exit 2",
        'echo "cannot access" "$@" >&2; exit 2',
        'echo "$@"',
        'printf "%0999d" 1 >&2; exit 1',
        "exit 1",
        "exit 0",
        "echo '[]'",
        "echo '{}'",
        "echo 1",
    ],
)
def test_no_interpreter_is_told_in_one_short_line_without_the_question(tmp_path: Path, text: str) -> None:
    path = program(tmp_path, text)
    with pytest.raises(InstallError) as error:
        ask(path)
    said = str(error.value)
    assert said.startswith(f"{path} does not answer as a Python 3 interpreter: ")
    assert "\n" not in said
    assert "import" not in said
    assert "sysconfig" not in said
    assert len(said) < len(str(path)) + 260
    assert f"{path} -" not in error.value.hint
    assert "executable" in error.value.hint


def test_its_last_line_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="interpreter: it is broken"):
        ask(program(tmp_path, "echo first >&2; echo it is broken >&2; exit 3"))


def test_python_2_is_named(tmp_path: Path) -> None:
    old = program(
        tmp_path, 'if [ "$1" = -V ]; then echo Python 2.7.18 >&2; else echo Unknown option: -I >&2; exit 2; fi'
    )
    with pytest.raises(InstallError, match=r"program is Python 2\.7\.18: Python 2 is not supported"):
        ask(old)


@pytest.mark.parametrize("text", ["pyenv:2.7", "host-2.7", "uv@0.5.5:host-2.7"])
def test_python_2_is_refused_before_it_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    python = tmp_path / "versions/2.7.18/bin/python2.7"
    python.parent.mkdir(parents=True)
    python.touch()
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreters.pyenv()
    with pytest.raises(SpecError, match="Python 2 is not supported") as error:
        resolve(parse_spec(text), Settings(tmp_path / "cache", tmp_path / "state"))
    assert error.value.exit_code is ExitCode.USAGE
