"""What recording costs: uwsgi built with the recorder and without it in the same sandbox, and one call through the shim.

    python benchmarks/bench_recording.py [--pairs N] [--package NAME] [--shim-only]

Needs a C compiler and, the first time, the package index. Runs alternate (bare, recorded, recorded, bare, ...) so that a change of the
machine's load hits both; the ratio of each neighbouring pair is taken, and their median reported.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from building import installation
from pydiff.build.backend import read_build_system
from pydiff.build.bench import Surroundings
from pydiff.build.recorder import make_shims
from pydiff.build.requirements import checked, resolve_all
from pydiff.build.sandbox import choose_sandbox
from pydiff.build.side import Side
from pydiff.build.source import Source, acquire
from pydiff.model.build import Built
from pydiff.model.settings import Settings

CALLS = 300


def build_seconds(source: Source, settings: Settings, *, recording: bool) -> tuple[float, int]:
    """Seconds of the two hooks of one build, and how many actions were recorded."""
    sandbox, _why = choose_sandbox("auto")
    around = Surroundings(sandbox, (), {}, threading.Event(), settings.build_timeout, recording=recording)
    with tempfile.TemporaryDirectory() as folder:
        side = Side("left", installation(), around, Path(folder, "work"), Path(folder, "run"))
        side.unpack(source)
        side.prepare()
        system = read_build_system(side.source)
        wheels = resolve_all(checked(system.requires, source.label), [side.target()], settings)["left"]
        began = time.perf_counter()
        side.get_requires(system, wheels)
        side.build(system, wheels)
        seconds = time.perf_counter() - began
        if not isinstance(side.outcome, Built):
            raise SystemExit(f"{source.label} did not build: {side.outcome}\n{side.save().log[-2000:]}")
        return seconds, len(side.save().actions)


def shim_milliseconds() -> float:
    """Median over five rounds of what one call through the shim costs beyond the call itself, with a tool that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        tools, shims, record = (Path(folder, name) for name in ("tools", "shims", "record"))
        tools.mkdir()
        record.mkdir()
        (tools / "cc").symlink_to("/bin/true")
        make_shims(shims, str(shims), [tools])
        loop = f"i=0; while [ $i -lt {CALLS} ]; do cc -c a.c -o a.o; i=$((i+1)); done"
        costs = []
        for _ in range(5):
            bare = _loop_seconds(loop, {"PATH": f"{tools}:/bin:/usr/bin"})
            shimmed = _loop_seconds(loop, {"PATH": f"{shims}:{tools}:/bin:/usr/bin", "PYDIFF_RECORD": str(record)})
            costs.append((shimmed - bare) / CALLS * 1000)
            for path in record.iterdir():
                path.unlink()
        return median(costs)


def _loop_seconds(loop: str, environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(["/bin/sh", "-c", loop], env=environment, check=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--package", default="uwsgi==2.0.28")
    parser.add_argument("--shim-only", action="store_true")
    asked = parser.parse_args()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"shim: {shim_milliseconds():.2f} ms a call (goal: under 3)")
    if asked.shim_only:
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder, "cache"), Path(folder, "state"))
        source = acquire(asked.package, settings, [platform.python_version()])
        build_seconds(source, settings, recording=True)  # fetches the requirements, warms the disk
        ratios = []
        for pair in range(asked.pairs):
            order = (False, True) if pair % 2 == 0 else (True, False)
            runs = {recording: build_seconds(source, settings, recording=recording) for recording in order}
            ratios.append(runs[True][0] / runs[False][0])
            print(
                f"bare {runs[False][0]:6.2f} s   recorded {runs[True][0]:6.2f} s, {runs[True][1]} actions   ratio {ratios[-1]:.3f}"
            )
        print(f"median ratio over {asked.pairs} pairs: {median(ratios):.3f} (goal: at most 1.10)")


if __name__ == "__main__":
    main()
