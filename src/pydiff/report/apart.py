"""Two texts made short so that what tells them apart is still seen."""

from __future__ import annotations

import re
from os.path import commonprefix

from pydiff.report.drawing import squeezed
from pydiff.report.text import exact, one_line

_LONGEST = 10_000
"""Characters that are looked at for a line."""
_BORDER = re.compile(r"[/ ]")


def apart(left: str, right: str, ours: int, theirs: int) -> tuple[str, str]:
    """Two texts on one line of at most `ours` and `theirs` cells, in which what tells them apart is kept.

    Equal results of unequal texts are possible: where there is no room, or the difference is one of many like it.
    """
    old, new = exact(left, _LONGEST), exact(right, _LONGEST)
    lead = _alike(old, new)
    trail = _alike(old[lead:][::-1], new[lead:][::-1])
    return _around(old, lead, len(old) - trail, ours), _around(new, lead, len(new) - trail, theirs)


def distinct(left: str, right: str) -> bool:
    """Whether two texts from `apart` look like two, and not like one with more and with less of it cut off."""
    shorter, longer = sorted((left, right), key=len)
    core = shorter.strip("…")
    if left.startswith("…") and right.startswith("…") and longer.endswith(core):
        return False
    return left != right and not (left.endswith("…") and right.endswith("…") and longer.startswith(core))


def _alike(one: str, other: str) -> int:
    """Characters at the beginning that both have."""
    return len(commonprefix([one, other]))  # noqa: RUF071 (characters are meant, and no parts of a path)


def _around(text: str, start: int, end: int, width: int) -> str:
    """`…/config-{X.Y}m-x86…`: of a long text the part from `start` to `end`, and what there is room for before and behind it."""
    from rich.cells import cell_len  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

    if cell_len(text) <= width or end - start > width - 2:
        marked = f"{'…' * bool(start)}{text[start:end]}{'…' * (end < len(text))}"
        return squeezed(text if cell_len(text) <= width else marked, width)
    room = width - 2 - (end - start)
    first = max(0, min(start - room // 2, len(text) - width + 1))
    # From the beginning of a word or of a folder on it reads best.
    border = _BORDER.search(text, first, start) if first else None
    first = border.start() if border else first
    last = first + width - 2 + (first == 0)
    last = len(text) if last >= len(text) - 1 else last
    return squeezed(f"{'…' * (first > 0)}{text[first:last]}{'…' * (last < len(text))}", width)


def label_pair(labels: tuple[str, str], room: int) -> tuple[str, str]:
    """Each label in at most `room` cells: of two files their names, where these tell them apart, else around what does."""
    from rich.cells import cell_len  # noqa: PLC0415 (as above)

    left, right = (one_line(label, _LONGEST) for label in labels)
    if cell_len(left) <= room and cell_len(right) <= room:
        return left, right
    files = left.rpartition("/")[2], right.rpartition("/")[2]
    if all(files) and files[0] != files[1] and max(map(cell_len, files)) <= room - 2:
        return (_named(left, files[0], room), _named(right, files[1], room))
    return apart(left, right, room, room)


def _named(label: str, file: str, room: int) -> str:
    from rich.cells import cell_len  # noqa: PLC0415 (as above)

    return label if cell_len(label) <= room or "/" not in label else f"…/{file}"


def with_labels(headline: str, labels: tuple[str, str], room: int) -> str:
    """`headline` with both labels, in the order in which they stand in it, in `room` cells."""
    said, rest = "", headline
    for label, short in zip(labels, label_pair(labels, room), strict=True):
        before, found, behind = rest.partition(one_line(label, _LONGEST))
        if found:
            said, rest = f"{said}{before}{short}", behind
    return said + rest


def room_for_each(headline: str, labels: tuple[str, str], room: int) -> int:
    """Cells of the longer label with which the headline is no longer than `room`; 0 where even none would not do."""
    from rich.cells import cell_len  # noqa: PLC0415 (as above)

    lengths = [cell_len(one_line(label, _LONGEST)) for label in labels]
    left = room - (cell_len(headline) - sum(lengths))
    shorter, longer = min(lengths), max(lengths)
    return max(0, min(longer, left - shorter if shorter <= left // 2 else left // 2))
