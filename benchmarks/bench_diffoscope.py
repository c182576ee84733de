"""`pydiff diff` of two trees against `diffoscope --text` of the same two, in one run: time, memory, and what the report says of sysconfig.

    python benchmarks/bench_diffoscope.py [--runs N] [--json] [--quick] [--diffoscope PATH] [--seconds N] [--megabytes N] [LEFT RIGHT]

The pairs: the newest 3.9 and 3.10 of pyenv (or the prefixes LEFT and RIGHT); the same, with the right one's folders and files renamed for diffoscope
after the left one's version, without which it never compares what is in `lib/python3.9` with what is in `lib/python3.10`; and one Python as uv 0.5.5
and as the newest uv lays it, where only the manager's changes differ.

Both tools take turns on files that are in memory. diffoscope is told to leave out byte code and the files' times; past the limit of time or memory it
is killed, and not tried on that pair again. Without `--diffoscope` it is installed from the package index.

`named` counts the sysconfig variables that differ in more than spaces, each tree's own prefix and version replaced, and whose name is a word of the report: of
pydiff's in any place (the screen, and the whole of it as `-f json` gives it), of diffoscope's in a line that is marked as changed.

The limit: pydiff names as many as diffoscope, and where diffoscope names as many as pydiff, pydiff takes no longer and no more memory.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench_trees import pyenv
from watched import Used, watch

from pydiff.managers import parse_spec
from pydiff.model.settings import Settings
from pydiff.pipeline import installation

PYDIFF = str(Path(sys.executable).with_name("pydiff"))
LAID = ("uv@0.5.5:host", "uv:host")
_WORD = re.compile(r"\w+")
_CHANGED = re.compile(r"^[│├╵ ─]*[-+].*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    left: Path
    right: Path
    """Prefixes."""
    told: tuple[Path, Path]
    """The trees that diffoscope is given."""


@dataclass(slots=True)
class Tool:
    """One tool on one pair."""

    pair: str
    tool: str
    runs: list[Used] = field(default_factory=list)
    lines: int = 0
    """Of the report."""
    named: int = 0
    """Differing sysconfig variables that it names."""
    named_in_all: int = 0
    """The same, in the longest form of the report."""
    differing: int = 0

    @property
    def finished(self) -> bool:
        return all(run.ended == "finished" for run in self.runs)

    def middle(self, figure: str) -> float:
        return round(statistics.median(float(getattr(run, figure)) for run in self.runs), 2)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefixes", nargs="*", type=Path, metavar="PREFIX")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="one run each, and a minute for diffoscope")
    parser.add_argument("--diffoscope", type=Path, metavar="PATH", help="one that is installed already")
    parser.add_argument("--seconds", type=float, default=300, help="of wall time, for diffoscope (300)")
    parser.add_argument("--megabytes", type=float, default=4000, help="of memory, for diffoscope (4000)")
    asked = parser.parse_args(argv)
    if len(asked.prefixes) not in {0, 2}:
        parser.error("give two prefixes or none")
    if asked.quick:
        asked.runs, asked.seconds = 1, min(asked.seconds, 60)
    with tempfile.TemporaryDirectory(prefix="pydiff-bench-") as folder:
        other = asked.diffoscope or installed(Path(folder) / "diffoscope")
        version = started(other)
        rows = [
            row for pair in pairs(Path(folder), asked.prefixes) for row in measured(pair, other, asked, Path(folder))
        ]
    if asked.json:
        print(json.dumps({"diffoscope": version, "rows": [asdict(row) for row in rows]}, indent=2))
    else:
        print(f"{version}, at most {asked.seconds:.0f} s and {asked.megabytes:.0f} MB", table(rows), sep="\n")
    return 0 if all(ahead(*rows[at : at + 2]) for at in range(0, len(rows), 2)) else 1


def installed(folder: Path) -> Path:
    """An environment of its own with diffoscope in it, from the index that pip is configured for. Raises CalledProcessError."""
    subprocess.run((sys.executable, "-m", "venv", folder), check=True)
    subprocess.run((folder / "bin" / "pip", "install", "--quiet", "diffoscope"), check=True, stdout=sys.stderr)
    return folder / "bin" / "diffoscope"


def started(diffoscope: Path) -> str:
    """Its name and version. Raises SystemExit."""
    done = subprocess.run((diffoscope, "--version"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(
            f"{diffoscope} does not start (it needs libmagic; Debian: apt install libmagic1):\n{done.stderr[-500:]}"
        )
    return done.stdout.strip()


def pairs(folder: Path, prefixes: Sequence[Path]) -> Iterator[Pair]:
    left, right = prefixes or (pyenv("3.9"), pyenv("3.10"))
    name = f"{left.name} and {right.name}"
    yield Pair(name, left, right, (left, right))
    yield Pair(f"{name}, folders renamed for diffoscope", left, right, (left, renamed(right, left, folder / "renamed")))
    settings = Settings(cache_dir=folder / "laid", state_dir=folder / "laid")
    one, other = (Path(installation(parse_spec(spec), settings).prefix) for spec in LAID)
    yield Pair(" and ".join(LAID), one, other, (one, other))


def renamed(tree: Path, example: Path, to: Path) -> Path:
    """A copy of `tree` whose paths carry the version of `example`."""
    own, wanted = minor(tree), minor(example)
    shutil.copytree(tree, to, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for folder, folders, files in os.walk(to, topdown=False):
        for name in (*folders, *files):
            new = name.replace(own, wanted).replace(own.replace(".", ""), wanted.replace(".", ""))
            Path(folder, name).rename(Path(folder, new))
    return to


def measured(pair: Pair, diffoscope: Path, asked: argparse.Namespace, folder: Path) -> tuple[Tool, Tool]:
    ours, theirs = Tool(pair.name, "pydiff"), Tool(pair.name, "diffoscope")
    env = {
        **os.environ,
        "PYDIFF_CACHE_DIR": f"{folder}/cache",
        "PYDIFF_STATE_DIR": f"{folder}/state",
        "TMPDIR": str(folder),
    }
    screen, report, text = (folder / name for name in ("screen.txt", "report.json", "diffoscope.txt"))
    text.unlink(missing_ok=True)
    compare = (PYDIFF, "diff", *(f"path:{interpreter(prefix)}" for prefix in (pair.left, pair.right)))
    other = (
        *(str(diffoscope), "--text", str(text), "--exclude", "*__pycache__*"),
        *("--exclude-directory-metadata", "recursive", *map(str, pair.told)),
    )
    # Not counted: it brings pydiff and most of the files into memory. Of diffoscope itself, --version has done so.
    require(watch(compare, env, 600, 8000))
    for _ in range(asked.runs):
        ours.runs.append(require(watch((*compare, "-o", str(screen)), env, 600, 8000)))
        if theirs.finished:
            theirs.runs.append(require(watch(other, env, asked.seconds, asked.megabytes)))
    require(watch((PYDIFF, "report", "last", "-f", "json", "-o", str(report)), env, 600, 8000))
    names = differing(pair)
    for tool in (ours, theirs):
        tool.differing = len(names)
    shown = screen.read_text(encoding="utf-8")
    ours.lines, ours.named = shown.count("\n"), len(names & words(shown))
    ours.named_in_all = len(names & words(report.read_text(encoding="utf-8")))
    told = text.read_text(encoding="utf-8", errors="replace") if text.exists() else ""
    theirs.lines = told.count("\n")
    theirs.named = theirs.named_in_all = len(names & words("\n".join(_CHANGED.findall(told))))
    return ours, theirs


def require(used: Used) -> Used:
    """0 and 1 say that there is no difference, and that there is one. Raises SystemExit."""
    if used.ended == "finished" and used.status not in {0, 1}:
        raise SystemExit(f"exit status {used.status}: {used.errors}")
    return used


def interpreter(prefix: Path) -> Path:
    return next(path for path in prefix.glob("bin/python3.*") if re.fullmatch(r"python3\.\d+", path.name))


def differing(pair: Pair) -> set[str]:
    """The sysconfig variables that are not the same, as `variables` has them."""
    left, right = variables(pair.left), variables(pair.right)
    return {name for name in left.keys() | right.keys() if left.get(name) != right.get(name)}


def variables(prefix: Path) -> dict[str, str]:
    """Name -> value, with its own prefix, version and build folder replaced and one space between words; read, never executed."""
    short = re.escape(minor(prefix))
    text = next(prefix.glob(f"lib/python{minor(prefix)}/_sysconfigdata_*.py")).read_text(encoding="utf-8")
    body = next(node for node in ast.parse(text).body if isinstance(node, ast.Assign))
    found = {name: str(value) for name, value in ast.literal_eval(body.value).items()}
    roles = {str(prefix): "{prefix}", str(Path(found["abs_builddir"]).parent): "{build}"}
    bare = minor(prefix).replace(".", "")
    version = re.compile(rf"(?:\b|(?<=python)){short}(?:\.\d+)?\b|(?<=cpython-){bare}\b")
    for name, value in found.items():
        text = " ".join(value.split())
        for path, role in roles.items():
            text = text.replace(path, role)
        found[name] = version.sub("{version}", text)
    return found


def minor(prefix: Path) -> str:
    return interpreter(prefix).name.removeprefix("python")


def words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def ahead(ours: Tool, theirs: Tool) -> bool:
    if theirs.named_in_all < ours.named_in_all:
        return True  # It did not do the same work.
    cheaper = all(ours.middle(figure) <= theirs.middle(figure) for figure in ("seconds", "megabytes"))
    return cheaper and ours.named_in_all >= theirs.named_in_all


def table(rows: Sequence[Tool]) -> str:
    lines = [
        "pair / tool                wall s  processor s  peak MB  lines  variables named: at first, in all, differing"
    ]
    for at, row in enumerate(rows):
        ours = row.tool == "pydiff"
        if ours:
            lines.append(row.pair)
        remark = "" if row.finished else f"  killed: {row.runs[-1].ended}"
        remark += "  OVER" if ours and not ahead(row, rows[at + 1]) else ""
        lines.append(
            f"  {row.tool:<22} {row.middle('seconds'):>8}  {row.middle('processor'):>11}  {row.middle('megabytes'):>7.0f}  "
            f"{row.lines:>5}  {row.named:>25}  {row.named_in_all:>6}  {row.differing:>9}{remark}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
