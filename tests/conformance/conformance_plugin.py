"""What every test of the suite reports through, and the suite's own verdict when all of it has run.

`conforms(manager, release, input, real, ours)` fails on any difference that `deliberate` does not list, and notes the outcome for the
table; `refused(manager, release, input)` notes that both sides refuse an archive. At the end of a whole run, the page must say what was
seen, and every deliberate difference must have been met.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance_table import IDENTICAL, PAGE, REFUSED, Row, page
from conformance_trees import Listing, differences
from deliberate import split, unused

_KEY = "conformance"
_SHOWN = 12
"""Differences in a failure message."""
Conforms = Callable[[str, str, str, Listing, Listing], None]
Note = Callable[[str, str, str, str], None]
"""(manager, release, input, outcome)"""


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Put an outcome into the table: IDENTICAL, REFUSED, names of deliberate differences (joined by ", ") or a short text."""
    return lambda *row: record_property(_KEY, list(row))


@pytest.fixture
def conforms(note: Note) -> Conforms:
    def compare(manager: str, release: str, name: str, real: Listing, ours: Listing) -> None:
        names, unexplained = split(manager, release, differences(real, ours))
        shown = "\n  ".join(map(str, unexplained[:_SHOWN]))
        assert not unexplained, f"{manager} {release}, {name}: {len(unexplained)} differences\n  {shown}"
        note(manager, release, name, ", ".join(names) or IDENTICAL)

    return compare


@pytest.fixture
def refused(note: Note) -> Callable[[str, str, str], None]:
    return lambda manager, release, name: note(manager, release, name, REFUSED)


@dataclass(slots=True)
class Suite:
    """Collects rows from the reports of all workers, and judges when the session ends."""

    rows: list[Row] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    broken: bool = False
    """A test failed or was skipped, so the rows are not all."""
    said: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = Path(report.location[0]).name
        if not name.startswith("test_conformance_"):
            return
        self.files.add(name)
        self.broken |= not report.passed
        if report.when == "call":
            for key, row in report.user_properties:
                if key == _KEY and isinstance(row, list):
                    self.rows.append(Row(*map(str, row)))

    def pytest_deselected(self) -> None:
        self.broken = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        all_files = {path.name for path in Path(__file__).parent.glob("test_conformance_*.py")}
        chosen = (
            session.config.option.keyword or session.config.option.markexpr or "::" in " ".join(session.config.args)
        )
        if not self.files or self.files != all_files or self.broken or chosen:
            return
        if session.exitstatus == pytest.ExitCode.OK and self._judge():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _judge(self) -> bool:
        names = {name for row in self.rows for name in row.outcome.split(", ")}
        self.said += [f"deliberate difference never met: {entry.name} ({entry.manager})" for entry in unused(names)]
        text = page(self.rows)
        if os.environ.get("PYDIFF_WRITE_TABLE") == "1":
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(text)
        elif not PAGE.is_file() or PAGE.read_text() != text:
            self.said += [f"{PAGE.name} does not say what was seen; run again with PYDIFF_WRITE_TABLE=1", *_news(text)]
        return bool(self.said)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.said:
            terminalreporter.section("conformance", red=True)
            for line in self.said:
                terminalreporter.line(line)


def _news(text: str) -> Iterable[str]:
    known = set(PAGE.read_text().splitlines()) if PAGE.is_file() else set()
    return [f"  seen: {line}" for line in text.splitlines() if line not in known][:_SHOWN]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Suite(), "conformance-suite")
