"""How long an answer takes: one release, the history of all of them, and the whole command around each.

    python benchmarks/bench_resolve.py [--runs N] [--json]

`resolve` and `history` are the functions, in a process that has read the tables already; `first` is the first call in a process, tables
included. The commands are processes of their own, timed from outside; `bare` is the same interpreter doing nothing.
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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PYDIFF = str(Path(sys.executable).with_name("pydiff"))
TARGET = "linux-x86_64-gnu"
ONE = f"uv@0.5.5:3.9#{TARGET}"
ALL = f"uv:3.9#{TARGET}"
# Seconds.
LIMITS = {"resolve": 0.010, "history": 0.5, "pydiff resolve": 1.0, "pydiff resolve --history": 1.0}
_CHILD = """
import json, sys, time
from pathlib import Path
from pydiff import managers
from pydiff.model.settings import Settings
settings = Settings(Path("/nowhere"), Path("/nowhere"), offline=True)
spec = managers.parse_spec(sys.argv[2])
call = getattr(managers, sys.argv[1])
times = []
for _ in range(int(sys.argv[3])):
    start = time.perf_counter()
    call(spec, settings)
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    rows = measure(asked.runs)
    if asked.json:
        print(json.dumps(rows, indent=2))
    else:
        for name, seconds in rows.items():
            limit = f"  (limit {LIMITS[name] * 1000:,.0f} ms)" if name in LIMITS else ""
            print(f"{name:<26} {seconds * 1000:8.1f} ms{limit}")
    return 0 if all(rows[name] <= limit for name, limit in LIMITS.items()) else 1


def measure(runs: int) -> dict[str, float]:
    """Medians, in seconds."""
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        env = {**os.environ, "PYDIFF_CACHE_DIR": f"{folder}/cache", "PYDIFF_STATE_DIR": f"{folder}/state"}
        resolve, history = called("resolve", ONE, runs), called("history", ALL, runs)
        return {
            "resolve, first": resolve[0],
            "resolve": statistics.median(resolve[1:]),
            "history, first": history[0],
            "history": statistics.median(history[1:]),
            "bare interpreter": median(lambda: timed((sys.executable, "-c", "pass"), env), runs),
            "pydiff resolve": median(lambda: timed((PYDIFF, "resolve", ONE), env), runs),
            "pydiff resolve --history": median(lambda: timed((PYDIFF, "resolve", ALL, "--history"), env), runs),
        }


def called(function: str, spec: str, runs: int) -> list[float]:
    """Seconds of each call in one process; the first one reads the tables."""
    command = [sys.executable, "-c", _CHILD, function, spec, str(runs + 1)]
    found: list[float] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


def median(call: Callable[[], float], runs: int) -> float:
    return statistics.median(call() for _ in range(runs))


def timed(command: Sequence[str], env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
