"""The tree in which dyld finds what a library exports: each branch is a piece of a name. Source: mach-o/loader.h; `trieWalk` of dyld.

node: size of what is exported (0: nothing), that many bytes, how many branches, and of each: piece of a name, zero, place of its node
"""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.macho.image import MachOError

_LONGEST_NAME = 4_096
_SHARED = 16
"""Names share their beginnings: so many times the tree's size they may have in all."""
_MOST_NODES = 1 << 16
"""Of names that are asked for; a real library has some thousand."""
_LONGEST_NUMBER = 10
"""Bytes of a number of 64 bits, seven in each."""


def exported(trie: bytes, starts: tuple[bytes, ...]) -> Iterator[bytes]:
    """The names that begin with one of `starts`; other branches are not followed. Raises MachOError for a damaged tree.

    Every node is visited once, and no two may share bytes: the time is in proportion to the tree, whatever is in it.
    """
    pending, visited = [(0, b"")], {0}
    unread, unnamed = len(trie), _SHARED * len(trie)
    while pending:
        place, name = pending.pop()
        size, place = _number(trie, place)
        if size and name.startswith(starts):
            yield name
        for piece, child, length in _branches(trie, place + size):
            unread -= length
            longer = name + piece
            if unread < 0:
                raise MachOError("the nodes of its tree of exports overlap")
            if not longer.startswith(starts) and not any(start.startswith(longer) for start in starts):
                continue
            unnamed -= len(longer)
            if unnamed < 0 or len(longer) > _LONGEST_NAME:
                raise MachOError("the names in its tree of exports are too long")
            if child in visited:
                raise MachOError(f"its tree of exports leads to byte {child:,} twice")
            if len(visited) == _MOST_NODES:
                raise MachOError("its tree of exports is too large")
            visited.add(child)
            pending.append((child, longer))


def _branches(trie: bytes, place: int) -> Iterator[tuple[bytes, int, int]]:
    """Piece of a name, place of the node, and bytes that tell of both."""
    if place >= len(trie):
        raise MachOError("it ends inside its tree of exports")
    count, place = trie[place], place + 1
    for _ in range(count):
        end = trie.find(b"\0", place)
        if end < 0:
            raise MachOError("it ends inside a name in its tree of exports")
        child, following = _number(trie, end + 1)
        yield trie[place:end], child, following - place
        place = following


def _number(trie: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits in each byte, the lowest first, and the place after it."""
    number = 0
    for index, byte in enumerate(trie[place : place + _LONGEST_NUMBER]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, place + index + 1
    raise MachOError("a number in its tree of exports has no end")
