"""Make `rye/*.json.zst` from the history of rye's list of downloads, which is compiled into each release.

    python src/pydiff/data/build_rye.py --git RYE_CHECKOUT      # a clone of github.com/astral-sh/rye with its tags

The list is Rust: one `PythonVersion { … }` with a URL and perhaps a hash per line. rye takes the first that fits, so of two rows for one
version and platform only the first is kept. Only CPython is.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pydiff.data.build_uv_downloads import Build, Spans, by_release, git, version_key, write_from
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name
from pydiff.model.target import Target

FOLDER = Path(__file__).parent / "rye"
FIRST = (0, 15, 0)
PATHS = ("rye/src/sources/generated/python_downloads.inc", "rye/src/downloads.inc")
_ROW = re.compile(
    r'PythonVersion \{ name: Cow::Borrowed\("cpython"\), arch: Cow::Borrowed\("(?P<arch>\w+)"\), '
    r'os: Cow::Borrowed\("(?P<os>\w+)"\), major: (?P<major>\d+), minor: (?P<minor>\d+), patch: (?P<patch>\d+), '
    r'suffix: (?:None|Some\(Cow::Borrowed\("(?P<suffix>\w+)"\)\)) \}, "(?P<url>[^"]+)", (?:None|Some\("(?P<sha256>\w{64})"\))\)'
)


def from_git(checkout: Path) -> dict[Build, Spans]:
    """The lists at every release tag since 0.15.0."""
    tags = [tag for tag in sorted(filter(None, map(version_key, git(checkout, "tag").split()))) if tag >= FIRST]
    names = [".".join(map(str, tag)) for tag in tags]
    return by_release(names, lambda name: entries(list_at(checkout, name)))


def list_at(checkout: Path, tag: str) -> str:
    for path in PATHS:
        try:
            return git(checkout, "show", f"{tag}:{path}")
        except subprocess.CalledProcessError:
            continue
    raise SystemExit(f"no list of downloads at tag {tag}")


def entries(text: str) -> Iterator[Build]:
    """(version, "", target, url, sha256) of the first row of each version and platform."""
    seen: set[tuple[str, str]] = set()
    rows = list(_ROW.finditer(text))
    if len(rows) != (there := text.count('"cpython"')):
        raise SystemExit(f"{there} rows of CPython, but {len(rows)} of the form that is known")
    for row in rows:
        version = f"{row['major']}.{row['minor']}.{row['patch']}"
        target = str(Target.from_triple(parse_asset_name(file_name(row["url"])).triple))
        if target != platform(row["os"], row["arch"]):
            raise SystemExit(f"{row['os']} {row['arch']} is not what {row['url']} says")
        if row["suffix"] is None and (version, target) not in seen:
            seen.add((version, target))
            yield version, "", target, row["url"], row["sha256"]


def platform(system: str, arch: str) -> str:
    """Rye's words in the form of `model.target`."""
    return f"{system}-{arch}{'-gnu' if system == 'linux' else ''}"


if __name__ == "__main__":
    write_from("--git", "a clone of rye with its tags", from_git, FOLDER, __doc__)
