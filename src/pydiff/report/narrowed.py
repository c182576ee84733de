"""Of a difference that many names share, the part that was asked for."""

from __future__ import annotations

import re

from msgspec.structs import replace

from pydiff.model.record import Difference
from pydiff.model.selection import Selection
from pydiff.report.changes import files_of, lists_of
from pydiff.report.text import plural

_SEVERAL = re.compile(r"[\d,]+ ([a-z_]+)")
"""What several share that have no value in common: "23 variables"."""


def narrowed(one: Difference, selection: Selection) -> Difference:
    """`one` with the names that match, and counted by them; as it is where all match, or no name is asked for.

    Members that the record only counts cannot match.
    """
    if not selection.subjects:
        return one
    if files_of(one) and not selection.named((one.subject,)):
        return _of_folder(one, selection)
    every = [one.subject, *one.also]
    kept = selection.named(every)
    if not one.also or not kept or len(kept) == len(every):
        return one
    left, right = (_counted(text, one.count, len(kept)) for text in (one.left, one.right))
    return replace(one, subject=kept[0], also=kept[1:], count=len(kept), left=left, right=right)


def _counted(text: str | None, before: int, now: int) -> str | None:
    """`60 variables` of a group of 60 as `1 variable`; any other value as it is."""
    found = _SEVERAL.fullmatch(text or "")
    if not found or text != f"{before} {found[1]}":
        return text
    return plural(now, found[1].removesuffix("s"))


def _of_folder(one: Difference, selection: Selection) -> Difference:
    lists = {
        what: [name for name in names if selection.named((f"{one.subject}{name}",))]
        for what, names in lists_of(one).items()
    }
    count = sum(map(len, lists.values()))
    if not count:
        return one
    if "" in lists:
        said = plural(count, "file")
        left, right = (None if text is None else said for text in (one.left, one.right))
        return replace(one, left=left, right=right, count=count, detail=", ".join(lists[""]))
    detail = "; ".join(f"{what}: {', '.join(names)}" for what, names in lists.items() if names)
    return replace(one, count=count, detail=detail)
