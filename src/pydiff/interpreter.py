"""Ask an interpreter on this machine where its parts are. It is run isolated: no site, no environment, no current folder."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydiff.errors import InstallError

SECONDS = 30.0
_LONGEST = 200
"""Characters of what a program said that are quoted."""
# The question comes by stdin: a program that is no Python would repeat all its words in a message.
_READ = "import sys; exec(sys.stdin.read())"
# Runs on every CPython from 3.4 on. -S leaves a venv's own prefix out of sight, so every path is the base interpreter's.
_QUESTION = """
import importlib.util, json, platform, sys, sysconfig
variables = sysconfig.get_config_vars()
name = getattr(sysconfig, "_get_sysconfigdata_name", lambda: "")()
try:
    data = importlib.import_module(name).__file__ if name else ""
except ImportError:
    data = ""
print(json.dumps({
    "implementation": platform.python_implementation(), "version": platform.python_version(), "platform": sys.platform,
    "machine": platform.machine(), "magic": importlib.util.MAGIC_NUMBER.hex(),
    "executable": getattr(sys, "_base_executable", sys.executable) or sys.executable, "prefix": sys.base_prefix,
    "exec_prefix": sys.base_exec_prefix, "sysconfigdata": data, "hexversion": sys.hexversion,
    "platform_tag": sysconfig.get_platform(), "cache_tag": sys.implementation.cache_tag,
    "header": sysconfig.get_config_h_filename(), "makefile": sysconfig.get_makefile_filename(),
    "paths": {key: sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "include", "platinclude", "purelib")},
    "variables": {key: value for key, value in variables.items() if isinstance(value, (str, int))},
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What an interpreter says of itself; of a venv, its base interpreter."""

    implementation: str
    """`CPython`, `PyPy`."""
    version: str
    """3.9.18"""
    platform: str
    """`linux`, `darwin`."""
    machine: str
    executable: Path
    prefix: Path
    sysconfigdata: Path
    """The `_sysconfigdata_*.py` it reads; an empty path, which is no file, on Windows."""
    makefile: Path
    header: Path
    """`pyconfig.h`."""
    paths: dict[str, str]
    """sysconfig's `stdlib`, `platstdlib`, `include`, `platinclude`, `purelib`."""
    variables: dict[str, str | int]
    platform_tag: str
    cache_tag: str
    hexversion: int
    magic: str
    """The number at the start of its .pyc files, in hexadecimal."""

    @property
    def minor_text(self) -> str:
        return ".".join(self.version.split(".")[:2])

    @property
    def abiflags(self) -> str:
        return str(self.variables.get("ABIFLAGS", ""))

    def text(self, variable: str) -> str:
        """A sysconfig variable as text; empty when there is none."""
        return str(self.variables.get(variable, ""))


def ask(interpreter: Path) -> Interpreter:
    """Run `interpreter` once (about 40 ms). Raises InstallError when it is not there, does not run or does not answer."""
    if not interpreter.is_file():
        raise InstallError(f"no interpreter at {interpreter}", hint="give the path of a Python's executable")
    try:
        answer = subprocess.run(
            [interpreter.absolute(), "-I", "-S", "-c", _READ],
            capture_output=True,
            input=_QUESTION.encode(),
            timeout=SECONDS,
            check=True,
            cwd="/",
        )
    except subprocess.CalledProcessError as error:
        raise _refused(interpreter, error) from error
    except subprocess.TimeoutExpired as error:
        raise _silent(interpreter, f"no answer in {SECONDS:.0f} s") from error
    except (OSError, ValueError) as error:
        raise _silent(interpreter, str(error)) from error
    try:
        return _interpreter(json.loads(answer.stdout))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _silent(interpreter, f"it says {_last(answer.stdout) or 'nothing'}") from error


def _interpreter(said: dict[str, Any]) -> Interpreter:
    return Interpreter(
        implementation=said["implementation"],
        version=said["version"].removesuffix("+"),
        platform=said["platform"],
        machine=said["machine"],
        executable=Path(said["executable"]),
        prefix=Path(said["prefix"]),
        sysconfigdata=Path(said["sysconfigdata"]),
        makefile=Path(said["makefile"]),
        header=Path(said["header"]),
        paths=said["paths"],
        variables=said["variables"],
        platform_tag=said["platform_tag"],
        cache_tag=said["cache_tag"],
        hexversion=said["hexversion"],
        magic=said["magic"],
    )


def _refused(interpreter: Path, error: subprocess.CalledProcessError) -> InstallError:
    """Python 2 does not know the option -I, and only then is it asked for its version."""
    if b"Unknown option: -I" in error.stderr:
        version = _version(interpreter)
        if version.startswith("Python 2."):
            return InstallError(
                f"{interpreter} is {version}: Python 2 is not supported", hint="give a Python 3 interpreter"
            )
    return _silent(interpreter, _last(error.stderr) or f"exit status {error.returncode}")


def _version(interpreter: Path) -> str:
    """`Python 2.7.18`; "" where there is no answer. Python 2 gives it on stderr."""
    try:
        answer = subprocess.run(
            [interpreter.absolute(), "-V"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _last(answer.stdout)


def _last(output: bytes) -> str:
    """The last line, short, and without the words that were given to the program."""
    line = output.decode(errors="replace").strip().rsplit("\n", 1)[-1].replace(_READ, "…")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _silent(interpreter: Path, reason: str) -> InstallError:
    return InstallError(
        f"{interpreter} does not answer as a Python 3 interpreter: {reason}",
        hint="give the path of a Python's executable, such as /usr/bin/python3",
    )
