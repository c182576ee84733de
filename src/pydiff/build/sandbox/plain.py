"""The last level: no isolation at all, only a keeper that lets no process outlive the build."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydiff.build.sandbox.interface import View

KEEPER = Path(__file__).with_name("keeper.py")


@dataclass(frozen=True, slots=True)
class Plain:
    level: Literal["none"] = "none"
    moves: bool = False
    isolates_network: bool = False

    def missing(self) -> str:
        return ""

    def wrap(self, argv: Sequence[str], *, cwd: str, view: View) -> list[str]:  # noqa: ARG002 - one signature for every level
        return [sys.executable, "-I", "-S", str(KEEPER), cwd, *argv]
