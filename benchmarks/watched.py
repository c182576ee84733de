"""A command that is watched while it runs: what it used, and its end when it wants too much."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a command and the processes that it started took; of what was killed, what it had taken until then."""

    ended: Literal["finished", "out of time", "out of memory"]
    status: int
    """Exit status; negative: the signal."""
    seconds: float
    processor: float
    """Seconds, of all processes that were waited for."""
    megabytes: float
    """Peak of the resident memory of all processes together, looked at every 50 ms, or of the largest of them.

    Not `ru_maxrss`: that counts what the parent had when it started the process.
    """
    errors: str
    """The end of what it wrote to stderr."""


def watch(command: Sequence[str], env: Mapping[str, str], seconds: float, megabytes: float) -> Used:
    """Run `command`, killed with all that it started once it has taken more than `seconds` or `megabytes`."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
        ended: Literal["finished", "out of time", "out of memory"] = "finished"
        peak = 0.0
        while not (waited := os.wait4(process.pid, os.WNOHANG))[0]:
            peak = max(peak, _resident(process.pid))
            if ended == "finished" and (time.perf_counter() - started > seconds or peak > megabytes):
                ended = "out of memory" if peak > megabytes else "out of time"
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(_EVERY)
        taken = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(waited[1])
        errors.seek(0)
        told = errors.read().decode(errors="replace")[-500:]
    usage = waited[2]
    return Used(
        ended,
        process.returncode,
        taken,
        usage.ru_utime + usage.ru_stime,
        peak,
        told,
    )


def _resident(session: int) -> float:
    """MB of all processes of a session, where pages that they share count for each; or the most that one ever had."""
    now, most = 0, 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = status.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue  # It has ended.
        told = dict(line.split(":", 1) for line in lines if line.startswith(("NSsid:", "VmRSS:", "VmHWM:")))
        # One that has ended and was not waited for has no memory.
        if told["NSsid"].split()[0] == str(session) and "VmRSS" in told:
            now += int(told["VmRSS"].split()[0])
            most = max(most, int(told["VmHWM"].split()[0]))
    return max(now, most) / 1024
