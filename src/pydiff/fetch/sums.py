"""The hashes that a release publishes beside its assets."""

from __future__ import annotations

import re

from pydiff.errors import NotFoundError
from pydiff.events import Notice, emit
from pydiff.fetch.hosts import FIRST_SUMS, SUMS, sums_of
from pydiff.model.asset import Asset
from pydiff.model.settings import Settings
from pydiff.web import printable, read

# The largest release has 870 assets with names of at most 98 characters: about 150 kB.
LIMIT = 4_000_000
_LINE = re.compile(r"^([0-9A-Fa-f]{64}) [ *](\S+)$")


def parse(text: str) -> dict[str, str]:
    """File name -> sha256 in lower case, of what `sha256sum` prints. Lines of another form are no sums and are left out."""
    found = (_LINE.match(line.rstrip("\r")) for line in text.split("\n"))
    return {match[2]: match[1].lower() for match in found if match}


def published(asset: Asset, urls: tuple[str, ...], settings: Settings) -> tuple[str, str]:
    """The sha256 that the release publishes for `asset`, and where it says so; ("", "") when it publishes none.

    Raises DownloadError when the host cannot be asked: a hash that is there but out of reach is not the same as no hash.
    """
    if asset.tag and asset.tag < FIRST_SUMS:
        return "", ""
    try:
        body, url = read(sums_of(urls), settings, limit=LIMIT)
    except NotFoundError:
        body, url = b"", ""
    sha256 = parse(body.decode("utf-8", errors="replace")).get(asset.name, "")
    if not sha256:
        emit(Notice(f"{asset.name}: no hash is published for it ({SUMS} beside it), so it cannot be verified"))
        return "", ""
    return sha256, f"{SUMS} of the release ({printable(url)})"
