"""Running pip under a tree's own Python to resolve and download wheels: nothing of a package runs, nothing is installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from pydiff.build.bench import Bench, run
from pydiff.build.environment import PythonFacts
from pydiff.build.index import IndexConfig
from pydiff.build.sandbox import INSIDE, Mount, seen_at

PHASE = "install-requirements"
_LESS_TELLING = ("No matching distribution", "Ignored the following")
_OPTIONS = (
    "--only-binary",
    ":all:",
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--no-input",
    "--quiet",
    "--progress-bar",
    "off",
)
_DATED_SINCE = (26,)
"""pip's first version with --uploaded-prior-to."""


class PipError(Exception):
    """The text is pip's own error line."""


def find_pip(facts: PythonFacts) -> Path:
    """A pip wheel that runs on that Python straight from the zip. Raises PipError.

    It is virtualenv's, or for Pythons that virtualenv has dropped, the one that came with the tree.
    """
    from virtualenv.seed.wheels.embed import get_embed_wheel  # noqa: PLC0415 - slow, and only needed here

    minor = facts.version.rpartition(".")[0]
    embedded = get_embed_wheel("pip", minor)
    if embedded is not None:
        return Path(embedded.path)
    bundled = sorted(Path(facts.stdlib, "ensurepip", "_bundled").glob("pip-*.whl"), key=_version)
    if not bundled:
        raise PipError(f"there is no pip for Python {minor}: virtualenv has dropped it and the tree brings none")
    return bundled[-1]


def _version(wheel: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in wheel.name.split("-")[1].split(".") if part.isdecimal())


def download(
    bench: Bench,
    target: tuple[str, PythonFacts],
    requirements: Sequence[str],
    pins: Sequence[str],
    config: IndexConfig,
    as_of: date | None,
) -> tuple[list[Path], list[str]]:
    """Download wheels for `requirements` and all they need into the bench's `out`; the files, and notes.

    `target` is the Python to resolve for and what it says about itself. Raises PipError.
    """
    python, facts = target
    wheel = find_pip(facts)
    (bench.host("tmp") / "constraints.txt").write_text("".join(f"{pin}\n" for pin in pins))
    folder, constraints = bench.inside("out"), f"{bench.inside('tmp')}/constraints.txt"
    program = seen_at(bench.sandbox, wheel, f"{INSIDE}/{wheel.name}")
    command = [python, f"{program}/pip", "download", *_OPTIONS, "-d", folder, "-c", constraints]
    everything = [*command, "--", *requirements]
    if as_of is None:
        return _download(bench, wheel, everything, config), []
    if _version(wheel) >= _DATED_SINCE:
        dated = [*command, "--uploaded-prior-to", (as_of + timedelta(days=1)).isoformat(), "--", *requirements]
        with suppress(_UndatedError):
            return _download_dated(bench, wheel, dated, config, as_of)
    note = f"build requirements are today's, not those of {as_of}: an index does not say when its files were uploaded"
    return _download(bench, wheel, everything, config), [note]


def _download_dated(
    bench: Bench, wheel: Path, command: Sequence[str], config: IndexConfig, as_of: date
) -> tuple[list[Path], list[str]]:
    """Pip exempts the files of local folders from the date, so they are offered only when it cannot do without."""
    remote = config.without_local()
    if remote is not None:
        try:
            return _download(bench, wheel, command, remote), []
        except PipError:
            if remote == config:
                raise
    note = f"build requirements may be newer than {as_of}: the files of local folders have no date"
    return _download(bench, wheel, command, config), [note]


class _UndatedError(Exception):
    """An index without upload times."""


def _download(bench: Bench, wheel: Path, command: Sequence[str], config: IndexConfig) -> list[Path]:
    before = bench.log.stat().st_size
    mounts = [Mount(str(wheel), f"{INSIDE}/{wheel.name}")] if bench.sandbox.moves else []
    exposed = [str(wheel), *config.local_paths()]
    status = run(bench, command, phase=PHASE, extra=config.environment(), mounts=mounts, exposed=exposed, network=True)
    if status == 0:
        return sorted(bench.host("out").glob("*.whl"))
    output = _tail(bench.log, before)
    if "upload-time" in output or "upload time" in output:
        raise _UndatedError
    raise PipError(error_line(output) or f"pip exited with status {status}")


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read(1_000_000).decode("utf-8", "replace")


def error_line(log: str) -> str:
    """The line of pip's output that says most."""
    errors = [match[1].strip() for match in re.finditer(r"^ERROR:\s*(.+)$", log, re.MULTILINE)]
    telling = [line for line in errors if not line.startswith(_LESS_TELLING)]
    return [*telling, *errors, ""][0]
