"""Many names as one short string: a snapshot keeps the 1,700 functions of the C API in 8 kB."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

_LARGEST = 1 << 20
"""Bytes of names; the interpreter's API has 60 kB."""


def pack(names: Iterable[str]) -> str:
    """Names without line ends as one ASCII string."""
    return base64.b85encode(zlib.compress("\n".join(names).encode(errors="replace"), 9)).decode()


def unpack(text: str) -> list[str]:
    """The inverse of `pack`. Raises ValueError for anything else, and for more than a megabyte of names."""
    try:
        inflater = zlib.decompressobj()
        plain = inflater.decompress(base64.b85decode(text), _LARGEST)
    except zlib.error as error:
        raise ValueError(f"not a packed list of names: {error}") from error
    if not inflater.eof:
        raise ValueError("not a packed list of names: cut off, or too long")
    return plain.decode().split("\n") if plain else []
