"""One Python on one screen: where it contradicts itself, worst first, then what builds ask of it, then how to see the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.report import runtime
from pydiff.report.drawing import cut, names_within, squeezed
from pydiff.report.sheet import Row, Section, plain

_FINDINGS = 3
_WHO = 28
# Of what builds ask, the rows that tell most; none is told in more than one line.
_FACTS = ("python", "libpython", "CC", "LIBDIR", "flags", "glibc floor", "macOS floor", "packaging")


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
    told = [one for one in found if one.severity != "cosmetic"]
    yield Section(f"{squeezed(clean(spec), width - 2)}: {answer}", tuple(_findings(told, width, clean)))
    rows = [(name, text) for name, text in facts if name in _FACTS]
    if (running := runtime.in_a_row(snapshot)) is not None:
        rows.append((plain(running[0]), plain(running[1])))
    rows += _unread(snapshot)
    room = width - max((len(name) for name, _ in rows), default=0) - 2
    yield Section("what builds ask of it", tuple((name, cut(clean(text), room)) for name, text in rows))
    rest = squeezed("a part: --family sysconfig, --subject 'CC*', --severity breaks", width)
    yield Section(squeezed(f"all of it: pydiff inspect {clean(spec)} --all", width), ((rest,),))


def _unread(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    if snapshot.errors:
        yield "could not be read", "; ".join(f"{name}: {why}" for name, why in snapshot.errors.items())


def _findings(found: Sequence[Contradiction], width: int, clean: Callable[[str], str]) -> Iterator[Row]:
    """Each with what is not so and the first known way out."""
    shown = found[:_FINDINGS]
    who = max((len(names_within(list(one.said), len(one.said), min(_WHO, width // 3))) for one in shown), default=0)
    room = width - 8 - 2 - who - 2
    for one in shown:
        names = names_within([clean(name) for name in one.said], len(one.said), who)
        yield one.severity, names, squeezed(clean(f"{one.says}: {one.found}"), room)
        yield "", "", cut(clean(f"remedy: {one.remedies[0]}" if one.remedies else f"so: {one.consequence}"), room)
    if len(found) > len(shown):
        yield "", f"{len(found) - len(shown):,} more", "with --all"
