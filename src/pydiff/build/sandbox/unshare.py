"""The second level: the same namespaces made by pydiff itself, for machines without bubblewrap."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydiff.build.sandbox.interface import HOST_NAME, View
from pydiff.build.sandbox.mounts import plan

LAUNCHER = Path(__file__).with_name("namespaces.py")


@dataclass(frozen=True, slots=True)
class Unshare:
    level: Literal["unshare"] = "unshare"
    moves: bool = True
    isolates_network: bool = True

    def missing(self) -> str:
        return "" if sys.platform == "linux" else "namespaces exist on Linux only"

    def wrap(self, argv: Sequence[str], *, cwd: str, view: View) -> list[str]:
        order = {
            "stage": view.stage,
            "steps": [asdict(step) for step in plan(view)],
            "network": view.network,
            "host": HOST_NAME,
            "cwd": cwd,
        }
        return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(order), *argv]
