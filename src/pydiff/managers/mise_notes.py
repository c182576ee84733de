"""What a reader must know of mise's answer, and the sentences for what it does not give."""

from __future__ import annotations

from datetime import datetime

from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras
from pydiff.managers.mise_list import Listed
from pydiff.model.settings import Settings
from pydiff.model.spec import VersionRequest
from pydiff.model.target import Target

# PBS's release workflow attests what it uploads since python-build-standalone#517; its builds alone, which are full archives, were
# attested since 20250115.
_ATTESTED_SINCE = "20250212"
_FULL_ATTESTED_SINCE = "20250115"
# No release was published longer after the day in its tag.
_PUBLISHED_WITHIN = 3


def of_archive(row: Listed, version: str, target: Target, settings: Settings) -> list[str]:
    """Notes for an archive that this mise takes from its list."""
    full = row.name.endswith(".zst")
    notes = []
    if "freethreaded" in row.name:
        fails = ", and fails on it" if eras.MISE_REWRITES_SYSCONFIG.at(version) else ""
        notes.append(
            f"mise {version} takes the free-threaded archive for the ordinary one{fails} (mise#8672, mended in 2026.3.10)"
        )
    if full and eras.MISE_UNPACKING.at(version).full == "refused":
        notes.append(
            f"mise {version} takes the last line of its list for a version, since 2024-12-14 that of a full archive, which it cannot unpack: "
            "its install fails; on an earlier day (--as-of) the list had others alone"
        )
    if (
        settings.as_of
        and (settings.as_of - datetime.strptime(f"{row.tag}+0000", "%Y%m%d%z").date()).days <= _PUBLISHED_WITHIN
    ):
        notes.append(
            f"PBS {row.tag} is taken to be there from the day in its name on; releases were published up to some days later, "
            "and mise's list is made again every twelve hours"
        )
    attested = _FULL_ATTESTED_SINCE if full else _ATTESTED_SINCE
    if eras.MISE_ASKS_ATTESTATIONS.at(version) and row.tag < attested:
        notes.append(
            f"PBS attested no such archive before {attested}, so mise {version} fails on this one unless told "
            "python.github_attestations=false"
        )
    if target.variant:
        notes.append(f"only when told python.precompiled_arch=x86_64_{target.variant}")
    if target.os == "windows" and target.arch == "aarch64" and row.name.find("x86_64") > 0:
        notes.append("mise before 2026.4.7 takes the x86_64 build on Windows on ARM")
    notes.append("mise itself compares no checksum unless a lockfile has one")
    return notes


def alpine(python: str, row: Listed | None) -> str:
    told = f"; told python.compile=false it would take {row.name}" if row else ""
    return f"on Alpine mise compiles from source by default: python-build {python}{told}"


def foreign(version: str, asked: str, target: Target) -> str:
    """Why it compiles where it asks for a platform that PBS does not have. Raises NoSuchBuildError where mise fails instead."""
    if "{triple}" in eras.MISE_LISTS.at(version):
        raise NoSuchBuildError(
            f"mise {version} asks for a list of Pythons for {asked} on {target}, which there is none of, and fails",
            hint=f"told python.precompiled_arch and python.precompiled_os it takes builds for {target.triple}: `pbs:` shows them",
        )
    return (
        f"mise {version} asks for {asked} on {target}, for which PBS builds nothing, so it compiles with python-build"
    )


def no_variant(request: VersionRequest, target: Target) -> NoSuchBuildError:
    if request.variant != "freethreaded":
        return NoSuchBuildError("mise has no debug builds of Python", hint=f"uv >= 0.8.18 does: uv:{request}")
    named = f"name the whole version, as in mise:{request.minor_text}.0t: mise compiles it with python-build"
    return NoSuchBuildError(
        f"mise finds no Python {request} for {target}: it has no precompiled free-threaded ones",
        hint=f"uv has: uv:{request}" if target.os == "windows" else named,
    )
