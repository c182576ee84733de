"""The days on which pyenv came to know each CPython, and how the table is made."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from pydiff import data
from pydiff.data import build_pyenv_definitions as building
from support import missing


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A pyenv of our own: a branch with an old commit that is merged late, a removal, things that are no CPython."""
    if shutil.which("git") is None:
        missing("no git")
    folder = tmp_path / "pyenv"
    share = folder / building.FOLDER
    (share / "patches" / "3.9.21").mkdir(parents=True)

    def git(*words: str, when: str = "2024-01-01T00:00:00+0000") -> None:
        who = {f"GIT_{role}_{key}": "a@b" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        env = {"PATH": "/usr/bin:/bin", "GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when, **who}
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, env=env)

    def commit(when: str) -> None:
        git("add", "-A")
        git("commit", "-q", "-m", "x", when=when)

    git("init", "-q", "-b", "master")
    for name in ("3.9.20", "2.6", "3.13-dev", "pypy3.10-7.3.17", "3.14.0a1", "3.14.0a1t", "patches/3.9.21/x.patch"):
        (share / name).touch()
    commit("2024-01-01T23:30:00-0500")
    git("checkout", "-q", "-b", "topic")
    (share / "3.9.21").touch()
    commit("2024-02-01T00:00:00+0000")
    git("checkout", "-q", "master")
    git("merge", "-q", "--no-ff", "-m", "m", "topic", when="2024-03-04T02:07:07+0300")
    (share / "3.14.0a1").unlink()
    commit("2024-03-05T00:00:00+0000")
    return folder


def test_the_table_goes_by_the_moves_of_master(checkout: Path) -> None:
    assert building.table(checkout, "master") == {
        "2.6": ["2024-01-02"],
        "3.14.0a1": ["2024-01-02", "2024-03-05"],
        "3.14.0a1t": ["2024-01-02"],
        "3.9.20": ["2024-01-02"],
        "3.9.21": ["2024-03-03"],
    }
    assert building.last_day(checkout, "master") == "2024-03-05"


def test_a_history_that_contradicts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "moves", lambda *_: iter([("2024-01-01", "D", "3.9.1")]))
    with pytest.raises(ValueError, match=r"3\.9\.1: D on 2024-01-01"):
        building.table(Path(), "master")


def test_it_writes_what_is_read(checkout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pyenv-definitions.json"
    monkeypatch.setattr("sys.argv", ["build", "--git", str(checkout), "--output", str(file)])
    building.main()
    monkeypatch.setattr(data, "_read", lambda _name: file.read_bytes())
    found = data.pyenv_definitions.__wrapped__()
    assert found.until == "2024-03-05"
    assert found.on("2024-03-04") == {"2.6", "3.14.0a1", "3.14.0a1t", "3.9.20", "3.9.21"}
    assert found.on("2024-03-05") == {"2.6", "3.14.0a1t", "3.9.20", "3.9.21"}
    assert found.on("2023-12-31") == frozenset()


def test_the_shipped_table() -> None:
    found = data.pyenv_definitions()
    # pyenv a7a0354d, merged on 2024-12-03 at 23:07 UTC; 3.14.1 was withdrawn.
    assert ("3.9.21" in found.on("2024-12-02"), "3.9.21" in found.on("2024-12-03")) == (False, True)
    assert ("3.14.1" in found.on("2026-02-18"), "3.13.0t" in found.on("2024-10-07")) == (True, True)
    assert len(found.on(found.until)) > 250
    assert all(list(days) == sorted(days) for days in found.days.values())
