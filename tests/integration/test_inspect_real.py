"""Nothing false: every finding on real Pythons of this machine, held against the machine by other means."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cli import pydiff
from pydiff.build.bench import system_path
from support import missing, needs_compiler, needs_interpreter

pytestmark = pytest.mark.interpreters
MISSING = {"no such folder", "no such file or folder", "no such file"}


def findings(spec: str, env: dict[str, str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pydiff("inspect", spec, "-f", "json", env=env).json["contradictions"]
    return found


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "PYDIFF_CACHE_DIR": str(tmp_path / "cache"), "PYDIFF_STATE_DIR": str(tmp_path / "state")}


def check(one: dict[str, object]) -> None:
    """Ask the file system, not pydiff, whether it is so."""
    said = one["said"]
    assert isinstance(said, dict)
    if one["found"] == "no such program on PATH":
        assert shutil.which(str(one["says"])) is None
        return
    assert one["found"] in MISSING, one
    for text in said.values():
        path = re.sub(r"^(?:#!\s*|[\w]+=)", "", str(text)).split()[0]
        # Home folders are written as ~ in reports.
        assert path.startswith(("/", "~"))
        assert not Path(path).expanduser().exists(), text


@pytest.mark.parametrize("minor", ["3.8", "3.9", "3.11", "3.13"])
def test_of_a_healthy_pyenv_every_finding_is_true_and_none_breaks_a_build(minor: str, env: dict[str, str]) -> None:
    python = needs_interpreter(minor)
    for one in findings(f"path:{python}", env):
        assert one["severity"] == "cosmetic", one
        check(one)


def test_of_the_systems_python_every_finding_is_true(env: dict[str, str]) -> None:
    python = Path("/usr/bin/python3")
    if not python.exists() or not list(Path("/usr/include").glob("python3*/Python.h")):
        missing("no system Python with headers")
    for one in findings(f"path:{python}", env):
        assert one["severity"] != "breaks", one
        check(one)


@pytest.mark.compiler
def test_a_program_linked_against_a_laid_release_is_where_inspect_says(env: dict[str, str], tmp_path: Path) -> None:
    """What is said of the loader, tried: link a program as LIBDIR says, and ask the loader what it takes."""
    needs_compiler()
    answer = pydiff("inspect", "uv@0.13.0:host", "-f", "json", env=env).json
    (one,) = [one for one in answer["contradictions"] if one["family"] == "binaries"]
    library = str(one["said"][one["subject"]]).rpartition(" ")[2].replace("~", str(Path.home()), 1)
    folder, name = os.path.split(library)
    (source := tmp_path / "x.c").write_text("void Py_Initialize(void); int main(void) { Py_Initialize(); return 0; }\n")
    short = name.removeprefix("lib").partition(".so")[0]
    path = os.pathsep.join(system_path())
    flags = [remedy.partition("=")[2] for remedy in one["remedies"] if remedy.startswith("LDFLAGS=")]

    def loaded(*more: str) -> str:
        command = ["cc", str(source), f"-L{folder}", f"-l{short}", *more, "-o", str(tmp_path / "x")]
        subprocess.run(command, check=True, env={"PATH": path}, capture_output=True)
        lines = subprocess.run(
            ["ldd", str(tmp_path / "x")], check=True, env={"PATH": path}, capture_output=True, text=True
        ).stdout
        return next(line for line in lines.splitlines() if name in line)

    assert folder not in loaded()
    assert f"{folder}/{name}" in loaded(*(flag.replace("~", str(Path.home())) for flag in flags))
