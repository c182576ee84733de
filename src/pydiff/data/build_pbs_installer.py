"""Make `pbs-installer/*.json.zst` from the wheels of pbs-installer, the library by which pdm and poetry install Pythons.

    pip download --no-deps --dest WHEELS pbs-installer==2026.10.25        # once for each release
    python src/pydiff/data/build_pbs_installer.py --wheels WHEELS

A row is what `get_download_link(…, build_dir=False)` of that release can answer: the install_only archive of a version and platform, else
the full one (which the releases of 2024.4.1 to 2024.10.8 did not fall back to). Only CPython is kept.
"""

from __future__ import annotations

import ast
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydiff.data.build_uv_downloads import Build, Spans, by_release, write_from
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name
from pydiff.managers.versions import key
from pydiff.model.target import Target

FOLDER = Path(__file__).parent / "pbs-installer"
FIRST = "2024.3.26"
"""The newest when the first pdm that installs Pythons was released."""
Row = tuple[str, bool, str, str, bool, str, str | None]
"""version, free-threaded, platform, arch, install_only, url, sha256"""


def from_wheels(folder: Path) -> dict[Build, Spans]:
    """The rows of every release since 2024.3.26 in the folder."""
    wheels = {wheel.name.split("-")[1]: wheel for wheel in folder.glob("pbs_installer-*.whl")}
    names = sorted((name for name in wheels if name.replace(".", "").isdecimal()), key=key)
    names = [name for name in names if key(name) >= key(FIRST)]
    return by_release(names, lambda name: chosen(rows_of(wheels[name]), name))


def rows_of(wheel: Path) -> list[Row]:
    with zipfile.ZipFile(wheel) as archive:
        if "pbs_installer/versions.json" in archive.namelist():  # since 2026.10.25
            return list(from_json(archive.read("pbs_installer/versions.json").decode()))
        return list(from_module(archive.read("pbs_installer/_versions.py").decode()))


def from_json(text: str) -> Iterator[Row]:
    for payload in json.loads(text):
        python = payload["python_version"]
        if python["implementation"] == "cpython":
            version = f"{python['major']}.{python['minor']}.{python['micro']}"
            for file in payload["files"]:
                place = file["platform"], file["arch"], file["install_only"]
                yield version, python["freethreaded"], *place, file["url"], file["sha256"]


def from_module(text: str) -> Iterator[Row]:
    """`PYTHON_VERSIONS = {PythonVersion("cpython", 3, 12, 2): {("linux", "x86_64", True): (url, sha256), …}, …}`, never executed.

    The place has no install_only before 2024.4.1; from 2024.10.10 to 2025.6.4 it also has free-threaded, after that the version has.
    """
    (table,) = (node.value for node in ast.parse(text).body if isinstance(node, ast.AnnAssign))
    if not isinstance(table, ast.Dict):
        raise SystemExit("the table of versions is no dict")
    for called, files in zip(table.keys, table.values, strict=True):
        if not isinstance(called, ast.Call):
            raise SystemExit("a version is no PythonVersion(…)")
        implementation, major, minor, micro, *freethreaded = map(ast.literal_eval, called.args)
        found: dict[tuple[Any, ...], tuple[str, str | None]] = ast.literal_eval(files)
        for place, (url, sha256) in found.items() if implementation == "cpython" else ():
            install_only, free = [*place[2:], False, False][:2]
            yield f"{major}.{minor}.{micro}", free or any(freethreaded), *place[:2], install_only, url, sha256


def chosen(rows: list[Row], release: str) -> Iterator[Build]:
    """One per version, variant and platform: install_only where there is one."""
    falls_back = not key("2024.4.1") <= key(release) < key("2024.10.10")
    best: dict[tuple[str, bool, str, str], Row] = {}
    for row in sorted(rows, key=lambda row: row[4]):
        if row[4] or falls_back:
            best[row[:4]] = row
    for version, free, system, arch, _, url, sha256 in best.values():
        target = f"{system}-{arch}{'-gnu' if system == 'linux' else ''}"
        asset = parse_asset_name(file_name(url))
        if target != str(Target.from_triple(asset.triple)) or free != ("freethreaded" in asset.build_options):
            raise SystemExit(f"{release}: {system} {arch} is not what {url} says")
        yield version, "freethreaded" if free else "", target, url, sha256


if __name__ == "__main__":
    write_from("--wheels", "a folder of its wheels", from_wheels, FOLDER, __doc__)
