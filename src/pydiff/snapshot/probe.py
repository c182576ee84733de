"""The runtime probe: what an interpreter says of itself when it runs. Never part of the static snapshot.

It runs isolated (no site, no environment, no current folder), in the sandbox and without a network where that is to be had, for as long as
`SECONDS`. An interpreter that is hostile or broken gives an `error`; one for another platform is not run and says so.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import subprocess
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from pydiff import events
from pydiff.errors import SandboxError
from pydiff.model.resolution import Installation
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Fact, Facts

FAMILY = "runtime"
SECONDS = 30.0
_MOST = 1 << 20
"""Bytes of an answer, everything that an interpreter prints beside it included; a real one takes 8 kB."""
# Runs on every CPython from 3.5 on. Each question stands alone: a module that cannot be imported is an answer.
_QUESTION = r"""
import importlib, json, locale, platform, sys, sysconfig
said = {}
def ask(name, question):
    try:
        said[name] = question()
    except BaseException as error:
        said[name] = "%s: %s" % (type(error).__name__, error)
def module(name):
    found = importlib.import_module(name)
    return "shared" if getattr(found, "__file__", None) else "builtin"
def attribute(name, *path):
    found = importlib.import_module(name)
    for one in path:
        found = getattr(found, one)
    return found
ask("version", lambda: sys.version)
ask("implementation", lambda: platform.python_implementation())
ask("executable", lambda: sys.executable)
ask("prefix", lambda: sys.prefix)
ask("exec_prefix", lambda: sys.exec_prefix)
ask("platform", lambda: sysconfig.get_platform())
ask("ext_suffix", lambda: sysconfig.get_config_var("EXT_SUFFIX"))
ask("cache_tag", lambda: sys.implementation.cache_tag)
ask("paths", lambda: sysconfig.get_paths())
ask("encoding.locale", lambda: locale.getpreferredencoding(False))
ask("encoding.filesystem", lambda: sys.getfilesystemencoding())
ask("gil", lambda: getattr(sys, "_is_gil_enabled", lambda: True)())
ask("hash", lambda: sys.hash_info.algorithm)
ask("libc", lambda: " ".join(platform.libc_ver()).strip())
ask("ssl.version", lambda: attribute("ssl", "OPENSSL_VERSION"))
ask("ssl.paths", lambda: list(map(str, attribute("ssl", "get_default_verify_paths")()[3:])))
ask("sqlite.version", lambda: attribute("sqlite3", "sqlite_version"))
ask("zlib.version", lambda: attribute("zlib", "ZLIB_RUNTIME_VERSION"))
ask("tcl.version", lambda: attribute("_tkinter", "TCL_VERSION"))
ask("readline", lambda: "libedit" if "libedit" in (attribute("readline", "__doc__") or "") else "readline")
ask("modules", lambda: {name: None for name in MODULES})
for name in MODULES:
    try:
        said["modules"][name] = module(name)
    except BaseException as error:
        said["modules"][name] = "%s: %s" % (type(error).__name__, error)
def mapped():
    with open("/proc/self/maps") as maps:
        return sorted({line.split(None, 5)[5].strip() for line in maps if "/libpython" in line})
if sys.platform.startswith("linux"):
    ask("libpython", mapped)
sys.stdout.flush()
print("\n" + MARK + json.dumps(said))
"""


def probe(installation: Installation, settings: Settings) -> Facts:
    """The facts of family `runtime`; `skipped` alone for another platform's Python, `error` alone where there was no answer.

    `sandbox` says how it was run. `paths.stdlib`, `module/_ssl` (builtin, shared, or the error that importing it gave), `libpython` (the
    files that are loaded, on Linux), `ssl.version`, `encoding.locale`, ... Never raises over what the interpreter does.
    """
    from pydiff.install.runnable import runnable  # noqa: PLC0415 (only a probe needs it)
    from pydiff.model.target import this_machine  # noqa: PLC0415

    target = installation.resolution.spec.target
    if not runnable(target):
        return {"skipped": f"a Python for {target} does not run on {this_machine()}"}
    with events.stage("probe", installation.resolution.spec.text):
        try:
            level, said = _ask(installation, settings)
        except (OSError, ValueError, SandboxError, subprocess.SubprocessError) as error:
            return {"error": str(error)}
        return {"sandbox": level, **dict(_told(said))}


def _ask(installation: Installation, settings: Settings) -> tuple[str, dict[str, Any]]:
    # A later stage's, and the only thing of it that is needed here: a way to run what is not trusted.
    from pydiff.build.sandbox import View, choose_sandbox, start, stop  # noqa: PLC0415
    from pydiff.snapshot.extensions import KNOWN  # noqa: PLC0415 (a cached snapshot needs no family)

    sandbox, _ = choose_sandbox(settings.sandbox)
    mark = f"pydiff-{secrets.token_hex(8)}:"
    question = f"MARK = {mark!r}\nMODULES = {KNOWN!r}\n{_QUESTION}"
    with tempfile.TemporaryDirectory(prefix="pydiff-probe-") as stage:
        process = start(
            sandbox,
            [installation.python, "-I", "-S", "-B", "-c", question],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            view=View(stage=stage, exposed=(installation.prefix, installation.python)),
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
                yield from ((f"{start}{key}", one) for key, one in value.items() if isinstance(one, str))
            case list():
                yield name, [str(one) for one in value]
            case None | str() | int() | float():
                yield name, value
            case _:
                pass
