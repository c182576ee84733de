"""Make `hatch/*.json.zst` from the wheels of hatch, each of which holds a list of its Pythons.

    pip download --no-deps --dest WHEELS hatch==1.18.2        # once for each release
    python src/pydiff/data/build_hatch.py --wheels WHEELS

The list has one build per minor version, platform and variant. hatch's own word for the variant of x86-64 is the target's level here
(v1 is the plain one). Only CPython is kept, and on Windows the shared builds, which are what hatch takes.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pydiff.data.build_uv_downloads import Build, Spans, by_release, write_from
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name
from pydiff.managers.versions import key
from pydiff.model.target import Target

FOLDER = Path(__file__).parent / "hatch"
LIST = "hatch/python/distributions.py"
_TAKEN = {"", "freethreaded", "shared", "v1", "v2", "v3", "v4"}


def from_wheels(folder: Path) -> dict[Build, Spans]:
    """The lists of every release in the folder that has one (since 1.8.0)."""
    texts: dict[str, str] = {}
    for wheel in folder.glob("hatch-*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            if LIST in archive.namelist():
                texts[wheel.name.split("-")[1]] = archive.read(LIST).decode()
    names = sorted(texts, key=key)
    return by_release(names, lambda name: entries(texts[name]))


def entries(text: str) -> Iterator[Build]:
    """`DISTRIBUTIONS = {'3.12': {('linux', 'x86_64', 'gnu', 'v3', ''): url, …}, …}`, never executed; the last word came with 1.13.0."""
    assigned = (node for node in ast.parse(text).body if isinstance(node, ast.AnnAssign) and node.value is not None)
    table: dict[str, dict[tuple[str, ...], str]] = next(
        ast.literal_eval(node.value)
        for node in assigned
        if node.value and isinstance(node.target, ast.Name) and node.target.id == "DISTRIBUTIONS"
    )
    for name, sources in table.items():
        for place, url in sources.items():
            if name[0].isdigit() and _TAKEN.issuperset(place[3:]):
                yield _build(name, place, url)


def _build(name: str, place: tuple[str, ...], url: str) -> Build:
    asset = parse_asset_name(file_name(url))
    target = Target.from_triple(asset.triple)
    gil = "freethreaded" if "freethreaded" in place else ""
    level = place[3] if place[3] in {"v2", "v3", "v4"} else ""
    if not asset.version.startswith(f"{name}.") or target.variant != level or target.os != place[0]:
        raise SystemExit(f"{name} {place} is not what {url} says")
    if bool(gil) != ("freethreaded" in asset.build_options):
        raise SystemExit(f"{name} {place} is not what {url} says")
    return asset.version, gil, str(target), url, None


if __name__ == "__main__":
    write_from("--wheels", "a folder of its wheels", from_wheels, FOLDER, __doc__)
