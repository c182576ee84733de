"""What a test may need of the machine. Absent: skipped with the reason, or failed where everything is required (CI)."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest


def missing(reason: str) -> None:
    """Skip, or fail when PYDIFF_REQUIRE_ALL=1."""
    if os.environ.get("PYDIFF_REQUIRE_ALL") == "1":
        pytest.fail(f"required here but absent: {reason}")
    pytest.skip(reason)


def needs_compiler() -> None:
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        missing("no C compiler")


def needs_clang() -> None:
    if shutil.which("clang") is None:
        missing("no clang")


@functools.cache
def _works(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def needs_llvm(tool: str) -> Path:
    """A tool of LLVM such as `llvm-objcopy`, with or without the version in its name."""
    for folder in os.get_exec_path():
        found = sorted(
            path for path in Path(folder).glob(f"{tool}*") if re.fullmatch(r"(-\d+)?", path.name[len(tool) :])
        )
        if found:
            return found[0]
    missing(f"no {tool}")
    raise AssertionError


def needs_bwrap() -> None:
    if not _works("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"):
        missing("bubblewrap does not work here")


def needs_unshare() -> None:
    if not _works("unshare", "--user", "--map-root-user", "--net", "--mount", "true"):
        missing("user namespaces do not work here")


def needs_index() -> None:
    """The package index that pip is configured for must answer."""
    import sys

    if not _works(sys.executable, "-m", "pip", "index", "versions", "flit-core"):
        missing("the package index does not answer")


def needs_interpreter(minor: str) -> Path:
    """A CPython of that minor version with a shared libpython, from pyenv or PATH."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(root.glob(f"{minor}.*/bin/python{minor}")) if root.is_dir() else []
    if found:
        return found[-1]
    on_path = shutil.which(f"python{minor}")
    if on_path is not None and list(Path(on_path).resolve().parent.parent.glob(f"lib*/**/libpython{minor}.so*")):
        return Path(on_path).resolve()
    missing(f"no Python {minor} with a shared libpython")
    raise AssertionError
