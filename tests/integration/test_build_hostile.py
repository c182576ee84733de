"""What each sandbox level stops: a build backend that tries."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from building import PACKAGES, installation, processes
from pydiff.build import build_one
from pydiff.build.sandbox import LEVELS, refusal
from pydiff.model.build import Failed, SingleBuild, TimedOut
from pydiff.model.settings import Settings
from support import missing

pytestmark = pytest.mark.sandbox
FAILED = Failed("build_wheel", "build_wheel exited with status 3")


@pytest.fixture(params=["bwrap", "unshare", "none"])
def level(request: pytest.FixtureRequest) -> str:
    sandbox = next(one for one in LEVELS if one.level == request.param)
    if refusal(sandbox):
        missing(refusal(sandbox))
    return str(request.param)


def attempt(deed: str, level: str, settings: Settings, run: Path, **env: str) -> SingleBuild:
    settings = replace(settings, sandbox=level)
    return build_one(str(PACKAGES / "hostile"), installation(), settings, run, env={"DEED": deed, **env})


def test_build_that_ignores_sigterm_and_its_daemon_are_ended(level: str, settings: Settings, tmp_path: Path) -> None:
    mark = f"linger-{os.getpid()}-{level}"
    began = time.monotonic()
    single = attempt("linger", level, replace(settings, build_timeout=8.0), tmp_path, MARK=mark)
    assert single.record.outcome == TimedOut("build_wheel", 8.0)
    assert "lingering" in single.record.log
    assert time.monotonic() - began < 30
    assert not processes(mark)


def test_daemon_does_not_outlive_its_build(level: str, settings: Settings, tmp_path: Path) -> None:
    mark = f"daemon-{os.getpid()}-{level}"
    assert attempt("daemon", level, settings, tmp_path, MARK=mark).record.outcome == FAILED
    assert not processes(mark)


def test_nothing_outside_is_written_or_read(
    level: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("API_TOKEN", "secret")
    targets = [str(home), "/usr"] if level != "none" else [str(home)]
    env = {"TARGETS": ":".join(targets), "SECRETS": f"{home}/.ssh:{settings.cache_dir}/sources"}
    single = attempt("outside", level, settings, tmp_path / "run", **env)
    assert single.record.outcome == FAILED
    log = single.record.log
    assert "API_TOKEN" not in log
    if level == "none":
        assert single.network
        assert f"READ {home}/.ssh" in log  # the label `none` is true
    else:
        assert "refused /usr Read-only file system" in log
        assert "READ" not in log
        assert not (home / "pydiff-was-here").exists()


def test_hosts_loopback_is_out_of_reach(level: str, settings: Settings, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        single = attempt("connect", level, settings, tmp_path, PORT=str(server.getsockname()[1]))
    assert ("CONNECTED" in single.record.log) == (level == "none")
    assert single.network == (level == "none")


@pytest.mark.parametrize(
    ("deed", "message"),
    [
        ("lie", "build_wheel answered something that is not the name of a wheel"),
        ("link", "build_wheel said that it made hostile-1.0-py3-none-any.whl, but there is no such file"),
        ("pipe", "build_wheel ended without a readable answer"),
        ("crash", "build_wheel exited with status 1"),
    ],
)
def test_answers_are_not_believed(deed: str, message: str, settings: Settings, tmp_path: Path) -> None:
    single = attempt(deed, "auto", settings, tmp_path)
    assert single.record.outcome == Failed("build_wheel", message)
    assert not list((tmp_path / "left").glob("*.whl"))
