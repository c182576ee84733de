"""Two trees on one screen: the answer, how much differs where, what matters most, and how to see the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydiff.model.record import Run
from pydiff.report import changes, view
from pydiff.report.drawing import SEVERITY_COLOURS, cut, names_within, plain, sentence, squeezed
from pydiff.report.text import exact, one_line, plural

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LINES = 23
"""The screen of a terminal that nobody made larger has 24, and the prompt takes one of them."""
_LABEL = 24
_NOTES = 3
_TIME = len("20241202-120000")
_LONGEST = 10_000
_WIDE = 120
"""From so many columns on there is room for who asks for a value."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Every method gives lines that fit the width, each one line of the terminal, and the differences take what the rest leaves."""

    run: Run
    console: Console
    colour: str
    """Of the headline."""
    mark: str
    legend: Sequence[str] = ()
    """What the roles stand for, most needed first; one line of it is shown."""

    @property
    def width(self) -> int:
        return self.console.width

    def write(self) -> None:
        for line in self.lines():
            self.console.print(line, no_wrap=True, overflow="ellipsis", crop=True)

    def lines(self) -> list[Text]:
        blocks = [list(block) for block in (self._head(), self._sides(), self._counts())]
        last = [list(block) for block in (self._notes(), self._foot())]
        taken = sum(len(block) + 1 for block in (*blocks, *last) if block)
        blocks += [list(self._differences(LINES - taken)), *last]
        spaced = [[*block, plain("")] for block in blocks if block]
        return [line for block in spaced for line in block][:-1]

    def _head(self) -> Iterator[Text]:
        run = self.run
        headline = plain(f"{self.mark} {one_line(run.headline)}", self.colour)
        wrapped = list(headline.wrap(self.console, self.width))
        yield from wrapped[:2]
        if run.partial:
            yield plain("Partial: the run stopped before its end, and this is what there is of it.", "yellow")
        if run.error is not None:
            yield from (plain(one_line(text), "yellow") for text in (run.error.message, run.error.hint) if text)

    def _sides(self) -> Iterator[Text]:
        rows = view.side_rows(self.run)
        labels = [squeezed(label, _LABEL) for label in view.labels(self.run)]
        if self.run.sides.left is None and self.run.sides.right is None:
            return
        for index, label in enumerate(labels):
            python, laid = (((row.left, row.right)[index]) for row in rows[:2])
            line = plain(label.ljust(max(map(len, labels)) + 2), "bold")
            line.append_text(sentence(python))
            if laid and laid != "nothing":
                line.append_text(sentence(f"; {laid}", "dim"))
            yield line

    def _counts(self) -> Iterator[Text]:
        """Severity, how many, and of which families."""
        for severity, total in view.counts(self.run.differences).items():
            if not total:
                continue
            families: Counter[str] = Counter()
            for one in self.run.differences:
                if one.severity == severity:
                    families[one.family] += one.count
            line = plain(f"{severity:8}  {total:>6,}  ", SEVERITY_COLOURS[severity])
            line.append_text(plain(_within(families.most_common(), self.width - len(line.plain))))
            yield line

    def _differences(self, room: int) -> Iterator[Text]:
        """The most useful ones, severity, family, names, change and, where there is room, who asks for it in columns."""
        wanted = [one for one in view.ranked(self.run) if one.severity != "cosmetic"]
        shown = _spread(changes.told(wanted), max(room, 1))
        if not shown:
            return
        family = max(len(one.family) for one in shown)
        readers = max(len(_asked(one)) for one in shown) if self.width >= _WIDE else 0
        readers = min(readers + 2, self.width // 4) if readers else 0
        left = self.width - 10 - family - 2 - readers
        longest = max(len(names_within(one.names, one.count, left)) for one in shown)
        change = max(len(change_within(one.says, left)) for one in shown)
        subject = min(longest, max(left * 2 // 5, left - change - 2))
        for one in shown:
            line = plain(f"{one.severity:8}  ", SEVERITY_COLOURS[one.severity])
            line.append_text(plain(f"{one.family:{family}}  ", "dim"))
            line.append_text(_padded(names_within(one.names, one.count, subject), subject + 2))
            line.append_text(_padded(change_within(one.says, left - subject - 2), left - subject))
            line.append_text(plain(cut(_asked(one), readers - 2), "dim"))
            line.rstrip()
            yield line

    def _notes(self) -> Iterator[Text]:
        notes = view.notes(self.run)
        yield from (
            plain(f"• {one_line(note)}", "dim") for note in notes[: _NOTES if len(notes) <= _NOTES else _NOTES - 1]
        )
        if len(notes) > _NOTES:
            yield plain(f"• {plural(len(notes) - _NOTES + 1, 'more note')}: --all", "dim")
        if view.is_repacked(self.run):
            yield plain(f"¹ {view.FOOTNOTE}", "dim")
        yield from (plain(line, "dim") for line in self.legend[:1])

    def _foot(self) -> Iterator[Text]:
        if self.run.differences:
            whole = f"all of it: pydiff report {self.run.id} --all"
            # The start of an id, which is its time, will do where the whole does not fit.
            short = f"all of it: pydiff report {self.run.id[:_TIME]} --all"
            yield plain(whole if len(whole) <= self.width else short)
            yield plain("a part: --family files, --subject 'CC*', --severity breaks, --read-by meson", "dim")


def _spread(entries: Sequence[changes.Told], room: int) -> list[changes.Told]:
    """At most `room` of them, in their order: the first ones, and of each family one that is as severe, as far as half the room goes."""
    if len(entries) <= room:
        return list(entries)
    firsts: dict[str, int] = {}
    for number, one in enumerate(entries):
        if one.severity == entries[0].severity:
            firsts.setdefault(one.family, number)
    kept = list(firsts.values())[: max(1, room // 2)]
    rest = [number for number in range(len(entries)) if number not in kept]
    return [entries[number] for number in sorted([*kept, *rest[: room - len(kept)]])]


def _within(families: Sequence[tuple[str, int]], width: int) -> str:
    """`sysconfig 30 · files 19`, and what there is no room for as a number of families."""
    for count in range(len(families), 0, -1):
        parts = [f"{family} {number:,}" for family, number in families[:count]]
        rest = families[count:]
        if rest:
            parts.append(f"{plural(len(rest), 'more family', 'more families')} {sum(number for _, number in rest):,}")
        text = " · ".join(parts)
        if len(text) <= width:
            return text
    return ""


def _asked(one: changes.Told) -> str:
    return f"asked for by {', '.join(one.readers)}" if one.readers else ""


def _padded(text: str, width: int) -> Text:
    from rich.cells import cell_len  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

    return plain(text + " " * max(0, width - cell_len(text)))


def change_within(said: Sequence[str], width: int) -> str:
    """`clang → cc`; where that is too long, each side gets the room that the other leaves."""
    if len(said) == 1:
        return cut(said[0], width)
    left, right = (exact(text, _LONGEST) for text in said)
    room = width - 3
    if len(left) + len(right) > room:
        half = room // 2
        ours = max(half, room - len(right))
        theirs = max(room - half, room - len(left))
        left, right = squeezed(left, ours), squeezed(right, theirs)
    return f"{left} → {right}"
