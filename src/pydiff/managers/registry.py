"""Every manager pydiff knows, in the order of the documentation."""

from __future__ import annotations

import difflib

from pydiff.errors import SpecError
from pydiff.managers.hatch import HATCH
from pydiff.managers.interface import Manager
from pydiff.managers.local import PATH, PYENV
from pydiff.managers.mise import MISE
from pydiff.managers.pbs import PBS
from pydiff.managers.pdm import PDM
from pydiff.managers.pipx import PIPX
from pydiff.managers.poetry import POETRY
from pydiff.managers.rye import RYE
from pydiff.managers.uv import UV

MANAGERS: tuple[Manager, ...] = (UV, MISE, RYE, HATCH, PDM, POETRY, PIPX, PBS, PYENV, PATH)


def manager_names() -> tuple[str, ...]:
    return tuple(manager.name for manager in MANAGERS)


def versioned_names() -> tuple[str, ...]:
    """Those that `name@version:` can be said of."""
    return tuple(manager.name for manager in MANAGERS if manager.versioned)


def named(name: str) -> Manager:
    """Raises SpecError, with the name that was probably meant."""
    for manager in MANAGERS:
        if manager.name == name:
            return manager
    names = manager_names()
    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    meant = f"did you mean `{close[0]}:`? " if close else ""
    raise SpecError(f"unknown manager {name!r}", hint=f"{meant}pydiff knows {', '.join(names)}")
