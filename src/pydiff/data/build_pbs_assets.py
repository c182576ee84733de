"""Make `pbs-assets.txt.zst` and `pbs-legacy-tags.json`.

    python src/pydiff/data/build_pbs_assets.py --ndjson python-build-standalone.ndjson  # adds the releases in the versions index
    python src/pydiff/data/build_pbs_assets.py --names FILE                             # one name per line, .txt or .txt.zst

The index is https://releases.astral.sh/github/versions/main/v1/python-build-standalone.ndjson ; it may also be given by URL. Names that
the table has already are kept: releases can vanish from an index, but installations of them do not.
"""

from __future__ import annotations

import argparse
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote
from urllib.request import urlopen

import zstandard

from pydiff import data

FOLDER = Path(__file__).parent
# The releases whose file names carry a build time (UTC) in place of the tag, and the first after them.
LEGACY_TAGS = (
    "20200418",
    "20200517",
    "20200530",
    "20200822",
    "20200823",
    "20200830",
    "20201003",
    "20201005",
    "20201006",
    "20201020",
    "20210103",
    "20210228",
    "20210303",
    "20210325",
    "20210327",
    "20210414",
    "20210415",
    "20210506",
    "20210724",
    "20211012",
    "20211017",
    "20220222",
)
_BUILD_TIME = re.compile(r"-(\d{8}T\d{4})\.tar")
_ARCHIVE = re.compile(r"cpython-.*\.tar\.(?:gz|zst)")


def from_ndjson(text: str) -> set[str]:
    """The archive names in PBS's versions index: one JSON object per line, with `artifacts` that have a `url`."""
    names = (
        unquote(artifact["url"].rpartition("/")[2])
        for line in text.splitlines()
        if line.strip()
        for artifact in json.loads(line)["artifacts"]
    )
    return {name for name in names if _ARCHIVE.fullmatch(name)}


def from_names(path: Path) -> set[str]:
    content = path.read_bytes()
    if path.suffix == ".zst":
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return set(content.decode().split())


def legacy_tags(names: set[str]) -> dict[str, str]:
    """Build time -> tag: from uv's URLs where it has the build, else from how the releases were made.

    They were named after the day in California, or published some days after the build: the first tag that is not before that day.
    """
    known = {
        match[1]: build.url.split("/")[-2]
        for minor in data.uv_minors()
        for build in data.uv_builds(minor)
        if (match := _BUILD_TIME.search(build.url))
    }
    tags: dict[str, str] = {}
    for time in sorted(known.keys() | {match[1] for name in names if (match := _BUILD_TIME.search(name))}):
        day = (datetime.strptime(f"{time}+0000", "%Y%m%dT%H%M%z") - timedelta(hours=7)).strftime("%Y%m%d")
        tags[time] = known.get(time) or next(tag for tag in LEGACY_TAGS if tag >= day)
    return tags


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ndjson", help="path or URL of the versions index")
    source.add_argument("--names", type=Path, help="file with one name per line")
    asked = parser.parse_args()
    table = FOLDER / "pbs-assets.txt.zst"
    names = from_names(table) if table.exists() else set()
    if asked.names:
        names |= from_names(asked.names)
    elif "://" in asked.ndjson:
        with urlopen(asked.ndjson) as answer:  # noqa: S310  # the maintainer chose the URL
            names |= from_ndjson(answer.read().decode())
    else:
        names |= from_ndjson(Path(asked.ndjson).read_text())
    text = "".join(f"{name}\n" for name in sorted(names)).encode()
    table.write_bytes(zstandard.ZstdCompressor(level=19).compress(text))
    (FOLDER / "pbs-legacy-tags.json").write_text(json.dumps(legacy_tags(names), indent=0) + "\n")
    print(f"{len(names)} names")


if __name__ == "__main__":
    main()
