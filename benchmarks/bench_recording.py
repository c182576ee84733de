"""What recording costs: uwsgi built with the recorder and without it in the same sandbox, and one call through the shim.

    python benchmarks/bench_recording.py [--pairs N] [--package NAME] [--shim-only] [--json]

Needs a C compiler and, the first time, the package index. Runs alternate (bare, recorded, recorded, bare, ...) so that a change of the
machine's load hits both; the ratio of each neighbouring pair is taken, and their median reported.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from building import installation
from pydiff.build.backend import read_build_system
from pydiff.build.bench import Surroundings
from pydiff.build.recorder import make_shims
from pydiff.build.requirements import checked, resolve_all
from pydiff.build.sandbox import LEVELS, choose_sandbox, refusal
from pydiff.build.side import Side
from pydiff.build.source import Source, acquire
from pydiff.model.build import Built
from pydiff.model.settings import Settings

CALLS = 300
UNSHARE = LEVELS[1]
LIMITS = {"shim_ms": 3.0, "wall_ratio": 1.10, "cpu_ratio": 1.10}


@dataclass(frozen=True)
class Cost:
    wall: float
    """Seconds of the two hooks."""
    cpu: float
    """Processor seconds of all their processes: steadier than `wall` on a machine that does other things too."""
    actions: int


def build_cost(source: Source, settings: Settings, *, recording: bool) -> Cost:
    """Build once; what the hooks cost."""
    sandbox = choose_sandbox("none" if refusal(UNSHARE) else "unshare")[
        0
    ]  # bwrap does not hand on its children's processor time
    around = Surroundings(sandbox, (), {}, threading.Event(), settings.build_timeout, recording=recording)
    with tempfile.TemporaryDirectory() as folder:
        side = Side("left", installation(), around, Path(folder, "work"), Path(folder, "run"))
        side.unpack(source)
        side.prepare()
        system = read_build_system(side.source)
        wheels = resolve_all(checked(system.requires, source.label), [side.target()], settings)["left"]
        began, spent = time.perf_counter(), children_seconds()
        side.get_requires(system, wheels)
        side.build(system, wheels)
        wall, cpu = time.perf_counter() - began, children_seconds() - spent
        if not isinstance(side.outcome, Built):
            raise SystemExit(f"{source.label} did not build: {side.outcome}\n{side.save().log[-2000:]}")
        return Cost(wall, cpu, len(side.save().actions))


def children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def shim_milliseconds() -> float:
    """What one call through the shim costs beyond the call itself, with a tool that does nothing: the least disturbed of seven rounds."""
    with tempfile.TemporaryDirectory() as folder:
        tools, shims, record = (Path(folder, name) for name in ("tools", "shims", "record"))
        tools.mkdir()
        record.mkdir()
        (tools / "cc").symlink_to("/bin/true")
        make_shims(shims, str(shims), [tools])
        loop = f"i=0; while [ $i -lt {CALLS} ]; do cc -c a.c -o a.o; i=$((i+1)); done"
        costs = []
        for _ in range(7):
            bare = _loop_seconds(loop, {"PATH": f"{tools}:/bin:/usr/bin"})
            shimmed = _loop_seconds(loop, {"PATH": f"{shims}:{tools}:/bin:/usr/bin", "PYDIFF_RECORD": str(record)})
            costs.append((shimmed - bare) / CALLS * 1000)
            for path in record.iterdir():
                path.unlink()
        return min(costs)


def _loop_seconds(loop: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", loop], env=environment, check=True)
    return time.perf_counter() - began


def measure(package: str, pairs: int, *, quiet: bool) -> dict[str, float]:
    """Median ratios of recorded to bare builds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder, "cache"), Path(folder, "state"))
        source = acquire(package, settings, [platform.python_version()])
        build_cost(source, settings, recording=True)  # fetches the requirements, warms the disk
        walls, cpus = [], []
        for pair in range(pairs):
            order = (False, True) if pair % 2 == 0 else (True, False)
            runs = {recording: build_cost(source, settings, recording=recording) for recording in order}
            bare, recorded = runs[False], runs[True]
            walls.append(recorded.wall / bare.wall)
            cpus.append(recorded.cpu / bare.cpu)
            if not quiet:
                print(
                    f"bare {bare.wall:6.2f} s (cpu {bare.cpu:6.2f})   recorded {recorded.wall:6.2f} s "
                    f"(cpu {recorded.cpu:6.2f}), {recorded.actions} actions   ratio {walls[-1]:.3f} (cpu {cpus[-1]:.3f})",
                    flush=True,
                )
    return {"wall_ratio": median(walls), "cpu_ratio": median(cpus)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--package", default="uwsgi==2.0.28")
    parser.add_argument("--shim-only", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = {"shim_ms": shim_milliseconds()}
    if not asked.shim_only:
        figures |= measure(asked.package, asked.pairs, quiet=asked.json)
    if asked.json:
        print(json.dumps(figures))
    else:
        print(
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
        )
        for name, value in figures.items():
            print(f"{name:12} {value:6.3f}   limit {LIMITS[name]:g}")
    return int(any(value > LIMITS[name] for name, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main())
