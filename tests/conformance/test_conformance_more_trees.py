"""What the real hatch, pdm and pipx leave on disk, against pydiff's installation of the same archives.

rye is on no package registry, so nothing here runs it. Which archive a tool asked for is checked on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from conformance_more import World, hatch, pdm, pipx, poetry
from conformance_plugin import Conforms
from conformance_tools import wheel
from conformance_trees import Listing, listing, umask, with_prefix
from pydiff.errors import ArchiveError, InstallError
from pydiff.install import install
from pydiff.managers import parse_spec, resolve
from pydiff.model.resolution import Archive, Prebuilt
from pydiff.model.settings import Settings
from releases import sha256
from support import needs_bwrap

# Not what any of them would choose by itself: everything but the permissions of implied folders must be the archive's.
UMASK = 0o027
# What a program says, and what pydiff says, of archives that it fails on.
FAILS = {
    ("pdm", "words"): ("Expected all str and int values dict", "the value of X_INTEGER is negative"),
    ("pdm", "float"): ("Expected all str and int values dict", "expected `,` or `}`"),
}


@dataclass(frozen=True, slots=True)
class Job:
    request: str
    input: str
    """In conformance_inputs."""
    resolution: Prebuilt
    file: Path

    @property
    def label(self) -> str:
        return f"{self.input} full" if self.file.name.endswith(".zst") else self.input


def jobs(world: World, manager: str, inputs: Mapping[str, str], settings: Settings) -> list[Job]:
    """Offer one archive for each request."""
    found = []
    for request, one in inputs.items():
        resolution = resolve(parse_spec(f"{manager}@{world.tool.release}:{request}"), replace(settings, offline=True))
        assert isinstance(resolution, Prebuilt)
        found.append(Job(request, one, resolution, world.offer(resolution, one)))
    return found


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares what one run left with pydiff's own installations."""

    settings: Settings
    conforms: Conforms
    refused: Callable[[str, str, str], None]

    def judge(self, job: Job, real: Path, said: str) -> None:
        manager = job.resolution.manager
        if said:
            assert (manager.name, job.input) in FAILS, said
            program_says, pydiff_says = FAILS[manager.name, job.input]
            assert program_says in said
            with pytest.raises((InstallError, ArchiveError)) as caught:
                self.installed(job)
            assert pydiff_says in str(caught.value)
            self.refused(manager.name, manager.version, job.label)
            return
        ours = self.installed(job)
        self.conforms(manager.name, manager.version, job.label, with_prefix(listing(real), real, "/prefix"), ours)

    def installed(self, job: Job) -> Listing:
        file = Archive(str(job.file), sha256(job.file), job.resolution.asset, "")
        with umask(UMASK):
            prefix = Path(install(job.resolution, file, self.settings).prefix)
        folder = next(path for path in (prefix, *prefix.parents) if path.name == job.resolution.install_name)
        return with_prefix(listing(folder), folder, "/prefix")


@pytest.fixture
def judge(settings: Settings, conforms: Conforms, refused: Callable[[str, str, str], None]) -> Judge:
    return Judge(settings, conforms, refused)


# ---------------------------------------------------------------------------------------------------------------------- hatch
HATCH_INPUTS = {"3.12": "tools", "3.11": "modes", "3.10": "links", "3.7": "modes"}


@pytest.mark.parametrize(
    ("release", "inputs"),
    [
        ("1.9.7", HATCH_INPUTS),
        # From 1.10.0 to 1.15.1 the modes depend on the Python that runs it.
        ("1.10.0", {"3.12": "tools", "3.11": "pprint"}),
        ("1.14.2", {"3.12": "tools", "3.11": "pprint"}),
        ("1.16.5", HATCH_INPUTS),
        ("1.18.2", {**HATCH_INPUTS, "3.13t": "freethreaded"}),
    ],
)
def test_hatch(release: str, inputs: Mapping[str, str], tmp_path: Path, judge: Judge) -> None:
    needs_bwrap()
    world = World(hatch(release), tmp_path / "world")
    of_hatch(world, jobs(world, "hatch", inputs, judge.settings), judge)


def test_free_threaded_hatch(tmp_path: Path, judge: Judge) -> None:
    """A full archive, of which it then does not find the interpreter."""
    needs_bwrap()
    world = World(hatch("1.14.2"), tmp_path / "world")
    (job,) = jobs(world, "hatch", {"3.13t": "freethreaded"}, judge.settings)
    assert "python/bin/python3" in " ".join(job.resolution.notes)
    of_hatch(world, [replace(job, request="3.13")], judge, {"HATCH_PYTHON_VARIANT_GIL": "freethreaded"})


def of_hatch(world: World, found: Sequence[Job], judge: Judge, env: Mapping[str, str] | None = None) -> None:
    folder = world.home / "pythons"
    commands = [("hatch", "python", "install", "--private", "--dir", str(folder), job.request) for job in found]
    said = world.run(commands, UMASK, env)
    assert world.asked() == {job.file.name for job in found}, said
    for job, text in zip(found, said, strict=True):
        judge.judge(job, folder / job.resolution.install_name, text)


# ------------------------------------------------------------------------------------------------------------------------ pdm
UNPATCHED = {"3.12": "tools", "3.11": "modes", "3.10": "links"}
PATCHED = {
    "3.14": "json",
    "3.13": "pprint",
    "3.12": "tools",
    "3.11": "modes",
    "3.10": "links",
    "3.9": "no-sysconfig",
    "3.8": "pkgconfig",
    "3.12.10": "cross",
    "3.12.9": "escapes",
    "3.12.8": "words",
    "3.12.7": "no-header",
    "3.12.6": "float",
    "3.12.5": "newline-escape",
    "3.12.4": "values",
    "3.13t": "freethreaded",
}


@pytest.mark.parametrize(
    ("release", "library", "day", "inputs"),
    [
        ("2.18.2", "2024.9.9", date(2024, 9, 20), UNPATCHED),
        ("2.26.2", "2025.11.20", date(2025, 11, 24), UNPATCHED),
        ("2.26.3", "2025.12.17", date(2025, 12, 24), PATCHED),
        ("2.28.2", "2026.8.14", date(2026, 8, 19), {**UNPATCHED, "3.12.4": "values", "3.14t": "freethreaded"}),
    ],
)
def test_pdm(release: str, library: str, day: date, inputs: Mapping[str, str], tmp_path: Path, judge: Judge) -> None:
    needs_bwrap()
    world = World(pdm(release), tmp_path / "world")
    found = jobs(world, "pdm", inputs, replace(judge.settings, as_of=day))
    assert all(f"{library} was current" in job.resolution.notes[0] for job in found)
    world.with_hashes([job.resolution for job in found], wheel(f"pbs-installer=={library}"))
    said = world.run([("pdm", "python", "install", job.request) for job in found], UMASK)
    assert world.asked() == {job.file.name for job in found}, said
    for job, text in zip(found, said, strict=True):
        failed = text if "Expected" in text else ""
        judge.judge(job, world.home / ".local/share/pdm/python" / job.resolution.install_name, failed)


# --------------------------------------------------------------------------------------------------------------------- poetry
def test_poetry(tmp_path: Path, judge: Judge) -> None:
    needs_bwrap()
    world = World(poetry("2.5.1"), tmp_path / "world")
    inputs = {"3.12": "tools", "3.11": "modes", "3.7.9": "modes"}
    found = jobs(world, "poetry", inputs, replace(judge.settings, as_of=date(2026, 11, 1)))
    world.with_hashes([job.resolution for job in found], wheel("pbs-installer==2026.10.25"))
    said = world.run([("poetry", "python", "install", job.request) for job in found], UMASK)
    assert world.asked() == {job.file.name for job in found}, said
    for job in found:
        judge.judge(job, world.home / ".local/share/pypoetry/python" / job.resolution.install_name, "")


# ----------------------------------------------------------------------------------------------------------------------- pipx
PIPX = "from pipx import paths, standalone_python as own; paths.ctx.make_local(); own.paths.ctx.standalone_python_cachedir.mkdir(parents=True, exist_ok=True); own.download_python_build_standalone('{}')"


@pytest.mark.parametrize(
    ("release", "day"),
    [
        ("1.5.0", date(2024, 4, 20)),
        ("1.6.0", date(2024, 6, 10)),
        ("1.7.1", date(2024, 9, 1)),
        ("1.8.0", date(2025, 10, 1)),
        ("1.14.1", date(2026, 6, 20)),
        ("1.18.4", date(2026, 8, 20)),
    ],
)
def test_pipx(release: str, day: date, tmp_path: Path, judge: Judge) -> None:
    needs_bwrap()
    world = World(pipx(release), tmp_path / "world")
    inputs = {"3.12": "tools", "3.11": "modes", "3.10": "links"}
    found = jobs(world, "pipx", inputs, replace(judge.settings, as_of=day))
    world.with_latest([job.resolution for job in found])
    said = world.run([("python", "-c", PIPX.format(job.request).replace("'", '"')) for job in found], UMASK)
    assert {name for name in world.asked() if not name.endswith(".sha256")} == {job.file.name for job in found}, said
    for job, text in zip(found, said, strict=True):
        real = next((world.home / ".local").glob(f"**/py/{job.resolution.install_name}"))
        judge.judge(job, real, "" if "Error" not in text else text)
