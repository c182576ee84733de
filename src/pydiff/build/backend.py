"""`[build-system]` of pyproject.toml: which backend builds the package, and what it needs (PEP 517, PEP 518)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydiff.build.recorder.collect import read_bounded
from pydiff.errors import PackageError

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
LEGACY_REQUIRES = ("setuptools >= 40.8.0",)
_LARGEST = 10_000_000


@dataclass(frozen=True, slots=True)
class BuildSystem:
    requires: tuple[str, ...] = LEGACY_REQUIRES
    backend: str = LEGACY_BACKEND
    backend_path: tuple[str, ...] = ()
    """Folders of the source that hold the backend itself."""


def read_build_system(source: Path) -> BuildSystem:
    """What the source folder declares, or the default for one that declares nothing. Raises PackageError."""
    data = read_bounded(source / "pyproject.toml", _LARGEST)
    if data is None:
        return BuildSystem()
    try:
        table = tomllib.loads(data.decode("utf-8")).get("build-system")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _broken(f"is not valid TOML: {error}") from error
    match table:
        case None:
            return BuildSystem()
        case {"requires": list(requires)} if all(isinstance(item, str) for item in requires):
            backend, path = table.get("build-backend", LEGACY_BACKEND), table.get("backend-path", [])
        case _:
            raise _broken("has a [build-system] without a list of `requires`")
    if not isinstance(backend, str) or not isinstance(path, list) or not all(isinstance(item, str) for item in path):
        raise _broken("has a `build-backend` or `backend-path` of the wrong type")
    return BuildSystem(tuple(requires), backend, tuple(path))


def _broken(what: str) -> PackageError:
    return PackageError(
        f"the package's pyproject.toml {what}", hint="no frontend can build this source; report it to the package"
    )
