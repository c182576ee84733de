"""Starting a wrapped command and ending it with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pydiff.build.sandbox.interface import Sandbox, View

GRACE = 5.0
"""Seconds between asking a build to stop and ending it."""
LAST_ROUNDS = 40
"""Rounds of killing, 50 ms apart, before the supervisor itself is killed."""


def start(
    sandbox: Sandbox, argv: Sequence[str], *, cwd: str, env: Mapping[str, str], view: View, output: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    """Run `argv` inside, stdout and stderr together to `output`, no stdin, in a session of its own, umask 022."""
    return subprocess.Popen(
        sandbox.wrap(argv, cwd=cwd, view=view),
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o022,
    )


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, seen from the host whatever namespace it is in. Empty where there is no /proc."""
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] != "Z":
                children[int(fields[1])].append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def stop(process: subprocess.Popen[bytes], *, grace: float = GRACE) -> None:
    """End `process` and all it started: SIGTERM to each, `grace` seconds, SIGKILL. Returns when none is left."""
    if process.poll() is None:
        _signal_all(process, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
    for _ in range(LAST_ROUNDS):
        if process.poll() is not None:
            break
        _signal_all(process, signal.SIGKILL)
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _signal_all(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal everything below the supervisor, which ends by itself when the command has (it ignores SIGTERM: see the launchers)."""
    below = descendants(process.pid)
    for pid in below:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    if not below:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
