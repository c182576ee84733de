"""`pydiff diff` of two full archives of 100 MB, streamed, against `zstd -dc ARCHIVE | tar -t` of both, in one run.

    python benchmarks/bench_archives.py [--runs N] [--json]

The archives are packed from two pyenv interpreters, with machine code beside `install/` until each has its 100 MB, as full archives of PBS have
their objects. Every run of pydiff is a process of its own with an empty cache; its time is that of the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import zstandard
from bench_install import timed
from bench_trees import pyenv

from pydiff.fetch import pack

SIZE = 100_000_000
RATIO_LIMIT = 1.3
PYDIFF = str(Path(sys.executable).with_name("pydiff"))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        rows = measure(Path(folder), asked.runs)
    if asked.json:
        print(json.dumps(rows, indent=2))
    else:
        for name, value in rows.items():
            print(f"{name:<36} {value:8.3f}{' MB' if 'archive' in name else '' if '/' in name else ' s'}")
        print(f"limit of pydiff / (zstd and tar): {RATIO_LIMIT}")
    return 0 if rows["pydiff / (zstd and tar)"] <= RATIO_LIMIT else 1


def measure(folder: Path, runs: int) -> dict[str, float]:
    archives = [full_archive(pyenv(minor), folder / minor) for minor in ("3.12", "3.13")]
    ours, theirs = [], []
    for number in range(runs + 1):
        cache = folder / "cache"
        env = {**os.environ, "PYDIFF_CACHE_DIR": str(cache), "PYDIFF_STATE_DIR": str(folder / "state")}
        specs = [f"uv@0.5.5:{archive}" for archive in archives]
        one = timed((PYDIFF, "diff", "--offline", *specs, "-o", str(folder / "report.txt")), env, check=False)
        other = sum(timed(("sh", "-c", 'zstd -dcq "$1" | tar -t', "sh", str(archive)), env) for archive in archives)
        if number:  # the first pair warms up
            ours.append(one)
            theirs.append(other)
        shutil.rmtree(cache)
    return {
        "left archive": archives[0].stat().st_size / 1e6,
        "right archive": archives[1].stat().st_size / 1e6,
        "zstd and tar, both": statistics.median(theirs),
        "pydiff diff": statistics.median(ours),
        "pydiff / (zstd and tar)": statistics.median(one / other for one, other in zip(ours, theirs, strict=True)),
    }


def full_archive(prefix: Path, folder: Path) -> Path:
    """A packed interpreter and, as its objects, programs and libraries of this machine: real machine code, which shrinks as such."""
    packed = Path(pack(prefix / "bin" / "python3", folder, tag="20270101", flavor="full").path)
    whole = folder / "whole" / packed.name
    whole.parent.mkdir()
    with (
        zstandard.open(packed) as source,
        whole.open("wb") as file,
        zstandard.ZstdCompressor(level=3, threads=-1).stream_writer(file) as target,
        tarfile.open(fileobj=source, mode="r|") as old,
        tarfile.open(fileobj=target, mode="w|") as new,
    ):
        for member in old:
            new.addfile(member, old.extractfile(member) if member.isreg() else None)
        for number, program in enumerate(programs()):
            if file.tell() >= SIZE:
                break
            new.add(program, f"python/build/Objects/{number}.o")
    return whole


def programs() -> Iterator[Path]:
    for folder in ("/usr/bin", "/usr/lib"):
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and 10_000 < path.stat().st_size < 20_000_000:
                with path.open("rb") as file:
                    if file.read(4) == b"\x7fELF":
                        yield path


if __name__ == "__main__":
    sys.exit(main())
