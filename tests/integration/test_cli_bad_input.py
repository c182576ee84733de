"""Whatever a user gets wrong is answered by its own message, a next step and the documented exit code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli import environment, pydiff

USAGE, ENVIRONMENT = 2, 4

CASES = {
    "no such command": (["compaer"], USAGE, "compaer", "--help"),
    "no argument": (["resolve"], USAGE, "Missing argument", "--help"),
    "unknown option": (["resolve", "uv:3.9", "--colour"], USAGE, "--colour", "--help"),
    "malformed spec": (["resolve", "uv:3.x"], USAGE, "3.x", "hint"),
    "malformed manager version": (["resolve", "uv@:3.9"], USAGE, "not a version of uv", "uv@0.5.5:"),
    "unknown manager": (["resolve", "uvv:3.9"], USAGE, "uvv", "uv"),
    "unknown manager version": (["resolve", "uv@0.5.999:3.9"], USAGE, "0.5.999", "hint"),
    "manager version that is too old": (["resolve", "uv@0.1.39:3.9"], USAGE, "0.1.39", "0.2.22"),
    "no such minor": (["resolve", "uv@0.5.5:3.99"], USAGE, "3.99", "3.13"),
    "no such patch": (["resolve", "uv@0.5.5:3.9.99"], USAGE, "3.9.99", "3.9.20"),
    "no such tag": (["resolve", "uv@0.5.5:3.9.20+20200101"], USAGE, "20200101", "20241016"),
    "unknown target": (["resolve", "uv:3.12#plan9-x86_64"], USAGE, "plan9", "hint"),
    "a target that cannot be built": (
        ["compare", "3.12", "demo", "--left", "uv:3.12#windows-x86_64", "--right", "uv:3.12"],
        USAGE,
        "can be diffed here, but nothing can be built",
        "leave the package out",
    ),
    "an archive that is not there": (["diff", "pbs:./nothing.tar.gz", "host"], USAGE, "nothing.tar.gz", "hint"),
    "an interpreter that is not there": (["inspect", "path:/nowhere/python3"], USAGE, "/nowhere/python3", "hint"),
    "a date that is none": (["resolve", "uv:3.9", "--as-of", "yesterday"], USAGE, "yesterday", "2024-12-02"),
    "a date before any release": (["resolve", "uv:3.9", "--as-of", "2019-01-01"], USAGE, "2019-01-01", "hint"),
    "unknown format": (["diff", "host", "host", "-f", "pdf"], USAGE, "pdf", "markdown"),
    "unknown sandbox": (["compare", "host", "demo", "--sandbox", "chroot"], USAGE, "chroot", "bwrap"),
    "unknown flavor": (["pack", "python3", "--flavor", "tiny"], USAGE, "tiny", "install_only"),
    "an output that is a folder": (["diff", "host", "host", "-o", "/"], USAGE, "cannot write the report", "hint"),
    "no such run": (["report", "nonsense"], USAGE, "nonsense", "no run is saved"),
    "a manager where a version belongs": (["compare", "uv@0.5.5:3.9", "demo"], USAGE, "names a manager", "--left"),
    "compiled by the manager": (["diff", "mise@2024.11.8:3.9", "host"], USAGE, "from source", "pyenv:"),
    "an interpreter that cannot be packed": (["pack", "/bin/sh"], ENVIRONMENT, "/bin/sh", "hint"),
    "offline and not cached": (["fetch", "uv@0.5.5:3.9.12", "--offline"], ENVIRONMENT, "offline", "host"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_has_its_own_answer(name: str, tmp_path: Path) -> None:
    arguments, code, message, next_step = CASES[name]
    done = pydiff(*arguments, env=environment(tmp_path, PYDIFF_MIRROR="http://127.0.0.1:9"), cwd=tmp_path)
    assert (done.code, done.out) == (code, ""), done.err
    assert "Traceback" not in done.err
    assert message in done.err
    assert next_step in done.err


def test_hosts_that_do_not_answer_are_named_with_the_ways_out(tmp_path: Path) -> None:
    env = environment(tmp_path, PYDIFF_MIRROR="http://user:secret@127.0.0.1:9/pbs")
    done = pydiff("compare", "3.9", "uwsgi==2.0.28", env=env)
    assert done.code == ENVIRONMENT
    assert "127.0.0.1:9" in done.err
    assert "secret" not in done.err
    for way in ("--mirror", "--offline", "host"):
        assert way in done.err


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be")
    done = pydiff("fetch", "host", env=environment(tmp_path))
    assert done.code == ENVIRONMENT
    assert str(blocked) in done.err
    assert "PYDIFF_CACHE_DIR" in done.err


def test_a_pipe_that_closes_is_no_error(tmp_path: Path) -> None:
    env = environment(tmp_path)
    code = os.waitstatus_to_exitcode(
        os.system(f"PYDIFF_CACHE_DIR={tmp_path}/c {pydiff.__globals__['PYDIFF']} resolve uv@0.5.5:3.9 | true")
    )
    assert code == 0
    assert env


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = pydiff("--debug", "resolve", "uvv:3.9", env=environment(tmp_path))
    assert done.code == USAGE
    assert "Traceback" in done.err


def test_help_and_version_answer(tmp_path: Path) -> None:
    env = environment(tmp_path)
    listed = pydiff("--help", env=env)
    assert listed.code == 0
    for command in ("compare", "diff", "inspect", "resolve", "fetch", "pack", "build", "report", "cache", "doctor"):
        assert command in listed.out
        shown = pydiff(command, "--help", env=env)
        assert (shown.code, shown.err) == (0, "")
    assert pydiff("--version", env=env).out.startswith("pydiff ")
