"""The runtime probe: a real interpreter's answer, and programs that only look like one."""

from __future__ import annotations

import dataclasses
import importlib
import sys
import time
from pathlib import Path

import pytest

from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import Target, this_machine
from pydiff.snapshot import probe

# As `managers` has it of a venv too: the interpreter behind it.
BASE = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
# The package gives the function the module's name.
MODULE = importlib.import_module("pydiff.snapshot.probe")


@pytest.fixture
def plain(settings: Settings) -> Settings:
    """What it does with an answer is the same in every sandbox."""
    return dataclasses.replace(settings, sandbox="none")


def installation(python: Path, target: Target | None = None) -> Installation:
    spec = Spec(f"path:{python}", "path", "", InterpreterRequest(str(python)), target or this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), str(python), "3.11.0")
    return Installation(str(python.parent.parent), str(python), "3.11.0", "", resolution)


def script(folder: Path, text: str) -> Installation:
    path = folder / "bin" / "python3"
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return installation(path)


def test_this_interpreter(settings: Settings) -> None:
    facts = probe(installation(BASE), settings)
    assert "error" not in facts
    assert facts["version"] == sys.version
    assert facts["implementation"] == "CPython"
    assert facts["module/math"] in {"shared", "builtin"}
    assert facts["module/_scproxy"] == "ModuleNotFoundError: No module named '_scproxy'"
    assert str(facts["paths.stdlib"]).startswith("/")
    assert facts["encoding.filesystem"] == "utf-8"
    assert isinstance(facts["libpython"], list)
    assert isinstance(facts["ssl.paths"], list)


def test_another_platforms_python_is_not_run(plain: Settings, tmp_path: Path) -> None:
    facts = probe(installation(tmp_path / "python.exe", Target("windows", "x86", "none")), plain)
    assert facts == {"skipped": f"a Python for windows-x86 does not run on {this_machine()}"}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("echo nonsense", "gave no answer: nonsense"),
        ("exit 3", "gave no answer: exit status 3"),
        ('mark=$(expr "$*" : ".*MARK = .\\(pydiff-[0-9a-f]*:\\)"); echo "${mark}[]"', "an answer of another form"),
        ('mark=$(expr "$*" : ".*MARK = .\\(pydiff-[0-9a-f]*:\\)"); echo "${mark}{"', "Expecting property name"),
        ("kill -9 $$", "gave no answer"),
        (
            "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done",
            "bytes and no answer",
        ),
    ],
)
def test_programs_that_are_no_interpreter(plain: Settings, tmp_path: Path, text: str, error: str) -> None:
    facts = probe(script(tmp_path, text), plain)
    assert facts.keys() == {"error"}
    assert error in str(facts["error"])


def test_one_that_is_not_there(plain: Settings, tmp_path: Path) -> None:
    assert probe(installation(tmp_path / "bin" / "python3"), plain).keys() == {"error"}


def test_one_that_never_answers_is_ended(plain: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "SECONDS", 0.5)
    mark = tmp_path / "alive"
    started = time.monotonic()
    facts = probe(script(tmp_path, f"(sleep 3; touch {mark}) & sleep 60"), plain)
    assert "gave no answer in" in str(facts["error"])
    assert time.monotonic() - started < 3
    time.sleep(3.2)
    assert not mark.exists(), "what it started is ended with it"


def test_a_sandbox_that_does_not_exist(settings: Settings) -> None:
    facts = probe(installation(BASE), dataclasses.replace(settings, sandbox="steel"))
    assert facts == {"error": "there is no sandbox level called 'steel'"}


def test_answers_that_no_fact_can_hold_are_left_out() -> None:
    said = {
        "version": "3",
        "paths": {"stdlib": "/x", "y": 1},
        "modules": {"_ssl": "builtin"},
        "odd": object(),
        "list": [1],
    }
    assert dict(MODULE._told(said)) == {"version": "3", "paths.stdlib": "/x", "module/_ssl": "builtin", "list": ["1"]}
