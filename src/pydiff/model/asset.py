"""One python-build-standalone archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Flavor = Literal["full", "install_only", "install_only_stripped"]


@dataclass(frozen=True, slots=True)
class Asset:
    name: str
    """File name with a literal `+`, such as `cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only.tar.gz`."""
    version: str
    """3.9.20, 3.15.0rc1."""
    tag: str
    """Release tag, a date such as 20241016; empty for a file that was given by path and does not say."""
    triple: str
    build_options: tuple[str, ...]
    """("pgo", "lto"); may hold "freethreaded", "debug", "static". Empty for install_only archives."""
    flavor: Flavor
    urls: tuple[str, ...] = ()
    """Tried in this order. Empty for a local file."""
    sha256: str | None = None
    hash_source: str = ""
    """Where `sha256` was read: "uv 0.5.5's list", "SHA256SUMS of the release". Empty when there is none."""
    path: str = ""
    """A local archive; empty when it has to be downloaded."""
    repacked_from: str = ""
    """The interpreter this archive was made from, for the `host` form: not a PBS release."""
