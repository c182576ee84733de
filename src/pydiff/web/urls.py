"""URLs as text: which are local, and what of one may be shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname


def printable(url: str) -> str:
    """The URL without user, password, query or fragment: what a message or a report may show."""
    if is_local(url):
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        # A password with an unquoted slash ends what is taken for the host: me:123/45@host
        path = "/…" if "@" in parts.path and ":" in host else parts.path
        _ = parts.port
    except ValueError:
        return "(an URL that cannot be parsed)"
    return urlunsplit((parts.scheme, host, path, "…" if parts.query else "", ""))


def is_local(url: str) -> bool:
    """True for `file:` URLs and plain paths."""
    return url.startswith("file:") or "://" not in url


def local_path(url: str) -> Path:
    """The path that a `file:` URL (percent-decoded) or a plain path names."""
    return Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else Path(url)
