"""poetry: what pbs-installer takes, with nothing changed.

Facts: `poetry/utils/env/python/installer.py` and the requirements of its releases.
"""

from __future__ import annotations

from pydiff.managers import pbs_installer
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.pbs_installer import Installer
from pydiff.managers.versions import Eras, Tool, on_path
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings

TOOL = Tool(
    name="poetry",
    first="2.1.0",
    why_first="before 2.1.0 poetry did not install Pythons",
    find=lambda: on_path("poetry"),
)
REQUIRES_BELOW = Eras("2026.0.0", (("2.3.0", ""),))


def treat(choice: ManagerChoice, settings: Settings) -> Treatment:
    chosen = _installer(choice, settings)
    return Treatment(
        choice=choice,
        changes=lambda _python: (),
        install_name=lambda python: install_name(chosen, python),
        unpacking=pbs_installer.unpacking(chosen.release, zstd=True),
    )


def install_name(chosen: Installer, python: Python) -> str:
    t = "t" if "freethreaded" in python.variant and pbs_installer.NAMES_FREE_THREADED.at(chosen.release) else ""
    return f"cpython@{python.version}{t}"


def select(question: Question) -> Resolution:
    return pbs_installer.select(question, _installer(question.choice, question.settings))


def _installer(choice: ManagerChoice, settings: Settings) -> Installer:
    return pbs_installer.installer(settings, "poetry", below=REQUIRES_BELOW.at(choice.version))


POETRY = ArchiveManager(TOOL, treat, select)
