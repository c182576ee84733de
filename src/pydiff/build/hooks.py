"""The PEP 517 hooks of one side, run at its bench through pyproject_hooks."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, HookMissing, UnsupportedOperation

from pydiff.build.backend import BuildSystem
from pydiff.build.bench import Bench, CommandError, run
from pydiff.build.recorder.collect import read_bounded
from pydiff.build.sandbox import Mount

REQUIRES_PHASE = "get_requires_for_build_wheel"
WHEEL_PHASE = "build_wheel"
_LARGEST_ANSWER = 16_000_000


def get_requires(bench: Bench, system: BuildSystem) -> tuple[str, ...]:
    """What the backend needs besides `requires`. Raises CommandError, OutOfTimeError, StoppedError."""
    with _failures(bench, REQUIRES_PHASE):
        answer: object = _caller(bench, system).get_requires_for_build_wheel({})
        if not isinstance(answer, list) or not all(isinstance(item, str) for item in answer):
            raise CommandError(f"{REQUIRES_PHASE} answered something that is not a list of requirements")
        return tuple(answer)


def build_wheel(bench: Bench, system: BuildSystem) -> Path:
    """Build; the wheel's path on the host, a regular file in the bench's `out`. Raises as `get_requires`."""
    with _failures(bench, WHEEL_PHASE):
        answer: object = _caller(bench, system).build_wheel(bench.inside("out"), {})
    if not isinstance(answer, str) or Path(answer).name != answer or not answer.endswith(".whl"):
        raise CommandError(f"{WHEEL_PHASE} answered something that is not the name of a wheel")
    wheel = bench.host("out") / answer
    if not wheel.exists() or not stat.S_ISREG(wheel.lstat().st_mode):
        raise CommandError(f"{WHEEL_PHASE} said that it made {answer}, but there is no such file")
    return wheel


def _caller(bench: Bench, system: BuildSystem) -> BuildBackendHookCaller:
    def runner(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:  # noqa: ARG001 - pyproject_hooks' signature; the bench starts everything in the source folder
        *_, script, hook, control = cmd
        mounts = [Mount(control, control, writable=True)] if bench.sandbox.moves else []
        status = run(bench, cmd, phase=hook, extra=extra_environ, mounts=mounts, exposed=[str(Path(script).parent)])
        if status != 0:
            raise CommandError(
                f"{hook} exited with status {status}" if status < 128 else f"{hook} was ended by signal {status - 128}"
            )
        _take_warnings(bench, hook, Path(control, "output.json"))

    try:
        return BuildBackendHookCaller(
            bench.inside("src"),
            system.backend,
            list(system.backend_path) or None,
            runner=runner,
            python_executable=f"{bench.inside('venv')}/bin/python",
        )
    except ValueError as error:
        raise CommandError(f"the package's backend-path is not valid: {error}") from error


def _take_warnings(bench: Bench, hook: str, answer: Path) -> None:
    """Check the hook's answer before pyproject_hooks reads it, and put the backend's warnings into the log: pyproject_hooks would
    issue them as warnings of pydiff. The build can write there: a pipe would block the reader, a link would lead it elsewhere.
    """
    data = read_bounded(answer, _LARGEST_ANSWER)
    try:
        fields = json.loads(data or b"")
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise CommandError(f"{hook} ended without a readable answer")
    for warning in fields.pop("warnings", []):
        _log(bench, f"{warning.get('filename')}:{warning.get('lineno')}: warning: {warning.get('message')}")
    answer.unlink()
    answer.write_text(json.dumps(fields))


@contextmanager
def _failures(bench: Bench, phase: str) -> Iterator[None]:
    """What pyproject_hooks raises, as one line for the report and the rest for the log."""
    try:
        yield
    except BackendUnavailable as error:
        _log(bench, error.traceback)
        raise CommandError(f"the build backend {error.backend_name} cannot be imported") from error
    except UnsupportedOperation as error:
        _log(bench, error.traceback)
        raise CommandError(f"the build backend does not support {phase}") from error
    except HookMissing as error:
        raise CommandError(f"the build backend has no {error.hook_name}") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CommandError(f"{phase} ended without a readable answer") from error


def _log(bench: Bench, text: str | None) -> None:
    with bench.log.open("a", encoding="utf-8", errors="backslashreplace") as log:
        log.write((text or "").rstrip() + "\n")
