"""build_pair and build_one with a fixture package that needs nothing but a compiler."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from building import PACKAGES, compilers, installation, processes
from pydiff.build import build_one, build_pair
from pydiff.build.sandbox import LEVELS, refusal
from pydiff.errors import CacheError, PackageError, SandboxError
from pydiff.events import BuildStep, Event, StageFinished, listening
from pydiff.model.build import Built, Failed, TimedOut
from pydiff.model.settings import Settings
from support import missing, needs_bwrap, needs_compiler, needs_interpreter

INLINE = str(PACKAGES / "inlineext")


@pytest.fixture(params=["bwrap", "unshare", "none"])
def level(request: pytest.FixtureRequest) -> str:
    sandbox = next(one for one in LEVELS if one.level == request.param)
    if refusal(sandbox):
        missing(refusal(sandbox))
    return str(request.param)


@pytest.mark.compiler
@pytest.mark.interpreters
def test_both_sides_build_and_everything_is_recorded(level: str, settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    other = installation(needs_interpreter("3.9"))
    heard: list[Event] = []
    with listening(heard.append):
        pair = build_pair(INLINE, other, installation(), replace(settings, sandbox=level), tmp_path / "run")
    assert pair.sandbox == level
    assert pair.network == (level == "none")
    assert pair.package == INLINE
    assert len(pair.source_sha256) == 64
    for side, record in (("left", pair.left), ("right", pair.right)):
        assert isinstance(record.outcome, Built), record.log
        wheel = record.outcome.wheel
        assert wheel.name.startswith("inlineext-1.0-cp")
        assert len(wheel.binaries) == 1
        assert Path(record.outcome.wheel_path).parent == tmp_path / "run" / side
        assert [action.tool for action in record.actions if action.parent is None][1::2] == [
            "ar",
            record.actions[-2].tool,
        ]
        compile_call = next(action for action in record.actions if "part.c" in action.argv)
        assert compile_call.exit_code == 0
        assert compile_call.phase == "build_wheel"
        assert compile_call.cwd == record.places["src"]
        assert compile_call.real.startswith("/usr")
        assert 0 <= compile_call.started <= record.seconds + 60
        assert all(action.index == place for place, action in enumerate(record.actions))
        linkers = [action for action in record.actions if action.tool == "ld"]
        assert all(record.actions[action.parent or 0].tool.endswith("cc") for action in linkers)
        reads = {(read.name, read.reader) for read in record.reads}
        assert ("CC", "backend.py:28") in reads
        assert ("LIBDIR", "backend.py:30") in reads
        assert ("py_version_nodot", "backend.py:44") in reads
        saved = [json.loads(line) for line in (tmp_path / "run" / side / "actions.jsonl").read_text().splitlines()]
        assert [one["argv"] for one in saved] == [list(action.argv) for action in record.actions]
        assert "+ ar rc libpart.a part.o" in record.log
        assert any(isinstance(event, BuildStep) and event.side == side for event in heard)
        assert StageFinished("build", side, side, "built") in heard
    assert pair.left.outcome != pair.right.outcome
    assert not list((settings.cache_dir / "tmp").iterdir())
    if level != "none":
        assert pair.left.places["src"] == pair.right.places["src"] == "/tmp/build/src"


@pytest.mark.compiler
def test_failed_link_is_an_outcome_with_the_linkers_words(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    single = build_one(INLINE, installation(), settings, tmp_path, env={"TINY_LIBS": "-L/install/lib -lpython9.9"})
    assert single.record.outcome == Failed("build_wheel", "build_wheel exited with status 1")
    failed = [action for action in single.record.actions if action.exit_code]
    assert [action.parent is None for action in failed] == [True, False]
    assert "cannot find -lpython9.9" in failed[0].stderr
    assert "cannot find -lpython9.9" in single.record.log
    assert "Traceback" in single.record.log
    assert (tmp_path / "left" / "log.txt").read_text() == single.record.log


@pytest.mark.compiler
@pytest.mark.sandbox
def test_third_python_in_the_linkers_folder_is_hidden(settings: Settings, tmp_path: Path) -> None:
    """Debian's libpython3.X-dev must not satisfy `-lpython3.X` of a build whose own LIBDIR does not exist."""
    needs_compiler()
    needs_bwrap()
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    library = next(iter(Path("/usr/lib").glob(f"*/libpython{minor}.so")), None)
    if library is None:
        missing(f"no system libpython{minor}.so to hide")
    env = {"TINY_LIBS": f"-L/install/lib -lpython{minor}"}
    hidden = build_one(INLINE, installation(), settings, tmp_path / "hidden", env=env)
    assert isinstance(hidden.record.outcome, Failed)
    assert f"cannot find -lpython{minor}: No such file or directory" in hidden.record.log
    assert any(str(library) in note for note in hidden.notes)
    shown = build_one(INLINE, installation(), replace(settings, show_system_python=True), tmp_path / "shown", env=env)
    assert isinstance(shown.record.outcome, Built)
    assert not shown.notes


@pytest.mark.sandbox
def test_no_compiler_is_a_plain_failure_with_the_attempt_recorded(settings: Settings, tmp_path: Path) -> None:
    needs_bwrap()
    single = build_one(INLINE, installation(), settings, tmp_path, hidden=compilers(), env={"TINY_CC": "gcc -pthread"})
    assert isinstance(single.record.outcome, Failed)
    attempt = single.record.actions[-1]
    assert (attempt.tool, attempt.exit_code, attempt.real) == ("gcc", 127, "")
    assert attempt.argv[:4] == ("gcc", "-pthread", "-fPIC", "-c")
    assert attempt.cwd == single.record.places["src"]
    assert "No such file or directory: 'gcc'" in single.record.log


def test_hiding_without_a_sandbox_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot be hidden without a sandbox"):
        build_one(INLINE, installation(), replace(settings, sandbox="none"), tmp_path, hidden=["/usr/bin/gcc"])


def test_unknown_level_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no sandbox level called 'jail'"):
        build_one(INLINE, installation(), replace(settings, sandbox="jail"), tmp_path)


@pytest.mark.compiler
def test_interpreter_that_does_not_start_fails_its_side_only(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    broken = tmp_path / "broken" / "bin" / "python3.11"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho 'error while loading shared libraries: libpython3.11.so.1.0' >&2\nexit 127\n")
    broken.chmod(0o755)
    left = replace(installation(), prefix=str(tmp_path / "broken"), python=str(broken))
    pair = build_pair(INLINE, left, installation(), settings, tmp_path / "run")
    assert pair.left.outcome == Failed(
        "create-environment", f"the interpreter {broken} does not start: exit status 127"
    )
    assert "error while loading shared libraries" in pair.left.log
    assert isinstance(pair.right.outcome, Built)


def test_time_limit_covers_the_whole_side(settings: Settings, tmp_path: Path) -> None:
    began = time.monotonic()
    single = build_one(INLINE, installation(), replace(settings, build_timeout=0.0), tmp_path)
    assert single.record.outcome == TimedOut("create-environment", 0.0)
    assert time.monotonic() - began < 10


def test_a_source_that_is_no_package_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PackageError, match="has neither pyproject"):
        build_one(f"{tmp_path}/empty", installation(), settings, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_run_folder_that_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot write while making the folders of a build"):
        build_one(INLINE, installation(), settings, tmp_path / "file" / "run")


INTERRUPTED = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from building import PACKAGES, installation
from pydiff.build import build_pair
from pydiff.model.settings import Settings
root = Path(sys.argv[2])
settings = Settings(root / "cache", root / "state", sandbox=sys.argv[3])
env = {"DEED": "linger", "MARK": sys.argv[4]}
python = installation()
build_pair(str(PACKAGES / "hostile"), python, python, settings, root / "run", env=env)
"""


def test_interrupt_ends_both_sides_and_keeps_what_was_recorded(level: str, tmp_path: Path) -> None:
    mark = f"interrupt-{os.getpid()}-{level}"
    tests = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, tests, str(tmp_path), level, mark], stderr=subprocess.PIPE, text=True
    )
    logs = [tmp_path / "run" / side / "log.txt" for side in ("left", "right")]
    deadline = time.monotonic() + 60
    while not all(log.exists() and "lingering" in log.read_text() for log in logs):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert not processes(mark)
    for log in logs:
        assert "lingering" in log.read_text()
        assert (log.parent / "actions.jsonl").exists()
    assert not list((tmp_path / "cache" / "tmp").iterdir())


def test_events_reach_the_listener_from_both_threads(settings: Settings, tmp_path: Path) -> None:
    threads: set[int] = set()
    with listening(lambda _event: threads.add(threading.get_ident())):
        build_pair(str(PACKAGES / "hostile"), installation(), installation(), settings, tmp_path, env={"DEED": "crash"})
    assert len(threads) == (3 if (os.cpu_count() or 1) > 1 else 1)
