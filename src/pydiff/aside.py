"""One call made in a process of its own, while this one does something else: Python's lock lets two threads share one processor only.

The other process is a fresh interpreter, not a fork (other threads may hold locks) and not `multiprocessing` (which runs the caller's main
module again). It shares nothing but the call and its answer, which are pickled; so both sides are this same pydiff, and trusted.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from pydiff.errors import PydiffError
from pydiff.events import Event, emit, listening

P = ParamSpec("P")
T = TypeVar("T")
_START = "from pydiff.aside import serve; serve()"


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    value: T | None
    error: PydiffError | None
    events: tuple[Event, ...]
    """In the order in which they were emitted there."""


@contextmanager
def aside(function: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> Iterator[Callable[[], T]]:
    """Start the call; what is yielded waits for its answer, emits its events and raises its PydiffError.

    A call that cannot be made there (no interpreter to start, one processor only, the other process was killed) is made here, when it is
    asked for. Leaving the block stops a call that nobody waited for.
    """
    call = pickle.dumps((function, arguments, keywords))
    with _started(call) as process:
        yield lambda: _answered(process, lambda: function(*arguments, **keywords))


@contextmanager
def _started(call: bytes) -> Iterator[subprocess.Popen[bytes] | None]:
    if (os.cpu_count() or 1) == 1 or not sys.executable:
        yield None
        return
    # Neither `-c` nor an empty entry may lead to the current folder: it is often that of the package in question.
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What goes wrong there goes wrong here again, where it is reported.
            stderr=subprocess.DEVNULL,
            # No terminal sends it an interrupt: this process hears that, and stops the other one.
            process_group=0,
        )
    except OSError:
        yield None
        return
    with process:
        try:
            _send(process, call)
            yield process
        finally:
            process.kill()


def _send(process: subprocess.Popen[bytes], call: bytes) -> None:
    if process.stdin is None:
        return
    try:
        process.stdin.write(call)
        process.stdin.close()
    except BrokenPipeError:
        # It died; that is seen when the answer is missing.
        process.stdin = None


def _answered(process: subprocess.Popen[bytes] | None, here: Callable[[], T]) -> T:
    said = process.stdout.read() if process and process.stdout else b""
    try:
        answer: _Answer[T] = pickle.loads(said)  # noqa: S301 (from ourselves)
    except (pickle.UnpicklingError, EOFError):
        return here()
    for event in answer.events:
        emit(event)
    if answer.error:
        raise answer.error
    return answer.value  # type: ignore[return-value]  # None is what it returned


def serve() -> None:
    """The other process: one call from stdin, its answer to stdout. Any other error than a PydiffError ends it without an answer."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever prints there must not end up in the answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    function, arguments, keywords = pickle.load(sys.stdin.buffer)  # noqa: S301 (from ourselves)
    events: list[Event] = []
    value, error = None, None
    with listening(events.append):
        try:
            value = function(*arguments, **keywords)
        except PydiffError as raised:
            error = raised
    with answers:
        pickle.dump(_Answer(value, error, tuple(events)), answers)
