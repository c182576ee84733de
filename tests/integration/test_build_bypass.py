"""Tools called past the shims are at least counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from building import installation
from pydiff.build import build_one
from pydiff.model.settings import Settings
from support import needs_compiler

pytestmark = pytest.mark.sandbox
BACKEND = """\
import os, shutil, subprocess, sys

def build_wheel(*_arguments):
    search = os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if "shims" not in folder)
    print("REAL", shutil.which("gcc", path=search), flush=True)
    for program in (shutil.which("gcc", path=search), "gcc"):
        subprocess.run([program, "--version"], check=True)
    sys.exit(3)
"""


def test_tool_called_by_absolute_path_is_noted(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    source = tmp_path / "source"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (source / "backend.py").write_text(BACKEND)
    single = build_one(str(source), installation(), settings, tmp_path / "run")
    real = next(line.split()[1] for line in single.record.log.splitlines() if line.startswith("REAL"))
    assert f"left: 1 calls of tools by absolute path were not recorded: {real} (1)" in single.notes
    assert [action.argv for action in single.record.actions if action.parent is None] == [("gcc", "--version")]
