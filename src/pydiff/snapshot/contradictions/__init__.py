"""Where one tree says something that the tree itself, or this machine, does not bear out. Facts, each with its consequence for a build.

A new kind of contradiction is a file beside this one, and a line in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from pydiff.model.record import Severity
from pydiff.model.snapshot import Contradiction, Snapshot
from pydiff.snapshot.beside import Beside, Machine
from pydiff.snapshot.contradictions import (
    accepted,
    builddetails,
    certificates,
    elsewhere,
    glibc,
    headers,
    install_names,
    libpython,
    loading,
    makefile,
    naming,
    pkgconfig,
    places,
    pythonconfig,
    release,
    running,
    scripts,
    sysconfig_vars,
    sysroot,
    tools,
    variables,
)

_WORST_FIRST: Final[tuple[Severity, ...]] = ("breaks", "changes", "cosmetic")
# In the order in which a build comes upon them; of equal severity, that is the order of the answer.
KINDS: tuple[Callable[[Beside], Iterator[Contradiction]], ...] = (
    running.find,
    tools.find,
    places.find,
    elsewhere.find,
    headers.find,
    sysroot.find,
    libpython.find,
    loading.find,
    install_names.find,
    glibc.find,
    naming.find,
    accepted.find,
    pkgconfig.find,
    pythonconfig.find,
    builddetails.find,
    makefile.find,
    sysconfig_vars.find,
    variables.find,
    scripts.find,
    release.find,
    certificates.find,
)


def contradictions(snapshot: Snapshot, machine: Machine | None = None) -> list[Contradiction]:
    """What the tree says of itself and is not so, what matters most first. `machine` answers for everything outside the tree."""
    beside = Beside(snapshot, machine or Machine())
    found = [one for kind in KINDS for one in kind(beside)]
    return sorted(found, key=lambda one: _WORST_FIRST.index(one.severity))
