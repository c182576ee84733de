"""Stopped at any stage, or run twice at once: nothing is left half-made, and what was found can be reported."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import PYDIFF, environment, pydiff
from pbs_archives import Answer, release_asset, serving
from pydiff.runs import load
from support import needs_index, needs_interpreter

INTERRUPTED = 130
# Found again in the process list, should anything of the build outlive pydiff.
MARK = "86399.125"
SLOW = f"""
import subprocess
from setuptools import setup
subprocess.check_call(["sleep", "{MARK}"])
setup(name="slow", version="1")
"""
SIDES = ("--left", "mise@2024.12.15", "--right", "uv@0.5.5")


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"no {what} within {seconds:.0f} s")
        time.sleep(0.05)


def marked_processes() -> int:
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += MARK.encode() in path.read_bytes()
        except OSError:
            continue
    return found


def leftovers(cache: Path) -> list[Path]:
    return [*(cache / "tmp").iterdir()] if (cache / "tmp").is_dir() else []


@pytest.mark.index
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_in_the_build(tmp_path: Path, sent: signal.Signals) -> None:
    needs_index()
    package = tmp_path / "slow"
    package.mkdir()
    (package / "setup.py").write_text(SLOW)
    env = environment(tmp_path)
    command = [PYDIFF, "compare", "host", str(package), *SIDES]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: marked_processes() > 0, "build")
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED, err
    assert "Traceback" not in err
    assert "pydiff report" in err
    wait_for(lambda: marked_processes() == 0, "end of the build's processes", seconds=10)
    assert leftovers(tmp_path / "cache") == []
    run, folder = load("last", tmp_path / "state")
    assert run.partial
    assert run.error is not None
    assert run.error.exit_code == INTERRUPTED
    assert run.sides.left is not None
    assert run.differences
    assert (folder / "left" / "log.txt").is_file()
    told = pydiff("report", "last", env=env)
    assert told.code == 0
    assert "interrupted" in told.out


def test_killed_in_the_build_it_is_still_reportable(tmp_path: Path) -> None:
    needs_index()
    package = tmp_path / "slow"
    package.mkdir()
    (package / "setup.py").write_text(SLOW)
    env = environment(tmp_path)
    process = subprocess.Popen([PYDIFF, "compare", "host", str(package), *SIDES], env=env)
    wait_for(lambda: marked_processes() > 0, "build")
    process.kill()
    process.wait()
    wait_for(lambda: marked_processes() == 0, "end of the build's processes", seconds=10)
    told = pydiff("report", "last", "-f", "json", env=env)
    assert told.code == 0, told.err
    assert told.json["partial"] is True
    assert told.json["sides"]["right"]["label"] == "uv 0.5.5"


def test_in_a_download(tmp_path: Path) -> None:
    """The server stalls; what has arrived waits under a temporary name, and nothing has the final one."""
    asset = release_asset(tmp_path / "www")
    path = f"/{asset.tag}/{asset.name}"
    with serving(tmp_path / "www") as mirror:
        mirror.script(path, Answer(stall=60.0))
        env = environment(tmp_path)
        spec = f"pbs:{mirror.url}{path}"
        process = subprocess.Popen([PYDIFF, "fetch", spec], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: path in mirror.paths(), "request")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        assert (process.returncode, out) == (INTERRUPTED, b"")
        assert list((tmp_path / "cache" / "archives").rglob("*.tar.gz")) == []
        again = pydiff("fetch", spec, env=env)
        assert again.code == 0, again.err
        assert Path(again.out.splitlines()[0]).name == asset.name


def test_in_the_downloads_of_a_comparison(tmp_path: Path) -> None:
    """Neither side is waited for, and what was found until then is kept as a partial run."""
    asset = release_asset(tmp_path / "www")
    path = f"/{asset.tag}/{asset.name}"
    with serving(tmp_path / "www") as mirror:
        mirror.script(path, *[Answer(stall=60.0)] * 2)
        env = environment(tmp_path)
        command = [PYDIFF, "diff", f"uv@0.5.5:{mirror.url}{path}", f"pbs:{mirror.url}{path}"]
        process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for(lambda: path in mirror.paths(), "request")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert process.returncode == INTERRUPTED, err
        assert "Traceback" not in err
    run, _ = load("last", tmp_path / "state")
    assert run.partial


def test_two_at_once_on_one_cache(tmp_path: Path) -> None:
    """Two comparisons look at the same archives, then two inspections install the same tree."""
    needs_interpreter(f"{sys.version_info.major}.{sys.version_info.minor}")
    env = environment(tmp_path)
    assert two_at_once(["diff", "uv@0.5.5:host", "mise@2024.12.15:host", "-f", "json"], env) == [1, 1]
    assert len(list((tmp_path / "cache" / "archives").rglob("*.tar.gz"))) == 1
    assert len(list((tmp_path / "cache" / "snapshots").iterdir())) == 2
    assert len(list((tmp_path / "state" / "runs").iterdir())) == 2
    assert two_at_once(["inspect", "uv@0.5.5:host", "-f", "json"], env) == [0, 0]
    assert len(list((tmp_path / "cache" / "installations").iterdir())) == 1
    assert leftovers(tmp_path / "cache") == []


def two_at_once(arguments: list[str], env: dict[str, str]) -> list[int]:
    command = [PYDIFF, *arguments]
    processes = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [process.communicate(timeout=300) for process in processes]
    assert all("Traceback" not in err for _, err in answers), answers
    return [process.returncode for process in processes]
