"""rye: one full archive per version and platform, fixed by the list in each release; never changed after extraction.

Facts: rye's `bootstrap.rs`, `sources/py.rs` and lists at its tags. The program itself is on no package registry, so no test runs it.
"""

from __future__ import annotations

from dataclasses import replace

from pydiff.data import ListedBuild
from pydiff.errors import NoSuchBuildError
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.fixed_list import FixedList, asset_of, fixed_list, pick
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.versions import Eras, Tool, on_path
from pydiff.managers.wanted import newest
from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Resolution, Unpacking
from pydiff.model.settings import Settings
from pydiff.model.target import Target, this_machine

TOOL = Tool(
    name="rye",
    first="0.15.0",
    why_first="pydiff's table of rye's lists begins with 0.15.0, the first with Pythons of other architectures",
    find=lambda: on_path("rye"),
)
# Before, all of the archive stayed: `behavior.fetch-with-build-info = true` still asks for that.
UNPACKING = Eras(Unpacking("archive", "whole"), (("0.31.0", Unpacking("archive", "install")),))


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(
        choice, changes=lambda _python: (), install_name=install_name, unpacking=UNPACKING.at(choice.version)
    )


def install_name(python: Python) -> str:
    """`cpython@3.12.2`; rye adds an architecture that is not its own, which 32-bit Windows is taken to be: `cpython-x86@3.12.2`."""
    arch = "-x86" if python.target.arch == "x86" else ""
    return f"cpython{arch}@{python.version}"


def select(question: Question) -> Resolution:
    request, version = question.request, question.choice.version
    if request.variant:
        raise NoSuchBuildError(
            f"rye cannot be asked for {request}: it has ordinary builds only", hint=f"uv has others: uv:{request}"
        )
    offered = fixed_list("rye", version, request.minor_text)
    question, *notes = _where_there_is_one(question, offered)
    build = pick(offered, request, question.spec.target, "rye")
    asset, about = asset_of(
        build, offered, lambda name: f"rye {version} has no hash for {name}, so it would not verify it"
    )
    return question.answer(asset, *about, *notes, *_notes(asset, build, version))


def _where_there_is_one(question: Question, offered: FixedList) -> tuple[Question, *tuple[str, ...]]:
    """`cpython-x86@3.12.2` leaves the system open: when this one has no such build and one other has, that one is meant."""
    spec, request = question.spec, question.request
    left_open = "#" not in spec.text and spec.target != this_machine()
    there = {build.target for build in offered.builds if newest([build], request, lambda each: each.version)}
    alike = [target for target in map(Target.parse, there) if target.arch == spec.target.arch]
    if not left_open or str(spec.target) in there or len(alike) != 1:
        return (question,)
    note = f"rye has this for {alike[0].os} alone; on {spec.target.os} it says `unknown version`"
    return replace(question, spec=replace(spec, target=alike[0])), note


def _notes(asset: Asset, build: ListedBuild, version: str) -> tuple[str, ...]:
    if "freethreaded" in asset.build_options:
        return (
            f"rye {version} takes the free-threaded archive for the ordinary {build.version} (rye#1437, mended in 0.43.0)",
        )
    return ()


RYE = ArchiveManager(TOOL, treat, select)
