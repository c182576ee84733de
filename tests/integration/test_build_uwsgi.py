"""The package that pydiff was written for, once, for real."""

from __future__ import annotations

from pathlib import Path

import pytest

from building import installation
from pydiff.build import build_one
from pydiff.model.build import Built
from pydiff.model.settings import Settings
from support import needs_compiler, needs_index, needs_interpreter


@pytest.mark.compiler
@pytest.mark.index
@pytest.mark.interpreters
def test_uwsgi_builds_with_every_call_and_read_recorded(settings: Settings, tmp_path: Path) -> None:
    needs_compiler()
    needs_index()
    python = installation(needs_interpreter("3.9"))
    single = build_one("uwsgi==2.0.28", python, settings, tmp_path)
    record = single.record
    assert isinstance(record.outcome, Built), record.log
    assert single.package == "uwsgi==2.0.28"
    assert single.source_sha256 == "79ca1891ef2df14508ab0471ee8c0eb94bd2d51d03f32f90c4bbe557ab1e99d0"
    calls = [action for action in record.actions if action.parent is None]
    assert sum(action.tool in {"gcc", "cc", "clang"} for action in calls) > 100
    link = calls[-1]
    assert "-lpython3.9" in link.argv
    assert f"-L{python.prefix}/lib" in link.argv
    reads = {(read.name, read.reader.partition(":")[0]) for read in record.reads}
    assert ("CC", "uwsgiconfig.py") in reads
    # uwsgiconfig.py runs the plugin's file as a string, so the reader is the line that runs it.
    assert {name for name, reader in reads if reader == "uwsgiconfig.py"} >= {
        *("LIBDIR", "LIBS", "SYSLIBS", "Py_ENABLE_SHARED", "VERSION", "INCLUDEPY"),
    }
    (binary,) = record.outcome.wheel.binaries
    assert "libpython3.9.so.1.0" in binary.needed
    assert binary.runpath == (f"{python.prefix}/lib",)
