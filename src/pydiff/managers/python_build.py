"""Which Pythons python-build could compile on a day: what mise resolves `3.9` by, unless it is told never to compile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydiff import data
from pydiff.managers import eras
from pydiff.managers.wanted import is_final
from pydiff.model.settings import Settings

# mise 2024.10.2, which left them out first, is of the day before (mise#2716).
_HOST_HIDES_FREETHREADED = "2024-10-13"
_FINAL = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(t?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Definitions:
    """Of one minor version."""

    names: frozenset[str]
    """`3.9.21`, `3.14.0rc2`, `3.13.0t`; the oldest have two numbers: `2.6`."""
    source: str
    """For notes: "pyenv's definitions of 2024-12-02"."""
    hides_freethreaded: bool
    """Whether mise leaves `3.13.0t` out when it looks for the newest; asked for by name it is always found."""

    def newest(self, minor: str) -> str:
        """What mise takes for `3.9`: a definition of exactly that name, else the last final one in pyenv's order; "" for none.

        In that order `3.13.0t` comes after `3.13.0`.
        """
        if minor in self.names:
            return minor
        finals = (name for name in self.names if _FINAL.fullmatch(name))
        return max(
            (name for name in finals if not (self.hides_freethreaded and name[-1] == "t")), key=_place, default=""
        )


def known(version: str, minor: str, names: Iterable[str], settings: Settings) -> Definitions:
    """What this mise is told of a minor version on the day. After the end of the table, pyenv is taken to know what PBS has released.

    `names` are those of mise's list, which may be newer than the shipped tables.
    """
    table = data.pyenv_definitions()
    day = settings.as_of.isoformat() if settings.as_of else "9999-12-31"
    found = {name for name in table.on(day) if name == minor or name.startswith(f"{minor}.")}
    source = f"pyenv's definitions of {min(day, table.until)}"
    if day > table.until:
        found |= _released(minor, day.replace("-", ""), (*data.pbs_assets(), *names))
        source += ", and later versions that PBS had released for any platform"
    if eras.MISE_ASKS_VERSIONS_HOST.at(version):
        source += ", which this mise reads from mise-versions.jdx.dev/python, where they come some hours later"
    # The list on that host is made by a mise of the day.
    hides = eras.MISE_HIDES_FREETHREADED_DEFINITIONS.at(version) or day >= _HOST_HIDES_FREETHREADED
    return Definitions(frozenset(found), source, hides)


def _released(minor: str, tag: str, names: Iterable[str]) -> set[str]:
    """The final versions in names up to that tag."""
    prefix = f"cpython-{minor}."
    # Names from before 2022 have no tag here, and are older than every day that can be asked for.
    pairs = (name[8:].partition("-")[0].partition("+") for name in names if name.startswith(prefix))
    return {version for version, _, released in pairs if is_final(version) and released <= tag}


def _place(name: str) -> tuple[int, int, int, str]:
    match = _FINAL.fullmatch(name)
    if match is None:
        raise ValueError(f"not a final version of CPython: {name!r}")
    return int(match[1]), int(match[2]), int(match[3] or 0), match[4]
