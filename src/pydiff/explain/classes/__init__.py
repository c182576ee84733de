"""The failure classes, in the order in which they are asked: what a command shows before what a script's error says."""

from __future__ import annotations

from pydiff.explain.classes.archiver import ArchiverNotFound
from pydiff.explain.classes.build_dependency import UndeclaredBuildDependency
from pydiff.explain.classes.compiler import CompilerNotFound
from pydiff.explain.classes.distutils import DistutilsRemoved
from pydiff.explain.classes.flag import UnknownCompilerFlag
from pydiff.explain.classes.header import MissingHeader
from pydiff.explain.classes.link_libpython import LinkLibpythonNotFound
from pydiff.explain.classes.network import NetworkInBuild
from pydiff.explain.classes.python_source import PythonVersionIncompatibleSource
from pydiff.explain.classes.runtime_libpython import RuntimeLibpythonNotFound
from pydiff.explain.classes.system_library import MissingSystemLibrary
from pydiff.explain.classes.timeout import Timeout
from pydiff.explain.classes.unknown import Unknown
from pydiff.explain.interface import FailureClass

CLASSES: tuple[FailureClass, ...] = (
    Timeout(),
    ArchiverNotFound(),
    CompilerNotFound(),
    UnknownCompilerFlag(),
    RuntimeLibpythonNotFound(),
    LinkLibpythonNotFound(),
    PythonVersionIncompatibleSource(),
    MissingHeader(),
    MissingSystemLibrary(),
    DistutilsRemoved(),
    UndeclaredBuildDependency(),
    NetworkInBuild(),
    Unknown(),
)
