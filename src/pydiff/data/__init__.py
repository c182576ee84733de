"""Generated tables, loaded when first asked for. Each has the script that makes it again beside it (`build_*.py`).

| file | what | made by |
|---|---|---|
| `uv-downloads/3.9.json.zst`, ... | every CPython build in the download lists of uv 0.2.10 and later, one file per minor version | `build_uv_downloads.py` |
| `pbs-assets.txt.zst` | the name of every python-build-standalone archive, sorted | `build_pbs_assets.py` |
| `pbs-legacy-tags.json` | build time in a name of 2020 to 2022 -> the release it is in | `build_pbs_assets.py` |
| `releases.json` | version and day of every release of uv and mise | `build_tool_releases.py` |
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

UV_FOLDER = "uv-downloads"


@dataclass(frozen=True, slots=True)
class UvBuild:
    """One build in uv's download list, and the uv releases that had it there in exactly this form."""

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
    """First and last uv release, both included."""


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
    """(version, ISO day) of every release of `uv` or `mise`, oldest first."""
    return _releases()[tool]


@lru_cache(maxsize=1)
def uv_minors() -> tuple[str, ...]:
    """The minor versions of Python that any uv had builds of, oldest first."""
    names = (entry.name.removesuffix(".json.zst") for entry in (files(__name__) / UV_FOLDER).iterdir())
    return tuple(sorted(names, key=lambda name: tuple(map(int, name.split(".")))))


@lru_cache(maxsize=4)
def uv_builds(minor: str) -> tuple[UvBuild, ...]:
    """Every build of that minor version; empty when there is none."""
    if minor not in uv_minors():
        return ()
    rows = json.loads(_unpacked(f"{UV_FOLDER}/{minor}.json.zst"))
    return tuple(
        UvBuild(version, variant, target, url, sha256, tuple((first, last) for first, last in spans))
        for version, variant, target, url, sha256, spans in rows
    )


@lru_cache(maxsize=1)
def pbs_assets() -> tuple[str, ...]:
    """The file name of every PBS archive up to the day the table was made, sorted as text."""
    return tuple(_unpacked("pbs-assets.txt.zst").decode().splitlines())


@lru_cache(maxsize=1)
def legacy_tags() -> dict[str, str]:
    """Build time in a file name (20200823T0036) -> release (20200822)."""
    return cast("dict[str, str]", json.loads(_read("pbs-legacy-tags.json")))
