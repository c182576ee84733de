"""For a terminal: the first screen answers, the rest is behind `-f markdown`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydiff.model.record import Difference, Finding, Run
from pydiff.report import view
from pydiff.report.commands import divergence_lines
from pydiff.report.interface import Style
from pydiff.report.text import one_line, plural, shown, spans

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_COLOURS = {"same": "bold green", "divergent": "bold red", "inconclusive": "bold yellow"}
_SEVERITY_COLOURS = {"breaks": "red", "changes": "yellow", "cosmetic": "dim"}
_MARKS = {"same": "=", "divergent": "≠", "inconclusive": "?"}
_TOP_WITH_BUILDS = 6
_TOP_ALONE = 25


@dataclass(frozen=True, slots=True)
class Terminal:
    name: str = "terminal"

    def render(self, run: Run, style: Style) -> str:
        from rich.console import Console  # noqa: PLC0415 (rich costs 60 ms, and only this format needs it)

        out = io.StringIO()
        console = Console(
            file=out,
            width=max(40, min(style.width or 100, 140)),
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
        self._head()
        self._sides()
        self._divergence()
        for finding in self.run.findings:
            self._finding(finding)
        self._differences()
        self._notes()
        self._foot()

    def say(self, sentence: str, style: str = "", indent: int = 0) -> None:
        from rich.padding import Padding  # noqa: PLC0415 (as above)

        self.console.print(Padding(_sentence(sentence, style), (0, 0, 0, indent)))

    def title(self, title: str, rest: str = "") -> None:
        self.console.print()
        line = _sentence(title, "bold")
        if rest:
            line.append_text(_sentence(f"  ({rest})", "dim"))
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
        table = _table("", *view.labels(self.run)[:count])
        for row in view.side_rows(self.run):
            cells = (row.left, row.right)[:count]
            table.add_row(
                _plain(row.name.replace(" after ", " after\n"), "dim"),
                *(_sentence(text, _colour(text)) for text in cells),
            )
        self.console.print()
        self.console.print(table)

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
        grid.add_row(_plain(sign, colour), _plain(rest, colour))
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
        wanted = [one for one in view.ranked(run) if one.severity != "cosmetic"]
        top = wanted[: _TOP_WITH_BUILDS if view.has_builds(run) else _TOP_ALONE]
        if top:
            self.console.print(self._difference_table(top))
        left_out = len(run.differences) - len(top)
        if left_out and top:
            self.say(
                f"{plural(left_out, 'more entry', 'more entries')} in the report: -f markdown or -f json", "dim", 2
            )

    def _difference_table(self, differences: list[Difference]) -> Table:
        left, right = view.labels(self.run)
        table = _table("", "", left, right)
        for one in differences:
            names, more = view.subjects(one)
            name = _plain(f"{', '.join(names)}{f' and {more:,} more' if more else ''}")
            if one.read_by:
                # The last part of the path is enough to find it; the other formats have it whole.
                readers = dict.fromkeys(reader.rpartition("/")[2] for reader in one.read_by)
                name.append(f"\nread by {one_line(', '.join(readers), 60)}", "dim")
            elif one.asked_by and not view.has_builds(self.run):
                name.append(f"\nasked for by {one_line(', '.join(one.asked_by), 60)}", "dim")
            table.add_row(
                _plain(f"{one.severity}\n{one.family}", _SEVERITY_COLOURS[one.severity]),
                name,
                _plain(view.value(one.left)),
                _plain(view.value(one.right)),
            )
        return table

    def _notes(self) -> None:
        notes = view.notes(self.run)
        if notes:
            self.title("Notes")
        for note in notes[:12]:
            self.say(f"• {one_line(note)}", indent=2)

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


def _plain(text: str, style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415 (as above)

    return Text(shown(text), style=style, overflow="fold")


def _sentence(text: str, style: str = "") -> Text:
    """`code` in colour where there is colour, in backticks where there is none."""
    from rich.text import Text  # noqa: PLC0415 (as above)

    line = Text(style=style, overflow="fold")
    for is_code, part in spans(shown(text)):
        line.append(f"`{part}`" if is_code else part, "cyan" if is_code else "")
    return line


def _table(*columns: str) -> Table:
    from rich import box  # noqa: PLC0415 (as above)
    from rich.table import Table  # noqa: PLC0415 (as above)

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        last = number >= max(1, len(columns) - 2)
        table.add_column(_plain(name), overflow="fold", ratio=1 if last else None, max_width=None if last else 26)
    table.expand = True
    return table
