"""The options that several commands share, and how they and the environment become Settings."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from pydiff.errors import UsageError
from pydiff.model.settings import Settings

if TYPE_CHECKING:
    from pydiff.model.selection import Selection

Name = TypeVar("Name", bound=str)
FORMATS = ("terminal", "markdown", "json")
SANDBOXES = ("auto", "bwrap", "unshare", "none")
FAMILIES = (
    "sysconfig", "sysconfig_vars", "makefile", "pkgconfig", "pythonconfig", "pyconfig_h", "headers", "builddetails", "release", "binaries",
    "extensions", "tags", "bundled", "scripts", "files", "runtime",
)  # fmt: skip

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Managers, lists and requirements as of this day (2024-12-02)."),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        "--mirror",
        metavar="URL",
        help="Fetch releases from here only (also PYDIFF_MIRROR, UV_PYTHON_INSTALL_MIRROR).",
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Use only what is cached (also PYDIFF_OFFLINE=1).")]
Timeout = Annotated[float, typer.Option("--timeout", metavar="MINUTES", help="Time limit for a build.", min=0.01)]
DownloadTimeout = Annotated[
    float | None,
    typer.Option(
        "--download-timeout",
        metavar="MINUTES",
        help="Time limit for one download with all its retries (60; also PYDIFF_DOWNLOAD_TIMEOUT).",
        min=0.01,
    ),
]
Sandbox = Annotated[str, typer.Option("--sandbox", help="auto, bwrap, unshare or none.")]
Format = Annotated[str, typer.Option("--format", "-f", help="terminal, markdown or json.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to FILE instead of stdout.")
]
All = Annotated[bool, typer.Option("--all", help="Show every difference, by family, with nothing cut.")]
Families = Annotated[
    list[str] | None, typer.Option("--family", metavar="NAME", help="Show what is of this family of facts; repeatable.")
]
Subjects = Annotated[
    list[str] | None,
    typer.Option("--subject", metavar="GLOB", help="Show what is of these variables or files: 'LD*'; repeatable."),
]
AtLeast = Annotated[
    str | None, typer.Option("--severity", metavar="LEVEL", help="Show what is at least breaks, changes or cosmetic.")
]
ReadBy = Annotated[
    list[str] | None,
    typer.Option(
        "--read-by",
        metavar="READER",
        help="Show what this build backend, or script of the package, asks for; repeatable.",
    ),
]
SystemPython = Annotated[
    bool,
    typer.Option("--show-system-python", help="Let the builds see a system libpython of the same version."),
]
Hide = Annotated[
    str,
    typer.Option(
        "--hide", metavar="TOOLS", help="What the reporter's machine lacks: gcc,pkg-config or absolute paths."
    ),
]
DEFAULT_TIMEOUT = 30.0
DEFAULT_DOWNLOAD_TIMEOUT = 60.0
# A year: nothing that counts as a time limit is longer, and what the system's clocks take ends somewhere.
MANY_MINUTES = 525_600.0


def settings(
    *,
    as_of: str | None = None,
    mirror: str | None = None,
    offline: bool = False,
    timeout: float = DEFAULT_TIMEOUT,
    download_timeout: float | None = None,
    sandbox: str = "auto",
    show_system_python: bool = False,
    hide: str = "",
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Options first, then the environment, then defaults. Both timeouts are in minutes. Raises UsageError."""
    if sandbox not in SANDBOXES:
        raise UsageError(f"unknown sandbox {sandbox!r}", hint=f"one of: {', '.join(SANDBOXES)}")
    return Settings(
        cache_dir=_folder("PYDIFF_CACHE_DIR", "user_cache_path", environ),
        state_dir=_folder("PYDIFF_STATE_DIR", "user_state_path", environ),
        mirror=(mirror or environ.get("PYDIFF_MIRROR") or environ.get("UV_PYTHON_INSTALL_MIRROR") or "").rstrip("/"),
        offline=offline or environ.get("PYDIFF_OFFLINE", "") not in {"", "0"},
        as_of=_day(as_of),
        download_timeout=60 * _download_minutes(download_timeout, environ),
        build_timeout=timeout * 60,
        sandbox=sandbox,
        downloads_json=environ.get("UV_PYTHON_DOWNLOADS_JSON_URL", ""),
        show_system_python=show_system_python,
        hide=tuple(name for name in hide.split(",") if name),
    )


def arguments() -> tuple[str, ...]:
    """The words of the command for the run record, without the credentials that a mirror's URL may hold."""
    from pydiff.report.secret_shapes import hide as without_secrets

    return tuple(map(without_secrets, sys.argv[1:]))


def check_report(format_name: str, output: Path | None) -> None:
    """Raises UsageError, before any work is done, for a format that does not exist or a file that cannot be written."""
    if format_name not in FORMATS:
        raise UsageError(f"unknown format {format_name!r}", hint=f"one of: {', '.join(FORMATS)}")
    if output is None:
        return
    folder = next((path for path in output.absolute().parents if path.exists()), output)
    if output.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"cannot write the report to {output}", hint="give the name of a file in a folder you can write"
        )


def selection(
    *,
    everything: bool = False,
    families: list[str] | None = None,
    subjects: list[str] | None = None,
    severity: str | None = None,
    readers: list[str] | None = None,
    format_name: str = "terminal",
) -> Selection:
    """What a report shall show, from the words of the command. Raises UsageError for a name that nothing has."""
    from pydiff.model.record import SEVERITIES
    from pydiff.model.selection import Selection

    chosen = Selection(
        everything=everything,
        families=tuple(_known(name, FAMILIES, "family") for name in families or ()),
        subjects=tuple(_given(glob, "--subject") for glob in subjects or ()),
        severity=_known(severity, SEVERITIES, "severity") if severity is not None else None,
        readers=tuple(
            dict.fromkeys(name for reader in readers or () for name in _readers(_given(reader, "--read-by")))
        ),
    )
    if chosen.narrows and format_name == "json":
        raise UsageError(
            "--family, --subject, --severity and --read-by select what a report shows, and the JSON record is always whole",
            hint="leave them out, or choose -f terminal or -f markdown",
        )
    return chosen


def _known(name: str, names: Sequence[Name], what: str) -> Name:
    for known in names:
        if known == name:
            return known
    import difflib

    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    meant = f"did you mean {close[0]}? " if close else ""
    raise UsageError(f"unknown {what} {name!r}", hint=f"{meant}one of: {', '.join(names)}")


def _given(text: str, option: str) -> str:
    if not text.strip():
        raise UsageError(f"{option} is empty", hint="`pydiff diff --help` shows what it takes")
    return text


def _readers(name: str) -> tuple[str, ...]:
    """A backend with those that it works through, or a glob over the scripts of a package."""
    from pydiff.compare import backend_names, works_through

    if any(mark in name for mark in "*?[./"):
        return (name,)
    known = {one.lower(): one for one in backend_names()}
    return works_through(known.get(name.lower()) or _known(name, backend_names(), "build backend"))


def _folder(variable: str, kind: str, environ: Mapping[str, str]) -> Path:
    if environ.get(variable):
        return Path(environ[variable]).expanduser().absolute()
    import platformdirs

    path: Path = getattr(platformdirs, kind)("pydiff", appauthor=False)
    return path


def _download_minutes(given: float | None, environ: Mapping[str, str]) -> float:
    text = environ.get("PYDIFF_DOWNLOAD_TIMEOUT") or str(DEFAULT_DOWNLOAD_TIMEOUT)
    try:
        minutes = float(text) if given is None else given
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < MANY_MINUTES:
        what = f"PYDIFF_DOWNLOAD_TIMEOUT={text}" if given is None else f"--download-timeout {given}"
        raise UsageError(f"{what} is not a number of minutes", hint="write it as 60 or 0.5")
    return minutes


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--as-of {text!r} is not a date", hint="write it as 2024-12-02") from error
