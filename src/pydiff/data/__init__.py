"""Generated tables, loaded when first asked for. Each has the script that makes it again beside it (`build_*.py`).

| file | what | made by |
|---|---|---|
| `uv-downloads/3.9.json.zst`, ... | every CPython build in the download lists of uv 0.2.10 and later, one file per minor version | `build_uv_downloads.py` |
| `pbs-assets.txt.zst` | the name of every python-build-standalone archive, sorted | `build_pbs_assets.py` |
| `pbs-legacy-tags.json` | build time in a name of 2020 to 2022 -> the release it is in | `build_pbs_assets.py` |
| `rye/3.9.json.zst`, ... | the same for rye's lists (0.15.0 and later) | `build_rye.py` |
| `hatch/3.9.json.zst`, ... | the same for hatch's lists (1.8.0 and later) | `build_hatch.py` |
| `pbs-installer/3.9.json.zst`, ... | the same for what pbs-installer answers (2024.3.26 and later) | `build_pbs_installer.py` |
| `pyenv-definitions.json` | when pyenv came to know each CPython | `build_pyenv_definitions.py` |
| `releases.json` | version and day of every release of the managers and of pbs-installer | `build_tool_releases.py` |
"""

from __future__ import annotations

import json
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

UV_FOLDER = "uv-downloads"


@dataclass(frozen=True, slots=True)
class ListedBuild:
    """One build in a tool's download list (uv's, rye's, ...), and the releases that had it there in exactly this form."""

    version: str
    """3.9.20, 3.14.0rc2"""
    variant: str
    """"", freethreaded, debug or freethreaded+debug."""
    target: str
    """In the form of `model.target`: linux-x86_64-gnu."""
    url: str
    """At github.com, with `%2B`."""
    sha256: str | None
    spans: tuple[tuple[str, str], ...]
    """First and last release of the tool, both included."""

    @property
    def tag(self) -> str:
        """The folder of its URL: the PBS release, where that is a release's URL."""
        return self.url.split("/")[-2]


def _read(name: str) -> bytes:
    place: Traversable = files(__name__)
    for part in name.split("/"):
        place = place / part
    return place.read_bytes()


def _unpacked(name: str) -> bytes:
    import zstandard  # noqa: PLC0415  # 20 ms that `pydiff --help` does not need

    return zstandard.ZstdDecompressor().decompress(_read(name))


@lru_cache(maxsize=1)
def _releases() -> dict[str, tuple[tuple[str, str], ...]]:
    table: dict[str, list[list[str]]] = json.loads(_read("releases.json"))
    return {tool: tuple((version, day) for version, day in rows) for tool, rows in table.items()}


def releases(tool: str) -> tuple[tuple[str, str], ...]:
    """(version, ISO day) of every release of a manager or of `pbs-installer`, oldest first."""
    return _releases()[tool]


@lru_cache(maxsize=8)
def minors(table: str) -> tuple[str, ...]:
    """The minor versions of Python that any release in `table` (rye, hatch, pbs-installer, ...) had builds of, oldest first."""
    names = (entry.name.removesuffix(".json.zst") for entry in (files(__name__) / table).iterdir())
    return tuple(sorted(names, key=lambda name: tuple(map(int, name.split(".")))))


@lru_cache(maxsize=16)
def builds(table: str, minor: str) -> tuple[ListedBuild, ...]:
    """Every build of that minor version in `table`; empty when there is none."""
    if minor not in minors(table):
        return ()
    rows = json.loads(_unpacked(f"{table}/{minor}.json.zst"))
    return tuple(
        ListedBuild(version, variant, target, url, sha256, tuple((first, last) for first, last in spans))
        for version, variant, target, url, sha256, spans in rows
    )


def uv_minors() -> tuple[str, ...]:
    """The minor versions of Python that any uv had builds of, oldest first."""
    return minors(UV_FOLDER)


def uv_builds(minor: str) -> tuple[ListedBuild, ...]:
    """Every build of that minor version in uv's lists; empty when there is none."""
    return builds(UV_FOLDER, minor)


@lru_cache(maxsize=1)
def pbs_assets() -> tuple[str, ...]:
    """The file name of every PBS archive up to the day the table was made, sorted as text."""
    return tuple(_unpacked("pbs-assets.txt.zst").decode().splitlines())


@lru_cache(maxsize=1)
def legacy_tags() -> dict[str, str]:
    """Build time in a file name (20200823T0036) -> release (20200822)."""
    return cast("dict[str, str]", json.loads(_read("pbs-legacy-tags.json")))


@dataclass(frozen=True, slots=True)
class PyenvDefinitions:
    """What python-build in pyenv's master can build, day by day."""

    until: str
    """ISO day of the last commit that was looked at."""
    days: dict[str, tuple[str, ...]]
    """`3.9.21`, `3.14.0rc2`, `3.13.0t` -> the ISO days (UTC) on which the definition came, went, came again ..."""

    def on(self, day: str) -> frozenset[str]:
        """The definitions there were at the end of that ISO day."""
        return frozenset(name for name, days in self.days.items() if bisect(days, day) % 2)


@lru_cache(maxsize=1)
def pyenv_definitions() -> PyenvDefinitions:
    found = json.loads(_read("pyenv-definitions.json"))
    return PyenvDefinitions(found["until"], {name: tuple(days) for name, days in found["definitions"].items()})
