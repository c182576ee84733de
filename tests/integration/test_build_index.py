"""Builds that need requirements of the package index."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from building import PACKAGES, installation
from pydiff.build import build_one, build_pair
from pydiff.errors import RequirementsError
from pydiff.model.build import Built
from pydiff.model.settings import Settings
from support import missing, needs_compiler, needs_index, needs_interpreter

pytestmark = pytest.mark.index


@pytest.mark.compiler
@pytest.mark.interpreters
def test_setuptools_extension_under_an_old_and_a_new_python(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    needs_index()
    left, right = installation(needs_interpreter("3.8")), installation(needs_interpreter("3.13"))
    pair = build_pair(str(PACKAGES / "setuptoolsext"), left, right, settings, tmp_path / "1")
    for record in (pair.left, pair.right):
        assert isinstance(record.outcome, Built), record.log
        assert [action.argv[-1] for action in record.actions if action.tool == "gcc" and "-c" in action.argv]
        readers = {read.name: read.reader for read in record.reads}
        assert readers["EXT_SUFFIX"].startswith("setuptools/")
        assert readers["CC"].startswith("setuptools/_distutils/")
        assert len(record.reads) < 60  # no bulk copies
    (setuptools,) = pair.requirements  # resolved for 3.8, used by both
    assert setuptools.version.startswith("75.")
    assert pair.notes == ()
    again = build_pair(str(PACKAGES / "setuptoolsext"), left, right, replace(settings, offline=True), tmp_path / "2")
    assert again.requirements == pair.requirements
    assert isinstance(again.right.outcome, Built)


def test_pure_package_with_a_backend_of_the_index(settings: Settings, tmp_path: Path) -> None:
    needs_index()
    single = build_one(str(PACKAGES / "hatchpure"), installation(), settings, tmp_path)
    assert isinstance(single.record.outcome, Built), single.record.log
    assert single.record.outcome.wheel.files[-1] == "hatchpure/__init__.py"
    assert single.record.outcome.wheel.binaries == ()
    assert single.record.actions == ()
    assert {one.name for one in single.requirements} >= {"hatchling", "packaging"}


BACKEND = """
import os, packaging, zipfile

def get_requires_for_build_wheel(settings=None):
    open("hook-was-here", "w").close()
    return {asked!r}

def build_wheel(folder, settings=None, metadata=None):
    assert os.path.exists("hook-was-here")
    import flit_core
    print("with packaging", packaging.__version__)
    zipfile.ZipFile(folder + "/x-1-py3-none-any.whl", "w").close()
    return "x-1-py3-none-any.whl"
"""


@pytest.mark.parametrize(
    ("static", "asked", "version"),
    [
        ("packaging<25", ["flit-core", "packaging>=20"], "24."),  # the pinned one is good enough
        ("packaging", ["flit-core", "packaging<22"], "21."),  # it is not
    ],
)
def test_requirement_that_the_backend_asks_for_itself(
    static: str, asked: list[str], version: str, settings: Settings, tmp_path: Path
) -> None:
    needs_index()
    (tmp_path / "src").mkdir()
    table = f"[build-system]\nrequires = ['{static}']\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    (tmp_path / "src" / "pyproject.toml").write_text(table)
    (tmp_path / "src" / "backend.py").write_text(BACKEND.format(asked=asked))
    single = build_one(f"{tmp_path}/src", installation(), settings, tmp_path / "run")
    assert isinstance(single.record.outcome, Built), single.record.log
    assert {one.name for one in single.requirements} >= {"flit-core", "packaging"}
    assert f"with packaging {version}" in single.record.log


@pytest.mark.parametrize("requirement", ["no-such-package-of-pydiff", "setuptools>99999"])
def test_requirement_that_does_not_exist(requirement: str, settings: Settings, tmp_path: Path) -> None:
    needs_index()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "pyproject.toml").write_text(f"[build-system]\nrequires = ['{requirement}']\n")
    with pytest.raises(RequirementsError, match="Could not find a version that satisfies the requirement"):
        build_one(f"{tmp_path}/src", installation(), settings, tmp_path / "run")
    assert (tmp_path / "run" / "left" / "requirements" / "log.txt").read_text().count("ERROR") >= 1
    assert (tmp_path / "run" / "left" / "actions.jsonl").exists()


def test_requirements_as_of_a_day(settings: Settings, tmp_path: Path) -> None:
    needs_index()
    dated = replace(settings, as_of=date(2024, 6, 1))
    single = build_one(str(PACKAGES / "hatchpure"), installation(), dated, tmp_path)
    versions = {one.name: one.version for one in single.requirements}
    if any("build requirements" in note for note in single.notes):
        missing("an index with upload times")
    assert versions["hatchling"] == "1.24.2"  # of 2024-04-22; 1.25.0 came on 2024-06-22
