"""Calls for the other process of `pydiff.aside`, which imports them by name."""

from __future__ import annotations

import os
import signal
import sys
import time

from pydiff.errors import HashMismatchError
from pydiff.events import Notice, emit


def process_and_words(*words: str, end: str = "") -> tuple[int, str]:
    return os.getpid(), " ".join(words) + end


def told(text: str) -> None:
    emit(Notice(text, loud=True))


def printed() -> str:
    sys.stdout.write("not an answer\n")
    os.write(1, b"neither is this\n")
    return "answer"


def refused() -> None:
    emit(Notice("before it failed"))
    raise HashMismatchError("the hash is another", hint="fetch it again")


def broken() -> int:
    """Fails in every process but the one that runs the tests."""
    if "pytest" not in sys.modules:
        raise RuntimeError("not a PydiffError")
    return os.getpid()


def killed() -> int:
    if "pytest" not in sys.modules:
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def endless() -> None:
    time.sleep(600)
