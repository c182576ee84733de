"""Ask an interpreter on this machine where its parts are. It is run isolated: no site, no environment, no current folder."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydiff.errors import InstallError

SECONDS = 30.0
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
            [interpreter.absolute(), "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
            cwd="/",
        )
        said: dict[str, Any] = json.loads(answer.stdout)
    except subprocess.CalledProcessError as error:
        last = error.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        raise _silent(interpreter, last or f"exit status {error.returncode}") from error
    except subprocess.TimeoutExpired as error:
        raise _silent(interpreter, f"no answer in {SECONDS:.0f} s") from error
    except (OSError, ValueError) as error:
        raise _silent(interpreter, str(error)) from error
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


def _silent(interpreter: Path, reason: str) -> InstallError:
    return InstallError(
        f"{interpreter} does not answer as a Python 3 interpreter: {reason}",
        hint=f"try `{interpreter} -I -c 'import sysconfig'`",
    )
