"""From the words of a spec to what the manager would install, and what it changes after extraction."""

from __future__ import annotations

from pydiff.managers.histories import History, history
from pydiff.managers.registry import manager_names
from pydiff.managers.registry import named as _named
from pydiff.managers.spec import parse_spec
from pydiff.model.resolution import Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec

__all__ = ["History", "history", "manager_names", "parse_spec", "resolve"]


def resolve(spec: Spec, settings: Settings) -> Resolution:
    """What the spec's manager would install.

    Raises SpecError (unknown manager version, archive or interpreter that is not there) and NoSuchBuildError (nothing in the manager's
    list fits; the hint says what does). Lists that cannot be had are replaced by the shipped ones, with a note; that is not an error.
    """
    manager = _named(spec.manager)
    return manager.resolve(spec, manager.choose_version(spec, settings), settings)
