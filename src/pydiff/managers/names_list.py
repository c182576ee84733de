"""The names of PBS archives for one platform: as mise's list has them, as a mirror has them, or as shipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydiff import data
from pydiff.errors import DownloadError
from pydiff.managers.lists import HOUR, Fetched, fetched, from_mirror
from pydiff.model.settings import Settings

NEWEST = "https://mise-versions.jdx.dev/tools/python-precompiled-{triple}.gz"
_LIMIT = 64_000_000


@dataclass(frozen=True, slots=True)
class NamesList:
    names: tuple[str, ...]
    """In the order of the list."""
    source: str
    """For messages: "mise's list of today"."""
    notes: tuple[str, ...] = ()


def mirrored(triple: str, settings: Settings) -> NamesList | None:
    """The mirror's own list, if it has one."""
    found = from_mirror(f"python-precompiled-{triple}.gz", settings)
    if found is None:
        return None
    return NamesList(_lines(found), "the mirror's list", (f"chosen from the mirror's own list, {found.source}",))


def live(urls: Sequence[str], settings: Settings) -> NamesList:
    """The list as mise gets it now; kept for an hour, as mise does. Raises DownloadError."""
    found = fetched(urls, settings, keep=HOUR)
    return NamesList(_lines(found), "mise's list", (f"chosen from {found.source}",))


@lru_cache(maxsize=8)
def shipped(triple: str) -> NamesList:
    names = tuple(name for name in data.pbs_assets() if triple in name)
    return NamesList(names, f"the PBS releases up to {newest_tag()}")


@lru_cache(maxsize=1)
def newest_tag() -> str:
    """The last PBS release that the shipped names know."""
    # Before 2022 names had no tag, and their first plus sign is that of `pgo+lto`.
    return max(tag for name in data.pbs_assets() if (tag := name.partition("+")[2][:8]).isdecimal())


def _lines(found: Fetched) -> tuple[str, ...]:
    """One name per line, with or without gzip. Raises DownloadError for anything else."""
    try:
        body = _unzipped(found.body) if found.body.startswith(b"\x1f\x8b") else found.body
        return tuple(line.strip() for line in body.decode().splitlines() if line.strip())
    except (UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
        raise DownloadError(
            f"{found.source} is not a list of names: {error}", hint="it is text, one archive per line"
        ) from error


def _unzipped(body: bytes) -> bytes:
    """At most `_LIMIT` bytes: a list is hostile input too."""
    machine = zlib.decompressobj(wbits=31)
    content = machine.decompress(body, _LIMIT)
    if not machine.eof:
        raise gzip.BadGzipFile("truncated, or larger than any list of names")
    return content
