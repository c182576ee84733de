"""What the options promise is what the stages behind them can do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pydiff.build.sandbox import LEVELS
from pydiff.cli import options
from pydiff.cli.compare import side_spec
from pydiff.errors import UsageError
from pydiff.report.formats import FORMATS


def test_the_lists_that_are_kept_twice_for_a_quick_help_are_the_same() -> None:
    assert tuple(one.name for one in FORMATS) == options.FORMATS
    assert ("auto", *(sandbox.level for sandbox in LEVELS)) == options.SANDBOXES


@pytest.mark.parametrize(
    ("environ", "mirror", "expected"),
    [
        ({}, None, ""),
        ({"UV_PYTHON_INSTALL_MIRROR": "http://uv/"}, None, "http://uv"),
        ({"UV_PYTHON_INSTALL_MIRROR": "http://uv", "PYDIFF_MIRROR": "http://ours"}, None, "http://ours"),
        ({"PYDIFF_MIRROR": "http://ours"}, "http://given", "http://given"),
    ],
)
def test_which_mirror_wins(environ: dict[str, str], mirror: str | None, expected: str) -> None:
    assert options.settings(mirror=mirror, environ=environ).mirror == expected


def test_folders_and_the_rest(tmp_path: Path) -> None:
    environ = {"PYDIFF_CACHE_DIR": str(tmp_path), "PYDIFF_OFFLINE": "1"}
    made = options.settings(as_of="2024-12-02", timeout=2, hide="gcc,,ar", environ=environ)
    assert made.cache_dir == tmp_path
    assert made.offline
    assert made.as_of == dt.date(2024, 12, 2)
    assert made.build_timeout == 120
    assert made.hide == ("gcc", "ar")
    assert not options.settings(environ={"PYDIFF_OFFLINE": "0"}).offline


def test_a_report_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    options.check_report("json", tmp_path / "new" / "report.json")
    for wrong in (Path("/"), tmp_path, tmp_path / "file" / "report.json"):
        with pytest.raises(UsageError, match="cannot write the report"):
            options.check_report("json", wrong)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "mise:3.9"),
        ("uv@0.5.5", "uv@0.5.5:3.9"),
        ("pyenv", "pyenv:3.9"),
        ("uv@0.5.5:3.9.12", "uv@0.5.5:3.9.12"),
        ("path:/usr/bin/python3", "path:/usr/bin/python3"),
    ],
)
def test_a_side_takes_the_python_of_the_command(given: str | None, expected: str) -> None:
    assert side_spec(given, "mise", "3.9") == expected


def test_python_is_not_a_spec() -> None:
    with pytest.raises(UsageError, match="names a manager"):
        side_spec(None, "mise", "uv@0.5.5:3.9")
