"""Where reports go: files, links, pipes, streams that are closed or know no Unicode."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from cli import PYDIFF, environment, pydiff


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    env = environment(tmp_path)
    assert pydiff("diff", "uv@0.5.5:host", "uv@0.9.0:host", env=env).code == 1
    return env


def test_a_report_has_the_mode_of_any_other_file(tmp_path: Path, env: dict[str, str]) -> None:
    file = tmp_path / "new" / "report.md"
    command = f'umask 027; exec "{PYDIFF}" report last -f markdown -o "{file}"'
    subprocess.run(["sh", "-c", command], env=env, check=False)
    assert file.stat().st_mode & 0o777 == 0o640
    assert "LIBDIR" in file.read_text()
    file.chmod(0o604)
    pydiff("report", "last", "-o", str(file), env=env)
    assert file.stat().st_mode & 0o777 == 0o604


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    pydiff("report", "last", "-o", str(link), env=env)
    assert link.is_symlink()
    assert "LIBDIR" in (tmp_path / "real.txt").read_text()


def test_what_is_no_file_is_written_to_and_never_replaced(tmp_path: Path, env: dict[str, str]) -> None:
    """As root, `-o /dev/null` once made a file of it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    pydiff("report", "last", "-o", str(pipe), env=env)
    reader.join(30)
    assert "LIBDIR" in "".join(read)
    assert pipe.is_fifo()


def test_a_folder_is_no_place_for_a_report(tmp_path: Path, env: dict[str, str]) -> None:
    done = pydiff("report", "last", "-o", str(tmp_path), env=env)
    assert done.code == 2
    assert f"cannot write the report to {tmp_path}" in done.err
    assert tmp_path.is_dir()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_the_output_does_not_have(encoding: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        [PYDIFF, "report", "last"], env={**env, "PYTHONIOENCODING": encoding}, capture_output=True, check=False
    )
    assert done.stdout.startswith(b"!= ")
    assert b"/install -> {prefix}" in done.stdout
    assert done.stderr == b""


def test_a_closed_stdout_takes_everything(env: dict[str, str]) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "{PYDIFF}" report last >&-'], env=env, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
