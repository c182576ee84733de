"""hatch: one build per minor version and platform, fixed by the list in each release; nothing is verified, nothing changed.

Facts: `hatch/python/resolve.py`, `core.py` and `distributions.py` of its releases, checked against the program itself.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydiff.errors import NoSuchBuildError
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.assets import release_url
from pydiff.managers.changes import WriteHatchRecord
from pydiff.managers.fixed_list import asset_of, fixed_list, pick
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.versions import Eras, Tool, key, on_path
from pydiff.managers.wanted import exact
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import ManagerChoice, Prebuilt, Resolution, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target, this_machine

TOOL = Tool(
    name="hatch",
    first="1.8.0",
    why_first="before 1.8.0 hatch did not install Pythons",
    find=lambda: on_path("hatch"),
)
# From 1.10.0 on, hatch asked for the data filter where its own Python was 3.12 or newer; PBS releases have no modes that it would alter.
UNPACKING = Eras(
    Unpacking("tarfile", "whole", top_kept=True), (("1.16.0", Unpacking("tarfile+data", "whole", top_kept=True)),)
)
GUESSES_LEVEL = Eras(before=False, steps=(("1.11.0", True),))
"""Looks at the processor; before, it took x86_64_v3 on every Linux."""
FREE_THREADED_SINCE = "1.13.0"
NAMES_FREE_THREADED = Eras(before=False, steps=(("1.18.0", True),))
"""`hatch python install 3.13t`; before, HATCH_PYTHON_VARIANT_GIL=freethreaded and the folder of the other."""
PLAIN = ("3.7", "3.8")
"""No level is asked for: these were not built for any, or are not taken."""
CPUINFO = Path("/proc/cpuinfo")
_V2 = {"cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"}
_V3 = _V2 | {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"}
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
# The list's word for a machine, where that is not what `platform.machine()` says there.
_OTHER_WORDS = {
    "linux-armv7": ("armv7", "armv7l"),
    "windows-x86": ("i386", "x86"),
    "windows-aarch64": ("aarch64", "arm64"),
}


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(
        choice=choice,
        changes=lambda python: (_record(python, _released(python)),),
        install_name=lambda python: install_name(choice.version, python),
        unpacking=UNPACKING.at(choice.version),
    )


def install_name(version: str, python: Python) -> str:
    """`3.13`, `3.13t`; the top folder of the archive, `python`, is below it."""
    t = "t" if "freethreaded" in python.variant and NAMES_FREE_THREADED.at(version) else ""
    return python.minor_text + t


def select(question: Question) -> Resolution:
    spec, request, version = question.spec, question.request, question.choice.version
    _check_variant(request, version)
    offered = fixed_list("hatch", version, request.minor_text)
    target, *notes = _level(spec.target, request.minor_text, version)
    build = pick(offered, replace(request, patch=None, prerelease=""), target, "hatch")
    if exact(request) not in {"", build.version}:
        raise NoSuchBuildError(
            f"hatch cannot be asked for {request}: it has one build of each minor version",
            hint=f"hatch {version} has {build.version}; `pbs:{request}` takes the archive itself",
        )
    asset, about = asset_of(
        build,
        offered,
        lambda name: f"hatch does not verify what it downloads; {name} is verified here where a hash is known",
    )
    found = replace(question, spec=replace(spec, target=target)).answer(asset, *about, *notes, *_notes(asset, version))
    return replace(found, changes=_changes(found))


def _check_variant(request: VersionRequest, version: str) -> None:
    if "debug" in request.variant:
        raise NoSuchBuildError("hatch has no debug builds of Python", hint=f"uv >= 0.8.18 does: uv:{request}")
    if request.variant and key(version) < key(FREE_THREADED_SINCE):
        raise NoSuchBuildError(
            f"hatch {version} cannot be asked for {request}",
            hint=f"free-threaded builds can be had since hatch {FREE_THREADED_SINCE}",
        )


def _level(target: Target, minor: str, version: str) -> tuple[Target, *tuple[str, ...]]:
    """The micro-architecture level that hatch asks for, where the target names none."""
    if (target.os, target.arch, target.variant) != ("linux", "x86_64", "") or minor in PLAIN:
        return (target,)
    if not GUESSES_LEVEL.at(version):
        return replace(target, variant="v3"), f"hatch {version} takes x86_64_v3 on every x86-64 Linux"
    here = this_machine()
    if (here.os, here.arch) != (target.os, target.arch):
        note = "hatch picks v1 to v4 by the processor; v3, which it takes where it cannot tell, is assumed"
        return replace(target, variant="v3"), f"{note}: name another in the target, as in #linux-x86_64_v2-gnu"
    level = level_here()
    note = f"hatch picks {level} for the processor of this machine; another can be named, as in #linux-x86_64_v2-gnu"
    return replace(target, variant="" if level == "v1" else level), note


def level_here() -> str:
    """v1 to v4 by the first processor's flags; v3 where they cannot be read."""
    try:
        lines = CPUINFO.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return "v3"
    for line in lines:
        name, _, words = line.partition(":")
        if name.strip() == "flags":
            flags = set(words.split())
            levels = ((_V4, "v4"), (_V3, "v3"), (_V2, "v2"))
            return next((level for wanted, level in levels if wanted <= flags), "v1")
    return "v3"


def _changes(found: Prebuilt) -> tuple[Change, ...]:
    """With the URL as the list has it, which for some releases is not where the project is now."""
    target = Target.from_triple(found.asset.triple)
    python = Python(found.asset.version, "", found.asset.tag, target)
    return (_record(python, found.asset.urls[0]),)


def _record(python: Python, source: str) -> WriteHatchRecord:
    parts = ["python", *(["install"] if python.minor_text == "3.7" else [])]
    if python.target.os == "windows":
        return WriteHatchRecord(source, "\\".join([*parts, "python.exe"]))
    return WriteHatchRecord(source, "/".join([*parts, "bin", "python3"]))


def _released(python: Python) -> str:
    """For an archive that was named: where its release would have it."""
    triple = python.target.triple
    return release_url(
        python.tag or "TAG", f"cpython-{python.version}+{python.tag or 'TAG'}-{triple}-install_only.tar.gz"
    )


def _notes(asset: Asset, version: str) -> tuple[str, ...]:
    target = Target.from_triple(asset.triple)
    notes = []
    if asset.flavor == "full" and not asset.version.startswith("3.7."):
        notes.append(
            f"a full archive, of which hatch {version} keeps all; it then looks for python/bin/python3, which is below python/install"
        )
    if words := _OTHER_WORDS.get(f"{target.os}-{target.arch}"):
        notes.append(
            f"hatch's list calls this machine {words[0]} and hatch looks for what Python's platform.machine() says there "
            f"({words[1]}), so it may not find it"
        )
    if "freethreaded" in asset.build_options and not NAMES_FREE_THREADED.at(version):
        notes.append("as with HATCH_PYTHON_VARIANT_GIL=freethreaded")
    return tuple(notes)


HATCH = ArchiveManager(TOOL, treat, select)
