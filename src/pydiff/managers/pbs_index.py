"""The index of PBS releases that uv's own list is made from since uv 0.10.12, for releases newer than the shipped names.

One JSON object per line: `{"version": "3.9.20+20241016", "artifacts": [{"url", "sha256", "platform", "variant"}, …]}`. The whole is tens
of megabytes and of all releases, so what is kept is an extract: the archives of releases newer than the shipped names, with their hashes.
Only the file names are believed, and only those that read as archives of the release they are listed under; `platform` and `variant` say
nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydiff.errors import DownloadError
from pydiff.managers import names_list
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.lists import FOREVER, HOUR, read_kept
from pydiff.managers.uv_list import file_name
from pydiff.model.settings import Settings

URL = "https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson"
SOURCE = "the index of PBS releases"
_LIMIT = 256_000_000
_LINE_LIMIT = 16_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Index:
    hashes: Mapping[str, str | None]
    """Name of an archive -> sha256, of the releases newer than the shipped names."""
    source: str
    """For notes: the URL without credentials, and whether it was asked in an earlier run."""

    def knows(self, tag: str) -> bool:
        return any(f"+{tag}-" in name for name in self.hashes)


def kept(settings: Settings, age: float = FOREVER) -> Index | None:
    """The extract that an earlier run left, at most `age` seconds old."""
    body = read_kept(_place(settings), age)
    if body is None:
        return None
    try:
        found = json.loads(body)
        return Index(dict(found["hashes"]), f"{found['source']} (asked in an earlier run)")
    except (ValueError, KeyError, TypeError):
        return None


def asked(settings: Settings) -> Index:
    """The index as it is now; an extract is kept for an hour, for ever when offline, and when the network fails. Raises DownloadError."""
    fresh = kept(settings, FOREVER if settings.offline else HOUR)
    if fresh is not None:
        return fresh
    try:
        return _fetched(settings)
    except DownloadError:
        old = kept(settings)
        if old is None:
            raise
        return old


def _fetched(settings: Settings) -> Index:
    from pydiff import cache, web  # noqa: PLC0415  # 30 ms that the shipped names do not need

    store = cache.Cache(settings.cache_dir)
    source = web.printable(URL)
    with store.scratch("pbs-index") as folder:
        whole = folder / "python-build-standalone.ndjson"
        web.stream_to([URL], settings, whole, limit=_LIMIT)
        hashes = dict(_newer(whole, names_list.newest_tag()))
    store.room("lists")
    store.write(_place(settings), json.dumps({"source": source, "hashes": hashes}).encode())
    return Index(hashes, source)


def _newer(whole: Path, newest: str) -> Iterator[tuple[str, str | None]]:
    """(name, sha256) of each archive of a release after `newest`. Lines that cannot be read are skipped; DownloadError when all are so."""
    readable = False
    with whole.open("rb") as lines:
        while line := lines.readline(_LINE_LIMIT + 1):
            if len(line) > _LINE_LIMIT:
                raise _no_index(f"it has a line of more than {_LINE_LIMIT:,} bytes")
            record = _record(line)
            readable = readable or record is not None
            if record is not None and record[0].partition("+")[2] > newest:
                yield from _archives(*record)
    if not readable:
        raise _no_index("it has no line that names a release")


def _record(line: bytes) -> tuple[str, list[object]] | None:
    try:
        found = json.loads(line)
        version, artifacts = found["version"], found["artifacts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return (version, artifacts) if isinstance(version, str) and isinstance(artifacts, list) else None


def _archives(version: str, artifacts: list[object]) -> Iterator[tuple[str, str | None]]:
    for artifact in artifacts:
        if not isinstance(artifact, dict) or not isinstance(artifact.get("url"), str):
            continue
        try:
            asset = parse_asset_name(file_name(artifact["url"]))
        except ValueError:
            continue  # a platform that pydiff does not know yet, or no archive
        if f"{asset.version}+{asset.tag}" == version:
            sha256 = artifact.get("sha256")
            known = isinstance(sha256, str) and _SHA256.fullmatch(sha256) is not None
            yield asset.name, sha256 if known else None


def _no_index(reason: str) -> DownloadError:
    return DownloadError(
        f"{URL} is not an index of releases: {reason}", hint="name a release that pydiff's own table knows"
    )


def _place(settings: Settings) -> Path:
    # With newer shipped names, the extract of an older pydiff would lack releases in between.
    return settings.cache_dir / "lists" / f"pbs-after-{names_list.newest_tag()}.json"
