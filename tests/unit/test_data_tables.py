"""The shipped tables are whole, and the scripts that make them work."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import zstandard

from pydiff import data
from pydiff.data import build_pbs_assets, build_uv_downloads
from pydiff.managers.assets import parse_asset_name
from pydiff.managers.uv_list import file_name
from pydiff.managers.versions import key
from pydiff.model.target import RELEASED, Target


def test_every_name_of_every_era_is_read() -> None:
    names = data.pbs_assets()
    assert len(names) >= 50_061
    assets = [parse_asset_name(name) for name in names]
    assert [asset.name for asset in assets] == list(names)
    assert all(asset.tag for asset in assets), "the release of every archive is known"
    assert {str(Target.from_triple(asset.triple)) for asset in assets} <= set(RELEASED)


def test_uv_rows_are_the_archives_they_name() -> None:
    names = set(data.pbs_assets())
    unlisted: set[str] = set()
    for minor in data.uv_minors():
        for build in data.uv_builds(minor):
            asset = parse_asset_name(file_name(build.url))
            assert (asset.version, str(Target.from_triple(asset.triple))) == (build.version, build.target)
            assert asset.tag == build.url.split("/")[-2]
            assert ("freethreaded" in asset.build_options) == ("freethreaded" in build.variant)
            if asset.name not in names and asset.tag > "2022" and "i686" not in asset.triple:
                unlisted.add(asset.tag)
    # A few releases that uv once listed were withdrawn since.
    assert len(unlisted) < 10


def test_no_uv_release_lists_a_build_twice() -> None:
    releases = [version for version, _ in data.releases("uv")]
    for version in (releases[-1], "0.5.5", "0.2.22"):
        for minor in data.uv_minors():
            here = [
                (build.version, build.variant, build.target)
                for build in data.uv_builds(minor)
                if any(key(first) <= key(version) <= key(last) for first, last in build.spans)
            ]
            assert len(here) == len(set(here))


def test_releases_are_in_order_and_reach_the_first_supported() -> None:
    for tool, first in (("uv", "0.2.22"), ("mise", "2024.1.30")):
        versions = [version for version, _ in data.releases(tool)]
        assert versions == sorted(versions, key=key)
        assert first in versions


def test_an_unknown_minor_has_no_builds() -> None:
    assert data.uv_builds("2.7") == ()


ENTRY = {
    "name": "cpython",
    "arch": "i686",
    "os": "darwin",
    "libc": "none",
    "major": 3,
    "minor": 9,
    "patch": 1,
    "url": "https://github.com/astral-sh/python-build-standalone/releases/download/20240101/cpython-3.9.1.tar.gz",
    "sha256": "ab",
}
BUILD = ("3.9.1", "", "macos-x86", ENTRY["url"], "ab")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


def test_uv_table_from_a_checkout(tmp_path: Path) -> None:
    metadata = tmp_path / "crates/uv-python/download-metadata.json"
    metadata.parent.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    newer = ENTRY | {"arch": {"family": "x86_64", "variant": "v3"}, "os": "linux", "libc": "gnu", "variant": "debug"}
    for tag, entries in (("0.4.0", [ENTRY]), ("0.4.1", [ENTRY, newer]), ("0.4.2", [newer]), ("0.4.3", [ENTRY])):
        metadata.write_text(json.dumps({str(number): entry for number, entry in enumerate(entries)}))
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", tag)
        git(tmp_path, "tag", tag)
    found = build_uv_downloads.from_git(tmp_path)
    assert found == {
        BUILD: [("0.4.0", "0.4.1"), ("0.4.3", "0.4.3")],
        ("3.9.1", "debug", "linux-x86_64_v3-gnu", ENTRY["url"], "ab"): [("0.4.1", "0.4.2")],
    }
    build_uv_downloads.write(found, tmp_path / "out")
    rows = json.loads(zstandard.ZstdDecompressor().decompress((tmp_path / "out/3.9.json.zst").read_bytes()))
    assert [*BUILD, [["0.4.0", "0.4.1"], ["0.4.3", "0.4.3"]]] in rows


def test_uv_table_from_a_collected_table(tmp_path: Path) -> None:
    platform = ["os", "arch", "arch_variant", "libc"]
    fields = ["major", "minor", "patch", "prerelease", "variant", *platform, "url", "sha256", "spans"]
    row = [3, 9, 1, "", "", "darwin", "i686", "", "none", ENTRY["url"], "ab"]
    # The same build under uv's older names for the platform.
    renamed = [3, 9, 1, "", "", "macos", "x86", "", "none", ENTRY["url"], "ab"]
    table = {
        "fields": fields,
        "releases": [["0.4.0", "2024-01-01"], ["0.4.1", "2024-01-02"], ["0.4.2", "2024-01-03"]],
        "builds": [[*row, [[1, 2]]], [*renamed, [[0, 0]]]],
    }
    path = tmp_path / "table.json.zst"
    path.write_bytes(zstandard.ZstdCompressor().compress(json.dumps(table).encode()))
    assert build_uv_downloads.from_table(path) == {BUILD: [("0.4.0", "0.4.2")]}


def test_asset_names_from_the_index() -> None:
    base = "https://releases.astral.sh/github/python-build-standalone/releases/download/20260203"
    name = "cpython-3.9.1%2B20260203-x86_64-unknown-linux-gnu-install_only.tar.gz"
    line = json.dumps(
        {"version": "3.9.1+20260203", "artifacts": [{"url": f"{base}/{name}"}, {"url": f"{base}/SHA256SUMS"}]}
    )
    assert build_pbs_assets.from_ndjson(f"{line}\n\n") == {name.replace("%2B", "+")}


def test_tags_of_names_with_a_build_time() -> None:
    names = {
        f"cpython-3.8.5-x86_64-unknown-linux-gnu-pgo-{time}.tar.zst" for time in ("20200823T0036", "20201007T0146")
    }
    # The first is in uv's list, the second follows from the day in California.
    tags = build_pbs_assets.legacy_tags(names)
    assert (tags["20200823T0036"], tags["20201007T0146"]) == ("20200822", "20201006")
    assert data.legacy_tags() == build_pbs_assets.legacy_tags(set(data.pbs_assets()))


def test_tool_releases_from_a_checkout_and_a_table(tmp_path: Path) -> None:
    checkout = tmp_path / "mise"
    checkout.mkdir()
    git(checkout, "init", "-q")
    for tag, day in (
        ("v2024.1.30", "2024-01-26"),
        ("v2024.10.2", "2024-10-03"),
        ("v2024.9.1", "2024-09-03"),
        ("odd", "2024-01-01"),
    ):
        git(checkout, "commit", "--allow-empty", "-qm", tag)
        subprocess.run(
            [
                "git",
                "-C",
                checkout,
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@t",
                "commit",
                "--amend",
                "--allow-empty",
                "-qm",
                tag,
            ],
            check=True,
            capture_output=True,
            env={"GIT_COMMITTER_DATE": f"{day}T12:00:00+0000", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )
        git(checkout, "tag", tag)
    table = tmp_path / "table.json"
    table.write_text('{"uv": [["0.10.0", "2026-02-01"], ["0.9.0", "2025-10-01"]]}')
    output = tmp_path / "releases.json"
    script = Path(data.__file__).parent / "build_tool_releases.py"
    command = [sys.executable, str(script), "--table", str(table), "--git", f"mise={checkout}", "--output", str(output)]
    subprocess.run(command, check=True, capture_output=True)
    assert json.loads(output.read_text()) == {
        "uv": [["0.9.0", "2025-10-01"], ["0.10.0", "2026-02-01"]],
        "mise": [["2024.1.30", "2024-01-26"], ["2024.9.1", "2024-09-03"], ["2024.10.2", "2024-10-03"]],
    }
