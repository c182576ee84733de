"""mise: the newest PBS build of a version, by a list it fetches; python-build (compiled from source) where that list has none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras, given, mise_list
from pydiff.managers.assets import parse_asset_name, release_url
from pydiff.managers.changes import LinkPython, RewriteSysconfig
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.mise_list import Listed
from pydiff.managers.names_list import NamesList
from pydiff.managers.uv_list import known_hash
from pydiff.managers.versions import Tool, choose, on_path
from pydiff.managers.wanted import exact, is_final, listed, newest, order
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import Compiled, ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Request, Spec, VersionRequest

TOOL = Tool(
    name="mise",
    first="2024.1.30",
    why_first="before 2024.1.30 mise compiled every Python from source",
    find=lambda: on_path("mise"),
)
ORIGIN = "https://github.com/{org}/python-build-standalone/releases/download"


@dataclass(frozen=True, slots=True)
class Mise:
    name: str = "mise"
    versioned: bool = True
    requests: tuple[type[Request], ...] = given.REQUESTS

    def choose_version(self, spec: Spec, settings: Settings) -> ManagerChoice:
        return choose(TOOL, spec, settings)

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        treatment = Treatment(
            choice=choice,
            changes=lambda python: changes(choice.version, python),
            install_name=lambda python: python.version,
        )

        def select(request: VersionRequest) -> Resolution:
            return _Selection(spec, request, choice, settings).resolution(treatment)

        return given.resolution(spec, treatment, select)


MISE = Mise()


def changes(version: str, python: Python) -> tuple[Change, ...]:
    """What mise of this version does to the tree; nothing on Windows."""
    if python.target.os == "windows":
        return ()
    link = LinkPython("python3", absolute=True, replaces=eras.MISE_REPLACES_LINK.at(version))
    if not eras.MISE_REWRITES_SYSCONFIG.at(version):
        return (link,)
    # `0rc2` of 3.14.0rc2 loses its first number, so mise before 2025.8.14 looks into lib/python3.14rc2 (mise#6069).
    rest = python.version.split(".")[2].lstrip("0123456789")
    names = (form.format(minor=python.minor_text, rest=rest) for form in eras.MISE_SYSCONFIG_FOLDERS.at(version))
    rewrite = RewriteSysconfig(
        folders=tuple(dict.fromkeys(f"lib/{name}" for name in names)),
        prefix_words=True,
        drop_isysroot=True,
        compilers=eras.MISE_COMPILERS,
        ar="ar",
        doubles_backslashes=True,
        tool="mise",
    )
    return (rewrite, link)


@dataclass(frozen=True, slots=True)
class _Selection:
    """One question: which archive, or would it compile?"""

    spec: Spec
    request: VersionRequest
    choice: ManagerChoice
    settings: Settings

    def resolution(self, treatment: Treatment) -> Resolution:
        version, target = self.choice.version, self.spec.target
        if self.request.variant == "debug" or "+" in self.request.variant:
            raise NoSuchBuildError("mise has no debug builds of Python", hint=f"uv >= 0.8.18 does: uv:{self.request}")
        names = mise_list.offered(version, target, self.settings)
        rows = mise_list.readable(names.names, version, target)
        known = mise_list.known_pythons(self.request.minor_text, names.names, self.settings)
        if target.os == "windows":
            python = self._from_list(rows, names)
        else:
            python = self._from_python_build(rows, known, names)
            reason = self._why_compiled(python, rows)
            if reason:
                self._check_tag(None)
                return Compiled(self.spec, self.choice, python, reason, names.notes)
        row = mise_list.pick(rows, python, version)
        if row is None:
            raise self._nothing(rows, names)
        self._check_tag(row)
        return given.prebuilt(self.spec, _asset(row, version), treatment, (*names.notes, *self._notes(row)))

    def _from_list(self, rows: list[Listed], names: NamesList) -> str:
        """On Windows versions come from the list itself."""
        chosen = newest(rows, self.request, lambda row: row.version)
        if chosen is None or self.request.variant or not (exact(self.request) or is_final(chosen.version)):
            raise self._nothing(rows, names)
        return chosen.version

    def _from_python_build(self, rows: list[Listed], known: set[str], names: NamesList) -> str:
        """Elsewhere from python-build's definitions, which hold every CPython. Raises NoSuchBuildError for one that never was."""
        wanted = exact(self.request)
        newest_known = mise_list.newest_known(known)
        if not wanted:
            if not newest_known:
                raise self._nothing(rows, names)
            return newest_known
        if self.request.prerelease:
            if any(row.version == wanted for row in rows):
                return wanted
            raise self._nothing(rows, names)
        if not newest_known or order(wanted) > order(newest_known):
            raise self._nothing(rows, names)
        return wanted

    def _why_compiled(self, python: str, rows: list[Listed]) -> str:
        version = self.choice.version
        if self.request.variant:
            return f"mise has no precompiled free-threaded Pythons: it builds {python}t from source with python-build"
        if eras.MISE_COMPILES.at(version):
            return f"mise {version} compiled from source unless told not to (2024.11.7 to 2024.11.9): python-build {python}"
        if mise_list.pick(rows, python, version) is None:
            there = listed(row.version for row in rows if row.version.startswith(f"{self.request.minor_text}."))
            return (
                f"mise's list has no {python} for {self.spec.target} (it has {there or 'no ' + self.request.minor_text}), "
                f"so mise would compile it with python-build"
            )
        return ""

    def _check_tag(self, row: Listed | None) -> None:
        """The newest build there is gets taken; another can be had only by a lockfile."""
        tag = self.request.tag
        if tag and (row is None or row.tag != tag):
            takes = f"it would take {row.version}+{row.tag}" if row else "it would compile this version from source"
            raise NoSuchBuildError(
                f"mise cannot be asked for a build date: {self.request}",
                hint=f"{takes}; `pbs:{self.request}` takes the archive itself, and --as-of may lead mise to it",
            )

    def _notes(self, row: Listed) -> tuple[str, ...]:
        notes = []
        if "freethreaded" in row.name:
            notes.append(
                f"mise {self.choice.version} takes the free-threaded archive for the ordinary one (mise#8672, mended in 2026.3.10)"
            )
        if self.spec.target.libc == "musl":
            notes.append("on Alpine mise compiles from source by default; this is what it takes when told not to")
        elif self.spec.target.os != "windows" and not exact(self.request):
            notes.append(
                f"mise asks python-build which {self.request.minor_text} is the newest; "
                "pydiff takes the newest that PBS had released for any platform"
            )
        return tuple(notes)

    def _nothing(self, rows: list[Listed], names: NamesList) -> NoSuchBuildError:
        version, target, minor = self.choice.version, self.spec.target, self.request.minor_text
        if not mise_list.platform(version, target):
            return NoSuchBuildError(
                f"mise {version} has no precompiled Python for Windows", hint="it came with mise 2024.8.10"
            )
        same = listed(row.version for row in rows if row.version.startswith(f"{minor}."))
        minors = sorted(
            {".".join(row.version.split(".")[:2]) for row in rows}, key=lambda text: [*map(int, text.split("."))]
        )
        there = f"it has {same}" if same else f"it has Python {', '.join(minors) or 'none at all'}"
        return NoSuchBuildError(
            f"mise {version} finds no Python {self.request} for {target} in {names.source}", hint=there
        )


def _asset(row: Listed, version: str) -> Asset:
    asset = parse_asset_name(row.name)
    base = ORIGIN.format(org=eras.MISE_ORG.at(version))
    sha256, source = known_hash(row.name)
    return replace(
        asset, urls=(release_url(row.tag, row.name, base=base, encoded=False),), sha256=sha256, hash_source=source
    )
