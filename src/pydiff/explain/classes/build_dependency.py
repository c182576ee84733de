"""A build hook imports something that the package did not declare in `build-system.requires`."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from pydiff.explain.classes.python_source import REMOVED_MODULES
from pydiff.explain.interface import Failure, Match

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]{1,200})'")
# Parts of setuptools that come and go with its releases: declared, and still not there.
_NOT_UNDECLARED = frozenset({"pkg_resources", "setuptools", "encodings", "distutils"})


@dataclass(frozen=True, slots=True)
class UndeclaredBuildDependency:
    """Not a module of the standard library (then the Python is incomplete, or too new), and not setuptools' own parts."""

    name: str = "undeclared-build-dep"

    def match(self, failure: Failure) -> Match | None:
        match = _MISSING.search(failure.script)
        if match is None:
            return None
        module = match[1].partition(".")[0]
        if module in _NOT_UNDECLARED or module in REMOVED_MODULES or module in sys.stdlib_module_names:
            return None
        return Match(
            title=f"the build imports `{module}`, which the package does not declare as a build requirement",
            evidence=(failure.script,),
            advice=f"build without isolation where `{module}` is installed, or add it to the package's build requirements",
        )
