"""For a terminal: the first screen answers, the rest is there with `--all` or one of the other selections."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydiff.model.record import Difference, Finding, Role, Run
from pydiff.report import legend, view
from pydiff.report.changes import readers_of
from pydiff.report.commands import divergence_lines
from pydiff.report.drawing import SEVERITY_COLOURS, hanging, plain, sentence, table
from pydiff.report.interface import Style
from pydiff.report.listing import Listing
from pydiff.report.screen import Screen
from pydiff.report.text import one_line, plural

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_COLOURS = {"same": "bold green", "divergent": "bold red", "inconclusive": "bold yellow"}
_MARKS = {"same": "=", "divergent": "≠", "inconclusive": "?"}
_TOP = 6
_NOTES = 12
_WIDEST = 200
_UNKNOWN = 120
"""Columns where no terminal reads it."""


@dataclass(frozen=True, slots=True)
class Terminal:
    name: str = "terminal"

    def render(self, run: Run, style: Style) -> str:
        from rich.console import Console  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

        out = io.StringIO()
        console = Console(
            file=out,
            width=max(40, min(style.width or _UNKNOWN, _WIDEST)),
            force_terminal=style.colour,
            color_system="standard" if style.colour else None,
            no_color=not style.colour,
            legacy_windows=False,
            highlight=False,
            emoji=False,
            markup=False,
        )
        _Page(run, style, console).write()
        return "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    run: Run
    style: Style
    console: Console

    def write(self) -> None:
        selection, run = self.style.selection, self.run
        if selection.narrows:
            self._head()
            picked = view.selected(run, selection)
            self.console.print()
            self.say(view.selection_sentence(run, selection, picked), "bold")
            Listing(run, self.console).write(picked)
            self._legend(legend.of_differences(run, picked))
            return
        if not view.has_builds(run) and not selection.everything:
            Screen(run, self.console, _COLOURS[run.verdict], _MARKS[run.verdict]).write()
            return
        self._head()
        self._sides()
        self._divergence()
        for finding in self.run.findings:
            self._finding(finding)
        self._differences()
        self._notes()
        self._legend(run.legend)
        self._foot()

    def say(self, text: str, style: str = "", indent: int = 0) -> None:
        from rich.padding import Padding  # noqa: PLC0415 (as above)

        self.console.print(Padding(sentence(text, style), (0, 0, 0, indent)))

    def title(self, title: str, rest: str = "") -> None:
        self.console.print()
        line = sentence(title, "bold")
        if rest:
            line.append_text(sentence(f"  ({rest})", "dim"))
        self.console.print(line)

    def _head(self) -> None:
        run = self.run
        self.say(f"{_MARKS[run.verdict]} {one_line(run.headline)}", _COLOURS[run.verdict])
        if run.partial:
            self.say("Partial: the run stopped before its end, and this is what there is of it.", "yellow", 2)
        if run.error is not None:
            self.say(one_line(run.error.message), "yellow", 2)
            if run.error.hint:
                self.say(one_line(run.error.hint), "", 2)

    def _sides(self) -> None:
        if self.run.sides.left is None and self.run.sides.right is None:
            return
        count = view.columns(self.run)
        drawn = table("", *view.labels(self.run)[:count])
        for row in view.side_rows(self.run):
            cells = (row.left, row.right)[:count]
            drawn.add_row(
                plain(row.name.replace(" after ", " after\n"), "dim"),
                *(sentence(text, _colour(text)) for text in cells),
            )
        self.console.print()
        self.console.print(drawn)

    def _divergence(self) -> None:
        divergence = self.run.divergence
        if divergence is None:
            return
        self.title("First divergence", view.divergence_title(divergence))
        self.say(divergence.summary, indent=2)
        for line in divergence_lines(divergence):
            self._signed(line)

    def _signed(self, line: str) -> None:
        """A wrapped command stays behind its sign."""
        from rich.table import Table  # noqa: PLC0415 (as above)

        sign, rest = line[:1], line[2:]
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=1)
        grid.add_column(overflow="fold")
        colour = {"-": "green", "+": "red"}.get(sign, "dim")
        grid.add_row(plain(sign, colour), plain(rest, colour))
        from rich.padding import Padding  # noqa: PLC0415 (as above)

        self.console.print(Padding(grid, (0, 0, 0, 2)))

    def _finding(self, finding: Finding) -> None:
        self.title(f"Why: {finding.title}", f"{finding.class_}, {view.finding_side(self.run, finding)}")
        for line in view.new_evidence(self.run, finding)[:4]:
            self._signed(f"│ {one_line(line, 300)}")
        left, right = view.labels(self.run)
        if finding.cause is not None:
            cause = finding.cause
            self.say(
                f"Cause (proved): `{cause.name}` is `{cause.left}` under {left} and `{cause.right}` under {right}",
                indent=2,
            )
            for proof in cause.proof:
                self.say(f"{proof.changed}: {proof.outcome}", indent=4)
        if finding.suspects:
            self.say("Suspected, by the evidence above; no experiment has been made:", indent=2)
        for suspect in finding.suspects[:5]:
            read = f", read by {', '.join(suspect.read_by)}" if suspect.read_by else ""
            self.say(f"{suspect.kind} `{suspect.name}`{read}: {suspect.why}", indent=4)
            self._pair(left, view.value(suspect.left), right, view.value(suspect.right))
        if finding.remedy is not None:
            state = "verified by building" if finding.remedy.verified else "not verified"
            for number, line in enumerate(view.remedy_lines(finding.remedy)):
                self.say(f"{f'May help ({state}): ' if number == 0 else 'or: '}{line}", indent=2 if number == 0 else 4)

    def _pair(self, left: str, ours: str, right: str, theirs: str) -> None:
        width = max(len(left), len(right))
        self.say(f"{left.ljust(width)}  `{ours}`", indent=6)
        self.say(f"{right.ljust(width)}  `{theirs}`", indent=6)

    def _differences(self) -> None:
        run = self.run
        if run.sides.left is None or run.sides.right is None:
            return
        self.title("Differences of the trees", view.counts_sentence(run))
        if self.style.selection.everything:
            Listing(run, self.console).write(view.ranked(run))
            return
        top = [one for one in view.ranked(run) if one.severity != "cosmetic"][:_TOP]
        if top:
            self.console.print(self._difference_table(top))
        if left_out := len(run.differences) - len(top):
            entries = plural(left_out, "more entry", "more entries")
            self.say(f"{entries if top else 'all of them'}: pydiff report {run.id} --all", "dim", 2)

    def _difference_table(self, differences: list[Difference]) -> Table:
        left, right = view.labels(self.run)
        drawn = table("", "", left, right)
        for one in differences:
            names, more = view.subjects(one)
            name = plain(f"{', '.join(names)}{f' and {more:,} more' if more else ''}")
            if one.read_by:
                # The last part of the path is enough to find it; the other formats have it whole.
                name.append(f"\nread by {one_line(', '.join(readers_of(one)), 60)}", "dim")
            drawn.add_row(
                plain(f"{one.severity}\n{one.family}", SEVERITY_COLOURS[one.severity]),
                name,
                plain(view.value(one.left)),
                plain(view.value(one.right)),
            )
        return drawn

    def _notes(self) -> None:
        notes = view.notes(self.run)
        if notes:
            self.title("Notes")
        for note in notes if self.style.selection.everything else notes[:_NOTES]:
            self.say(f"• {one_line(note)}", indent=2)

    def _legend(self, rows: Sequence[Role]) -> None:
        if rows:
            self.title(legend.TITLE)
        # Wrapped lines go on below the value.
        hang = max((len(one.role) for one in rows), default=0) + 2
        for line in legend.lines(self.run, rows):
            hanging(self.console, plain(line, "dim"), hang, 2)

    def _foot(self) -> None:
        run = self.run
        said = [f"sandbox: {view.sandbox_sentence(run)}"] if run.sandbox is not None else []
        if run.timings:
            said.append(f"{sum(run.timings.values()):.0f} s in all")
        said.append(f"run: {self.style.folder or run.id}")
        self.console.print()
        self.say(" · ".join(said), "dim")
        if view.is_repacked(run):
            self.say(f"¹ {view.FOOTNOTE}", "dim")


def _colour(cell: str) -> str:
    return {"✔": "green", "✘": "red"}.get(cell[:1], "")
