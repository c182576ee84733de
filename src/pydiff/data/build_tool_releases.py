"""Make `releases.json`: version and day of every release of the managers, and of the library pbs-installer.

    python src/pydiff/data/build_tool_releases.py --git uv=UV_CHECKOUT --git mise=MISE_CHECKOUT --git rye=RYE_CHECKOUT
    python src/pydiff/data/build_tool_releases.py --index hatch --index pdm --index pipx --index pbs-installer
    python src/pydiff/data/build_tool_releases.py --table tool-releases.json      # {"uv": [[version, day], ...], ...}

A checkout is a clone with its tags; the index is the one that pip is configured for, and its days are those of the upload. Tools that are not
named keep the rows they have.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path

from pydiff.build.index import package_finder, read_index_config

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


def from_index(tool: str) -> Rows:
    """Every release on the package index that is a plain version, yanked ones too, with the day of its first file (UTC)."""
    with package_finder(read_index_config()) as (finder, complaints):
        packages = list(finder.find_all_packages(tool, allow_yanked=True))
    days: dict[str, str] = {}
    for package in packages:
        if package.version and re.fullmatch(r"\d+\.\d+\.\d+", package.version) and package.link.upload_time:
            day = package.link.upload_time.date().isoformat()
            days[package.version] = min(day, days.get(package.version, day))
    if not days:
        raise SystemExit(f"the index has no releases of {tool} with their days: {'; '.join(complaints)}")
    return list(days.items())


def ordered(rows: Rows) -> Rows:
    return sorted({(version, day) for version, day in rows}, key=lambda row: tuple(map(int, row[0].split("."))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--git", action="append", default=[], metavar="TOOL=CHECKOUT")
    parser.add_argument("--index", action="append", default=[], metavar="TOOL")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--output", type=Path, default=FILE)
    asked = parser.parse_args()
    if not (asked.git or asked.index or asked.table):
        parser.error("give --git, --index or --table")
    tables: dict[str, Rows] = json.loads(asked.output.read_text()) if asked.output.exists() else {}
    tables |= json.loads(asked.table.read_text()) if asked.table else {}
    for pair in asked.git:
        tool, _, checkout = pair.partition("=")
        tables[tool] = from_git(Path(checkout))
    tables |= {tool: from_index(tool) for tool in asked.index}
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
