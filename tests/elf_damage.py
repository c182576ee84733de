"""Damage to an ELF file as a disk, a line or somebody does it; most of it where the headers and tables are."""

from __future__ import annotations

import random
import struct

_EDGES = (
    b"\0" * 8,
    b"\xff" * 8,
    b"\x7f" + b"\xff" * 7,
    b"\1" + b"\0" * 7,
    b"\xff\xff\xff\x7f",
    b"\xff\xff",
    b"\0\0\0\x80",
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Bits flipped, numbers at their limits, pieces put elsewhere, the end cut off; the magic number stays."""
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 12)):
        place = _place(len(changed), chance)
        match chance.randrange(4):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                edge = chance.choice(_EDGES)
                changed[place : place + len(edge)] = edge
            case 2:
                start, size = _place(len(changed), chance), chance.choice((4, 8, 16, 64, 500))
                changed[place : place + size] = changed[start : start + size]
            case _:
                changed[place] = chance.randrange(256)
    if not chance.randrange(4):
        del changed[chance.randrange(16, len(changed)) :]
    changed[:4] = data[:4]
    return bytes(changed)


def _place(size: int, chance: random.Random) -> int:
    """Headers in front, tables behind them, sections at the end; anywhere."""
    start, end = chance.choice(((4, 64), (64, 1000), (64, 8192), (size - 4096, size), (4, size)))
    return chance.randrange(max(start, 4), min(end, size))


def patched(data: bytes, place: int, layout: str, *values: int) -> bytes:
    """Numbers put at a place, in little-endian order."""
    new = struct.pack("<" + layout, *values)
    return data[:place] + new + data[place + len(new) :]
