"""Releases of our own: archives of real interpreters of this machine, in the layout in which PBS publishes its own.

The lists beside them are those that uv and mise choose from, so that a mirror or a closed internet can offer them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from pydiff.fetch import pack
from pydiff.model.asset import Asset, Flavor
from pydiff.model.target import Target

# Newer than every release that pydiff's tables know, so that no published hash stands against ours.
TAG = "20270101"
HOST = "https://github.com/astral-sh/python-build-standalone/releases/download"


def release(folder: Path, interpreter: Path, flavors: Sequence[Flavor], tag: str = TAG) -> list[Asset]:
    """`folder/TAG/…` with an archive of each flavor and the release's SHA256SUMS."""
    assets = [pack(interpreter, folder / tag, tag=tag, flavor=flavor) for flavor in flavors]
    sums = "".join(f"{asset.sha256}  {asset.name}\n" for asset in assets)
    (folder / tag / "SHA256SUMS").write_text(sums)
    return assets


def uv_list(assets: Sequence[Asset]) -> bytes:
    """A `download-metadata.json` as uv 0.13 has it at its tag."""
    entries = {}
    for asset in assets:
        target = Target.from_triple(asset.triple)
        major, minor, patch = map(int, asset.version.split("."))
        entries[f"cpython-{asset.version}-{target}"] = {
            "name": "cpython",
            "arch": {"family": target.arch, "variant": None},
            "os": target.os,
            "libc": target.libc,
            "major": major,
            "minor": minor,
            "patch": patch,
            "prerelease": "",
            "url": f"{HOST}/{asset.tag}/{quote(asset.name)}",
            "sha256": asset.sha256,
            "variant": None,
            "build": asset.tag,
        }
    return json.dumps(entries).encode()


def mise_list(assets: Sequence[Asset]) -> bytes:
    """The gzipped list of names that mise asks for."""
    return gzip.compress("".join(f"{asset.name}\n" for asset in assets).encode(), mtime=0)


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
