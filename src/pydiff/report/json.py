"""The record itself."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pydiff.model.record import Run
from pydiff.report.interface import Style


@dataclass(frozen=True, slots=True)
class Json:
    name: str = "json"

    def render(self, run: Run, style: Style) -> str:  # noqa: ARG002 (a record has no style)
        return msgspec.json.format(msgspec.json.encode(run), indent=2).decode() + "\n"
