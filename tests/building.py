"""Building fixture packages with interpreters of this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from pydiff.build.bench import system_path
from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import this_machine

PACKAGES = Path(__file__).parent / "data" / "packages"
_COMPILERS = re.compile(r"(?:.+-)?(?:cc|c89|c99|c\+\+|cpp|gcc|g\+\+|clang|clang\+\+)(?:-[\d.]+)?")


def installation(python: Path | str = sys.executable) -> Installation:
    """An interpreter in place; by default the one that runs the tests."""
    code = "import os, platform, sys; print(os.path.realpath(sys.base_prefix)); print(platform.python_version())"
    prefix, version = subprocess.run(
        [str(python), "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    interpreter = str(Path(prefix) / "bin" / f"python{version.rpartition('.')[0]}")
    spec = Spec(f"path:{interpreter}", "path", "", InterpreterRequest(interpreter), this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), interpreter, version)
    return Installation(prefix, interpreter, version, "", resolution)


def compilers() -> list[str]:
    """Every C compiler and preprocessor that a build would find, to be hidden from it."""
    found = {
        f"{os.path.realpath(folder)}/{entry.name}"
        for folder in system_path()
        for entry in Path(folder).iterdir()
        if _COMPILERS.fullmatch(entry.name)
    }
    return sorted(found)


def processes(mark: str) -> list[str]:
    """The ids of those whose command line has the mark."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in line.read_text(errors="replace"):
                found.append(line.parent.name)
        except OSError:
            continue
    return found
