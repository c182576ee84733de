"""Run a command and let none of its processes outlive it: `python -I -S keeper.py CWD PROGRAM ARG...`

A program of its own (standard library only), run by the `none` level. On Linux it becomes the reaper of orphans, so that a daemon
that leaves its process group is still found here and ended with the rest.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def children_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name may hold spaces and brackets; the fields after its last bracket are: state, parent, ...
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def reap() -> bool:
    """Collect every child that has ended; False when there are none left at all."""
    while True:
        try:
            pid, _status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True


def end_the_rest() -> None:
    """Orphans come up to this process one generation at a time, so go on until there are none."""
    while reap():
        for pid in children_of(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def pydiff_is_gone(_number: int, _frame: object) -> None:
    end_the_rest()
    os._exit(1)


def main() -> int:
    cwd, program, *arguments = sys.argv[1:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.signal(signal.SIGHUP, pydiff_is_gone)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGHUP, 0, 0, 0)
    child = os.fork()
    if child == 0:
        for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores the last two; a build must not
            signal.signal(number, signal.SIG_DFL)
        try:
            os.chdir(cwd)
            os.execvp(program, [program, *arguments])  # noqa: S606 - no shell on purpose
        except OSError as error:
            sys.stderr.write(f"{program}: {error.strerror}\n")
            os._exit(127)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the command is told; this process stays to clean up
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            break
    end_the_rest()
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
