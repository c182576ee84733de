"""Each command does its job on a real interpreter of this machine, in every format it has."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tarfile
from pathlib import Path

import jsonschema
import pytest

from cli import PYDIFF, environment, pydiff
from pydiff.report.schema import shipped
from support import needs_bwrap, needs_compiler, needs_index

PACKAGES = Path(__file__).parent.parent / "data" / "packages"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One cache for the module: the host is repacked once."""
    return environment(tmp_path_factory.mktemp("commands"))


def test_resolve_says_asset_hash_and_changes(env: dict[str, str]) -> None:
    done = pydiff("resolve", "uv@0.5.5:3.9.12", "uv@0.7.10:3.9.20", "--offline", env=env)
    assert done.code == 0, done.err
    assert "cpython-3.9.12+20220502-x86_64-unknown-linux-gnu-install_only.tar.gz" in done.out
    assert "ccca12f698b3b810d79c52f007078f520d588232a36bc12ede944ec3ea417816" in done.out
    data = pydiff("resolve", "uv@0.5.5:3.9.12", "uv@0.7.10:3.9.20", "--offline", "-f", "json", env=env).json
    assert [one["kind"] for one in data] == ["prebuilt", "prebuilt"]
    assert not any("sysconfig" in change for change in data[0]["changes"])
    assert any("sysconfig" in change for change in data[1]["changes"])
    table = pydiff("resolve", "uv@0.5.5:3.9.12", "--offline", "-f", "markdown", env=env).out
    assert table.startswith("### uv@")
    assert all(line.count("|") >= 3 for line in table.splitlines() if line.startswith("|"))


def test_resolve_as_of_picks_the_versions_of_that_day(env: dict[str, str]) -> None:
    data = pydiff("resolve", "uv:3.9", "mise:3.9", "--as-of", "2024-12-02", "--offline", "-f", "json", env=env).json
    assert [(one["manager"]["version"], one["manager"]["why"]) for one in data] == [
        ("0.5.5", "current on 2024-12-02"),
        ("2024.11.37", "current on 2024-12-02"),
    ]
    names = {one["asset"]["name"] for one in data}
    assert names == {"cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz"}


def test_resolve_of_what_is_not_downloaded(env: dict[str, str]) -> None:
    specs = ("host", f"path:{sys.executable}", "mise@2024.11.8:3.9")
    data = pydiff("resolve", *specs, "--offline", "-f", "json", env=env).json
    assert [one["kind"] for one in data] == ["repack", "in-place", "compiled"]


def test_inspect_shows_the_install_family_of_an_unpatched_tree(env: dict[str, str]) -> None:
    done = pydiff("inspect", "uv@0.5.5:host", env=env)
    assert done.code == 0, done.err
    for words in ("LIBDIR", "/install/lib", "no such folder", "/tools/llvm/bin/llvm-ar"):
        assert words in done.out
    found = pydiff("inspect", "uv@0.5.5:host", "-f", "json", env=env).json
    assert {"LIBDIR", "AR"} <= {name for one in found["contradictions"] for name in one["said"]}
    patched = pydiff("inspect", "uv@0.13.0:host", "-f", "json", env=env).json
    assert not [one for one in patched["contradictions"] if one["family"] == "sysconfig" and "LIBDIR" in one["said"]]


def test_inspect_in_place(env: dict[str, str]) -> None:
    found = pydiff("inspect", f"path:{sys.executable}", "-f", "json", env=env).json
    assert found["python"]["version"] == sys.version.split()[0]
    assert found["facts"]["sysconfig"]["VERSION"] == MINOR
    everything = pydiff("inspect", f"path:{sys.executable}", "--all", env=env)
    assert everything.code == 0, everything.err
    assert any(line.split() == ["VERSION", MINOR] for line in everything.out.splitlines())


def test_fetch_prints_a_path_that_can_be_used(env: dict[str, str]) -> None:
    done = pydiff("fetch", "host", env=env)
    assert done.code == 0, done.err
    path = Path(done.out.splitlines()[0])
    with tarfile.open(path) as archive:
        assert "python/bin" in {str(Path(member.name).parent) for member in archive}


@pytest.mark.parametrize("flavor", ["install_only", "full"])
def test_pack_makes_an_archive_that_a_spec_can_name(env: dict[str, str], tmp_path: Path, flavor: str) -> None:
    packed = pydiff("pack", sys.executable, "--to", str(tmp_path), "--tag", "20300101", "--flavor", flavor, env=env)
    assert packed.code == 0, packed.err
    archive = packed.out.splitlines()[0]
    done = pydiff("diff", f"uv@0.5.5:{archive}", f"pbs:{archive}", "-f", "json", env=env)
    assert done.code in {0, 1}, done.err
    breaking = [one for one in done.json["differences"] if one["severity"] == "breaks"]
    assert breaking == []


def test_build_one_side(env: dict[str, str]) -> None:
    needs_compiler()
    needs_index()
    needs_bwrap()
    package = str(PACKAGES / "setuptoolsext")
    done = pydiff("build", "mise@2024.12.15:host", package, "-f", "json", env=env)
    assert done.code == 0, done.err
    jsonschema.validate(done.json, shipped())
    assert done.json["sides"]["right"] is None
    side = done.json["sides"]["left"]
    assert side["build"]["outcome"] == "built"
    assert side["build"]["actions"] >= 2
    failed = pydiff("build", "mise@2024.12.15:host", package, "--hide", "cc,gcc,c++,g++,clang", env=env)
    assert failed.code == 1
    assert "compiler-not-found" in failed.out
    again = pydiff("report", "last", "-f", "json", env=env).json
    assert (again["partial"], again["sides"]["left"]["build"]["class"]) == (False, "compiler-not-found")
    log = Path(env["PYDIFF_STATE_DIR"], "runs", again["id"], again["sides"]["left"]["build"]["log"])
    assert "cc" in log.read_text()


def test_a_report_in_every_format_and_into_a_file(env: dict[str, str], tmp_path: Path) -> None:
    done = pydiff(
        "diff", "mise@2024.12.15:host", "uv@0.5.5:host", "-f", "markdown", "-o", str(tmp_path / "a" / "t.md"), env=env
    )
    assert (done.code, done.out) == (1, "")
    written = (tmp_path / "a" / "t.md").read_text()
    assert pydiff("report", "last", "-f", "markdown", env=env).out == written
    assert json.loads(pydiff("report", "last", "-f", "json", env=env).out)["verdict"] == "divergent"
    blocked = pydiff("report", "last", "-o", str(tmp_path / "a" / "t.md" / "x"), env=env)
    assert blocked.code == 2
    assert "cannot write the report" in blocked.err


def test_cache_and_doctor(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert pydiff("cache", "dir", env=env).out.strip() == str(tmp_path / "cache")
    assert pydiff("fetch", "host", env=env).code == 0
    sizes = dict(line.split(maxsplit=1) for line in pydiff("cache", "size", env=env).out.splitlines())
    assert "MB" in sizes["archives"]
    assert "MB freed" in pydiff("cache", "clean", env=env).out
    assert list((tmp_path / "cache").rglob("*.tar.gz")) == []
    assert pydiff("cache", "clean", env=env).code == 0
    doctor = pydiff("doctor", "--offline", env=env)
    assert doctor.code == 0
    for words in ("sandbox bwrap", "sandbox none", "gcc", "uv", "cache", "hosts"):
        assert words in doctor.out


def test_cache_clean_leaves_a_folder_alone_that_is_not_ours(tmp_path: Path) -> None:
    precious = tmp_path / "cache" / "archives" / "thesis.tar.gz"
    precious.parent.mkdir(parents=True)
    precious.write_text("years of work")
    done = pydiff("cache", "clean", env=environment(tmp_path))
    assert done.code == 4
    assert "may not be pydiff's" in done.err
    assert precious.exists()


def test_progress_is_drawn_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    env = environment(tmp_path, TERM="xterm", COLUMNS="120")
    quiet = pydiff("diff", "uv@0.5.5:host", "uv@0.5.5:host", env=env)
    assert quiet.err == ""
    pydiff("cache", "clean", env=env)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [PYDIFF, "diff", "uv@0.5.5:host", "uv@0.5.5:host"], env=env, stdout=subprocess.PIPE, stderr=slave, text=True
    )
    os.close(slave)
    drawn = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the other end of the terminal is closed
            break
        if not chunk:
            break
        drawn += chunk
    assert process.stdout is not None
    out = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 0
    os.close(master)
    assert b"fetching uv@0.5.5:host" in drawn
    assert "fetching" not in out
