"""Installing one archive (verify, extract, change): pydiff against the real `uv python install` of the same file, in one run.

    python benchmarks/bench_install.py [--runs N] [--json] [--uv VERSION]

The archive is a packed pyenv 3.12 (or the interpreter that runs this), given to both with its sha256. Every run is a process of its own with
an empty destination, timed from outside, in turn. `kept` is pydiff in one process when the installation is there already.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydiff.fetch import fetch, pack
from pydiff.install import install
from pydiff.managers import parse_spec, resolve
from pydiff.model.asset import Asset
from pydiff.model.settings import Settings

TAG = "20270101"
RATIO_LIMIT, KEPT_LIMIT = 1.0, 0.050


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--uv", default="0.13.9", metavar="VERSION")
    parser.add_argument("--child", nargs=3, metavar=("LIST", "SPEC", "CACHE"), help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.child:
        installed(*asked.child)
        return 0
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        rows = measure(Path(folder), asked.uv, asked.runs)
    if asked.json:
        print(json.dumps(rows, indent=2))
    else:
        for name, value in rows.items():
            print(f"{name:<34} {value:8.3f}{'' if '/' in name else ' MB' if 'archive' in name else ' s'}")
        print(f"limits: pydiff / uv {RATIO_LIMIT}, kept {KEPT_LIMIT} s")
    return 0 if rows["pydiff / uv"] < RATIO_LIMIT and rows["kept installation, in process"] < KEPT_LIMIT else 1


def installed(downloads: str, spec: str, cache: str) -> None:
    settings = Settings(cache_dir=Path(cache), state_dir=Path(cache), downloads_json=downloads)
    resolution = resolve(parse_spec(spec), settings)
    install(resolution, fetch(resolution, settings), settings)  # type: ignore[arg-type]  # a version: Prebuilt


def measure(folder: Path, uv_version: str, runs: int) -> dict[str, float]:
    asset = pack(interpreter(), folder / TAG, tag=TAG, flavor="install_only")
    downloads = folder / "list.json"
    downloads.write_text(json.dumps({"one": entry(asset)}))
    uv = real_uv(uv_version, folder)
    spec = f"uv@{uv_version}:{asset.version}"
    ours, theirs = [], []
    # Nothing is deleted in between: the disk would still be at it while the next one is timed.
    for number in range(runs + 1):
        cache, home = folder / f"cache{number}", folder / f"home{number}"
        command = (sys.executable, __file__, "--child", str(downloads), spec, str(cache))
        real = timed((str(uv), "python", "install", "--no-bin", asset.version), uv_environment(home, downloads))
        seconds = timed(command, os.environ)
        if number:  # the first pair warms up
            ours.append(seconds)
            theirs.append(real)
    installed(str(downloads), spec, str(cache))  # imports
    again = []
    for _ in range(runs):
        started = time.perf_counter()
        installed(str(downloads), spec, str(cache))
        again.append(time.perf_counter() - started)
    return {
        "archive": Path(asset.path).stat().st_size / 1e6,
        "uv python install": statistics.median(theirs),
        "pydiff": statistics.median(ours),
        "pydiff / uv": statistics.median(one / other for one, other in zip(ours, theirs, strict=True)),
        "kept installation, in process": statistics.median(again),
    }


def interpreter() -> Path:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(versions.glob("3.12.*/bin/python3.12"))
    return found[-1] if found else Path(sys.executable).resolve()


def entry(asset: Asset) -> dict[str, object]:
    major, minor, patch = map(int, asset.version.split("."))
    arch, _, _ = asset.triple.partition("-")
    return {
        "name": "cpython",
        "arch": {"family": arch, "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "url": Path(asset.path).as_uri(),
        "sha256": asset.sha256,
        "variant": None,
        "build": TAG,
    }


def real_uv(version: str, folder: Path) -> Path:
    place = folder / "uv"
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), f"uv=={version}")
    subprocess.run(command, check=True)
    return place / "bin" / "uv"


def uv_environment(home: Path, downloads: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "UV_PYTHON_INSTALL_DIR": str(home / "pythons"),
        "UV_PYTHON_DOWNLOADS_JSON_URL": str(downloads),
        "UV_NO_CONFIG": "1",
    }


def timed(command: Sequence[str], env: Mapping[str, str], *, check: bool = True) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=check)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
