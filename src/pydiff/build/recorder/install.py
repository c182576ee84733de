"""Putting the recorder in place."""

from __future__ import annotations

import os
import shlex
from collections.abc import Container, Iterable
from pathlib import Path

from pydiff.build.recorder.tools import PATTERN, is_tool

_HERE = Path(__file__).parent
TRACER = "_pydiff_tracer"
TRACER_FILES = (f"{TRACER}.py", f"{TRACER}.pth")


def make_shims(folder: Path, seen_as: str, search: Iterable[Path], hidden: Container[str] = ()) -> int:
    """One shim in `folder` for every tool in the `search` folders; how many there are now.

    `seen_as` is the path of `folder` inside the sandbox. The names are hard links to one file rather than symbolic ones: a build that
    resolves links would call the shim by another name. A tool that is absent gets no shim, so that it stays absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    master = folder / ".shim"
    if not master.exists():
        master.write_text((_HERE / "shim.sh").read_text().replace("@SHIMS@", shlex.quote(seen_as)))
        master.chmod(0o755)
    for directory in search:
        if not directory.is_dir():
            continue
        real = os.path.realpath(directory)
        for tool in Path(real).iterdir():
            shim = folder / tool.name
            if is_tool(tool.name) and str(tool) not in hidden and os.access(tool, os.X_OK) and not shim.exists():
                shim.hardlink_to(master)
    return sum(1 for _ in folder.iterdir()) - 1


def install_tracer(site_packages: Path, shims: str) -> None:
    """Let every Python process of the virtualenv load the tracer. A .pth file leaves a sitecustomize of the build alone.

    `shims` is the path of the shims' folder inside the sandbox.
    """
    source = (_HERE / "tracer.py").read_text().replace('"@PATTERN@"', repr(PATTERN)).replace('"@SHIMS@"', repr(shims))
    for name, text in zip(TRACER_FILES, (source, f"import {TRACER}\n"), strict=True):
        (site_packages / name).write_text(text)
