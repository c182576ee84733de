"""Interpreters on this machine: the one that runs pydiff, pyenv's, and those on PATH."""

from __future__ import annotations

import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydiff.errors import InstallError, SpecError
from pydiff.interpreter import ask

_FOLDER = re.compile(r"(\d+)\.(\d+)\.(\d+)(t?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    version: str
    """3.9.18"""
    variant: str
    """"" or freethreaded."""

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])


def host(minor: str) -> Found:
    """The interpreter that runs pydiff, or for `3.9` the newest 3.9 of pyenv, else the first on PATH. Raises SpecError."""
    this = running()
    if not minor:
        return this
    if minor.startswith("2."):
        raise python_2(f"host-{minor}")
    known = sorted((found for found in pyenv() if _is(found, minor)), key=lambda found: found.order, reverse=True)
    for found in (*known, *on_path(minor), this):
        checked = _checked(found.path, minor) if found is not this else this
        if checked is not None and _is(checked, minor):
            return checked
    there = sorted(
        {".".join(found.version.split(".")[:2]) for found in (*pyenv(), this)},
        key=lambda text: [*map(int, text.split("."))],
    )
    raise SpecError(
        f"there is no Python {minor} on this machine",
        hint=f"host-X.Y is looked for among pyenv's versions ({pyenv_root()}) and on PATH; here are {', '.join(there)}",
    )


def python_2(text: str) -> SpecError:
    return SpecError(f"{text}: Python 2 is not supported", hint="ask for a Python 3")


def running() -> Found:
    """The interpreter that runs pydiff; of a venv, its base."""
    path = Path(getattr(sys, "_base_executable", "") or sys.executable)
    variant = "freethreaded" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    return Found(path, platform.python_version().removesuffix("+"), variant)


def pyenv_root() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser())


def pyenv() -> list[Found]:
    """The released CPythons of pyenv, by the names of their folders."""
    versions = pyenv_root() / "versions"
    found = []
    for folder in sorted(versions.iterdir()) if versions.is_dir() else ():
        match = _FOLDER.fullmatch(folder.name)
        if match is None:
            continue
        path = folder / "bin" / f"python{match[1]}.{match[2]}{match[4]}"
        if path.is_file():
            found.append(Found(path, folder.name.removesuffix("t"), "freethreaded" if match[4] else ""))
    return found


def on_path(minor: str) -> Iterator[Found]:
    """`python3.9` in the folders of PATH; scripts such as pyenv's shims are passed over."""
    for folder in os.get_exec_path():
        path = Path(folder, f"python{minor}")
        if os.access(path, os.X_OK) and path.is_file() and not _is_script(path):
            yield Found(path.absolute(), minor, "")


def _checked(path: Path, minor: str) -> Found | None:
    """The interpreter by its own word; None when it does not run or is no CPython."""
    try:
        said = ask(path)
    except InstallError:
        return None
    if said.implementation != "CPython" or said.minor_text != minor:
        return None
    return Found(said.executable, said.version, "freethreaded" if "t" in said.abiflags else "")


def _is(found: Found, minor: str) -> bool:
    return found.version.split(".")[:2] == minor.split(".") and not found.variant


def _is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"#!"
