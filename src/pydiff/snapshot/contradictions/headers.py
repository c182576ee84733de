"""Headers that are not there, and a pyconfig.h that says other than sysconfig."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root

# Macros that decide how C code sees Python's own structures. sysconfig takes them from pyconfig.h when Python is built.
_LAYOUT = re.compile(
    r"(?:SIZEOF|ALIGNOF)_\w+|Py_DEBUG|Py_GIL_DISABLED|Py_TRACE_REFS|Py_REF_DEBUG|WITH_PYMALLOC|WITH_DOC_STRINGS|Py_UNICODE_SIZE|WITH_DTRACE"
)


def find(beside: Beside) -> Iterator[Contradiction]:
    yield from _absent(beside)
    yield from _differing(beside)
    yield from _version(beside)


def _absent(beside: Beside) -> Iterator[Contradiction]:
    place = beside.text("INCLUDEPY")
    # A folder that is not there at all is told by `places`.
    told = place and not build_root(place) and not beside.has(place)
    if beside.named("Python.h") or told or (place and beside.has(f"{place}/Python.h")) or not beside.facts("files"):
        return
    yield Contradiction(
        "files",
        "Python.h",
        place or f"include/python{beside.minor}",
        "no Python.h in the tree",
        "no extension can be compiled: `fatal error: Python.h: No such file or directory`",
        ("install the system's package of headers (python3-dev, python3-devel)",) if beside.shared_prefix else (),
        "breaks",
    )


def _differing(beside: Beside) -> Iterator[Contradiction]:
    macros, variables = beside.facts("pyconfig_h"), beside.facts("sysconfig")
    if not macros:
        return
    said: dict[str, str] = {}
    for name, value in variables.items():
        if _LAYOUT.fullmatch(name) and _value(macros.get(name)) != _value(value):
            said[name] = f"{name}={value}"
    if said:
        first = next(iter(said))
        yield Contradiction(
            "pyconfig_h",
            first,
            said[first],
            f"pyconfig.h says {first}={macros.get(first, 'undefined')}",
            "an extension is compiled for other structures than the interpreter's variables describe; it can crash when it is loaded",
            (),
            "breaks",
            said,
        )


def _value(value: object) -> str:
    """0 is what sysconfig writes for what is not defined; a macro without a text is as good as 1."""
    text = "0" if value is None else str(value).strip()
    return "1" if text == "" and value is not None else text


def _version(beside: Beside) -> Iterator[Contradiction]:
    declared = str(beside.facts("headers").get("PY_VERSION", "")).strip('"').removesuffix("+")
    if declared and declared != beside.snapshot.python_version:
        yield Contradiction(
            "headers",
            "PY_VERSION",
            declared,
            f"the interpreter is {beside.snapshot.python_version}",
            "extensions are compiled against the headers of another Python",
            (),
            "changes" if declared.startswith(f"{beside.minor}.") else "breaks",
        )
