"""Trees of any size in the shape of a real Python, made of one's files: what `bench_linear.py` compares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

Differing = Literal["nothing", "little", "everything"]

# What every tree has once, whatever its size. By os.py and Python.h a Python is known.
_ONCE = (
    "bin/python3.*",
    "lib/python3.*/os.py",
    "include/python3.*/Python.h",
    "lib/python3.*/_sysconfigdata_*.py",
    "lib/python3.*/config-*/Makefile",
    "include/python3.*/pyconfig.h",
    "lib/pkgconfig/python-3*.pc",
)
_FLAGS = re.compile(rb"(?m)^([ {]'\w*(?:FLAGS|LIBS|OBJS|SHARED|CC)\w*': '|\w*(?:FLAGS|LIBS|OBJS|SHARED|CC)\w*=[ \t]*)")
"""Up to the value of a variable of compiler or linker, in a line of sysconfig or Makefile."""


@dataclass(frozen=True, slots=True)
class Donor:
    """The files of a real Python that the trees are made of, by kind."""

    minor: str
    """`3.12`"""
    once: Mapping[str, bytes]
    """Path -> bytes."""
    modules: Sequence[bytes]
    headers: Sequence[bytes]
    extensions: Sequence[bytes]
    multiarch: str


def donor(prefix: Path) -> Donor:
    """Raises OSError, and IndexError when `prefix` has not what a Python has."""
    library = next(path for path in sorted(prefix.glob("lib/python3.*")) if path.is_dir())
    minor = library.name.removeprefix("python")
    found = [path for pattern in _ONCE for path in sorted(prefix.glob(pattern))]
    extensions = sorted(library.glob("lib-dynload/*.so"))
    return Donor(
        minor,
        {path.relative_to(prefix).as_posix(): path.read_bytes() for path in found if not path.is_symlink()},
        _contents(chain(*(library.glob(pattern) for pattern in ("*.py", "asyncio/*.py", "email/*.py", "json/*.py")))),
        _contents(prefix.glob(f"include/python{minor}/**/*.h")),
        _contents(extensions),
        extensions[0].name.removesuffix(".so").partition(".")[2],
    )


def _contents(paths: Iterator[Path] | Sequence[Path]) -> list[bytes]:
    return [path.read_bytes() for path in sorted(paths)]


def write(root: Path, files: int, donor: Donor, differing: Differing = "nothing", padding: int = 0) -> None:
    """A tree of `files` files and links at `root`: of fifty, one extension module, five headers, one link, modules else.

    With "little" one file in a hundred has other contents and one in a thousand another name than with "nothing"; with
    "everything" all have other contents, one in ten another name, and the variables of compiler and linker other values.
    `padding` is in bytes, for each file.
    """
    for path, data in donor.once.items():
        _write(root / path, _FLAGS.sub(rb"\1-DOTHER ", data) if differing == "everything" else data)
    for number in range(files - len(donor.once)):
        path, made = _one(number, donor, differing)
        if made is None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).symlink_to("__init__.py")
        else:
            _write(root / path, made + _pad(made, padding))


def _one(number: int, donor: Donor, differing: Differing) -> tuple[str, bytes | None]:
    """Path and bytes of one file; None for a link."""
    changed = {"nothing": False, "little": number % 100 == 50, "everything": True}[differing]
    renamed = {"nothing": False, "little": number % 1000 == 9, "everything": number % 10 == 9 or number % 500 == 0}[
        differing
    ]
    name = f"m{number}{'x' if renamed else ''}"
    folder, library = f"part{number // 1000}/of{number // 40}", f"lib/python{donor.minor}"
    kind = number % 50
    if kind == 0:
        # Another module's bytes, so that what it is linked with differs too.
        data = donor.extensions[(number // 50 + changed) % len(donor.extensions)]
        return f"{library}/lib-dynload/_{name}.{donor.multiarch}.so", data + str(number).encode()
    if kind <= 5:
        data = donor.headers[number % len(donor.headers)]
        return f"include/python{donor.minor}/{folder}/{name}.h", _marked(data, b"/* %d%s */\n", number, changed)
    if kind == 6:
        return f"{library}/{folder}/{name}.py", None
    return f"{library}/{folder}/{name}.py", _marked(
        donor.modules[number % len(donor.modules)], b"# %d%s\n", number, changed
    )


def _marked(data: bytes, mark: bytes, number: int, changed: bool) -> bytes:
    return mark % (number, b" other" if changed else b"") + data


def _pad(data: bytes, size: int) -> bytes:
    """`size` more bytes of the same kind."""
    return (data * (size // len(data) + 1))[:size] if size else b""


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
