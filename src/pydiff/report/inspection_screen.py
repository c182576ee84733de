"""One Python on one screen: where it contradicts itself, worst first, then what builds ask of it, then how to see the rest."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.report import runtime
from pydiff.report.drawing import cut, names_within, squeezed
from pydiff.report.screen import LINES
from pydiff.report.sheet import Row, Section, plain
from pydiff.report.text import exact

_FINDINGS = 3
_FOLDED = 4
"""Lines of one remedy, or of the prefix."""
_LONGEST = 10_000
_PREFIX = "{prefix}"
_WHO = 28
# Of what builds ask, the rows that tell most; none is told in more than one line.
_FACTS = ("python", "not a release", "libpython", "CC", "LIBDIR", "flags", "glibc floor", "macOS floor", "packaging")


def screen(
    spec: str,
    answer: str,
    facts: Sequence[tuple[str, str]],
    snapshot: Snapshot,
    found: Sequence[Contradiction],
    width: int,
    clean: Callable[[str], str],
) -> Iterator[Section]:
    """`clean` redacts a text, which must come before a part of it is cut out."""
    rows = [(name, text) for name, text in facts if name in _FACTS]
    running = runtime.in_a_row(snapshot)
    rows.append((plain(running[0]), plain(running[1])))
    rows += _unread(snapshot)
    short = _Shortened(snapshot.prefix, clean)
    label = max(len(name) for name in (_PREFIX, *(name for name, _ in rows)))
    asked = [(name, cut(short.within(text, width - label - 2), width - label - 2)) for name, text in rows]
    legend = _folded(exact(clean(snapshot.prefix), _LONGEST), width - label - 2, _FOLDED)
    title = f"{squeezed(clean(spec), width - 2)}: {answer}"
    # Two empty lines, the heading of the facts, and two lines of how to see the rest.
    taken = len(_folded(title, width, LINES)) + 5 + len(asked) + len(legend)
    findings = list(_findings(found, short, width, LINES - taken))
    asked += [(_PREFIX if number == 0 else "", line) for number, line in enumerate(legend) if short.used]
    yield Section(title, tuple(findings))
    yield Section("what builds ask of it", tuple(asked))
    rest = squeezed("a part: --family sysconfig, --subject 'CC*', --severity breaks", width)
    yield Section(squeezed(f"all of it: pydiff inspect {clean(spec)} --all", width), ((rest,),))


@dataclass(slots=True)
class _Shortened:
    """Texts, redacted, with a name in place of the prefix where there is no room for it."""

    prefix: str
    clean: Callable[[str], str]
    used: bool = False

    def within(self, text: str, width: int) -> str:
        from rich.cells import cell_len  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

        whole = exact(self.clean(text), _LONGEST)
        if cell_len(whole) <= width or len(self.prefix) <= len(_PREFIX):
            return whole
        named = re.sub(rf"{re.escape(self.prefix.rstrip('/'))}(?=/|$|[\s,;'\"`])", _PREFIX, text)
        self.used = self.used or named != text
        return exact(self.clean(named), _LONGEST)


def _unread(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    if snapshot.errors:
        yield "could not be read", "; ".join(f"{name}: {why}" for name, why in snapshot.errors.items())


def _findings(found: Sequence[Contradiction], short: _Shortened, width: int, lines: int) -> Iterator[Row]:
    """Each with what is not so and the first known way out, which is there to be copied: at least one finding, in so many lines if it can be."""
    told = [one for one in found if one.severity != "cosmetic"][:_FINDINGS]
    who = max((len(names_within(list(one.said), len(one.said), min(_WHO, width // 3))) for one in told), default=0)
    room = width - 8 - 2 - who - 2
    count = 0
    for one in told:
        left = lines - 1 - (len(found) > count + 1)
        if count and left < 1:
            break
        names = names_within([short.clean(name) for name in one.said], len(one.said), who)
        yield one.severity, names, squeezed(short.within(f"{one.says}: {one.found}", room), room)
        if one.remedies:
            way = _folded(short.within(f"remedy: {one.remedies[0]}", room), room, max(1, min(left, _FOLDED)))
        else:
            way = [cut(short.within(f"so: {one.consequence}", room), room)]
        yield from (("", "", line) for line in way)
        lines -= 1 + len(way)
        count += 1
    if len(found) > count:
        yield "", f"{len(found) - count:,} more", "with --all"


def _folded(text: str, width: int, lines: int) -> list[str]:
    """At most `lines` lines; only what is longer still is cut."""
    # A character may be two cells wide.
    parts = textwrap.wrap(text, width if text.isascii() else max(1, width // 2), break_on_hyphens=False)
    return parts if len(parts) <= lines else [*parts[: lines - 1], cut(" ".join(parts[lines - 1 :]), width)]
