"""What uv does to a tree: once after extraction, and again each time it is told to install what is there already.

Sources: uv's `crates/uv-python/src/{downloads,managed}.rs` and `crates/uv/src/commands/python/install.rs` at its tags.
"""

from __future__ import annotations

from pydiff.managers import eras
from pydiff.managers.changes import (
    CopyPythonExe,
    LinkPython,
    MarkExternallyManaged,
    RewritePkgConfig,
    RewriteSysconfig,
    SetInstallName,
    WriteBuildFile,
)
from pydiff.managers.interface import Python
from pydiff.model.change import Change
from pydiff.model.resolution import Unpacking


def unpacking(version: str) -> Unpacking:
    return Unpacking(modes=eras.UV_MODES.at(version), hard_links=eras.UV_TAKES_HARD_LINKS.at(version))


def changes(version: str, python: Python) -> tuple[Change, ...]:
    """What uv of this version does to the tree of an archive, in its order."""
    links: tuple[Change, ...] = ()
    if python.target.os != "windows" and eras.UV_LINKS_PYTHON.at(version):
        # Without the `t` or `d` of other variants, so in such a tree that brings no link it leads nowhere.
        links = (LinkPython(f"python{python.minor_text}", absolute=False, replaces=False),)
    build: tuple[Change, ...] = ()
    if python.tag and eras.UV_WRITES_BUILD.at(version):
        build = (WriteBuildFile(python.tag),)
    return (*links, *_ensured(version, python), *build, *_install_name(version, python))


def again(version: str, python: Python) -> tuple[Change, ...]:
    """What `uv python install` of this version does to a tree that any uv installed before."""
    if not eras.UV_ENSURES_AGAIN.at(version):
        return ()
    links: tuple[Change, ...] = ()
    if python.target.os != "windows":
        links = (LinkPython(_interpreter(python), absolute=True, replaces=False),)
    return (*_ensured(version, python), *links, *_install_name(version, python))


def notes(version: str, python: Python) -> tuple[str, ...]:
    if not _install_name(version, python):
        return ()
    said = (
        f"the install name of {_libpython(python)} is set as the published source of Apple's install_name_tool has it"
    )
    return (
        f"{said}; pydiff was not compared with the tool itself, and on a Mac without it uv leaves the library as released",
    )


def _ensured(version: str, python: Python) -> tuple[Change, ...]:
    # Since 0.2.12, so every uv that can be imitated.
    made: list[Change] = [MarkExternallyManaged(python.stdlib)]
    if python.target.os == "windows":
        if "freethreaded" in python.variant and eras.UV_COPIES_PYTHON_EXE.at(version):
            made.append(CopyPythonExe(f"{_interpreter(python)}.exe"))
        return tuple(made)
    if eras.UV_REWRITES_SYSCONFIG.at(version):
        made.append(
            RewriteSysconfig(
                folders=(python.stdlib,),
                prefix_words=True,
                drop_isysroot=True,
                compilers=eras.UV_COMPILERS.at(version),
                ar=eras.UV_AR.at(version),
                doubles_backslashes=eras.UV_DOUBLES_BACKSLASHES.at(version),
                whole_folder=eras.UV_REWRITES_WHOLE_FOLDER.at(version),
            )
        )
    if form := eras.UV_PKGCONFIG.at(version):
        made.append(RewritePkgConfig(relocatable=form == "relocatable"))
    return tuple(made)


def _install_name(version: str, python: Python) -> tuple[Change, ...]:
    if python.target.os == "macos" and eras.UV_SETS_INSTALL_NAME.at(version):
        return (SetInstallName(_libpython(python)),)
    return ()


def _interpreter(python: Python) -> str:
    """`python3.13t`"""
    letters = (letter for letter, option in (("t", "freethreaded"), ("d", "debug")) if option in python.variant)
    return f"python{python.minor_text}{''.join(letters)}"


def _libpython(python: Python) -> str:
    """There is one dynamic library on macOS, and it is named like the interpreter."""
    return f"lib/lib{_interpreter(python)}.dylib"
