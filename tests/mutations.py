"""Damage to real files: bits turned over, an end cut off, numbers made enormous, halves of two files joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

_LARGE = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_KEPT = 4
"""Bytes at the start, by which a reader is chosen."""


@st.composite
def damaged(draw: st.DrawFn, files: Mapping[str, bytes]) -> bytes:
    """One of `files`, damaged in a few places, mostly near its start or its end, where formats keep their tables."""
    data = bytearray(files[draw(st.sampled_from(sorted(files)))])
    kind = draw(st.sampled_from(["whole", "whole", "whole", "cut", "spliced"]))
    if kind == "cut":
        del data[draw(_places(len(data))) :]
    elif kind == "spliced":
        other = files[draw(st.sampled_from(sorted(files)))]
        data = data[: draw(_places(len(data)))] + other[draw(_places(len(other))) :]
    for _ in range(draw(st.integers(0 if kind != "whole" else 1, 6))):
        if len(data) > _KEPT + 8:
            _change(draw, data)
    return bytes(data)


def _change(draw: st.DrawFn, data: bytearray) -> None:
    place = draw(_places(len(data) - 8))
    if draw(st.booleans()):
        data[place] ^= 1 << draw(st.integers(0, 7))
        return
    width = draw(st.sampled_from([2, 4, 8]))
    place -= place % 4
    old = int.from_bytes(data[place : place + width], "little")
    number = draw(st.sampled_from([*_LARGE, len(data), old + 1, old * 2, max(old - 1, 0)])) % (1 << 8 * width)
    data[place : place + width] = number.to_bytes(width, draw(st.sampled_from(["little", "big"])))


def _places(size: int) -> st.SearchStrategy[int]:
    last = max(size - 1, _KEPT)
    return st.one_of(
        st.integers(_KEPT, max(min(1_024, last), _KEPT)),
        st.integers(max(last - 4_096, _KEPT), last),
        st.integers(_KEPT, last),
    )


def words(files: Sequence[str]) -> st.SearchStrategy[str]:
    """Texts with a few characters replaced, doubled, or cut at any place."""
    return st.builds(
        lambda text, share, length, by: text[: int(share * len(text))] + by + text[int(share * len(text)) + length :],
        st.sampled_from(files),
        st.floats(0, 1),
        st.one_of(st.integers(0, 3), st.just(10**9)),
        st.text(alphabet="'\"\\{}[]:,=#\n\t $()0x\ud800é", max_size=4),
    )
