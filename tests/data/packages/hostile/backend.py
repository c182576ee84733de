"""A build backend that does what the variable DEED names. For tests of what each sandbox level stops."""

# ruff: noqa: T201 - what a backend prints is the build's log

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def linger() -> str:
    """Ignore SIGTERM and leave a daemon, in a session of its own, that does too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    code = "import os,signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    subprocess.Popen([sys.executable, "-c", code, os.environ["MARK"]], start_new_session=True)
    print("lingering", flush=True)
    time.sleep(600)
    return "none"


def daemon() -> str:
    """End at once, but leave a daemon."""
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", os.environ["MARK"]], start_new_session=True)
    sys.exit(3)


def outside() -> str:
    """Try to write to each path of TARGETS, to read each of SECRETS, and tell."""
    for path in os.environ["TARGETS"].split(":"):
        try:
            Path(path, "pydiff-was-here").write_text("x")
            print("WROTE", path, flush=True)
        except OSError as error:
            print("refused", path, error.strerror, flush=True)
    for path in filter(None, os.environ.get("SECRETS", "").split(":")):
        print("READ" if Path(path).exists() else "absent", path, flush=True)
    print("variables", sorted(os.environ), flush=True)
    sys.exit(3)


def connect() -> str:
    """Open a connection to a server on the host's loopback."""
    try:
        with socket.create_connection(("127.0.0.1", int(os.environ["PORT"])), timeout=5):
            print("CONNECTED", flush=True)
    except OSError as error:
        print("refused", error, flush=True)
    sys.exit(3)


def lie() -> str:
    """Answer with the name of a file that is not in the wheel folder."""
    return "../../../../etc/passwd"


def link() -> str:
    """Make the wheel a link to a file of the host."""
    Path(sys.argv[-1]).exists()
    name = "hostile-1.0-py3-none-any.whl"
    Path(os.environ["OUT"], name).symlink_to("/etc/passwd")
    return name


def pipe() -> str:
    """Exchange the answer of the hook for a pipe that nobody writes to."""
    answer = Path(sys.argv[2], "output.json")
    os.mkfifo(answer)
    os._exit(0)


def crash() -> str:
    raise RuntimeError("this backend always fails")


DEEDS: dict[str, Callable[[], str]] = {
    deed.__name__: deed for deed in (linger, daemon, outside, connect, lie, link, pipe, crash)
}


def build_wheel(wheel_directory: str, _settings: object = None, _metadata: object = None) -> str:
    os.environ["OUT"] = wheel_directory
    return DEEDS[os.environ["DEED"]]()
