"""`[build-system]` of pyproject.toml: which backend builds the package, and what it needs (PEP 517, PEP 518)."""

from __future__ import annotations

import os
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
    file = source / "pyproject.toml"
    if not os.path.lexists(file):
        return BuildSystem()
    # Only a package without the file is a legacy one: what cannot be read must not be taken for that.
    real = Path(os.path.realpath(file))
    if not real.is_relative_to(os.path.realpath(source)):
        raise _broken("is a link that leaves the source")
    data = read_bounded(real, _LARGEST + 1)
    if data is None:
        raise _broken("is not a file that can be read")
    if len(data) > _LARGEST:
        raise _broken(f"is larger than {_LARGEST:,} bytes")
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
