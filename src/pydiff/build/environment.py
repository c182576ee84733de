"""The virtualenv of one side: made inside the sandbox, because that runs the tree's interpreter; filled from outside."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from pydiff.build.bench import Bench, CommandError, run
from pydiff.build.recorder import TRACER_FILES, install_tracer
from pydiff.build.recorder.collect import read_bounded
from pydiff.cache import remove_tree

if TYPE_CHECKING:
    from installer.destinations import WheelDestination
    from installer.records import RecordEntry
    from installer.utils import Scheme

PHASE = "create-environment"
# Runs under the tree's Python, 3.8 and newer, and says what that Python is.
_QUESTION = """
import json, platform, sys, sysconfig
paths = sysconfig.get_paths()
facts = {
    "version": platform.python_version(),
    "tag": "%s-%s-%s" % (sys.implementation.cache_tag, sysconfig.get_config_var("SOABI"), sysconfig.get_platform()),
    "prefix": sys.prefix,
    "base": sys.base_prefix,
    "stdlib": paths["stdlib"],
    "purelib": paths["purelib"],
    "platlib": paths["platlib"],
    "scripts": paths["scripts"],
}
with open(sys.argv[1], "w") as file:
    json.dump(facts, file)
"""


@dataclass(frozen=True, slots=True)
class PythonFacts:
    """What an interpreter says about itself; paths as seen inside."""

    version: str
    tag: str
    """Two interpreters with the same tag can use the same wheels."""
    prefix: str
    base: str
    stdlib: str
    purelib: str
    platlib: str
    scripts: str


def ask(bench: Bench, python: str) -> PythonFacts:
    """Run `python` and ask it. Raises CommandError when it does not start or answers nonsense."""
    answer = bench.host("tmp") / "facts.json"
    answer.unlink(missing_ok=True)
    quiet = bench.unrecorded()
    status = run(quiet, [python, "-I", "-c", _QUESTION, f"{bench.inside('tmp')}/facts.json"], phase=PHASE)
    if status != 0:
        raise CommandError(f"the interpreter {python} does not start: exit status {status}")
    try:
        facts = json.loads(read_bounded(answer, 100_000) or b"")
        return PythonFacts(**{name: str(facts[name]) for name in PythonFacts.__dataclass_fields__})
    except (ValueError, TypeError, KeyError) as error:
        raise CommandError(f"the interpreter {python} does not say what it is") from error


def create_environment(bench: Bench, python: str) -> PythonFacts:
    """A virtualenv without any package at the bench's `venv`; what its Python says. Raises CommandError."""
    folder = bench.inside("venv")
    quiet = bench.unrecorded()
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)
    options = [
        "--quiet",
        "--no-seed",
        "--no-periodic-update",
        "--no-vcs-ignore",
        "--activators",
        "",
        "--app-data",
        f"{bench.inside('tmp')}/app-data",
    ]
    status = run(
        quiet,
        [sys.executable, "-I", "-m", "virtualenv", "--python", python, *options, folder],
        phase=PHASE,
        exposed=own,
    )
    if status != 0:  # a Python that this virtualenv no longer knows
        status = run(quiet, [python, "-I", "-m", "venv", "--without-pip", folder], phase=PHASE)
    if status != 0:
        raise CommandError(f"no virtualenv could be made with {python}: exit status {status}")
    facts = ask(bench, f"{folder}/bin/python")
    for path in (facts.purelib, facts.platlib, facts.scripts):
        if not PurePosixPath(path).is_relative_to(folder):
            raise CommandError(f"the virtualenv's Python installs into {path}, outside the virtualenv")
    return facts


def renew(bench: Bench, python: str) -> PythonFacts:
    """A fresh virtualenv at the same place, with nothing in home and tmp, when a hook may have changed the first."""
    bench.clock.phase = "install-requirements"
    for name in ("venv", "home", "tmp"):
        folder = bench.host(name)
        if folder.is_symlink() or not folder.is_dir():
            raise _tampered(f"{name} is no longer a folder")
        for child in folder.iterdir():
            if child.is_dir() and not child.is_symlink():
                remove_tree(child)
            else:
                child.unlink()
    return create_environment(bench, python)


def fill(bench: Bench, facts: PythonFacts, wheels: Sequence[Path]) -> None:
    """Install `wheels` and the tracer into a virtualenv that no build has touched yet. Raises CommandError.

    The tree's own Python has touched it: what it may have planted there must not lead these writes, which no sandbox holds.
    """
    from installer import install  # noqa: PLC0415 - only where wheels are installed
    from installer.exceptions import InstallerError  # noqa: PLC0415 - as above
    from installer.sources import WheelFile  # noqa: PLC0415 - as above

    bench.clock.phase = "install-requirements"
    inside, host = bench.inside("venv"), bench.host("venv")

    if host.is_symlink():
        raise _tampered("venv is no longer a folder")

    def outside(path: str) -> Path:
        found = host / PurePosixPath(path).relative_to(inside)
        check_place(host, found)
        return found

    scheme: dict[str, str] = {
        "purelib": str(outside(facts.purelib)),
        "platlib": str(outside(facts.platlib)),
        "scripts": str(outside(facts.scripts)),
        "headers": str(host / "include"),
        "data": str(host),
    }
    destination = _destination(host, scheme, f"{inside}/bin/python")
    for wheel in wheels:
        try:
            _check_names(wheel)
            with WheelFile.open(wheel) as source:
                install(source, destination, additional_metadata={"INSTALLER": b"pydiff\n"})
        except (InstallerError, zipfile.BadZipFile, ValueError, KeyError, FileExistsError) as error:
            raise CommandError(f"{wheel.name} cannot be installed: {error}") from error
    if bench.recording:
        folder = outside(facts.purelib)
        for name in TRACER_FILES:
            check_place(host, folder / name)
        install_tracer(folder, bench.inside("shims"))


def check_place(venv: Path, path: Path) -> None:
    """Raises CommandError when writing to `path` would leave `venv` through a link in it."""
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(venv)):
        raise _tampered(f"{path.relative_to(venv)} leads out of it")


def _tampered(what: str) -> CommandError:
    return CommandError(f"the environment was tampered with: {what}")


def _destination(venv: Path, scheme: dict[str, str], interpreter: str) -> WheelDestination:
    from installer.destinations import SchemeDictionaryDestination  # noqa: PLC0415 - only where wheels are installed

    class Destination(SchemeDictionaryDestination):
        """Looks at each place before it is written: a link can wait anywhere below the folders of the scheme."""

        def write_to_fs(self, scheme: Scheme, path: str, stream: BinaryIO, is_executable: bool) -> RecordEntry:
            check_place(venv, Path(self.scheme_dict[scheme], path))
            return super().write_to_fs(scheme, path, stream, is_executable)

    return Destination(scheme_dict=scheme, interpreter=interpreter, script_kind="posix")


def _check_names(wheel: Path) -> None:
    """Wheels come from strangers too: no member may leave the virtualenv."""
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            pure = PurePosixPath(name)
            if pure.is_absolute() or ".." in pure.parts or "\\" in name:
                raise ValueError(f"its member {name!r} would be written outside the virtualenv")
