"""The real programs, from the package registries: each version is downloaded once and kept in `.tools/` of the checkout.

PYDIFF_TEST_TOOLS names another folder. A registry that does not answer is a skip, or a failure where everything is required.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from support import missing

TOOLS = Path(os.environ.get("PYDIFF_TEST_TOOLS") or Path(__file__).parents[2] / ".tools").absolute()
SECONDS = 300
"""For one download; the largest is 40 MB."""


def uv(version: str) -> Path:
    """The program uv of that version, a package on the Python index."""
    return _kept(f"uv-{version}", lambda room: _uv(version, room)) / "uv"


def mise(version: str) -> Path:
    """The program mise of that version, a package on the npm registry."""
    return _kept(f"mise-{version}", lambda room: _mise(version, room)) / "package" / "bin" / "mise"


def environment(*requirements: str) -> Path:
    """The `bin` of a venv that has these requirements (`hatch==1.16.1`), each pinned by the caller."""
    name = "+".join(requirements).replace("==", "-").replace("/", "_")
    # A venv knows its own path, so it is made at the place where it will stay and marked as whole afterwards.
    return _kept(name, lambda room: _environment(requirements, room), movable=False) / "bin"


def wheel(requirement: str) -> Path:
    """The folder of one wheel (`hatch==1.9.7`), unpacked: on PYTHONPATH it goes before what an environment has."""
    return _kept(f"wheel-{requirement.replace('==', '-')}", lambda room: _wheel(requirement, room))


def _kept(name: str, make: Callable[[Path], None], *, movable: bool = True) -> Path:
    place, whole = TOOLS / name, TOOLS / f"{name}.whole"
    if whole.exists():
        return place
    TOOLS.mkdir(parents=True, exist_ok=True)
    with FileLock(TOOLS / f"{name}.lock"):
        if whole.exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=TOOLS, prefix="making-") as scratch:
            room = Path(scratch, "room") if movable else place
            room.mkdir()
            try:
                make(room)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", "") or error
                missing(f"{name} cannot be had: {str(said).strip()[-300:]}")
            if movable:
                room.rename(place)
        whole.touch()
    return place


def _uv(version: str, room: Path) -> None:
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"uv=={version}", cwd=room)
    (wheel,) = room.glob("uv-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        (room / "uv").write_bytes(archive.read(member))
    (room / "uv").chmod(0o755)
    wheel.unlink()


def _wheel(requirement: str, room: Path) -> None:
    _run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", requirement, cwd=room)
    (packed,) = room.glob("*.whl")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(room)
    packed.unlink()


def _mise(version: str, room: Path) -> None:
    if shutil.which("npm") is None:
        missing("no npm, which mise comes from")
    _run("npm", "pack", "--silent", f"@jdxcode/mise-linux-x64@{version}", cwd=room)
    (packed,) = room.glob("*.tgz")
    _run("tar", "-xzf", packed.name, cwd=room)
    packed.unlink()


def _environment(requirements: tuple[str, ...], room: Path) -> None:
    # Without a pip of its own and without compiling what is never imported: half the time.
    venv.create(room, with_pip=False, clear=True)
    pip = (sys.executable, "-m", "pip", "--python", str(room / "bin" / "python"))
    _run(*pip, "install", "--quiet", "--no-compile", *requirements, cwd=room)


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=SECONDS)
