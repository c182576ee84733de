"""The sandbox: levels from strong to none, each tried by running something in it, never by looking whether it is installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cache

from pydiff.build.sandbox.bwrap import Bwrap
from pydiff.build.sandbox.hiding import absolute, make_farms, system_python_libraries
from pydiff.build.sandbox.interface import INSIDE, Farm, Mount, Sandbox, SandboxProbe, View, seen_at
from pydiff.build.sandbox.plain import Plain
from pydiff.build.sandbox.process import start, stop
from pydiff.build.sandbox.unshare import Unshare
from pydiff.errors import SandboxError

__all__ = [
    "INSIDE",
    "LEVELS",
    "Farm",
    "Mount",
    "Sandbox",
    "SandboxProbe",
    "View",
    "absolute",
    "choose_sandbox",
    "make_farms",
    "probe_sandboxes",
    "seen_at",
    "start",
    "stop",
    "system_python_libraries",
]

LEVELS: tuple[Sandbox, ...] = (Bwrap(), Unshare(), Plain())
"""Strongest first."""
_ANSWER = 42
_PROBE_SECONDS = 20.0


def refusal(sandbox: Sandbox) -> str:
    """Why `sandbox` does not work on this machine, found out by running a command in it; empty when it does."""
    return _refusal(LEVELS.index(sandbox))


@cache
def _refusal(number: int) -> str:
    sandbox = LEVELS[number]
    missing = sandbox.missing()
    if missing:
        return missing
    with tempfile.TemporaryDirectory(prefix="pydiff-probe-") as folder:
        argv = sandbox.wrap(["/bin/sh", "-c", f"exit {_ANSWER}"], cwd="/", view=View(stage=folder))
        try:
            done = subprocess.run(
                argv,
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_SECONDS,
                check=False,
                text=True,
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"{sandbox.level} does not start: {error}"
    if done.returncode == _ANSWER:
        return ""
    lines = done.stderr.strip().splitlines()
    return f"{sandbox.level} does not start: {lines[-1] if lines else f'exit status {done.returncode}'}"


def probe_sandboxes() -> list[SandboxProbe]:
    """What each level can do on this machine, strongest first."""
    probes = []
    for sandbox in LEVELS:
        why = refusal(sandbox)
        if not why and not sandbox.isolates_network:
            why = "takes nothing away: builds can use the network, the user's files and the system"
        probes.append(SandboxProbe(sandbox.level, works=not refusal(sandbox), why=why))
    return probes


def choose_sandbox(wanted: str) -> tuple[Sandbox, str]:
    """The sandbox for `wanted` (auto, bwrap, unshare, none) and why it is not a stronger one. Raises SandboxError."""
    reasons: list[str] = []
    for sandbox in LEVELS:
        if wanted not in {"auto", sandbox.level}:
            reasons.append(f"{wanted} was asked for")
            continue
        why = refusal(sandbox)
        if not why:
            return sandbox, "; ".join(dict.fromkeys(reasons))
        reasons.append(why)
        if wanted != "auto":
            raise SandboxError(
                f"the sandbox {wanted} does not work here: {why}",
                hint="`pydiff doctor` shows which levels do; `--sandbox auto` takes the strongest of them",
            )
    raise SandboxError(f"there is no sandbox level called {wanted!r}", hint="use auto, bwrap, unshare or none")
