"""pdm: what pbs-installer takes, with sysconfig data and `.pc` files patched since 2.26.3.

Facts: `pdm/cli/commands/python.py` and `pdm/misc/sysconfig_patcher.py` at its tags, checked against the program itself.
"""

from __future__ import annotations

from dataclasses import replace

from pydiff.managers import pbs_installer
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.changes import PatchPkgConfig, PatchSysconfig
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.pbs_installer import Installer
from pydiff.managers.versions import Eras, Tool, key, on_path
from pydiff.model.change import Change
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings

TOOL = Tool(
    name="pdm",
    first="2.13.0",
    why_first="before 2.13.0 pdm did not install Pythons",
    find=lambda: on_path("pdm"),
)
PATCHES = Eras(before=False, steps=(("2.26.3", True),))
ADDS_T = Eras(before=False, steps=(("2.19.2", True), ("2.25.0", False)))
"""pdm itself adds the `t` of a free-threaded Python to the folder's name, whether or not pbs-installer does."""
LOOKS_INTO_INSTALL = "2.19.2"
WORKS_BELOW = Eras("2026.10.25", (("2.29.4", ""),))
"""The pbs-installer that downloads with httpx2, which came with no earlier pdm: they say `You must install httpx2`."""


def treat(choice: ManagerChoice, settings: Settings) -> Treatment:
    chosen = _installer(choice, settings)
    return Treatment(
        choice=choice,
        changes=lambda python: changes(choice.version, python),
        install_name=lambda python: install_name(choice.version, chosen, python),
        unpacking=pbs_installer.unpacking(chosen.release, zstd=False),
    )


def changes(version: str, python: Python) -> tuple[Change, ...]:
    """What pdm of this version does to the tree; nothing on Windows."""
    patches = PATCHES.at(version) and python.target.os != "windows"
    return (PatchSysconfig(), PatchPkgConfig()) if patches else ()


def install_name(version: str, chosen: Installer, python: Python) -> str:
    """`cpython@3.13.1`, `cpython@3.13.1t`; for a while both pdm and pbs-installer added the `t`."""
    adds = (ADDS_T.at(version), pbs_installer.NAMES_FREE_THREADED.at(chosen.release))
    return f"cpython@{python.version}{'t' * sum(adds) if 'freethreaded' in python.variant else ''}"


def select(question: Question) -> Resolution:
    chosen = _installer(question.choice, question.settings)
    found = pbs_installer.select(question, chosen)
    if found.asset.flavor != "full":
        return found
    notes = [
        "a full archive, which pdm unpacks only where zstandard (since pbs-installer 2026.5.4 backports.zstd) was installed beside it"
    ]
    version = question.choice.version
    if found.unpacking.full == "whole" and key(version) < key(LOOKS_INTO_INSTALL):
        notes.append(
            f"pdm {version} leaves this tree but says that the installation failed: it looks for the interpreter beside `install/`"
        )
    unpacking = pbs_installer.unpacking(chosen.release, zstd=True)
    return replace(found, unpacking=unpacking, notes=(*found.notes, *notes))


def _installer(choice: ManagerChoice, settings: Settings) -> Installer:
    return pbs_installer.installer(settings, "pdm", below=WORKS_BELOW.at(choice.version))


PDM = ArchiveManager(TOOL, treat, select)
