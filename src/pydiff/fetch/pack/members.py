"""Which files of a local interpreter belong into an archive, where they go, and what is done to them on the way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydiff.errors import PackError
from pydiff.fetch.pack.binaries import MAGIC, relocatable
from pydiff.fetch.pack.rewrite import Rewriter, write_sysconfigdata
from pydiff.interpreter import Interpreter

_SCRIPTS = re.compile(r"(python3?(\.\d+)?[td]*-config|pip3?(\.\d+)?|(2to3|idle|pydoc)3?(-?3?\.\d+)?)")
# What a release leaves out of install_only: tests since 20220802, their extensions since 20260324. The last is Debian's and uv's.
_LEFT_OUT = re.compile(
    r"(.*/)?(__pycache__|tests?|idle_test)(/.*)?|lib-dynload/(_test|_ctypes_test|xxlimited).*"
    r"|config-[^/]*/libpython.*|sitecustomize\.py|EXTERNALLY-MANAGED|(site|dist)-packages(/.*)?"
)
_PIP = re.compile(r"pip(-[^/]*\.dist-info)?")


@dataclass(frozen=True, slots=True)
class Member:
    """One file or link of the archive's tree."""

    path: str
    """Relative to the prefix."""
    mode: int = 0o644
    content: Callable[[], bytes] | None = None
    """None for a link."""
    link: str = ""


def members(python: Interpreter, rewriter: Rewriter) -> list[Member]:
    """Sorted by path, each path once. Raises PackError when a part is missing."""
    found: dict[str, Member] = {}
    for member in (
        *_binaries(python),
        *_scripts(python, rewriter),
        *_headers(python),
        *_stdlib(python, rewriter),
        *_pip(python),
        *_pkgconfig(python, rewriter),
    ):
        found.setdefault(member.path, member)
    return [found[path] for path in sorted(found)]


def libpython(python: Interpreter) -> Path:
    """The shared library of the interpreter. Raises PackError when there is none."""
    name = python.text("INSTSONAME") or python.text("LDLIBRARY")
    folders = [Path(python.text("LIBDIR")), python.prefix / "lib", python.prefix / "lib64"]
    if multiarch := python.text("MULTIARCH"):
        folders.append(python.prefix / "lib" / multiarch)
    for folder in folders:
        path = folder / name
        if ".so" in name and path.is_file():
            return path
    raise PackError(
        f"{python.executable} has no shared libpython{python.minor_text}, and every released standalone build has one",
        hint=f"build it with --enable-shared (pyenv does), or install the package that holds libpython{python.minor_text}.so.1.0, such as python{python.minor_text}-dev",
    )


def _binaries(python: Interpreter) -> Iterator[Member]:
    name = f"python{python.minor_text}{python.abiflags}"
    library = libpython(python)
    soname = f"lib{name}.so.1.0"
    executable = python.executable.resolve()
    yield Member(f"bin/{name}", 0o755, partial(relocatable, executable, finds_library=True))
    # Since 20240224 there is bin/python.
    for alias in dict.fromkeys(("python", "python3", f"python{python.minor_text}")):
        if alias != name:
            yield Member(f"bin/{alias}", link=name)
    yield Member(f"lib/{soname}", 0o755, partial(relocatable, library))
    yield Member(f"lib/lib{name}.so", link=soname)
    stub = library.with_name(f"libpython3{python.abiflags}.so")
    if stub.is_file():
        yield Member(f"lib/{stub.name}", 0o755, partial(relocatable, stub, finds_library=True))


def _scripts(python: Interpreter, rewriter: Rewriter) -> Iterator[Member]:
    folder = python.prefix / "bin"
    for path in sorted(folder.iterdir()):
        if not _SCRIPTS.fullmatch(path.name) or not path.is_file():
            continue
        target = path.resolve()
        if path.is_symlink() and target.parent == folder.resolve() and _SCRIPTS.fullmatch(target.name):
            yield Member(f"bin/{path.name}", link=target.name)
        elif path.name.endswith("-config"):
            yield Member(f"bin/{path.name}", 0o755, partial(_rewritten, target, rewriter.assignments))
        else:
            yield Member(f"bin/{path.name}", 0o755, partial(_rewritten, target, rewriter.script))


def _headers(python: Interpreter) -> Iterator[Member]:
    folder = Path(python.paths["include"])
    name = f"include/python{python.minor_text}{python.abiflags}"
    if not (folder / "Python.h").is_file():
        raise PackError(
            f"{python.executable} has no headers in {folder}, so nothing could be built with it",
            hint=f"install the package that holds them, such as python{python.minor_text}-dev",
        )
    # Debian's pyconfig.h only includes the one of the machine, which lies elsewhere.
    machine = folder.parent / python.text("MULTIARCH") / folder.name / "pyconfig.h"
    if machine.is_file():
        yield Member(f"{name}/pyconfig.h", content=machine.read_bytes)
    for path, below in _files(folder):
        yield Member(f"{name}/{below}", content=path.read_bytes)


def _stdlib(python: Interpreter, rewriter: Rewriter) -> Iterator[Member]:
    folder = Path(python.paths["stdlib"])
    name = f"lib/python{python.minor_text}{python.abiflags}"
    sysconfigdata = python.sysconfigdata.resolve()
    makefile = python.makefile.resolve()
    for path, below in _files(folder):
        mode = 0o755 if os.access(path, os.X_OK) else 0o644
        if path == sysconfigdata:
            yield Member(f"{name}/{below}", content=partial(write_sysconfigdata, rewriter.values))
        elif path.is_symlink():
            yield Member(f"{name}/{below}", link=str(path.readlink()))
        elif path == makefile:
            yield Member(f"{name}/{below}", content=partial(_rewritten, makefile, rewriter.makefile))
        elif below.endswith("/python-config.py"):
            yield Member(f"{name}/{below}", 0o755, partial(_rewritten, path, rewriter.plain))
        elif below.startswith("lib-dynload/"):
            yield Member(f"{name}/{below}", 0o755, partial(_module, path))
        else:
            yield Member(f"{name}/{below}", mode, path.read_bytes)
    yield Member(f"{name}/lib-dynload/.empty", content=bytes)


def _module(path: Path) -> bytes:
    """An extension keeps the system libraries that it needs; only where to look for them is forgotten."""
    with path.open("rb") as file:
        return relocatable(path) if file.read(4) == MAGIC else path.read_bytes()


def _pip(python: Interpreter) -> Iterator[Member]:
    folder = Path(python.paths["stdlib"]) / "site-packages"
    name = f"lib/python{python.minor_text}{python.abiflags}/site-packages"
    if folder.is_dir():
        for top in sorted(folder.iterdir()):
            if _PIP.fullmatch(top.name) and top.is_dir():
                for path, below in _files(top):
                    yield Member(f"{name}/{top.name}/{below}", content=path.read_bytes)
    yield Member(
        f"{name}/README.txt",
        content=lambda: b"This directory exists so that 3rd party packages can be installed here.\n",
    )


def _pkgconfig(python: Interpreter, rewriter: Rewriter) -> Iterator[Member]:
    # A standalone build that no manager has touched says /install, which is nowhere.
    folders = (Path(python.text("LIBPC")), Path(python.text("LIBDIR"), "pkgconfig"), python.prefix / "lib/pkgconfig")
    folder = next((folder for folder in folders if folder.is_absolute() and folder.is_dir()), folders[-1])
    minor = re.escape(f"{python.minor_text}{python.abiflags}")
    for path in sorted(folder.glob("python*.pc")):
        if not re.fullmatch(rf"python(3|-{minor})(-embed)?\.pc", path.name):
            continue
        if path.is_symlink() and "/" not in str(path.readlink()):
            yield Member(f"lib/pkgconfig/{path.name}", link=str(path.readlink()))
        else:
            yield Member(f"lib/pkgconfig/{path.name}", content=partial(_rewritten, path, rewriter.assignments))


def _rewritten(path: Path, rewrite: Callable[[bytes], bytes]) -> bytes:
    return rewrite(path.read_bytes())


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file below `root` that a release would have, with its path below `root`. Links that stay in their folder are kept."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        relative = here.relative_to(root)
        folders[:] = sorted(name for name in folders if not _LEFT_OUT.fullmatch(str(relative / name)))
        for name in sorted(names):
            path, below = here / name, str(relative / name)
            if _LEFT_OUT.fullmatch(below) or not path.is_file():
                continue
            if path.is_symlink() and "/" in str(path.readlink()):
                # It leads elsewhere on this machine: the archive gets what it leads to.
                yield path.resolve(), below
            else:
                yield path, below
