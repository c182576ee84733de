"""What all managers of archives have in common; a new one brings the tool, how it treats a tree, and how it chooses.

RYE = ArchiveManager(TOOL, treat, select)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydiff.managers import given
from pydiff.managers.given import Treatment
from pydiff.managers.versions import Tool, choose
from pydiff.model.asset import Asset
from pydiff.model.resolution import ManagerChoice, Prebuilt, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Request, Spec, VersionRequest


@dataclass(frozen=True, slots=True)
class Question:
    """Which archive does this version of the manager take for this request?"""

    spec: Spec
    request: VersionRequest
    choice: ManagerChoice
    settings: Settings
    treatment: Treatment

    def answer(self, asset: Asset, *notes: str) -> Prebuilt:
        return given.prebuilt(self.spec, asset, self.treatment, notes)


@dataclass(frozen=True, slots=True)
class ArchiveManager:
    """A manager whose result depends on its version and that downloads archives."""

    tool: Tool
    treat: Callable[[ManagerChoice, Settings], Treatment]
    """What that version does with any archive it is given."""
    select: Callable[[Question], Resolution]
    """Raises SpecError and NoSuchBuildError."""
    versioned: bool = True
    requests: tuple[type[Request], ...] = given.REQUESTS

    @property
    def name(self) -> str:
        return self.tool.name

    def choose_version(self, spec: Spec, settings: Settings) -> ManagerChoice:
        return choose(self.tool, spec, settings)

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        treatment = self.treat(choice, settings)
        return given.resolution(
            spec, treatment, lambda request: self.select(Question(spec, request, choice, settings, treatment))
        )
