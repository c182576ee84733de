"""Everything a stage may be told from outside; made once, by the CLI or by a library user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    cache_dir: Path
    state_dir: Path
    mirror: str = ""
    """Replaces `https://github.com/astral-sh/python-build-standalone/releases/download`; exclusive. May be http(s) or file."""
    offline: bool = False
    as_of: date | None = None
    """Versions, lists and requirements as they were at the end of this day."""
    download_timeout: float = 3600.0
    """Seconds for one file, with all hosts, waits and retries."""
    build_timeout: float = 1800.0
    """Seconds for one hook-driven build."""
    sandbox: str = "auto"
    """auto, bwrap, unshare or none."""
    downloads_json: str = ""
    """Replaces uv's list, as UV_PYTHON_DOWNLOADS_JSON_URL does for uv >= 0.6.13: a path or URL."""
    show_system_python: bool = False
    """Leave a system libpythonX.Y visible to the builds (see build/sandbox.py)."""
    hide: tuple[str, ...] = ()
    """Tools (by name) and files (by absolute path) that shall not exist for the builds, as on the reporter's machine."""
    parallel: bool = True
    """Build both sides at once when there are two processors."""
