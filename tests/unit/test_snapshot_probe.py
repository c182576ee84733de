"""The runtime probe: a real interpreter's answer, and programs that only look like one."""

from __future__ import annotations

import dataclasses
import importlib
import json
import platform
import sys
import time
from pathlib import Path

import msgspec
import pytest

from pbs_archives import prebuilt
from pydiff.model.asset import Asset
from pydiff.model.resolution import Archive, InPlace, Installation, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Snapshot
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import Target, this_machine
from pydiff.snapshot.probe import probe, with_runtime

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
    assert facts["implementation"] == f"CPython {platform.python_version()}"
    assert facts["module/math"] in {"shared", "builtin"}
    assert facts["module/_scproxy"] == "ModuleNotFoundError: No module named '_scproxy'"
    assert str(facts["paths.stdlib"]).startswith("/")
    assert facts["encoding.filesystem"] == "utf-8"
    assert isinstance(facts["libpython"], list)


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
        # Brackets within brackets, deeper than the reader of JSON goes.
        (
            'mark=$(expr "$*" : ".*MARK = .\\(pydiff-[0-9a-f]*:\\)"); printf %s "$mark"; head -c 200000 /dev/zero | tr "\\0" "["',
            "recursion",
        ),
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
    assert str(facts["error"]).startswith("it answers outside the sandbox"), "or it could not have been named as a path"


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
    assert facts == {"skipped": "there is no sandbox level called 'steel'"}


def test_answers_that_no_fact_can_hold_are_left_out() -> None:
    said = {
        "version": "3",
        "paths": {"stdlib": "/x", "y": 1},
        "modules": {"_ssl": "builtin"},
        "odd": object(),
        "list": [1],
    }
    assert dict(MODULE._told(said)) == {"version": "3", "paths.stdlib": "/x", "module/_ssl": "builtin", "list": ["1"]}


SAYING = 'mark=$(expr "$*" : ".*MARK = .\\(pydiff-[0-9a-f]*:\\)"); echo "$mark"'


def test_what_an_interpreter_says_of_the_sandbox_is_not_taken_from_it(plain: Settings, tmp_path: Path) -> None:
    said = '{"sandbox": "bwrap", "skipped": "x", "error": "y", "platform": "z", "gil": 1e400, "hash": 18446744073709551616}'
    assert probe(script(tmp_path, f"{SAYING}'{said}'"), plain) == {"sandbox": "none", "platform": "z"}


def test_half_a_character_can_be_written_down(plain: Settings, tmp_path: Path) -> None:
    facts = probe(
        script(tmp_path, f'{SAYING}\'{{"platform": "\\ud800", "modules": {{"\\udfff": "\\ud800"}}}}\''), plain
    )
    assert facts["platform"] == "\\ud800"
    assert json.loads(msgspec.json.encode(facts)) == facts


def test_it_joins_the_snapshot_and_is_never_kept(settings: Settings) -> None:
    python = installation(BASE)
    before = Snapshot(python.prefix, python.version, {"files": {}}, {})
    after = with_runtime(before, python, settings)
    assert list(after.families) == ["files", "runtime"]
    assert list(before.families) == ["files"]
    assert not settings.cache_dir.exists()


def test_which_wheels_it_accepts_is_what_an_installer_in_it_finds(settings: Settings) -> None:
    from packaging.tags import sys_tags

    facts = probe(installation(BASE), settings)
    own = list(sys_tags())
    assert facts["tags.count"] == len(own)
    assert facts["tags.platforms"] == list(dict.fromkeys(tag.platform for tag in own if tag.platform != "any"))
    accepts = facts["tags.accepts"]
    assert isinstance(accepts, list)
    assert accepts[0] == f"{own[0].interpreter}-{own[0].abi}-{{platform}}"


def from_archive(python: Path, verified: str) -> Installation:
    resolution = prebuilt(Asset("x.tar.gz", "3.9.20", "", "", (), "install_only", ()))
    resolution = dataclasses.replace(resolution, spec=dataclasses.replace(resolution.spec, target=this_machine()))
    archive = Archive("/x.tar.gz", "0" * 64, resolution.asset, verified)
    return Installation(str(python.parent.parent), str(python), "3.9.20", "d" * 16, resolution, archive)


def test_without_any_sandbox_only_what_someone_vouches_for_is_run(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pydiff.build.sandbox as sandboxes

    monkeypatch.setattr(sandboxes, "choose_sandbox", lambda _: (sandboxes.LEVELS[-1], "bwrap is not installed"))
    mark = tmp_path / "mark"
    python = Path(script(tmp_path, f"touch {mark}").python)
    assert str(probe(from_archive(python, ""), settings)["skipped"]).startswith("nothing vouches for its archive")
    assert not mark.exists()
    assert "error" in probe(from_archive(python, "uv's list"), settings)
    assert mark.exists()
    mark.unlink()
    assert "error" in probe(from_archive(python, ""), dataclasses.replace(settings, sandbox="none"))
    assert mark.exists()
