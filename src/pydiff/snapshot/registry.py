"""The families of facts, in the order a report shows them. A new family is a file beside this one, and a line here."""

from __future__ import annotations

from pydiff.snapshot.binaries import Binaries
from pydiff.snapshot.builddetails import BuildDetails
from pydiff.snapshot.bundled import Bundled
from pydiff.snapshot.extensions import Extensions
from pydiff.snapshot.files import Files
from pydiff.snapshot.interface import Family
from pydiff.snapshot.makefile import Makefile
from pydiff.snapshot.pkgconfig import PkgConfig
from pydiff.snapshot.pyconfig_h import PyconfigH
from pydiff.snapshot.pythonconfig import PythonConfig
from pydiff.snapshot.scripts import Scripts
from pydiff.snapshot.sysconfig import Sysconfig

FAMILIES: tuple[Family, ...] = (
    Sysconfig(),
    Makefile(),
    PkgConfig(),
    PythonConfig(),
    PyconfigH(),
    BuildDetails(),
    Binaries(),
    Extensions(),
    Bundled(),
    Scripts(),
    Files(),
)


def wanted(path: str, head: bytes) -> bool:
    """Whether any family reads the file."""
    return any(family.wants(path, head) for family in FAMILIES)
