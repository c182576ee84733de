"""Compilers and archivers that sysconfig names and that are not on this machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pydiff.model.snapshot import Contradiction
from pydiff.snapshot.beside import Beside, build_root
from pydiff.snapshot.contradictions import remedies

# Variable -> the name by which every system has such a tool; those a build asks for most come first.
TOOLS = {
    "CC": "cc", "CXX": "c++", "AR": "ar", "LDSHARED": "cc", "LDCXXSHARED": "c++", "BLDSHARED": "cc", "LINKCC": "cc", "RANLIB": "ranlib",
    "LD": "ld", "MAINCC": "cc", "STRIP": "strip", "NM": "nm", "READELF": "readelf", "OBJCOPY": "objcopy",
}  # fmt: skip
_CROSS = re.compile(r"/usr/bin/[\w-]+-(?:gcc|g\+\+)")
_PLAIN = {"cc": "clang", "c++": "clang++"}
_ASKED = frozenset({"CC", "CXX", "AR", "LDSHARED", "LDCXXSHARED"})


def find(beside: Beside) -> Iterator[Contradiction]:
    users: dict[str, dict[str, str]] = defaultdict(dict)
    for name in TOOLS:
        value = beside.text(name).strip()
        tool = value.partition(" ")[0]
        if tool and not tool.startswith(("-", "$", ":")) and not _is_here(beside, tool):
            users[tool][name] = value
    for tool, said in users.items():
        first = next(iter(said))
        yield Contradiction(
            "sysconfig",
            first,
            tool,
            "no such file" if "/" in tool else "no such program on PATH",
            f"a build that takes {first} from sysconfig cannot start it: `command '{tool}' failed: No such file or directory`",
            _remedies(beside, tool, first),
            "breaks" if first in _ASKED else "cosmetic",
            said,
        )


def _is_here(beside: Beside, tool: str) -> bool:
    """What a tree for another system asks for is not looked for here; what only its build machine had is nowhere."""
    if beside.foreign:
        return not build_root(tool)
    return beside.machine.exists(tool) if "/" in tool else beside.machine.which(tool) is not None


def _remedies(beside: Beside, tool: str, name: str) -> tuple[str, ...]:
    stand_in, short = TOOLS[name], tool.rpartition("/")[2]
    # setuptools takes each of these from the environment, and puts a CC from there in front of LDSHARED too.
    by_hand = f"{name}={stand_in}" if beside.foreign or beside.machine.which(stand_in) else f"install {short}"
    cross = _CROSS.fullmatch(tool) is not None or tool == "musl-clang"
    if not (cross or build_root(tool) or short in {"clang", "clang++", "musl-clang"}) or name not in _ASKED:
        return (by_hand,)
    plain = name == "AR" or tool == _PLAIN.get(stand_in)
    return (by_hand, *remedies.tool(stand_in, regressed=name in {"CC", "CXX"}, cross=cross, plain=plain))
