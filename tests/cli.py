"""The command as a user runs it: a process of its own, with its own cache and state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYDIFF = str(Path(sys.executable).with_name("pydiff"))


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """The environment of the tests with a cache and a state folder below `tmp_path`."""
    folders = {"PYDIFF_CACHE_DIR": str(tmp_path / "cache"), "PYDIFF_STATE_DIR": str(tmp_path / "state")}
    return {**os.environ, **folders, "NO_COLOR": "1", **more}


def pydiff(
    *arguments: str, env: Mapping[str, str], cwd: Path | None = None, timeout: float = 600, stdin: str = ""
) -> Done:
    done = subprocess.run(
        [PYDIFF, *arguments],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        input=stdin,
    )
    return Done(done.returncode, done.stdout, done.stderr)
