"""`pydiff doctor`: what this machine can do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from pydiff.cli import options
from pydiff.model.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(mirror: options.Mirror = None, offline: options.Offline = False) -> None:
    """Say which sandbox works here, which compilers and managers there are, and which hosts answer."""
    chosen = options.settings(mirror=mirror, offline=offline)
    for group in (_machine(), _sandboxes(), _folders(chosen), _hosts(chosen)):
        for name, value in group:
            sys.stdout.write(f"{name:<24} {value}\n")
        sys.stdout.write("\n")


def _machine() -> Iterator[tuple[str, str]]:
    from pydiff import machine

    yield from machine.facts().items()
    yield from machine.tools().items()
    for tool in ("uv", "mise"):
        yield tool, machine.first_line(tool) or "absent (the newest version pydiff knows is assumed)"


def _sandboxes() -> Iterator[tuple[str, str]]:
    from pydiff.build import probe_sandboxes

    for level in probe_sandboxes():
        why = f" ({level.why})" if level.why else ""
        yield f"sandbox {level.level}", f"{'works' if level.works else 'does not work'}{why}"


def _folders(chosen: Settings) -> Iterator[tuple[str, str]]:
    for name, folder in (("cache", chosen.cache_dir), ("runs", chosen.state_dir / "runs")):
        yield name, f"{folder} ({_writable(folder)})"


def _writable(folder: Path) -> str:
    import os

    existing = next(path for path in (folder, *folder.parents) if path.exists())
    return "writable" if os.access(existing, os.W_OK) else "NOT writable: set PYDIFF_CACHE_DIR or PYDIFF_STATE_DIR"


def _hosts(chosen: Settings) -> Iterator[tuple[str, str]]:
    from pydiff.web import HOSTS, probe

    if chosen.offline:
        yield "hosts", "not asked (--offline)"
        return
    for url in (chosen.mirror,) if chosen.mirror else HOSTS:
        yield "host", probe(url)
