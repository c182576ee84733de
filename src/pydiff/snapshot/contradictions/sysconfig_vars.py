"""The copy of the variables that Python 3.14 installs as JSON, and the module that managers rewrite, disagreeing."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside


def find(beside: Beside) -> Iterator[Contradiction]:
    variables = beside.facts("sysconfig")
    said = {
        name: str(value)
        for name, value in beside.facts("sysconfig_vars").items()
        if name in variables and " ".join(str(value).split()) != " ".join(beside.text(name).split())
    }
    if said:
        # What builds ask for comes first; the rest keeps the order of the file.
        order = sorted(said, key=lambda name: name not in _FIRST)
        first = order[0]
        yield Contradiction(
            "sysconfig_vars",
            first,
            f"{first}={said[first]}",
            f"the module says {beside.text(first)}",
            "a tool that reads the JSON works with other values than one that asks sysconfig",
            ("ask sysconfig: managers rewrite the module and leave the copy as it was released",),
            "changes",
            {name: said[name] for name in order},
        )


_FIRST = frozenset(
    {"CC", "CXX", "AR", "LDSHARED", "LIBDIR", "LIBPL", "INCLUDEPY", "CFLAGS", "LDFLAGS", "prefix", "EXT_SUFFIX"}
)
