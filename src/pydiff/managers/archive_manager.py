"""What all managers of archives have in common; a new one brings the tool, how it treats a tree, and how it chooses.

RYE = ArchiveManager(TOOL, treat, select)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pydiff.managers import given
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.versions import Tool, choose, released_after
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

    def answer(self, asset: Asset, *notes: str, python: Python | None = None) -> Prebuilt:
        """`python` is what the manager takes it for, where that is not what the archive's name says."""
        return given.prebuilt(self.spec, asset, self.treatment, notes, python)


@dataclass(frozen=True, slots=True)
class ArchiveManager:
    """A manager that downloads archives."""

    tool: Tool | str
    """Its name alone when the result depends on no version."""
    treat: Callable[[ManagerChoice, Settings], Treatment]
    """What that version does with any archive it is given."""
    select: Callable[[Question], Resolution]
    """Raises SpecError and NoSuchBuildError."""
    requests: tuple[type[Request], ...] = given.REQUESTS

    @property
    def name(self) -> str:
        return self.tool if isinstance(self.tool, str) else self.tool.name

    @property
    def versioned(self) -> bool:
        return not isinstance(self.tool, str)

    def choose_version(self, spec: Spec, settings: Settings) -> ManagerChoice:
        if isinstance(self.tool, str):
            return ManagerChoice(self.tool, "", "as released")
        return choose(self.tool, spec, settings)

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        treatment = self.treat(choice, settings)
        found = given.resolution(
            spec, treatment, lambda request: self.select(Question(spec, request, choice, settings, treatment))
        )
        if settings.as_of is None or not self.versioned:
            return found
        return replace(found, notes=(*released_after(choice, settings.as_of), *found.notes))
