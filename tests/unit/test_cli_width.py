"""How wide a report is that no terminal reads: as COLUMNS says, else 120 columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydiff.cli.output import write_report
from pydiff.model.record import Difference
from runs import trees_only

RUN = trees_only(
    differences=[Difference(family="sysconfig", subject="A", left="l" * 300, right="r" * 300, severity="breaks")]
)


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize(
    ("columns", "width"),
    [(None, 120), ("", 120), ("80", 80), ("150", 150), ("wide", 120), ("0", 120), ("-5", 120), ("9" * 20, 120), ("\u0665", 120)],
)  # fmt: skip
def test_to_a_pipe(
    columns: str | None, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    write_report(RUN, "terminal", None, Path("run"))
    said = capsys.readouterr().out
    assert widest(said) == width
    assert "\x1b" not in said


def test_a_file_is_the_same_whatever_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    write_report(RUN, "terminal", tmp_path / "report.txt", Path("run"))
    assert widest((tmp_path / "report.txt").read_text()) == 120
