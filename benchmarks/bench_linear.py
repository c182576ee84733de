"""Whether a comparison stays linear: synthetic trees of 1,000 to 50,000 files, and 1,000 files of 1 MB to 1 GB.

    python benchmarks/bench_linear.py [--runs N] [--json] [--quick] [--plot FILE] [--donor PREFIX]

The trees are made of the files of a real Python (default: the one that runs this). Each size has a pair that differs a little (one file in a
hundred) and one in which everything differs. `whole` takes both snapshots, one after the other, and compares them; the files have just been
written and are in memory. `comparison` has both snapshots in the cache. Every run is a process of its own, which first compares a tree
of a few files with itself, so that imports are not in its figures: they are the same for every size.

The limit: at the largest size a file (or MB) takes at most 1.5 times the processor time and the memory that it takes at any size from a tenth of
it up. Processor time is also what is drawn: a busy machine changes the wall time, which is only shown.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import plot
import synthetic

from pydiff.compare.trees import compare_trees
from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.snapshot import snapshot

LIMIT = 1.5
JUDGED = ("processor", "added")
PAIRS: tuple[synthetic.Differing, ...] = ("little", "everything")
FILES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
MEGABYTES = (1, 4, 16, 64, 256, 1_024)
QUICK_FILES, QUICK_MEGABYTES = (1_000, 5_000, 20_000), (1, 64, 256)
FEW = 1_000
"""Files of the trees that grow by bytes."""
PLOT = Path(__file__).parent.parent / "docs" / "linear.svg"


@dataclass(frozen=True, slots=True)
class Row:
    """The medians of one case; `megabytes` is the peak of the worst run of them."""

    unit: str
    """files or MB: what `size` counts, of each of the two trees."""
    size: int
    differing: str
    case: str
    seconds: float
    processor: float
    megabytes: float
    added: float
    """MB of `megabytes` that are not there without the trees."""
    differences: int


@dataclass(frozen=True, slots=True)
class Growth:
    """How one figure of one case grows with the size."""

    unit: str
    differing: str
    case: str
    figure: str
    """A field of `Row`."""
    start: float
    slope: float
    """Of the least-squares line: what one file or one MB more in both trees adds."""
    ratio: float
    """What a file or MB takes at the largest size, to the least that it takes at any size from a tenth of that up."""

    @property
    def within_limit(self) -> bool:
        return self.ratio <= LIMIT or self.figure not in JUDGED


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, one run each, no plot unless --plot")
    parser.add_argument("--plot", type=Path, help=f"where to draw it (default: docs/{PLOT.name})")
    parser.add_argument("--donor", type=Path, default=Path(sys.base_prefix))
    parser.add_argument("--child", nargs=4, metavar=("CACHE", "LEFT", "RIGHT", "FIRST"), help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.child:
        print(json.dumps(child(*map(Path, asked.child))))
        return 0
    donor = synthetic.donor(asked.donor)
    sizes = (QUICK_FILES, QUICK_MEGABYTES) if asked.quick else (FILES, MEGABYTES)
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        synthetic.write(Path(folder) / "first", 0, donor)
        rows = list(measure(Path(folder), donor, sizes, 1 if asked.quick else asked.runs))
    grown = list(growths(rows))
    if asked.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "growth": [asdict(one) for one in grown]}, indent=2))
    else:
        print(table(rows, grown))
    if asked.plot or not asked.quick:
        (asked.plot or PLOT).write_text(drawn(rows, grown), encoding="utf-8")
    return 0 if all(one.within_limit for one in grown) else 1


def child(cache: Path, left: Path, right: Path, first: Path) -> dict[str, float]:
    """One comparison, after one of `first` with itself; snapshots that are kept in `cache` are not taken again."""
    compared(cache, first, first)
    before, started, used = _peak(), time.perf_counter(), time.process_time()
    differences = compared(cache, left, right)
    return {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - used,
        "megabytes": _peak(),
        "added": _peak() - before,
        "differences": differences,
    }


def compared(cache: Path, left: Path, right: Path) -> int:
    settings = Settings(cache_dir=cache, state_dir=cache)
    return len(compare_trees(*(snapshot(_installation(prefix), settings) for prefix in (left, right))))


def _peak() -> float:
    """In MB. Not `ru_maxrss`: that counts what the parent had at the fork, which is the donor's files."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _installation(prefix: Path) -> Installation:
    version = next((prefix / "lib").glob("python3.*")).name.removeprefix("python") + ".0"
    spec = Spec(f"path:{prefix}", "path", "", InterpreterRequest(str(prefix)), this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), str(prefix / "bin" / "python3"), version)
    # A digest says that the tree never changes, which is what lets its snapshot be kept.
    return Installation(str(prefix), resolution.interpreter, version, prefix.name, resolution)


def measure(
    folder: Path, donor: synthetic.Donor, sizes: tuple[Sequence[int], Sequence[int]], runs: int
) -> Iterator[Row]:
    for files in sizes[0]:
        yield from _sized(folder, donor, ("files", files), runs)
    for megabytes in sizes[1]:
        # Three trees, and as much again to be left for others.
        if shutil.disk_usage(folder).free > 6 * megabytes * 1_000_000:
            yield from _sized(folder, donor, ("MB", megabytes), runs)


def _sized(folder: Path, donor: synthetic.Donor, size: tuple[str, int], runs: int) -> Iterator[Row]:
    unit, count = size
    first = folder / "first"
    trees = {differing: folder / differing for differing in ("nothing", *PAIRS)}
    for differing, tree in trees.items():
        if unit == "files":
            synthetic.write(tree, count, donor, differing)
        else:
            synthetic.write(tree, FEW, donor, differing, count * 1_000_000 // FEW)
    # What is still to be written to the disk would be written during the first runs.
    os.sync()
    for differing in PAIRS:
        caches = [folder / f"cache{number}" for number in range(runs)]
        for case in ("whole", "comparison"):
            results = [timed(cache, trees["nothing"], trees[differing], first) for cache in caches]
            middle = {key: statistics.median(one[key] for one in results) for key in results[0]}
            yield Row(
                unit,
                count,
                differing,
                case,
                round(middle["seconds"], 3),
                round(middle["processor"], 3),
                round(max(one["megabytes"] for one in results), 1),
                round(max(one["added"] for one in results), 1),
                int(middle["differences"]),
            )
        for cache in caches:
            shutil.rmtree(cache)
    for tree in trees.values():
        shutil.rmtree(tree)


def timed(*paths: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--child", *map(str, paths)]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def growths(rows: Sequence[Row]) -> Iterator[Growth]:
    for unit, differing, case in dict.fromkeys((row.unit, row.differing, row.case) for row in rows):
        if unit == "MB" and case == "comparison":
            continue  # A snapshot does not grow with the bytes of the files.
        own = [row for row in rows if (row.unit, row.differing, row.case) == (unit, differing, case)]
        for figure in ("megabytes", *JUDGED):
            points = [(row.size, float(getattr(row, figure))) for row in own]
            slope, start = statistics.linear_regression(*zip(*points, strict=True))
            yield Growth(unit, differing, case, figure, start, slope, _ratio(points))


def _ratio(points: Sequence[tuple[int, float]]) -> float:
    """Of the last point, by what one costs there; the points are sorted by size."""
    largest = points[-1][0]
    each = [value / size for size, value in points if size * 10 >= largest]
    return round(each[-1] / min(each), 2) if min(each) > 0 else 0.0


def drawn(rows: Sequence[Row], grown: Sequence[Growth]) -> str:
    """As SVG: points are the medians, lines the least-squares fits."""
    panels = [
        plot.Panel(title, below, list(_series(rows, grown, unit, figure)))
        for title, below, unit, figure in (
            ("Processor seconds by number of files", "files in each tree", "files", "processor"),
            ("Peak memory in MB by number of files", "files in each tree", "files", "megabytes"),
            (f"Processor seconds by size, of {FEW:,} files", "MB in each tree", "MB", "processor"),
        )
    ]
    return plot.svg(
        panels, "Time and memory that pydiff takes to compare two trees grow in straight lines with their size"
    )


def _series(rows: Sequence[Row], grown: Sequence[Growth], unit: str, figure: str) -> Iterator[plot.Series]:
    for one in grown:
        if (one.unit, one.figure) == (unit, figure):
            key = (one.unit, one.differing, one.case)
            points = [
                (row.size, float(getattr(row, figure))) for row in rows if (row.unit, row.differing, row.case) == key
            ]
            everything, kept = one.differing == "everything", one.case == "comparison"
            name = (
                f"{'comparison alone' if kept else 'snapshots + comparison'}, {'all' if everything else '1 %'} differs"
            )
            yield plot.Series(name, points, one.start, one.slope, colour=int(kept), full=everything)


def table(rows: Sequence[Row], grown: Sequence[Growth]) -> str:
    lines = [" each tree  differing   case        median s  processor s  peak MB  added MB  differences"]
    lines += [
        f"{row.size:>6} {row.unit:<5} {row.differing:<10}  {row.case:<10}  {row.seconds:>8.2f}  {row.processor:>11.2f}  {row.megabytes:>7}  {row.added:>8}  {row.differences:>11}"
        for row in rows
    ]
    lines += ["", f"differing   case        figure      at 0 + per 1,000        ratio (limit {LIMIT})"]
    lines += [
        f"{one.differing:<10}  {one.case:<10}  {one.figure:<9}  {one.start:>5.2f} + {one.slope * 1000:>7.3f} {one.unit:<5}  {one.ratio:>9.2f}{'' if one.within_limit else '  OVER'}"
        for one in grown
        if one.figure in JUDGED
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
