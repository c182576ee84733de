"""The command: its options reach the functions behind it, and its errors are those of the table of exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pydiff.cli import app
from pydiff.errors import ExitCode, NoSuchBuildError, SpecError, UsageError

GNU = "linux-x86_64-gnu"
Run = Callable[..., str]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `pydiff resolve …` and return what it wrote to stdout."""
    monkeypatch.setenv("PYDIFF_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PYDIFF_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("PYDIFF_OFFLINE", "1")

    def run(*arguments: str) -> str:
        app(["resolve", *arguments], standalone_mode=False)
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("option", ["--at", "--as-of"])
def test_a_day_has_two_names(option: str, said: Run) -> None:
    (found,) = json.loads(said(f"uv:3.9#{GNU}", option, "2024-12-02", "-f", "json"))
    assert found["manager"]["version"] == "0.5.5"
    (past,) = json.loads(said(f"uv:3.9#{GNU}", option, "2024-12-02", "-f", "json", "--history"))
    assert past["rows"][-1]["to"] == {"version": "0.5.5", "date": "2024-11-27"}


def test_a_history_into_a_file(said: Run, tmp_path: Path) -> None:
    file = tmp_path / "history.md"
    assert said(f"uv:3.9#{GNU}", "--history", "-f", "markdown", "-o", str(file)) == ""
    assert file.read_text().startswith("### uv:3.9")


def test_json_stays_a_list(said: Run) -> None:
    one, two = f"uv@0.5.5:3.9#{GNU}", f"uv@0.5.9:3.9#{GNU}"
    for specs in ([one], [one, two], [one, two, one]):
        assert [found["spec"] for found in json.loads(said(*specs, "-f", "json"))] == specs
    assert len(json.loads(said(f"uv:3.9#{GNU}", f"uv:3.10#{GNU}", "--history", "-f", "json"))) == 2


def test_without_a_terminal_nothing_is_folded_or_coloured(said: Run) -> None:
    text = said(f"uv@0.5.5:3.9#{GNU}", f"uv@0.5.9:3.9#{GNU}")
    assert "\x1b" not in text
    assert "install_only_stripped.tar.gz" in text
    assert said(f"uv:3.9#{GNU}", "--history").count("\n0.5.9 ") == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("uv:3.6", "--history"), NoSuchBuildError),
        (("uv@0.5.5:3.9", "--history"), SpecError),
        (("pbs:3.9", "--history"), SpecError),
        (("uv:3.9", "--history", "--at", "2024-01-01"), SpecError),
        (("uv:3.9", "--at", "yesterday"), UsageError),
        (("uv:3.9", "--history", "-f", "html"), UsageError),
        ((f"uv:3.9#{GNU}", "uv:3.6", "--history"), NoSuchBuildError),
    ],
)
def test_errors_are_usage(arguments: tuple[str, ...], error: type[UsageError], said: Run) -> None:
    with pytest.raises(error) as caught:
        said(*arguments)
    assert caught.value.exit_code == ExitCode.USAGE
    assert caught.value.hint
