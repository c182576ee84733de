"""What a maintainer needs to know about the machine a run was made on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from contextlib import suppress

TOOLS = ("cc", "gcc", "clang", "ld", "ar", "make")


def first_line(tool: str) -> str:
    """The first line of `tool --version`, or "" when there is no such tool or it does not answer in 5 s."""
    path = shutil.which(tool)
    if path is None:
        return ""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=5, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = answer.stdout.splitlines() or answer.stderr.splitlines()
    return lines[0].strip()[:200] if lines else ""


def tools() -> dict[str, str]:
    """Name -> the first line of its version, "absent" where not found, of the tools that builds use. Takes a tenth of a second."""
    return {tool: first_line(tool) or "absent" for tool in TOOLS}


def facts() -> dict[str, str]:
    """Name -> value: system, kernel, machine, libc, processors."""
    release: dict[str, str] = {}
    with suppress(OSError):  # not every Linux has an os-release file, and no other system has one
        release = platform.freedesktop_os_release()
    libc, libc_version = platform.libc_ver()
    return {
        "system": release.get("PRETTY_NAME", platform.platform()),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "libc": f"{libc} {libc_version}".strip() or "unknown",
        "processors": str(os.cpu_count() or 1),
        "python running pydiff": platform.python_version(),
    }
