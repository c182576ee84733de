"""What the real mise leaves on disk, release by release and archive by archive, against pydiff's installation of the same archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from conformance_inputs import GNU, MACOS, MUSL, archive, input_named
from conformance_mise import Answer, World
from conformance_plugin import Conforms
from conformance_trees import Listing, listing, umask, with_prefix
from pydiff.errors import ArchiveError, InstallError
from pydiff.fetch import fetch
from pydiff.install import install
from pydiff.managers import eras, parse_spec, resolve
from pydiff.model.resolution import Prebuilt
from pydiff.model.settings import Settings
from support import needs_bwrap

# All inputs: both sides of every release that changed what is on disk, on some near release of each side (npm's first is 2024.9.0).
RELEASES = (
    "2024.9.0",
    "2024.11.8",
    "2024.11.37",
    "2024.12.10",
    "2024.12.15",
    "2025.7.0",
    "2025.7.1",
    "2025.8.13",
    "2025.8.20",
    "2026.3.8",
    "2026.4.20",
    "2026.7.7",
    "2026.9.15",
)
# The nearest to such a change that npm has, where that is not above, with what tells the two sides apart.
NEIGHBOURS = {
    "2024.11.20": ("hard-links",),
    "2024.12.9": ("json full", "hard-links"),
    "2024.12.14": ("tools", "freethreaded"),
    "2025.7.32": ("modes full", "tools"),
    "2026.7.11": ("modes",),
}
# Not what either of them would choose by itself: everything but the permissions of implied folders must be the archive's.
UMASK = 0o027


@dataclass(frozen=True, slots=True)
class Case:
    input: str
    """In conformance_inputs."""
    label: str = ""
    """In the table, where it is not the input's name."""
    version: str = "3.9.23"
    options: str = "install_only.tar.gz"
    triple: str = GNU
    fails: tuple[str, str] = ("", "")
    """What mise says where it fails, and what pydiff says."""

    @property
    def name(self) -> str:
        return f"cpython-{self.version}+20250604-{self.triple}-{self.options}"

    @property
    def title(self) -> str:
        return self.label or self.input


NO_LIB = ("Python installation is missing a `lib` directory", "missing a lib directory")
NO_DATA = ("Python installation is missing a `_sysconfigdata_` file", "missing a _sysconfigdata_ file")
NO_ZSTD = ("invalid gzip header", "cannot unpack")
FULL = "pgo+lto-full.tar.zst"
CANDIDATE = "3.14.0rc2"
CASES = (
    Case("tools"),
    Case("pprint", options="install_only_stripped.tar.gz"),
    Case("json"),
    Case("json", "json full", options=FULL, fails=NO_ZSTD),
    Case("json", "json of a release candidate", CANDIDATE, fails=NO_LIB),
    Case("cross"),
    Case("escapes"),
    Case("words"),
    Case("pkgconfig"),
    Case("modes"),
    Case("modes", "modes full", options=FULL, fails=NO_ZSTD),
    Case("links"),
    Case("hard-links", fails=("when hard linking", "hard link")),
    Case("musl", triple=MUSL),
    Case("macos", triple=MACOS),
    Case("freethreaded", version="3.13.1", options="freethreaded-install_only_stripped.tar.gz", fails=NO_LIB),
    Case("debug", options="debug-full.tar.zst", fails=NO_ZSTD),
    Case("no-sysconfig", fails=NO_DATA),
    Case("no-header", fails=("`_sysconfigdata_` is missing a header comment", "its header comment is missing")),
    Case("float", fails=("Unexpected character: .", "expected `,` or `}`")),
    Case("newline-escape"),
)


def can_be_given(release: str, case: Case) -> bool:
    """Releases that do not read the name of a pre-release cannot be given one."""
    return case.version != CANDIDATE or eras.MISE_KNOWS_PRERELEASES.at(release)


PAIRS = [
    *((release, case) for release in RELEASES for case in CASES if can_be_given(release, case)),
    *((release, case) for release, titles in NEIGHBOURS.items() for case in CASES if case.title in titles),
]


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[Case, Path]:
    folder = tmp_path_factory.mktemp("archives")
    return {case: archive(input_named(case.input), folder / case.input / case.name) for case in CASES}


@pytest.mark.parametrize(
    ("release", "case"), PAIRS, ids=lambda part: part.title.replace(" ", "-") if isinstance(part, Case) else part
)
def test_tree(
    release: str,
    case: Case,
    archives: dict[Case, Path],
    tmp_path: Path,
    settings: Settings,
    conforms: Conforms,
    refused: Callable[[str, str, str], None],
) -> None:
    needs_bwrap()
    world = World(release, tmp_path / "world")
    answer = installed_by_mise(world, case, archives[case])
    table, label = "mise, neighbours" if release in NEIGHBOURS else "mise", case.title
    if answer.code:
        mise_says, pydiff_says = case.fails
        assert mise_says, answer.said
        assert mise_says in answer.said
        with pytest.raises((InstallError, ArchiveError)) as caught:
            installed_by_pydiff(release, archives[case], settings)
        assert pydiff_says in f"{caught.value} {caught.value.hint}"
        refused(table, release, label)
        return
    tree = world.tree(case.version)
    real = with_prefix(listing(tree), tree, "/prefix")
    conforms(table, release, label, real, installed_by_pydiff(release, archives[case], settings))


def installed_by_mise(world: World, case: Case, file: Path) -> Answer:
    arch, _, system = case.triple.partition("-")
    asked = {"PYTHON_PRECOMPILED_ARCH": arch, "PYTHON_PRECOMPILED_OS": system}
    if case.input in {"freethreaded", "debug"}:
        asked["PYTHON_PRECOMPILED_FLAVOR"] = case.options.partition(".tar")[0]
    world.offer([case.name], [file], case.triple)
    return world.run("install", f"python@{case.version}", umask=UMASK, PYTHON_COMPILE="0", **asked)


def installed_by_pydiff(release: str, file: Path, settings: Settings) -> Listing:
    resolution = resolve(parse_spec(f"mise@{release}:{file}"), replace(settings, offline=True))
    assert isinstance(resolution, Prebuilt)
    with umask(UMASK):
        prefix = Path(install(resolution, fetch(resolution, settings), settings).prefix)
    return with_prefix(listing(prefix), prefix, "/prefix")
