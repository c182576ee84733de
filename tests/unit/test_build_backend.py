"""[build-system] of pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydiff.build.backend import LEGACY_BACKEND, LEGACY_REQUIRES, BuildSystem, read_build_system
from pydiff.errors import PackageError


def read(text: str, folder: Path) -> BuildSystem:
    (folder / "pyproject.toml").write_text(text)
    return read_build_system(folder)


def test_defaults_are_setuptools(tmp_path: Path) -> None:
    assert read_build_system(tmp_path) == BuildSystem(LEGACY_REQUIRES, LEGACY_BACKEND, ())
    assert read("[project]\nname = 'a'\n", tmp_path).backend == LEGACY_BACKEND
    assert read("[build-system]\nrequires = ['cython']\n", tmp_path) == BuildSystem(("cython",), LEGACY_BACKEND, ())


def test_declared_backend(tmp_path: Path) -> None:
    text = "[build-system]\nrequires = []\nbuild-backend = 'b:obj'\nbackend-path = ['.']\n"
    assert read(text, tmp_path) == BuildSystem((), "b:obj", (".",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[build-system", "not valid TOML"),
        ("[build-system]\nbuild-backend = 'b'\n", "without a list of `requires`"),
        ("[build-system]\nrequires = 'setuptools'\n", "without a list of `requires`"),
        ("[build-system]\nrequires = [1]\n", "without a list of `requires`"),
        ("build-system = 3\n", "without a list of `requires`"),
        ("[build-system]\nrequires = []\nbuild-backend = 3\n", "wrong type"),
        ("[build-system]\nrequires = []\nbackend-path = 'x'\n", "wrong type"),
    ],
)
def test_broken_tables_say_how(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=message):
        read(text, tmp_path)


def test_link_that_leaves_the_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text("[build-system]\nrequires = ['secret']\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "pyproject.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(PackageError, match="a link that leaves the source"):
        read_build_system(tmp_path / "src")


def test_link_inside_the_source_is_followed(tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    read("[build-system]\nrequires = ['a']\n", tmp_path / "conf")
    (tmp_path / "pyproject.toml").symlink_to("conf/pyproject.toml")
    assert read_build_system(tmp_path).requires == ("a",)


def test_file_that_cannot_be_read_is_not_a_legacy_package(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.mkdir()
    with pytest.raises(PackageError, match="not a file that can be read"):
        read_build_system(tmp_path)
    path.rmdir()
    path.symlink_to("nowhere.toml")
    with pytest.raises(PackageError, match="not a file that can be read"):
        read_build_system(tmp_path)
    path.unlink()
    path.write_text("#" * 10_000_001)
    with pytest.raises(PackageError, match="is larger than"):
        read_build_system(tmp_path)
