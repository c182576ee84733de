"""The runtime probe: what an interpreter says of itself when it runs. Never part of the static snapshot that is kept.

It runs isolated (no site, no environment, no current folder), in the sandbox and without a network where that is to be had, for as long as
`SECONDS`. An interpreter that is hostile or broken gives an `error`; one that is not run (another platform's) says so as `skipped`. What it
says holds for this machine and this moment, so it is asked again each time: 0.2 s.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydiff import events
from pydiff.errors import SandboxError
from pydiff.model.resolution import Compiled, InPlace, Installation, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Fact, Facts, Snapshot

FAMILY = "runtime"
SECONDS = 10.0
_MOST = 1 << 20
"""Bytes of an answer, everything that an interpreter prints beside it included; a real one takes 12 kB."""
_OWN = frozenset({"sandbox", "skipped", "error"})
"""Subjects that only pydiff answers."""
_WHOLE = 1 << 53
"""Numbers up to here are the same in every JSON reader."""


def with_runtime(snapshot: Snapshot, installation: Installation, settings: Settings) -> Snapshot:
    """The snapshot with the family `runtime`: what the interpreter says when it is run, which is done once, here and now. Never raises."""
    facts = probe(installation, settings, exposed=() if installation.digest else _run_paths(snapshot))
    return replace(snapshot, families={**snapshot.families, FAMILY: facts})


def probe(installation: Installation, settings: Settings, *, exposed: Sequence[str] = ()) -> Facts:
    """The facts of family `runtime`; `skipped` alone where it was not run, `error` alone where there was no answer.

    `sandbox` says how it was run. `paths.stdlib`, `variable.CC`, `module/_ssl` (builtin, shared, or the error that importing it gave),
    `libpython` (the files that are loaded, on Linux), `ssl.version`, `tags.accepts` (as the family `tags` has them), `unanswered.…` (why
    there is no such fact), ... `exposed`: folders that it may read even where the sandbox hides the user's own. Never raises over what the
    interpreter does.
    """
    from pydiff.install.runnable import runnable  # noqa: PLC0415 (only a probe needs it)
    from pydiff.model.target import this_machine  # noqa: PLC0415

    resolution = installation.resolution
    if not runnable(resolution.spec.target):
        return {"skipped": f"a Python for {resolution.spec.target} does not run on {this_machine()}"}
    with events.stage("probe", resolution.spec.text):
        try:
            level, said = _ask(installation, settings, exposed)
        except SandboxError as error:
            return {"skipped": _text(str(error))}
        except (OSError, ValueError, RecursionError, subprocess.SubprocessError) as error:
            before = "it answers outside the sandbox, but in it: " if isinstance(resolution, InPlace) else ""
            return {"error": _text(f"{before}{error}")}
        return {"sandbox": level, **{name: fact for name, fact in _told(said) if name not in _OWN}}


def _ask(installation: Installation, settings: Settings, exposed: Sequence[str]) -> tuple[str, dict[str, Any]]:
    # A later stage's, and the only thing of it that is needed here: a way to run what is not trusted.
    from pydiff.build.sandbox import View, choose_sandbox, start, stop  # noqa: PLC0415

    sandbox, why = choose_sandbox(settings.sandbox)
    if sandbox.level == "none" and settings.sandbox != "none" and not _trusted(installation):
        raise SandboxError(
            f"nothing vouches for its archive, and no sandbox works here ({why}); --sandbox none runs it without"
        )
    mark, packaging = f"pydiff-{secrets.token_hex(8)}:", _packaging()
    with tempfile.TemporaryDirectory(prefix="pydiff-probe-") as stage:
        process = start(
            sandbox,
            [installation.python, "-I", "-S", "-B", "-c", _question(mark, packaging)],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            view=View(stage=stage, exposed=(installation.prefix, installation.python, packaging, *exposed)),
            output=subprocess.PIPE,
        )
        try:
            printed = _printed(process, installation.python)
        finally:
            stop(process, grace=0.0)
            if process.stdout:
                process.stdout.close()
    line = next((line for line in reversed(printed.splitlines()) if line.startswith(mark)), None)
    if line is None:
        last = printed.strip().rpartition("\n")[2][:200]
        raise ValueError(f"{installation.python} gave no answer: {last or f'exit status {process.returncode}'}")
    said = json.loads(line.removeprefix(mark))
    if not isinstance(said, dict):
        raise ValueError(f"{installation.python} gave an answer of another form")  # noqa: TRY004 (what it printed is a value)
    return sandbox.level, said


def _question(mark: str, packaging: str) -> str:
    from pydiff.snapshot.extensions import KNOWN  # noqa: PLC0415 (a cached snapshot needs no family)
    from pydiff.snapshot.question import PROGRAM, VARIABLES  # noqa: PLC0415

    given = {"MARK": mark, "PACKAGING": packaging, "MODULES": KNOWN, "VARIABLES": VARIABLES}
    return "\n".join([*(f"{name} = {value!r}" for name, value in given.items()), PROGRAM])


def _packaging() -> str:
    """The folder of the library that says which wheels an interpreter accepts."""
    import packaging  # noqa: PLC0415 (only a probe needs it)

    return packaging.__path__[0]


def _trusted(installation: Installation) -> bool:
    """Whether it is the user's own interpreter, or an archive with the hash that was published for it: what managers run."""
    if isinstance(installation.resolution, Prebuilt | Compiled):
        return installation.archive is not None and bool(installation.archive.verified)
    return True


def _run_paths(snapshot: Snapshot) -> tuple[str, ...]:
    """Where the binaries of an interpreter in place look for their libraries; the user's own folders may hold those."""
    binaries = [fact for fact in snapshot.families.get("binaries", {}).values() if isinstance(fact, dict)]
    folders = [folder for fact in binaries for field in ("runpath", "rpath") for folder in _list(fact.get(field))]
    return tuple(dict.fromkeys(folder for folder in folders if folder.startswith("/")))


def _list(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _printed(process: subprocess.Popen[bytes], python: str) -> str:
    """All that it prints until it ends. Raises ValueError when that takes too long or is too much."""
    printed = bytearray()
    deadline = time.monotonic() + SECONDS
    if process.stdout is None:
        return ""
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not ready.select(max(deadline - time.monotonic(), 0)):
                raise ValueError(f"{python} gave no answer in {SECONDS:.0f} s")
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return printed.decode(errors="replace")
            printed += chunk
            if len(printed) > _MOST or time.monotonic() > deadline:
                raise ValueError(f"{python} printed {len(printed)} bytes and no answer")


def _told(said: dict[str, Any]) -> Iterator[tuple[str, Fact]]:
    """Flat: `paths.stdlib`, `module/_ssl`. What no fact can hold is left out."""
    for name, value in said.items():
        match value:
            case dict():
                start = "module/" if name == "modules" else f"{name}."
                yield from ((_text(f"{start}{key}"), _text(one)) for key, one in value.items() if isinstance(one, str))
            case list():
                yield _text(name), [_text(str(one)) for one in value]
            case str():
                yield _text(name), _text(value)
            case None | bool():
                yield _text(name), value
            case int() if abs(value) <= _WHOLE:
                yield _text(name), value
            case _:
                pass


def _text(value: str) -> str:
    """What no file can hold, spelled out: an interpreter may answer with half a character."""
    return value.encode("utf-8", "backslashreplace").decode()
