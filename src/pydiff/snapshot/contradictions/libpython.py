"""The libpython that a link would take: where sysconfig says it is, it is not."""

from __future__ import annotations

from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside


def find(beside: Beside) -> Iterator[Contradiction]:
    yield from _shared(beside)
    yield from _static(beside)
    yield from _windows(beside)


def _shared(beside: Beside) -> Iterator[Contradiction]:
    libdir, name = beside.text("LIBDIR"), beside.text("LDLIBRARY")
    # A framework build names `Python.framework/Versions/3.9/Python`, which is relative to another folder. Where LIBDIR itself is not
    # there, `places` says so.
    claimed = beside.text("Py_ENABLE_SHARED") == "1" and name and "/" not in name and libdir and beside.has(libdir)
    if claimed and not beside.has(f"{libdir}/{name}"):
        folders = [path.rpartition("/")[0] for path in beside.named(name)]
        real = f"{beside.prefix}/{folders[0]}".rstrip("/") if folders else ""
        yield Contradiction(
            "sysconfig",
            "LDLIBRARY",
            f"{libdir}/{name}",
            f"it is in {real}" if real else "no such file",
            f"linking against Python with -L{libdir} fails, though sysconfig says it was built with a shared library",
            (f"LDFLAGS=-L{real}",) if real else (),
            "breaks",
        )


def _static(beside: Beside) -> Iterator[Contradiction]:
    name, shared = beside.text("LIBRARY"), beside.text("LDLIBRARY")
    places = (beside.text("LIBDIR"), beside.text("LIBPL"))
    if (
        not name.endswith(".a")
        or beside.named(name)
        or any(place and beside.has(f"{place}/{name}") for place in places)
    ):
        return
    only = not shared or shared == name
    remedy = (
        "python-build-standalone: the full archive of the release holds it, as objects of its own LLVM where it was built with LTO",
    )
    yield Contradiction(
        "sysconfig",
        "LIBRARY",
        name,
        "no such file in the tree",
        "a build that links the static library fails"
        + ("" if only else "; one that links the shared library does not notice"),
        (
            *(() if only else (f"link {shared} instead",)),
            *(remedy if beside.released else ()),
        ),
        "changes",
    )


def _windows(beside: Beside) -> Iterator[Contradiction]:
    """There no variable says where it is: a linker is given `libs`, and pyconfig.h names the library."""
    files = beside.facts("files")
    digits = beside.minor.replace(".", "")
    names = {f"python{digits}{flags}{debug}" for flags in ("", "t") for debug in ("", "_d")}
    if "python.exe" not in files:
        return
    if not any(f"libs/{name}.lib" in files for name in names):
        yield Contradiction(
            "files",
            f"libs/python{digits}.lib",
            "pyconfig.h asks the linker for it",
            "no such file in the tree",
            f"no extension can be linked: `LNK1104: cannot open file 'python{digits}.lib'`",
            (),
            "breaks",
        )
    if not any(f"{name}.dll" in files for name in names):
        yield Contradiction(
            "files",
            f"python{digits}.dll",
            "python.exe and every extension load it",
            "no such file in the tree",
            "the interpreter does not start, unless it was linked statically; then it loads no extension",
            (),
            "breaks",
        )
