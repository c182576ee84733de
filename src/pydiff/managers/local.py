"""Interpreters in place: `pyenv:3.9` and `path:/usr/bin/python3.9`. Nothing is installed and nothing is changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pydiff.errors import InstallError, NoSuchBuildError, SpecError
from pydiff.interpreter import ask
from pydiff.managers import interpreters
from pydiff.managers.wanted import listed, newest
from pydiff.model.resolution import InPlace, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.spec import InterpreterRequest, Request, Spec, VersionRequest
from pydiff.model.target import this_machine


@dataclass(frozen=True, slots=True)
class PathManager:
    name: str = "path"
    versioned: bool = False
    requests: tuple[type[Request], ...] = (InterpreterRequest,)

    def choose_version(self, _spec: Spec, _settings: Settings) -> ManagerChoice:
        return ManagerChoice(self.name, "", "an interpreter in place")

    def resolve(self, spec: Spec, choice: ManagerChoice, _settings: Settings) -> InPlace:
        assert isinstance(spec.request, InterpreterRequest)  # noqa: S101  # the parser checks `requests`
        words = spec.request.path
        found = words if "/" in words else shutil.which(words)
        if found is None or not Path(found).is_file():
            raise SpecError(
                f"no interpreter at {words}", hint="give the path of a Python's executable, such as /usr/bin/python3"
            )
        # Not resolved: a venv is found by where its link is.
        path = Path(found).absolute()
        try:
            said = ask(path)
        except InstallError as error:
            raise SpecError(str(error), hint=error.hint) from error
        return InPlace(spec, choice, str(path), said.version)


@dataclass(frozen=True, slots=True)
class Pyenv:
    name: str = "pyenv"
    versioned: bool = False
    requests: tuple[type[Request], ...] = (VersionRequest,)

    def choose_version(self, _spec: Spec, _settings: Settings) -> ManagerChoice:
        return ManagerChoice(self.name, "", "an interpreter in place")

    def resolve(self, spec: Spec, choice: ManagerChoice, _settings: Settings) -> InPlace:
        request = spec.request
        assert isinstance(request, VersionRequest)  # noqa: S101  # the parser checks `requests`
        if request.tag or spec.target != this_machine():
            raise SpecError(
                f"{spec.text!r}: pyenv's Pythons are built on this machine",
                hint="leave the release date and the target out",
            )
        if request.major == 2:
            raise interpreters.python_2(spec.text)
        installed = interpreters.pyenv()
        variant = [found for found in installed if found.variant == request.variant]
        chosen = newest(variant, request, lambda found: found.version)
        if chosen is None:
            there = listed(found.version for found in installed) or "none"
            raise NoSuchBuildError(
                f"pyenv has no Python {request}", hint=f"in {interpreters.pyenv_root()}/versions: {there}"
            )
        return InPlace(spec, choice, str(chosen.path), chosen.version)


PATH = PathManager()
PYENV = Pyenv()
