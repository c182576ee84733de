"""Make `pyenv-definitions.json`: on which days pyenv's master came to know, and ceased to know, how to build each CPython.

python src/pydiff/data/build_pyenv_definitions.py --git PYENV_CHECKOUT   # a clone with its history; --branch when it is not `master`

Days are those of the commits by which master itself moved (first parents; UTC), so a definition made in a pull request counts from its merge.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).parent / "pyenv-definitions.json"
FOLDER = "plugins/python-build/share/python-build"
_CPYTHON = re.compile(r"\d+\.\d+(?:\.\d+)?(?:(?:a|b|rc)\d+)?t?", re.ASCII)


def moves(checkout: Path, branch: str) -> Iterator[tuple[str, str, str]]:
    """(ISO day, "A" or "D", name) of every definition of CPython that came or went, oldest first."""
    command = ["git", "-C", str(checkout), "log", "--first-parent", "--diff-merges=first-parent", "--reverse"]
    command += ["--no-renames", "--name-status", "--diff-filter=AD", "--format=@%cI", branch, "--", FOLDER]
    day = ""
    for line in subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines():
        if line.startswith("@"):
            day = datetime.fromisoformat(line[1:]).astimezone(UTC).date().isoformat()
        elif line:
            kind, _, path = line.partition("\t")
            folder, _, name = path.rpartition("/")
            if folder == FOLDER and _CPYTHON.fullmatch(name):
                yield day, kind, name


def table(checkout: Path, branch: str) -> dict[str, list[str]]:
    """Name -> the days on which it came, went, came again ... Raises ValueError where the history contradicts itself."""
    days: dict[str, list[str]] = {}
    for day, kind, name in moves(checkout, branch):
        known = days.setdefault(name, [])
        if (kind == "A") != (len(known) % 2 == 0):
            raise ValueError(f"{name}: {kind} on {day} after {known}")
        known.append(day)
    return days


def last_day(checkout: Path, branch: str) -> str:
    command = ["git", "-C", str(checkout), "log", "-1", "--format=%cI", branch]
    said = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    return datetime.fromisoformat(said).astimezone(UTC).date().isoformat()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--git", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--branch", default="master")
    parser.add_argument("--output", type=Path, default=FILE)
    asked = parser.parse_args()
    days = table(asked.git, asked.branch)
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(known)}" for name, known in sorted(days.items()))
    until = last_day(asked.git, asked.branch)
    asked.output.write_text(f'{{\n  "until": "{until}",\n  "definitions": {{\n{rows}\n  }}\n}}\n')
    print(f"{len(days)} definitions up to {until}")


if __name__ == "__main__":
    main()
