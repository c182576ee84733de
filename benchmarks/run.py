"""Every figure of the README's performance table, one after the other (`make bench`). Exits with 1 when a limit is missed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    ("bench_cli.py",),
    ("bench_resolve.py",),
    ("bench_install.py",),
    ("bench_trees.py",),
    ("bench_archives.py",),
    # In full these two take a quarter of an hour.
    ("bench_diffoscope.py", "--quick"),
    ("bench_linear.py", "--quick"),
    ("bench_download.py",),
    ("bench_recording.py",),
)


def main() -> int:
    missed = 0
    for name, *options in BENCHMARKS:
        print("==", name, *options, flush=True)
        missed += (
            subprocess.run([sys.executable, Path(__file__).with_name(name), *options], check=False).returncode != 0
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
