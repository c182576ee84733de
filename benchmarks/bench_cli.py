"""How long `pydiff --help` takes, and what a second `compare` of the same trees saves: it fetches, extracts and installs nothing.

    python benchmarks/bench_cli.py [--runs N] [--json]

Every run is a process of its own, timed from outside. `bare` is the same interpreter doing nothing, in the same run.
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

HELP_LIMIT = 0.150
PYDIFF = str(Path(sys.executable).with_name("pydiff"))
COMPARE = (PYDIFF, "diff", "mise@2024.12.15:host", "uv@0.5.5:host")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    bare, shown = paired((sys.executable, "-c", "pass"), (PYDIFF, "--help"), asked.runs)
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        env = {**os.environ, "PYDIFF_CACHE_DIR": f"{folder}/cache", "PYDIFF_STATE_DIR": f"{folder}/state"}
        first = timed(COMPARE, env)
        second = statistics.median(timed(COMPARE, env) for _ in range(asked.runs))
    rows = {
        "bare interpreter": bare,
        "pydiff --help": shown,
        "first compare of two trees": first,
        "second compare": second,
        "second / first": second / first,
    }
    if asked.json:
        print(json.dumps(rows, indent=2))
    else:
        for name, value in rows.items():
            print(f"{name:<28} {value:6.3f}{'' if '/' in name else ' s'}")
        print(f"limit of --help: {HELP_LIMIT:.3f} s")
    return 0 if shown <= HELP_LIMIT else 1


def paired(one: Sequence[str], other: Sequence[str], runs: int) -> tuple[float, float]:
    """Medians of both commands, run in turn after one uncounted run of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 1):
        for command, found in zip((one, other), times, strict=True):
            seconds = timed(command, os.environ)
            if number:
                found.append(seconds)
    return statistics.median(times[0]), statistics.median(times[1])


def timed(command: Sequence[str], env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
