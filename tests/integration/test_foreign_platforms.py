"""`pydiff diff` of Pythons for Windows and macOS, over HTTP, on whatever runs the tests: nothing is unpacked and nothing is executed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli import PYDIFF, Done, environment, pydiff
from foreign_archives import MACOS, VERSION, WINDOWS, Foreign, foreign_release
from pbs_archives import Mirror, release_asset, serving
from pydiff.model.asset import Flavor
from pydiff.report.schema import shipped
from releases import TAG, uv_list
from support import missing, needs_index

FLAVORS: tuple[Flavor, ...] = ("full", "install_only")
Differences = dict[tuple[str, str], dict[str, Any]]
"""(family, subject) -> the difference."""


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "executed"


@pytest.fixture(params=FLAVORS)
def flavor(request: pytest.FixtureRequest) -> Flavor:
    chosen: Flavor = request.param
    return chosen


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    (tmp_path / "mirror" / TAG).mkdir(parents=True)
    with serving(tmp_path / "mirror") as serves:
        yield serves


def published(mirror: Mirror, foreigners: list[Foreign], flavor: Flavor, mark: Path, extension: bytes = b"") -> None:
    assets = [foreign_release(mirror.root, foreign, flavor, mark, extension) for foreign in foreigners]
    (mirror.root / "download-metadata.json").write_bytes(uv_list(assets))


def differing(tmp_path: Path, mirror: Mirror, left: str, right: str) -> tuple[dict[str, Any], Differences]:
    done = watched("diff", left, right, "-f", "json", tmp_path=tmp_path, mirror=mirror)
    assert done.code == 1, done.err
    assert done.err == ""
    run: dict[str, Any] = done.json
    jsonschema.validate(run, shipped())
    assert (run["verdict"], run["partial"]) == ("divergent", False)
    assert [run["sides"][side]["asset"]["version"] for side in ("left", "right")] == [VERSION, VERSION]
    return run, {
        (one["family"], subject): one for one in run["differences"] for subject in (one["subject"], *one["also"])
    }


def watched(*arguments: str, tmp_path: Path, mirror: Mirror) -> Done:
    """Run pydiff, and see that nothing is started that came from the mirror, and that no tree is left in the cache."""
    if (
        shutil.which("strace") is None
        or subprocess.run(["strace", "true"], capture_output=True, check=False).returncode
    ):
        missing("no strace that works")
    log, cache = tmp_path / "calls", tmp_path / "cache"
    traced = ["strace", "-f", "-qq", "-e", "trace=execve,execveat", "-o", str(log), PYDIFF, *arguments]
    env = environment(tmp_path, PYDIFF_MIRROR=mirror.url)
    done = subprocess.run(traced, env=env, capture_output=True, text=True, timeout=120, check=False)
    started = re.findall(r"exec\w+\((.*)", log.read_text())
    assert started, "pydiff itself is one"
    assert not [call for call in started if str(tmp_path) in call or "python.exe" in call]
    assert [path.name for path in (cache / "installations").iterdir()] == []
    kept = {path.suffix for path in cache.rglob("*") if path.is_file()} - {".TAG", ".lock", ".list"}
    assert kept <= {".zst", ".gz", ".json"}, "archives and snapshots"
    assert not list((cache / "tmp").iterdir() if (cache / "tmp").exists() else ())
    return Done(done.returncode, done.stdout, done.stderr)


def test_windows_of_32_and_64_bits(tmp_path: Path, mirror: Mirror, flavor: Flavor, mark: Path) -> None:
    published(mirror, list(WINDOWS.values()), flavor, mark)
    run, found = differing(tmp_path, mirror, "uv:3.12#windows-x86", "uv:3.12#windows-x86_64")
    assert [run["sides"][side]["asset"]["flavor"] for side in ("left", "right")] == [flavor, flavor]
    machine = found["binaries", "python{XY}.dll:machine"]
    assert (machine["left"], machine["right"], machine["severity"]) == ("i386", "amd64", "breaks")
    assert found["binaries", "python.exe:pdb"]["right"] == "t64.pdb", "a real program, read"
    builds = found["tags", "builds"]
    assert (builds["left"], builds["right"]) == ("cp{XY}-cp{XY}-win32", "cp{XY}-cp{XY}-win_amd64")
    assert found["pyconfig_h", "SIZEOF_VOID_P"]["left"] == "4"
    assert found["files", "vcruntime140_1.dll"]["left"] is None
    # Windows has no _sysconfigdata: what there is of variables is in PYTHON.json, and only a full archive has that.
    suffix = found.get(("sysconfig", "EXT_SUFFIX"), {})
    assert suffix.get("right") == (".cp{XY}-win_amd64.pyd" if flavor == "full" else None)
    assert (("release", "target_triple") in found) == (flavor == "full")
    assert not [one for one in found if one[0] == "extensions"], "both have the same modules"


def test_the_macs_of_apple_and_of_intel(tmp_path: Path, mirror: Mirror, flavor: Flavor, mark: Path) -> None:
    published(mirror, list(MACOS.values()), flavor, mark)
    _, found = differing(tmp_path, mirror, "uv:3.12#macos-aarch64", "uv:3.12#macos-x86_64")
    machine = found["binaries", "lib/libpython{X.Y}.dylib:machine"]
    assert (machine["left"], machine["right"]) == ("arm64", "x86_64")
    oldest = found["binaries", "lib/libpython{X.Y}.dylib:macos"]
    assert (oldest["left"], oldest["right"]) == ("11.0.0", "10.15.0")
    flags = found["sysconfig", "CFLAGS"]
    assert "-arch arm64" in flags["left"]
    assert "-mmacosx-version-min=10.15" in flags["right"]
    assert found["tags", "builds"]["left"].endswith("macosx_11_0_arm64")
    assert (("release", "apple_sdk_deployment_target") in found) == (flavor == "full")
    assert not [subject for family, subject in found if family == "sysconfig" and "LIBDIR" in subject]
    assert not mark.exists()


@pytest.mark.index
def test_a_library_that_apple_linked(tmp_path: Path, mirror: Mirror, mark: Path) -> None:
    """A universal one against one of a single processor, from real wheels."""
    needs_index()
    both, one = (_extension(tmp_path, platform) for platform in ("macosx_10_13_universal2", "macosx_11_0_arm64"))
    published(mirror, [MACOS["aarch64"]], "install_only", mark, one)
    asset = foreign_release(mirror.root / "other", MACOS["aarch64"], "install_only", mark, both)
    shutil.copy(mirror.root / "other" / TAG / asset.name, tmp_path / asset.name)
    _, found = differing(tmp_path, mirror, "uv:3.12#macos-aarch64", f"uv:{tmp_path / asset.name}")
    (machine,) = (
        said
        for (family, subject), said in found.items()
        if family == "binaries" and "_crypt" in subject and subject.endswith(":machine")
    )
    assert machine["left"] == "arm64"
    assert set(machine["right"].split()) == {"arm64", "x86_64"}


def _extension(tmp_path: Path, platform: str) -> bytes:
    folder = tmp_path / platform
    subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
                "--dest",
                folder,
            ),
            *("--platform", platform, "--python-version", "3.12", "--abi", "cp312", "markupsafe==3.0.2"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.read(next(name for name in wheel.namelist() if name.endswith(".so")))


def test_windows_beside_linux_is_told_in_a_screen(tmp_path: Path, mirror: Mirror, mark: Path) -> None:
    published(mirror, [WINDOWS["x86_64"]], "full", mark)
    name = release_asset(tmp_path / "linux", version=VERSION, tag=TAG).name
    sides = (f"uv:{tmp_path / 'linux' / TAG / name}", "uv:3.12#windows-x86_64")
    _, found = differing(tmp_path, mirror, *sides)
    assert {family for family, _ in found} >= {"sysconfig", "binaries", "files", "tags"}
    done = pydiff("diff", *sides, env=environment(tmp_path, PYDIFF_MIRROR=mirror.url, COLUMNS="80"))
    assert done.code == 1
    assert len(done.out.splitlines()) <= 40
