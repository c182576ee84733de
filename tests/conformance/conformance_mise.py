"""The real mise in a closed internet: its list, the archives, and a repository that stands for pyenv."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import closed_internet
from conformance_tools import mise
from pydiff.managers import eras

LISTS = "mise-versions.jdx.dev"
RELEASES = "github.com/{}/python-build-standalone/releases/download/{}/{}"
# It answers like python-build, and instead of compiling writes down what it was asked for.
PYTHON_BUILD = """\
#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
if [ "$1" = --definitions ]; then
    cat "$root/definitions"
elif grep -qx -- "$1" "$root/definitions"; then
    echo "$1" >>"$HOME/compiled"
    echo "python-build: noted, not built: $1" >&2
    exit 1
else
    echo "python-build: definition not found: $1" >&2
    exit 2
fi
"""
# Each command's streams, exit code, requests and compilations, without starting the internet anew for each.
RUN_ALL = """\
umask "$1"; room=$2; program=$3; log=$4; shift 4
cd "$HOME"
for arguments; do
    number=$((number + 1))
    : >"$HOME/compiled"
    before=$(wc -l <"$log")
    $program $arguments >"$room/$number.out" 2>"$room/$number.err"
    echo $? >"$room/$number.code"
    tail -n +$((before + 1)) "$log" >"$room/$number.asked"
    mv "$HOME/compiled" "$room/$number.compiled"
done
"""


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    said: str
    """What it wrote to both streams."""
    out: str
    asked: tuple[str, ...]
    """Requests in order: `GET github.com/… found`."""
    compiled: tuple[str, ...]
    """Versions that python-build was told to compile."""

    @property
    def archives(self) -> list[str]:
        """Names of the archives that it asked for."""
        return [line.split()[1].rpartition("/")[2] for line in self.asked if "/releases/download/" in line]


@dataclass(frozen=True, slots=True)
class World:
    """One mise with an internet of its own."""

    version: str
    folder: Path

    def offer(
        self, names: Sequence[str], archives: Sequence[Path] = (), triple: str = "x86_64-unknown-linux-gnu"
    ) -> None:
        """Put the list where this mise looks for it, and the archives where the list says they are."""
        text = "".join(f"{name}\n" for name in names)
        url = eras.MISE_LISTS.at(self.version).format(triple=triple)
        place = self._www(url.partition("://")[2])
        place.write_bytes(gzip.compress(text.encode()) if url.endswith(".gz") else text.encode())
        for archive in archives:
            tag = archive.name.partition("+")[2][:8]
            target = self._www(RELEASES.format(eras.MISE_ORG.at(self.version), tag, archive.name))
            target.unlink(missing_ok=True)
            target.hardlink_to(archive)

    def offer_page(self, path: str, text: str) -> None:
        """Any other page, by host and path."""
        self._www(path).write_text(text)

    def definitions(self, versions: Sequence[str]) -> None:
        """What this world's pyenv knows."""
        pyenv = self.folder / "pyenv"
        tool = pyenv / "plugins" / "python-build"
        (tool / "bin").mkdir(parents=True)
        (tool / "definitions").write_text("".join(f"{version}\n" for version in versions))
        program = tool / "bin" / "python-build"
        program.write_text(PYTHON_BUILD)
        program.chmod(0o755)
        git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(pyenv))
        for command in (("init", "-q", "-b", "master"), ("add", "-A"), ("commit", "-q", "-m", "all")):
            subprocess.run([*git, *command], check=True, capture_output=True)

    def run(self, *arguments: str, umask: int = 0o022, **env: str) -> Answer:
        """Run it with nothing but these settings, e.g. PYTHON_COMPILE="0" for MISE_PYTHON_COMPILE."""
        return self.run_all([" ".join(arguments)], env, umask=umask)[0]

    def run_all(
        self,
        commands: Sequence[str],
        env: Mapping[str, str] = MappingProxyType({}),
        *,
        umask: int = 0o022,
        inside: Sequence[str] = (),
    ) -> list[Answer]:
        """One after the other, each finding what the ones before left in the cache; `inside` is a command that starts mise."""
        home, scratch = self.folder / "home", self.folder / "internet"
        for folder in (home, scratch, self.folder / "answers"):
            folder.mkdir(exist_ok=True)
        for host in (LISTS, "github.com", "api.github.com"):
            self._www(f"{host}/.keep").touch()
        log = scratch / "requests.log"
        log.touch()
        full = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "MISE_YES": "1",
            "MISE_PYENV_REPO": str(self.folder / "pyenv"),
            "MISE_PYTHON_GITHUB_ATTESTATIONS": "0",
            "MISE_FETCH_REMOTE_VERSIONS_TIMEOUT": "60s",
            **{f"MISE_{room}_DIR": str(self.folder / room.lower()) for room in ("DATA", "CACHE", "STATE", "CONFIG")},
            **{f"MISE_{name}": value for name, value in env.items()},
        }
        answers = self.folder / "answers"
        program = " ".join((*inside, str(mise(self.version))))
        shell = ["sh", "-c", RUN_ALL, "sh", f"{umask:o}", str(answers), program, str(log), *commands]
        done = closed_internet.run(self.folder / "www", shell, scratch, full, timeout=300)
        assert done.returncode == 0, done.stderr
        return [_answer(answers, number) for number in range(1, len(commands) + 1)]

    def tree(self, version: str) -> Path:
        return self.folder / "data" / "installs" / "python" / version

    def _www(self, path: str) -> Path:
        place = self.folder / "www" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def _answer(room: Path, number: int) -> Answer:
    out, err, code, asked, compiled = (
        (room / f"{number}.{kind}").read_text() for kind in ("out", "err", "code", "asked", "compiled")
    )
    return Answer(int(code), out + err, out, tuple(asked.splitlines()), tuple(compiled.splitlines()))
