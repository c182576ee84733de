"""What `pydiff build` says of one side alone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pydiff.build import SingleBuild
from pydiff.model.record import SideRecord
from pydiff.report.sheet import Section, Sheet, render_sheet


def render_build(built: SingleBuild, side: SideRecord, folder: Path, format_name: str, width: int | None = None) -> str:
    summary = side.build
    outcome = f"{summary.outcome} after {summary.seconds} s, {summary.actions} tool calls"
    rows = [("package", built.package), ("python", f"{side.python.version} of {side.label}"), ("outcome", outcome)]
    if summary.error:
        rows += [("failed in", summary.phase), ("class", summary.class_ or "unknown"), ("error", summary.error)]
    if summary.wheel:
        rows.append(("wheel", summary.wheel.name))
    network = "network on" if built.network else "network off"
    why = f" ({built.sandbox_why})" if built.sandbox_why else ""
    rows += [("sandbox", f"{built.sandbox}, {network}{why}"), ("log", str(folder / summary.log))]
    data = {
        "package": built.package,
        "side": msgspec.to_builtins(side),
        "folder": str(folder),
        "sandbox": built.sandbox,
    }
    return render_sheet(Sheet((Section(side.spec, tuple(rows), notes=built.notes),), data), format_name, width)
