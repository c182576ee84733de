"""mise: the newest PBS build of a version, by a list it fetches; python-build (compiled from source) where that list has none.

Source: `src/plugins/core/python.rs` at mise's tags. Everything is told for mise's own settings: nothing set, no lockfile, nothing installed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras, given, mise_list, mise_notes, python_build
from pydiff.managers.archive_manager import ArchiveManager, Question
from pydiff.managers.assets import parse_asset_name, release_url
from pydiff.managers.changes import LinkPython, RewriteSysconfig
from pydiff.managers.changes.windows_programs import CopyPython3, WrapPip
from pydiff.managers.given import Treatment
from pydiff.managers.interface import Python
from pydiff.managers.mise_list import Listed
from pydiff.managers.names_list import NamesList
from pydiff.managers.python_build import Definitions
from pydiff.managers.uv_list import known_hash
from pydiff.managers.versions import Tool, on_path
from pydiff.managers.wanted import exact, is_final, listed, newest
from pydiff.model.asset import Asset
from pydiff.model.change import Change
from pydiff.model.resolution import Compiled, ManagerChoice, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec, VersionRequest

TOOL = Tool(
    name="mise",
    first="2024.1.30",
    why_first="before 2024.1.30 mise compiled every Python from source",
    find=lambda: on_path("mise"),
)
ORIGIN = "https://github.com/{org}/python-build-standalone/releases/download"


def treat(choice: ManagerChoice, _settings: Settings) -> Treatment:
    return Treatment(
        choice=choice,
        changes=lambda python: changes(choice.version, python),
        install_name=lambda python: python.version,
        unpacking=eras.MISE_UNPACKING.at(choice.version),
    )


def select(question: Question) -> Resolution:
    spec, request, choice, settings = question.spec, question.request, question.choice, question.settings
    return _Selection.of(spec, request, choice, settings).resolution(question.treatment)


def changes(version: str, python: Python) -> tuple[Change, ...]:
    """What mise of this version does to the tree."""
    if python.target.os == "windows":
        copied = (CopyPython3(),) if eras.MISE_COPIES_PYTHON3.at(version) else ()
        return (*copied, WrapPip()) if eras.MISE_WRAPS_PIP.at(version) else copied
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
    asked: str
    """The platform it asks for."""
    names: NamesList
    rows: list[Listed]
    """What it makes of the list."""
    definitions: Definitions

    @classmethod
    def of(cls, spec: Spec, request: VersionRequest, choice: ManagerChoice, settings: Settings) -> _Selection:
        """Raises NoSuchBuildError where this mise has no Pythons at all for the target."""
        version = choice.version
        asked = mise_list.platform(version, spec.target)
        if not asked:
            elsewhere = f"mise is not made for it; uv has Pythons for it: `uv:{request}#{spec.target}`"
            why = elsewhere if spec.target.arch == "x86" else eras.MISE_NOT_ON_WINDOWS.at(version)
            raise NoSuchBuildError(f"mise {version} has no precompiled Python for {spec.target}", hint=why)
        names = NamesList((), "mise's list")
        if mise_list.exists(asked, spec.target):
            names = mise_list.offered(version, asked, settings)
        rows = mise_list.readable(names.names, version, asked)
        definitions = python_build.known(version, request.minor_text, names.names, settings)
        return cls(spec, request, choice, settings, asked, names, rows, definitions)

    def resolution(self, treatment: Treatment) -> Resolution:
        version = self.choice.version
        python = self._python()
        if reason := self._why_compiled(python):
            if python not in self.definitions.names:
                raise self._nothing()
            self._check_tag(None)
            return Compiled(self.spec, self.choice, python, reason, self._notes(None))
        row = mise_list.pick(self.rows, python, version)
        if row is None:
            raise self._nothing()
        self._check_tag(row)
        return given.prebuilt(self.spec, _asset(row, version), treatment, self._notes(row))

    def _python(self) -> str:
        """The version it goes for: on Windows one of the list, elsewhere one that python-build knows. Raises NoSuchBuildError."""
        wanted = exact(self.request)
        if self.request.variant == "freethreaded" and wanted:
            return f"{wanted}t"
        if self.request.variant:
            raise mise_notes.no_variant(self.request, self.spec.target)
        if wanted:
            return wanted
        if self._from_list:
            row = newest(self.rows, self.request, lambda row: row.version)
            found = row.version if row and is_final(row.version) else ""
        else:
            found = self.definitions.newest(self.request.minor_text)
        if not found:
            raise self._nothing()
        return found

    @property
    def _from_list(self) -> bool:
        return self.spec.target.os == "windows" and not eras.MISE_ASKS_VERSIONS_HOST.at(self.choice.version)

    def _why_compiled(self, python: str) -> str:
        """Why it compiles, or "" when it does not. Raises NoSuchBuildError where it fails before it gets there."""
        version, target = self.choice.version, self.spec.target
        if target.os == "windows":
            return ""
        row = mise_list.pick(self.rows, python, version)
        if target.libc == "musl":
            return mise_notes.alpine(python, row)
        if eras.MISE_COMPILES.at(version):
            return f"mise {version} compiled from source unless told not to (2024.11.7 to 2024.11.9): python-build {python}"
        if not mise_list.exists(self.asked, target):
            return mise_notes.foreign(version, self.asked, target)
        if row is None:
            return self._not_listed(python)
        return ""

    def _not_listed(self, python: str) -> str:
        there = listed(row.version for row in self.rows if row.version.startswith(f"{self.request.minor_text}."))
        if python.endswith("t"):
            return f"mise has no precompiled free-threaded Pythons: it builds {python} from source with python-build"
        return (
            f"mise's list has no {python} for {self.spec.target} (it has {there or 'no ' + self.request.minor_text}), "
            f"so mise would compile it with python-build"
        )

    def _check_tag(self, row: Listed | None) -> None:
        """The newest build there is gets taken; another can be had only by a lockfile."""
        tag = self.request.tag
        if tag and (row is None or row.tag != tag):
            takes = f"it would take {row.version}+{row.tag}" if row else "it would compile this version from source"
            raise NoSuchBuildError(
                f"mise cannot be asked for a build date: {self.request}",
                hint=f"{takes}; `pbs:{self.request}` takes the archive itself, and --as-of may lead mise to it",
            )

    def _notes(self, row: Listed | None) -> tuple[str, ...]:
        notes = list(self.names.notes)
        if not exact(self.request) and not self._from_list:
            notes.append(f"which {self.request.minor_text} is the newest: {self.definitions.source}")
        if row is not None:
            notes += mise_notes.of_archive(row, self.choice.version, self.spec.target, self.settings)
        return tuple(notes)

    def _nothing(self) -> NoSuchBuildError:
        minor = self.request.minor_text
        same = listed(row.version for row in self.rows if row.version.startswith(f"{minor}."))
        minors = sorted(
            {".".join(row.version.split(".")[:2]) for row in self.rows}, key=lambda text: [*map(int, text.split("."))]
        )
        there = f"it has {same}" if same else f"it has Python {', '.join(minors) or 'none at all'}"
        unknown = "" if self._from_list else f", and python-build does not know it ({self.definitions.source})"
        return NoSuchBuildError(
            f"mise {self.choice.version} finds no Python {self.request} for {self.spec.target} in {self.names.source}",
            hint=f"{there}{unknown}",
        )


def _asset(row: Listed, version: str) -> Asset:
    asset = parse_asset_name(row.name)
    base = ORIGIN.format(org=eras.MISE_ORG.at(version))
    sha256, source = known_hash(row.name)
    return replace(
        asset, urls=(release_url(row.tag, row.name, base=base, encoded=False),), sha256=sha256, hash_source=source
    )


MISE = ArchiveManager(TOOL, treat, select)
