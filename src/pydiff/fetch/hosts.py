"""Where an asset is asked for: its own URLs, or the one mirror that was set."""

from __future__ import annotations

from urllib.parse import quote, unquote

from pydiff.model.asset import Asset
from pydiff.web import is_local

# The organisation changed on 2024-12-13; the third is Astral's own mirror (uv >= 0.10.8). Below all of them: TAG/NAME.
RELEASES = (
    "https://github.com/astral-sh/python-build-standalone/releases/download/",
    "https://github.com/indygreg/python-build-standalone/releases/download/",
    "https://releases.astral.sh/github/python-build-standalone/releases/download/",
)
SUMS = "SHA256SUMS"
# No release before this one published sums (facts: PBS release pages).
FIRST_SUMS = "20220227"


def urls_of(asset: Asset, mirror: str) -> tuple[str, ...]:
    """The URLs to try, in order. A mirror stands for the releases and is the only one asked, as in uv and mise.

    An URL that is not below the releases (the user named it, or it is from a list of the user's own) is not the mirror's business.
    """
    if not mirror:
        return asset.urls
    elsewhere = tuple(url for url in asset.urls if not url.startswith(RELEASES))
    if elsewhere:
        return elsewhere
    tail = f"{asset.tag}/{asset.name}"
    for url in asset.urls:
        tail = unquote(url).removeprefix(next((base for base in RELEASES if url.startswith(base)), ""))
        break
    base = mirror.rstrip("/")
    # The form uv asks for: `+` quoted over http, plain in a folder. In a file: URL a plain path is quoted whole.
    if is_local(mirror):
        return (f"{base}/{quote(tail) if mirror.startswith('file:') else tail}",)
    return (f"{base}/{quote(tail)}",)


def sums_of(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Where the release's sums are: beside the asset."""
    return tuple(f"{url.partition('?')[0].rpartition('/')[0]}/{SUMS}" for url in urls)
