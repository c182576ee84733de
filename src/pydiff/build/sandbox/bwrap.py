"""The strongest level: bubblewrap."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydiff.build.sandbox.interface import HOST_NAME, View
from pydiff.build.sandbox.mounts import plan

_FLAGS = {"read": "--ro-bind", "write": "--bind"}


@dataclass(frozen=True, slots=True)
class Bwrap:
    level: Literal["bwrap"] = "bwrap"
    moves: bool = True
    isolates_network: bool = True

    def missing(self) -> str:
        return "" if shutil.which("bwrap") else "bwrap is not installed (package bubblewrap)"

    def wrap(self, argv: Sequence[str], *, cwd: str, view: View) -> list[str]:
        # --new-session keeps a build from typing into the user's terminal; the capabilities that a user namespace
        # gives would let a build undo the read-only mounts.
        command = [
            shutil.which("bwrap") or "bwrap",
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--cap-drop",
            "ALL",
        ]
        command += ["--hostname", HOST_NAME]
        if view.network:
            command.append("--share-net")
        command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        for step in plan(view):
            command += (
                ["--tmpfs", step.target] if step.kind == "empty" else [_FLAGS[step.kind], step.source, step.target]
            )
        return [*command, "--chdir", cwd, "--", *argv]
