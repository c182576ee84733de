"""Make `releases.json`: version and day of every release of uv and mise.

python src/pydiff/data/build_tool_releases.py --git uv=UV_CHECKOUT --git mise=MISE_CHECKOUT   # clones with their tags
python src/pydiff/data/build_tool_releases.py --table tool-releases.json                      # {"uv": [[version, day], ...], ...}
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path

FILE = Path(__file__).parent / "releases.json"
Rows = list[tuple[str, str]]
_TAG = re.compile(r"v?(\d+\.\d+\.\d+) (\d{4}-\d{2}-\d{2})")


def from_git(checkout: Path) -> Rows:
    """Every tag that is a plain version, with the day of its commit (UTC)."""
    form = "%(refname:short) %(if)%(*committerdate)%(then)%(*committerdate:short-local)%(else)%(committerdate:short-local)%(end)"
    command = ["git", "-C", str(checkout), "for-each-ref", "refs/tags", f"--format={form}"]
    text = subprocess.run(
        command, check=True, text=True, stdout=subprocess.PIPE, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}
    ).stdout
    return [(match[1], match[2]) for line in text.splitlines() if (match := _TAG.fullmatch(line))]


def ordered(rows: Rows) -> Rows:
    return sorted({(version, day) for version, day in rows}, key=lambda row: tuple(map(int, row[0].split("."))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--git", action="append", default=[], metavar="TOOL=CHECKOUT")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--output", type=Path, default=FILE)
    asked = parser.parse_args()
    tables: dict[str, Rows] = json.loads(asked.table.read_text()) if asked.table else {}
    for pair in asked.git:
        tool, _, checkout = pair.partition("=")
        tables[tool] = from_git(Path(checkout))
    if not tables:
        parser.error("give --git or --table")
    lines = (
        f'  "{tool}": [\n'
        + ",\n".join(
            f"    {json.dumps([version, day])}" for version, day in ordered([(row[0], row[1]) for row in rows])
        )
        + "\n  ]"
        for tool, rows in tables.items()
    )
    asked.output.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(", ".join(f"{tool}: {len(rows)}" for tool, rows in tables.items()))


if __name__ == "__main__":
    main()
