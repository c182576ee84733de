"""Making system files absent for a build, without touching the system.

A bind mount can cover a file but not remove it: a covered `libpython3.11.so` makes the linker complain about its format or its
permissions, which is not what a machine without it says. So the folder that holds it is replaced by one made of links to everything
else; there the file does not exist, and every tool says so in its own words. Measured for the 1,077 entries of Debian's
/usr/lib/x86_64-linux-gnu: about 20 ms per sandbox start, nothing per compiler call.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydiff.build.sandbox.interface import Farm

# An interpreter finds its prefix from where it really is: behind a link it would find another one.
_INTERPRETER = re.compile(r"python[0-9.]*t?$")
_ORIGINALS = "/tmp/.hidden"  # noqa: S108 - a name inside the sandbox's private /tmp


def make_farms(hidden: Iterable[str], folder: Path) -> tuple[Farm, ...]:
    """Stand-ins, made in the host folder `folder`, for every system folder that holds one of the `hidden` paths."""
    names: dict[str, set[str]] = defaultdict(set)
    for path in hidden:
        directory = os.path.realpath(Path(path).parent)
        if Path(directory, Path(path).name).is_symlink() or Path(path).exists():
            names[directory].add(Path(path).name)
    return tuple(
        _make_farm(directory, found, folder, number) for number, (directory, found) in enumerate(sorted(names.items()))
    )


def _make_farm(directory: str, hidden: set[str], folder: Path, number: int) -> Farm:
    links = folder / str(number) / "links"
    links.mkdir(parents=True)
    place = f"{_ORIGINALS}/{number}"
    original = place + directory
    spine = _make_spine(directory, folder / str(number) / "spine")
    mounted: list[str] = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name in hidden:
                continue
            copy = links / entry.name
            if entry.is_symlink():
                copy.symlink_to(Path(entry.path).readlink())
            elif entry.is_dir():
                copy.mkdir()
                mounted.append(entry.name)
            elif _INTERPRETER.match(entry.name):
                copy.touch()
                mounted.append(entry.name)
            else:
                copy.symlink_to(f"{original}/{entry.name}")
    return Farm(
        directory=directory,
        links=str(links),
        place=place,
        spine=str(spine),
        original=original,
        mounted=tuple(sorted(mounted)),
        hidden=tuple(sorted(f"{directory}/{name}" for name in hidden)),
    )


def _make_spine(directory: str, spine: Path) -> Path:
    """The folders above `directory`, with links to everything beside it.

    A tool that is reached through a link looks for its parts beside where the link leads: gcc for `../lib/gcc/…/cc1`.
    """
    spine.mkdir()
    real = Path("/")
    copy = spine
    for part in Path(directory).parts[1:]:
        for beside in real.iterdir():
            if beside.name != part:
                (copy / beside.name).symlink_to(beside)
        real, copy = real / part, copy / part
        copy.mkdir()
    return spine


def absolute(names: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Where the tools called `names` are in `folders` (those of PATH); an absolute path stays what it is.

    What is absent already needs no hiding, and is left out.
    """
    places = [
        place for name in names for place in ([name] if name.startswith("/") else [f"{one}/{name}" for one in folders])
    ]
    return [place for place in places if Path(place).exists()]


def system_python_libraries(minors: Sequence[str], folders: Sequence[str] = ()) -> list[str]:
    """The link-time names of a system Python of one of the versions `minors` ("3.11"), in the linker's default folders.

    Such a library is a third Python that both builds would link against without anyone noticing: with Debian's
    libpython3.11-dev, `-L/install/lib -lpython3.11` links although /install/lib does not exist.
    """
    found: dict[str, None] = {}
    for folder in folders or _linker_folders():
        for minor in minors:
            for suffix in ("", "t", "d", "td"):
                for ending in (".so", ".a"):
                    path = Path(folder, f"libpython{minor}{suffix}{ending}")
                    if path.exists() or path.is_symlink():
                        found[os.path.join(os.path.realpath(folder), path.name)] = None  # noqa: PTH118 - the last part may be a link and must stay one
    return list(found)


def _linker_folders() -> list[str]:
    roots = [Path(root) for root in ("/usr/lib", "/lib", "/usr/local/lib", "/usr/lib64", "/lib64", "/usr/local/lib64")]
    nested = [child for root in roots if root.is_dir() for child in sorted(root.glob("*-linux-*")) if child.is_dir()]
    return [str(folder) for folder in (*roots, *nested) if folder.is_dir()]
