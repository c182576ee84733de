"""Two trees on one screen: the answer, how much differs where, what matters most, and how to see the rest."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydiff.model.record import Run
from pydiff.report import changes, legend, view
from pydiff.report.apart import apart, distinct, label_pair, room_for_each, with_labels
from pydiff.report.drawing import SEVERITY_COLOURS, cut, names_within, plain, sentence
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
_NARROW = 60
_SHORTEST = 6
"""Cells of a label below which it says nothing."""
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

    @property
    def width(self) -> int:
        return self.console.width

    def write(self) -> None:
        for line in self.lines():
            self.console.print(line, no_wrap=True, overflow="ellipsis", crop=True)

    def lines(self) -> list[Text]:
        blocks = [list(block) for block in (self._head(), self._sides(), self._counts())]
        notes, foot = list(self._notes()), list(self._foot())
        # One line is for the legend, which is known only when the differences are.
        above_foot = len(notes) + bool(self.run.legend)
        taken = sum(length + 1 for length in (*map(len, blocks), above_foot, len(foot)) if length)
        differences = list(self._differences(LINES - taken))
        blocks += [differences, [*notes, *self._legend(differences)], foot]
        spaced = [[*block, plain("")] for block in blocks if block]
        return [line for block in spaced for line in block][:-1]

    def _head(self) -> Iterator[Text]:
        run = self.run
        # A narrow terminal needs three for the counts alone.
        most = 3 if self.width < _NARROW and not run.partial and run.error is None else 2
        yield from self._headline(most)
        if run.partial:
            yield plain("Partial: the run stopped before its end, and this is what there is of it.", "yellow")
        if run.error is not None:
            yield from (plain(one_line(text), "yellow") for text in (run.error.message, run.error.hint) if text)

    def _headline(self, most: int) -> list[Text]:
        """In at most so many lines: the labels in it give way first, for what is said of them stands at its end."""
        whole = one_line(self.run.headline, _LONGEST)
        labels = view.labels(self.run)
        wrapped = self._wrapped(whole)
        # What wrapping takes is known only afterwards.
        room = room_for_each(whole, labels, most * self.width - 2)
        while len(wrapped) > most and room >= _SHORTEST:
            wrapped = self._wrapped(with_labels(whole, labels, room))
            room -= 1
        if len(wrapped) <= most:
            return wrapped
        rest = " ".join(line.plain.strip() for line in wrapped[most - 1 :])
        return [*wrapped[: most - 1], plain(cut(f"{rest} …", self.width), self.colour)]

    def _wrapped(self, said: str) -> list[Text]:
        return list(plain(f"{self.mark} {said}", self.colour).wrap(self.console, self.width))

    def _sides(self) -> Iterator[Text]:
        rows = view.side_rows(self.run)
        labels = label_pair(view.labels(self.run), _LABEL)
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
        every = changes.told(wanted)
        # The last line is for how many are left out.
        shown = _spread(every, max(room if len(every) <= room else room - 1, 1))
        if not shown:
            return
        family = max(len(one.family) for one in shown)
        readers = max(len(_asked(one)) for one in shown) if self.width >= _WIDE else 0
        readers = min(readers + 2, self.width // 4) if readers else 0
        left = self.width - 10 - family - 2 - readers
        longest = max(len(names_within(one.names, one.count, left)) for one in shown)
        change = max(len(change_within(one.says, left, one.names[0])) for one in shown)
        subject = min(longest, max(left * 2 // 5, left - change - 2))
        for one in shown:
            line = plain(f"{one.severity:8}  ", SEVERITY_COLOURS[one.severity])
            line.append_text(plain(f"{one.family:{family}}  ", "dim"))
            line.append_text(_padded(names_within(one.names, one.count, subject), subject + 2))
            line.append_text(_padded(change_within(one.says, left - subject - 2, one.names[0]), left - subject))
            line.append_text(plain(cut(_asked(one), readers - 2), "dim"))
            line.rstrip()
            yield line
        if len(shown) < len(every) and room > 1:
            yield plain(f"… {plural(len(every) - len(shown), 'more change')} with --all", "dim")

    def _notes(self) -> Iterator[Text]:
        notes = view.notes(self.run)
        yield from (
            plain(f"• {one_line(note)}", "dim") for note in notes[: _NOTES if len(notes) <= _NOTES else _NOTES - 1]
        )
        if len(notes) > _NOTES:
            yield plain(f"• {plural(len(notes) - _NOTES + 1, 'more note')}: --all", "dim")
        if view.is_repacked(self.run):
            yield plain(f"¹ {view.FOOTNOTE}", "dim")

    def _legend(self, shown: Sequence[Text]) -> Iterator[Text]:
        """What the first role stands for that is to be seen, and fits the line."""
        rows = legend.of_texts(self.run, (line.plain for line in shown))
        lines = (legend.line_within(self.run, one, self.width) for one in rows)
        yield from (plain(line, "dim") for line in list(filter(None, lines))[:1])

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
    return cut(plural(len(families), "family", "families"), width)


def _asked(one: changes.Told) -> str:
    return f"asked for by {', '.join(one.readers)}" if one.readers else ""


def _padded(text: str, width: int) -> Text:
    from rich.cells import cell_len  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

    return plain(text + " " * max(0, width - cell_len(text)))


def change_within(said: Sequence[str], width: int, name: str = "") -> str:
    """`clang → cc`; where that is too long, each side gets the room that the other leaves, around what tells them apart.

    `name` leads to the whole of it where no room is enough for that.
    """
    if len(said) == 1:
        return cut(said[0], width)
    from rich.cells import cell_len  # noqa: PLC0415 (as above)

    left, right = (exact(text, _LONGEST) for text in said)
    room = width - 3
    if cell_len(left) + cell_len(right) > room:
        half = room // 2
        ours = max(half, room - cell_len(right))
        theirs = max(room - half, room - cell_len(left))
        left, right = apart(left, right, ours, theirs)
        if not distinct(left, right):
            told = f"differs: --subject {shlex.quote(name)}" if name else "differs"
            return told if cell_len(told) <= width else cut("differs: --all", width)
    return f"{left} → {right}"
