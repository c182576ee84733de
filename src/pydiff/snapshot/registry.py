"""The families of facts, in the order a report shows them. A new family is a file beside this one, and a line here."""

from __future__ import annotations

from pydiff.snapshot.binaries import Binaries
from pydiff.snapshot.builddetails import BuildDetails
from pydiff.snapshot.bundled import Bundled
from pydiff.snapshot.extensions import Extensions
from pydiff.snapshot.files import Files
from pydiff.snapshot.headers import Headers
from pydiff.snapshot.interface import Family
from pydiff.snapshot.makefile import Makefile
from pydiff.snapshot.pkgconfig import PkgConfig
from pydiff.snapshot.pyconfig_h import PyconfigH
from pydiff.snapshot.pythonconfig import PythonConfig
from pydiff.snapshot.release import Release
from pydiff.snapshot.scripts import Scripts
from pydiff.snapshot.sysconfig import Sysconfig, SysconfigVars
from pydiff.snapshot.tags import Tags

FAMILIES: tuple[Family, ...] = (
    Sysconfig(),
    SysconfigVars(),
    Makefile(),
    PkgConfig(),
    PythonConfig(),
    PyconfigH(),
    Headers(),
    BuildDetails(),
    Release(),
    Binaries(),
    Extensions(),
    Tags(),
    Bundled(),
    Scripts(),
    Files(),
)


def wanted(path: str, head: bytes) -> bool:
    """Whether any family reads the file."""
    # Asked of every file: a generator for `any` would cost as much as the answers.
    for family in FAMILIES:  # noqa: SIM110
        if family.wants(path, head):
            return True
    return False
