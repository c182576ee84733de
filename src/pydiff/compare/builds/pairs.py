"""Which command of one build is which command of the other. Matched by what they make, since parallel builds have no order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pydiff.compare.builds.actions import Call

# SequenceMatcher is quadratic on repeated elements; a configure script with more probes than this is paired in order.
_ALIGN_LIMIT = 400
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    left: Call | None
    right: Call | None

    @property
    def both(self) -> tuple[Call, Call] | None:
        return (self.left, self.right) if self.left is not None and self.right is not None else None


def pair(left: Sequence[Call], right: Sequence[Call]) -> list[Pair]:
    """Every command once, alone where the other side never ran it; in the order of the side that ran more (else left)."""
    matches = _match(left, right)
    if len(right) > len(left):
        swapped = _in_order(right, left, {there: here for here, there in matches.items()})
        return [Pair(there, here) for here, there in swapped]
    return [Pair(here, there) for here, there in _in_order(left, right, matches)]


def _in_order(
    base: Sequence[Call], other: Sequence[Call], matches: dict[int, int]
) -> list[tuple[Call | None, Call | None]]:
    """The commands of `base` in order; those only `other` ran come after the match of what `other` ran before them."""
    back = {there: here for here, there in matches.items()}
    after: dict[int, list[Call]] = defaultdict(list)
    anchor = -1
    for there, call in enumerate(other):
        if there in back:
            anchor = back[there]
        else:
            after[anchor].append(call)
    result: list[tuple[Call | None, Call | None]] = [(None, call) for call in after[-1]]
    for here, call in enumerate(base):
        result.append((call, other[matches[here]] if here in matches else None))
        result.extend((None, extra) for extra in after[here])
    return result


def _match(left: Sequence[Call], right: Sequence[Call]) -> dict[int, int]:
    """Index on the left -> index on the right."""
    groups: dict[tuple[str, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index, call in enumerate(left):
        groups[call.key][0].append(index)
    for index, call in enumerate(right):
        groups[call.key][1].append(index)
    matches: dict[int, int] = {}
    for ours, theirs in groups.values():
        if len(ours) == len(theirs) or max(len(ours), len(theirs)) > _ALIGN_LIMIT:
            matches.update(zip(ours, theirs, strict=False))
        else:
            matches.update(_aligned(left, right, ours, theirs))
    matches.update(_leftover_probes(left, right, matches))
    return matches


def _aligned(left: Sequence[Call], right: Sequence[Call], ours: list[int], theirs: list[int]) -> dict[int, int]:
    """A configure script makes `conftest` a hundred times: where one side did it oftener, like goes with like."""
    matcher = SequenceMatcher(
        None,
        [left[index].arguments for index in ours],
        [right[index].arguments for index in theirs],
        autojunk=False,
    )
    found: dict[int, int] = {}
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag in {"equal", "replace"}:
            found.update(zip(ours[i1:i2], theirs[j1:j2], strict=False))
    return found


def _leftover_probes(left: Sequence[Call], right: Sequence[Call], matches: dict[int, int]) -> dict[int, int]:
    """`gcc -dumpversion` and `clang -pthread -dumpversion` ask the same: join unmatched probes that are alike, in order."""
    taken = set(matches.values())
    ours = [index for index, call in enumerate(left) if call.probe and index not in matches]
    theirs = [index for index, call in enumerate(right) if call.probe and index not in taken]
    found: dict[int, int] = {}
    for index in ours[:_ALIGN_LIMIT]:
        for there in theirs[:_ALIGN_LIMIT]:
            if _alike(left[index], right[there]) and _same_gap(index, there, matches):
                found[index] = there
                theirs = theirs[theirs.index(there) + 1 :]
                break
    return found


def _alike(left: Call, right: Call) -> bool:
    ours, theirs = set(left.arguments), set(right.arguments)
    return len(ours & theirs) / max(len(ours | theirs), 1) >= _ALIKE


def _same_gap(index: int, there: int, matches: dict[int, int]) -> bool:
    """True when no matched pair lies before one of the two and after the other."""
    return all((here < index) == (match < there) for here, match in matches.items())
