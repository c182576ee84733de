"""Make `uv-downloads/*.json.zst` from the history of uv's download list.

    python src/pydiff/data/build_uv_downloads.py --git UV_CHECKOUT      # a clone of github.com/astral-sh/uv with its tags
    python src/pydiff/data/build_uv_downloads.py --table FILE.json.zst  # the same rows, collected before

A table is JSON with `fields`, `releases` ([version, day]...) and `builds` (rows in the order of `fields`; `spans` are inclusive ranges of
indexes into `releases`). Only CPython on Linux, macOS and Windows is kept.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import zstandard

from pydiff.managers.uv_list import parse_metadata, target_name

FOLDER = Path(__file__).parent / "uv-downloads"
FIRST = (0, 2, 10)
PATHS = ("crates/uv-python/download-metadata.json", "crates/uv-toolchain/download-metadata.json")
PROJECT = "/python-build-standalone/releases/download/"

Build = tuple[str, str, str, str, str | None]
"""version, variant, target, url, sha256"""
Spans = list[tuple[str, str]]


def from_table(path: Path) -> dict[Build, Spans]:
    """The rows of a table that was collected before."""
    table = json.loads(zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()))
    releases = [version for version, _ in table["releases"]]
    places: dict[Build, list[int]] = {}
    for row in table["builds"]:
        entry = dict(zip(table["fields"], row, strict=True))
        if PROJECT not in entry["url"]:
            continue
        version = f"{entry['major']}.{entry['minor']}.{entry['patch']}{entry['prerelease']}"
        target = target_name(entry["os"], entry["arch"], entry["arch_variant"], entry["libc"])
        build = (version, entry["variant"], target, entry["url"], entry["sha256"] or None)
        for first, last in entry["spans"]:
            places.setdefault(build, []).extend(range(first, last + 1))
    return in_spans(places, releases)


def entries_of(metadata: dict[str, Any]) -> Iterator[Build]:
    """The builds in one `download-metadata.json`, of any of its schemas."""
    for build in parse_metadata(metadata):
        if PROJECT in build.url:
            yield build.version, build.variant, build.target, build.url, build.sha256


def from_git(checkout: Path) -> dict[Build, Spans]:
    """The lists at every release tag of a clone of uv."""
    tags = sorted(filter(None, map(version_key, git(checkout, "tag").split())))
    tags = [tag for tag in tags if tag >= FIRST]
    names = [".".join(map(str, tag)) for tag in tags]
    return by_release(names, lambda name: entries_of(metadata_at(checkout, name)))


def by_release(names: list[str], builds_of: Callable[[str], Iterable[Build]]) -> dict[Build, Spans]:
    """Each build with the releases that had it; `names` are all releases, oldest first."""
    places: dict[Build, list[int]] = {}
    for index, name in enumerate(names):
        for build in dict.fromkeys(builds_of(name)):
            places.setdefault(build, []).append(index)
    return in_spans(places, names)


def in_spans(places: dict[Build, list[int]], names: list[str]) -> dict[Build, Spans]:
    """Indexes of releases -> ranges of their names."""
    return {build: [(names[first], names[last]) for first, last in ranges(sorted(at))] for build, at in places.items()}


def metadata_at(checkout: Path, tag: str) -> dict[str, Any]:
    for path in PATHS:
        try:
            metadata: dict[str, Any] = json.loads(git(checkout, "show", f"{tag}:{path}"))
        except subprocess.CalledProcessError:
            continue
        return metadata
    raise SystemExit(f"no download list at tag {tag}")


def git(checkout: Path, *arguments: str) -> str:
    command = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def version_key(tag: str) -> tuple[int, ...] | None:
    return tuple(map(int, tag.split("."))) if re.fullmatch(r"\d+\.\d+\.\d+", tag) else None


def ranges(indexes: list[int]) -> Iterator[tuple[int, int]]:
    """Ascending indexes -> inclusive ranges without holes."""
    first = indexes[0]
    for this, following in pairwise([*indexes, indexes[-1] + 2]):
        if following != this + 1:
            yield first, this
            first = following


def write(found: dict[Build, Spans], folder: Path) -> None:
    """One file per minor version: rows of version, variant, target, url, sha256, spans."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.json.zst"):
        old.unlink()
    by_minor: dict[str, list[Any]] = {}
    for build in sorted(found, key=lambda build: (build[0], build[2], build[1], build[3], build[4] or "")):
        by_minor.setdefault(".".join(build[0].split(".")[:2]), []).append([*build, found[build]])
    for minor, rows in by_minor.items():
        text = json.dumps(rows, separators=(",", ":")).encode()
        (folder / f"{minor}.json.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
        print(f"{minor}: {len(rows)} builds")


def write_from(
    option: str, what: str, read: Callable[[Path], dict[Build, Spans]], folder: Path, about: str | None
) -> None:
    """The command line of a script whose table has one source, a folder that is named by `option`."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(option, dest="source", metavar="FOLDER", type=Path, required=True, help=what)
    parser.add_argument("--output", type=Path, default=folder)
    asked = parser.parse_args()
    write(read(asked.source), asked.output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--git", type=Path, help="a clone of uv with its tags")
    source.add_argument("--table", type=Path, help="a table collected before")
    parser.add_argument("--output", type=Path, default=FOLDER)
    asked = parser.parse_args()
    write(from_git(asked.git) if asked.git else from_table(asked.table), asked.output)


if __name__ == "__main__":
    main()
