"""How long two Pythons of 3,000 files take to compare, and how much memory: cold from disk, warm from memory, and with kept snapshots.

    python benchmarks/bench_trees.py [--runs N] [--json] [LEFT RIGHT]

LEFT and RIGHT are prefixes (default: the newest 3.9 and 3.10 of pyenv). Both are copied first, so that nothing else uses the files.
Every run is a process of its own; its time is that of the whole process, interpreter start and imports included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pydiff.compare.trees import compare_trees
from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.snapshot import both

# Seconds and MB, of both processes together.
LIMITS = {"cold": (2.0, 150.0), "warm": (2.0, 150.0), "kept": (0.2, 150.0)}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefixes", nargs="*", type=Path, metavar="PREFIX")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=3, metavar=("CACHE", "LEFT", "RIGHT"), help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.child:
        print(json.dumps(child(*map(Path, asked.child))))
        return 0
    prefixes = asked.prefixes or [pyenv("3.9"), pyenv("3.10")]
    if len(prefixes) != 2:
        parser.error("give two prefixes or none")
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        rows = measure(prefixes, Path(folder), asked.runs)
    print(json.dumps(rows, indent=2) if asked.json else table(rows))
    return 0 if all(row["within_limits"] for row in rows) else 1


def child(cache: Path, left: Path, right: Path) -> dict[str, float]:
    """One comparison, as a session of pydiff would make it."""
    settings = Settings(cache_dir=cache, state_dir=cache)
    pythons = []
    for number, prefix in enumerate((left, right)):
        version = next((prefix / "lib").glob("python3.*")).name.removeprefix("python") + ".0"
        spec = Spec(f"path:{prefix}", "path", "", InterpreterRequest(str(prefix)), this_machine())
        resolution = InPlace(spec, ManagerChoice("path", "", "given"), str(prefix / "bin" / "python3"), version)
        # A digest says that the tree never changes, which is what lets its snapshot be kept.
        pythons.append(Installation(str(prefix), resolution.interpreter, version, f"bench{number}", resolution))
    (_, first), (_, second) = both(pythons[0], pythons[1], settings)
    differences = compare_trees(first, second)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "processor": sum(one.ru_utime + one.ru_stime for one in used),
        "files": min(len(one.families["files"]) for one in (first, second)),
        "differences": len(differences),
        # The second tree is read by a process of its own, at the same time.
        "megabytes": sum(one.ru_maxrss for one in used) / 1024,
    }


def measure(prefixes: Sequence[Path], folder: Path, runs: int) -> list[dict[str, object]]:
    copies = [folder / f"tree{number}" for number in range(2)]
    for prefix, copy in zip(prefixes, copies, strict=True):
        shutil.copytree(prefix, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    kept = folder / "kept"
    timed("warm", kept, copies)
    found: list[dict[str, object]] = []
    for state, (seconds_limit, megabytes_limit) in LIMITS.items():
        results = [timed(state, kept if state == "kept" else folder / f"{state}{run}", copies) for run in range(runs)]
        seconds = statistics.median(result["seconds"] for result in results)
        megabytes = max(result["megabytes"] for result in results)
        found.append({
            "case": state,
            "files": int(results[0]["files"]),
            "differences": int(results[0]["differences"]),
            "runs": runs,
            "seconds_median": round(seconds, 3),
            "seconds_worst": round(max(result["seconds"] for result in results), 3),
            "processor_seconds_median": round(statistics.median(result["processor"] for result in results), 3),
            "megabytes_peak": round(megabytes, 1),
            "limit_seconds": seconds_limit,
            "limit_megabytes": megabytes_limit,
            "within_limits": seconds <= seconds_limit and megabytes <= megabytes_limit,
        })  # fmt: skip
    return found


def timed(state: str, cache: Path, copies: Sequence[Path]) -> dict[str, float]:
    if state == "cold":
        for copy in copies:
            forget(copy)
    started = time.perf_counter()
    command = [sys.executable, __file__, "--child", str(cache), *map(str, copies)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, **json.loads(done.stdout)}


def forget(folder: Path) -> None:
    """Ask the kernel to drop the folder's files from memory, so that they are read from disk again."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)


def pyenv(minor: str) -> Path:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(versions.glob(f"{minor}.*"))
    if not found:
        raise SystemExit(f"no Python {minor} in {versions}: name two prefixes")
    return found[-1]


def table(rows: Sequence[dict[str, object]]) -> str:
    lines = ["case  files  differences  median s  worst s  limit s  processor s  peak MB  limit MB"]
    lines += [
        f"{row['case']:<5} {row['files']:>5}  {row['differences']:>11}  {row['seconds_median']:>8}  {row['seconds_worst']:>7}  "
        f"{row['limit_seconds']:>7}  {row['processor_seconds_median']:>11}  {row['megabytes_peak']:>7}  {row['limit_megabytes']:>8}{'' if row['within_limits'] else '  OVER'}"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
