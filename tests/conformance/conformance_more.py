"""The real hatch, pdm, poetry and pipx in a closed internet, told to install archives of ours from the URLs they choose themselves.

One environment of a tool serves several of its releases: the wheel of another one goes before it on PYTHONPATH. Lists of hashes get
those of our archives: pbs-installer's as a copy of the library with that one word replaced, pipx's as the answer of the release's page.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import closed_internet
from conformance_inputs import archive, input_named
from conformance_tools import environment, wheel
from pydiff.model.resolution import Prebuilt
from releases import sha256

LATEST = tuple(
    f"api.github.com/repos/{org}/python-build-standalone/releases/latest" for org in ("indygreg", "astral-sh")
)


@dataclass(frozen=True, slots=True)
class Real:
    """One release of a tool: where its program is, and what goes before on PYTHONPATH."""

    release: str
    bin: Path
    before: tuple[Path, ...] = ()


def hatch(release: str) -> Real:
    # What it downloads with before 1.18, and unpacked full archives with before 1.16.
    older = ("httpx==0.28.1", "zstandard==0.25.0")
    return Real(release, environment("hatch==1.18.2", *older), (wheel(f"hatch=={release}"),))


def pipx(release: str) -> Real:
    return Real(release, environment("pipx==1.18.4"), (wheel(f"pipx=={release}"),))


def pdm(release: str) -> Real:
    """With what was locked for it, and what pbs-installer unpacks full archives with before 2026.5.4."""
    return Real(release, environment(f"pdm[locked]=={release}", "zstandard==0.25.0"))


def poetry(release: str) -> Real:
    return Real(release, environment(f"poetry=={release}"))


@dataclass(slots=True)
class World:
    """A tool with an internet of its own."""

    tool: Real
    folder: Path
    archives: dict[str, Path] = field(default_factory=dict)
    """Name -> where it is served from."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def offer(self, resolution: Prebuilt, one: str) -> Path:
        """Put an archive where the resolution says that the tool looks for it; `one` names it in conformance_inputs."""
        path = self._www(unquote(resolution.asset.urls[0].partition("://")[2]))
        self.archives[resolution.asset.name] = archive(input_named(one), path)
        return path

    def with_hashes(self, resolutions: Sequence[Prebuilt], library: Path) -> None:
        """A copy of pbs-installer in which the hashes of these archives are those of ours."""
        copy = self.folder / "library" / "pbs_installer"
        shutil.copytree(library / "pbs_installer", copy)
        table = next(path for path in (copy / "versions.json", copy / "_versions.py") if path.exists())
        text = table.read_text()
        for resolution in resolutions:
            if resolution.asset.sha256 is None:  # builds of 2020
                continue
            assert resolution.asset.sha256 in text
            text = text.replace(resolution.asset.sha256, sha256(self.archives[resolution.asset.name]))
        table.write_text(text)
        self.tool = Real(self.tool.release, self.tool.bin, (copy.parent, *self.tool.before))

    def with_latest(self, resolutions: Sequence[Prebuilt]) -> None:
        """GitHub's page of the latest release, and the files of hashes beside the archives that there once were."""
        assets = []
        for resolution in resolutions:
            digest = sha256(path := self.archives[resolution.asset.name])
            path.with_name(f"{path.name}.sha256").write_text(f"{digest}\n")
            assets.append({"browser_download_url": resolution.asset.urls[0], "digest": f"sha256:{digest}"})
        for page in LATEST:
            self._www(page).write_text(json.dumps({"assets": assets}))

    def run(self, commands: Sequence[Sequence[str]], umask: int, env: Mapping[str, str] | None = None) -> list[str]:
        """Run them one after the other; "" for each that succeeded, else what it said. The first word is a program of the tool's."""
        self.home.mkdir()
        self._www("github.com/.keep").touch()
        script = [f"umask {umask:o}; cd {self.home}"]
        for place, (program, *arguments) in enumerate(commands):
            quoted = " ".join(f"'{word}'" for word in (str(self.tool.bin / program), *arguments))
            script.append(f"{quoted} >{place}.said 2>&1; [ $? = 0 ] && : >{place}.said")
        full = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(map(str, self.tool.before)),
            **(env or {}),
        }
        closed_internet.run(self.folder / "www", ["sh", "-c", "\n".join(script)], self.folder / "internet", full)
        return [(self.home / f"{place}.said").read_text() for place in range(len(commands))]

    def asked(self) -> set[str]:
        """Names of the archives that were asked for and found."""
        lines = closed_internet.requests(self.folder / "internet")
        return {
            line.split()[1].rpartition("/")[2] for line in lines if "/releases/download/" in line and "found" in line
        }

    def _www(self, path: str) -> Path:
        place = self.folder / "www" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place
