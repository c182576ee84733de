"""What a real release says about the machine that built it, to be laid over what a local interpreter says of its own."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib.resources import files

from pydiff.interpreter import Interpreter
from pydiff.model.target import Target

# Every sysconfig variable of cpython-3.9.23, x86_64_v2-unknown-linux-gnu, install_only, released between 20250604 and 20250723.
_FILE = "recorded-cpython-3.9.23-x86_64_v2-unknown-linux-gnu.json.zst"
_VERSION, _MINOR, _PLAIN = "3.9.23", "3.9", "39"
_MULTIARCH, _GNU_TYPE = "x86_64-linux-gnu", "x86_64-unknown-linux-gnu"
_MARCH = "-march=x86-64-v2"
# A recorded value with one of these tells of the build machine, so it replaces the local one.
_TELLING = ("/install", "/tools/", "/build/", "clang", "llvm", "-flto", "--exclude-libs", _MARCH)
# These replace it too: without them a local -L or -Wl,-rpath would find what no released Python finds.
_ALWAYS = (
    "ARFLAGS",
    "BASECFLAGS",
    "BLDLIBRARY",
    "CCSHARED",
    "INSTSONAME",
    "LDLIBRARY",
    "LIBM",
    "LIBRARY",
    "LIBS",
    "LINKFORSHARED",
    "LOCALMODLIBS",
    "MODLIBS",
    "OPT",
    "PY3LIBRARY",
    "Py_ENABLE_SHARED",
    "SHLIBS",
    "SYSLIBS",
)
# The packed interpreter loads libpython, as those before 20250517 did.
_NOT_SO_HERE = "'--enable-static-libpython-for-interpreter' "


@functools.cache
def recorded() -> Mapping[str, str | int]:
    """The variables as released, 695 of them."""
    import zstandard  # noqa: PLC0415 (heavy)

    packed = files("pydiff.fetch").joinpath("recorded", _FILE).read_bytes()
    found: dict[str, str | int] = json.loads(zstandard.ZstdDecompressor().decompress(packed, max_output_size=1 << 22))
    return found


def variables_of(python: Interpreter, own: Mapping[str, str | int], target: Target) -> dict[str, str | int]:
    """`own`, the interpreter's build-time variables, with the recorded ones laid over those that tell of the build machine."""
    laid_over = {
        name: _adapted(value, python, target) for name, value in recorded().items() if _replaces(name, value, own)
    }
    return {**own, **laid_over}


def _replaces(name: str, value: str | int, own: Mapping[str, str | int]) -> bool:
    telling = isinstance(value, str) and any(mark in value for mark in _TELLING)
    return name in _ALWAYS or (telling and name in own)


def _adapted(value: str | int, python: Interpreter, target: Target) -> str | int:
    if isinstance(value, int):
        return value
    minor = python.minor_text
    value = value.replace(_NOT_SO_HERE, "").replace(_VERSION, python.version)
    # python3.9 names folders and libraries with the ABI flags (python3.13t), as do config-3.9 and libpython3.9.
    value = re.sub(rf"(python|config-){re.escape(_MINOR)}(?!\d|\.\d)", rf"\g<1>{minor}{python.abiflags}", value)
    value = value.replace(f"-{_PLAIN}-", f"-{minor.replace('.', '')}{python.abiflags}-")
    value = value.replace(_MULTIARCH, python.text("MULTIARCH") or _MULTIARCH)
    value = value.replace(_GNU_TYPE, target.triple)
    level = f"-march=x86-64-{target.variant}" if target.variant else ""
    return value.replace(f"{_MARCH} ", f"{level} " if level else "").replace(_MARCH, level)
