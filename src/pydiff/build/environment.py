"""The virtualenv of one side: made inside the sandbox, because that runs the tree's interpreter; filled from outside."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydiff.build.bench import Bench, CommandError, run
from pydiff.build.recorder import install_tracer
from pydiff.build.recorder.collect import read_bounded
from pydiff.cache import remove_tree

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
    """A fresh virtualenv at the same place, when a hook may have changed the first."""
    folder = bench.host("venv")
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            remove_tree(child)
        else:
            child.unlink()
    return create_environment(bench, python)


def fill(bench: Bench, facts: PythonFacts, wheels: Sequence[Path]) -> None:
    """Install `wheels` and the tracer into a virtualenv that no build has touched yet. Raises CommandError."""
    from installer import install  # noqa: PLC0415 - only where wheels are installed
    from installer.destinations import SchemeDictionaryDestination  # noqa: PLC0415 - as above
    from installer.exceptions import InstallerError  # noqa: PLC0415 - as above
    from installer.sources import WheelFile  # noqa: PLC0415 - as above

    bench.clock.phase = "install-requirements"
    inside, host = bench.inside("venv"), bench.host("venv")

    def outside(path: str) -> Path:
        return host / PurePosixPath(path).relative_to(inside)

    scheme: dict[str, str] = {
        "purelib": str(outside(facts.purelib)),
        "platlib": str(outside(facts.platlib)),
        "scripts": str(outside(facts.scripts)),
        "headers": str(host / "include"),
        "data": str(host),
    }
    destination = SchemeDictionaryDestination(
        scheme_dict=scheme, interpreter=f"{inside}/bin/python", script_kind="posix"
    )
    for wheel in wheels:
        try:
            _check_names(wheel)
            with WheelFile.open(wheel) as source:
                install(source, destination, additional_metadata={"INSTALLER": b"pydiff\n"})
        except (InstallerError, zipfile.BadZipFile, ValueError, KeyError, FileExistsError) as error:
            raise CommandError(f"{wheel.name} cannot be installed: {error}") from error
    if bench.recording:
        install_tracer(outside(facts.purelib))


def _check_names(wheel: Path) -> None:
    """Wheels come from strangers too: no member may leave the virtualenv."""
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            pure = PurePosixPath(name)
            if pure.is_absolute() or ".." in pure.parts or "\\" in name:
                raise ValueError(f"its member {name!r} would be written outside the virtualenv")
