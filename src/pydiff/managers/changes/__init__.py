"""What managers change after extraction: one file per change. Which version makes which change is in `managers/eras.py`."""

from __future__ import annotations

from pydiff.managers.changes.build_file import WriteBuildFile
from pydiff.managers.changes.externally_managed import MarkExternallyManaged
from pydiff.managers.changes.hatch_record import WriteHatchRecord
from pydiff.managers.changes.install_name import SetInstallName
from pydiff.managers.changes.links import LinkPython
from pydiff.managers.changes.pkgconfig import RewritePkgConfig
from pydiff.managers.changes.python_exe import CopyPythonExe
from pydiff.managers.changes.sysconfig import RewriteSysconfig
from pydiff.managers.changes.sysconfigpatcher import PatchPkgConfig, PatchSysconfig

__all__ = [
    "CopyPythonExe",
    "LinkPython",
    "MarkExternallyManaged",
    "PatchPkgConfig",
    "PatchSysconfig",
    "RewritePkgConfig",
    "RewriteSysconfig",
    "SetInstallName",
    "WriteBuildFile",
    "WriteHatchRecord",
]
