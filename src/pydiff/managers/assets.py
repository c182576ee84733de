"""File names of python-build-standalone archives, of every era since 2018.

The name is the only index PBS had for most of its life, so it must be read exactly. Triples are matched from a closed list, because
`x86_64_v2` holds an underscore, `gnueabi` begins `gnueabihf`, and `-shared`, `-static` and `-freethreaded` look like parts of a triple.
"""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import quote, unquote

from pydiff import data
from pydiff.model.asset import Asset, Flavor

ORIGIN = "https://github.com/astral-sh/python-build-standalone/releases/download"
FORM = "cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz"
"""An example for messages."""

_NAME = re.compile(
    r"""
    cpython-(?P<version>\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)
    (?:\+(?P<tag>\d{8}))?
    -(?P<triple>
        (?:aarch64|armv7|i686|ppc64le|riscv64|s390x|x86_64(?:_v[234])?)
        -(?:apple-darwin|pc-windows-msvc|unknown-linux-(?:gnueabihf|gnueabi|gnu|musl))
        |linux64-musl|linux64|macos|windows-(?:amd64|x86)
    )
    (?:-(?P<link>shared|static))?
    (?:-(?P<options>(?:freethreaded|debug|noopt|pgo|lto|static)(?:\+(?:debug|noopt|pgo|lto|static))*))?
    (?:-(?P<flavor>full|install_only_stripped|install_only))?
    (?:-(?P<time>\d{8}T\d{4}))?
    \.tar\.(?:zst|gz)
    """,
    re.VERBOSE | re.ASCII,
)
# Before the release of 20200418 the platform was not a triple.
_OLD_TRIPLES = {
    "linux64": "x86_64-unknown-linux-gnu",
    "linux64-musl": "x86_64-unknown-linux-musl",
    "macos": "x86_64-apple-darwin",
    "windows-amd64": "x86_64-pc-windows-msvc",
    "windows-x86": "i686-pc-windows-msvc",
}


def parse_asset_name(name: str) -> Asset:
    """What a file name says, with `%2B` or `+`. URLs, path and hash stay empty.

    The tag of a name of 2020 to 2022, which carries the time of the build instead, comes from a table; empty when that lacks it.
    Raises ValueError for a name that no release ever had.
    """
    plain = unquote(name)
    match = _NAME.fullmatch(plain)
    if match is None:
        raise ValueError(f"not the name of a python-build-standalone archive: {name!r}")
    options = tuple((match["options"] or "").split("+")) if match["options"] else ()
    if match["link"] == "static" and "static" not in options:
        options = (*options, "static")
    return Asset(
        name=plain,
        version=match["version"],
        tag=match["tag"] or data.legacy_tags().get(match["time"] or "", ""),
        triple=_OLD_TRIPLES.get(match["triple"], match["triple"]),
        build_options=options,
        flavor=cast("Flavor", match["flavor"] or "full"),
    )


def release_url(tag: str, name: str, *, base: str = ORIGIN, encoded: bool = True) -> str:
    """Where a release has a file. uv asks with `%2B`, mise with `+`."""
    return f"{base}/{tag}/{quote(name) if encoded else name}"


# The option sets of full archives, fastest first.
_FASTEST = (("pgo", "lto"), ("pgo",), ("lto",), ("noopt",), ("debug",))


def speed_rank(asset: Asset) -> int:
    """0 for the most optimised option set; the last for one without a name."""
    plain = tuple(option for option in asset.build_options if option not in {"freethreaded", "static"})
    return _FASTEST.index(plain) if plain in _FASTEST else len(_FASTEST)


FLAVOR_ORDER: tuple[Flavor, ...] = ("install_only_stripped", "install_only", "full")
"""What all managers prefer, where a release has it."""
