"""`pydiff compare`, the whole of it: real interpreters, real compilers, a real package, real HTTP."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import closed_internet
from cli import PYDIFF, Done, environment, pydiff
from pbs_archives import serving
from pydiff.report.schema import shipped
from releases import TAG, mise_list, release, uv_list
from support import needs_bwrap, needs_clang, needs_compiler, needs_index, needs_interpreter

UWSGI = "uwsgi==2.0.28"
TRIPLE = "x86_64-unknown-linux-gnu"
pytestmark = [pytest.mark.compiler, pytest.mark.index, pytest.mark.interpreters]


@pytest.fixture(scope="module")
def version(releases: Path) -> str:
    """3.9.18: mise looks 3.9 up among the versions that python-build knows, and would compile a newer one than ours."""
    listed = gzip.decompress((releases / f"python-precompiled-{TRIPLE}.gz").read_bytes()).decode()
    return listed.partition("+")[0].removeprefix("cpython-")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`TAG/…` with Python 3.9 as install_only_stripped (.tar.gz) and as full (.tar.zst), its sums, and both lists."""
    folder = tmp_path_factory.mktemp("releases")
    stripped, full = release(folder, needs_interpreter("3.9"), ["install_only_stripped", "full"])
    (folder / f"python-precompiled-{TRIPLE}.gz").write_bytes(mise_list([stripped, full]))
    (folder / "download-metadata.json").write_bytes(uv_list([full]))
    return folder


def record(done: Done) -> dict[str, Any]:
    """The JSON record, valid by the shipped schema."""
    run: dict[str, Any] = done.json
    jsonschema.validate(run, shipped())
    assert not run["partial"]
    return run


def assert_link_failure(run: Mapping[str, Any], minor: str) -> None:
    """The ticket: uwsgi builds where LIBDIR was rewritten and cannot be linked where it is /install/lib."""
    assert run["verdict"] == "divergent"
    assert run["sides"]["left"]["build"]["outcome"] == "built"
    right = run["sides"]["right"]["build"]
    assert (right["outcome"], right["class"]) == ("failed", "link-libpython-not-found")
    assert f"cannot find -lpython{minor}" in right["error"]
    divergence = run["divergence"]
    assert divergence["kind"] == "outcome"
    assert divergence["agreed"] > 100
    assert (divergence["left"]["exit_code"], divergence["right"]["exit_code"]) == (0, 1)
    assert "+ -L/install/lib" in divergence["tokens"]
    (finding,) = run["findings"]
    assert (finding["class"], finding["side"], finding["cause"]) == ("link-libpython-not-found", "right", None)
    (libdir,) = [one for one in finding["suspects"] if one["name"] == "LIBDIR"]
    assert libdir["right"] == "/install/lib"
    assert libdir["read_by"]
    differing = {one["subject"]: one for one in run["differences"] if one["family"] == "sysconfig"}
    assert differing["LIBDIR"]["severity"] == "breaks"


@pytest.mark.clang
def test_the_demonstration(tmp_path: Path) -> None:
    """The command of `make demo`, with clang on the machine: the link fails."""
    needs_compiler()
    needs_clang()
    needs_index()
    env = environment(tmp_path)
    sides = ("--left", "mise@2024.12.15:host", "--right", "uv@0.5.5:host")
    done = pydiff("compare", "host", UWSGI, *sides, "-f", "json", env=env)
    assert done.code == 1, done.err
    run = record(done)
    assert_link_failure(run, f"{sys.version_info.major}.{sys.version_info.minor}")
    assert run["sides"]["left"]["asset"]["repacked"]
    assert run["sandbox"]["network"] is False
    terminal = pydiff("report", "last", env=env)
    for words in ("cannot find -lpython", "LIBDIR", "/install/lib", "repacked", "not verified"):
        assert words in terminal.out
    markdown = pydiff("report", run["id"], "-f", "markdown", env=env)
    assert markdown.out.startswith(f"### `{UWSGI}` builds under mise 2024.12.15 and fails under uv 0.5.5")
    assert len(markdown.out) <= 60_000


def test_the_demonstration_without_clang(tmp_path: Path) -> None:
    """The same on a machine without clang: uwsgi finds no compiler, and its own message hides why."""
    needs_compiler()
    needs_index()
    needs_bwrap()
    sides = ("--left", "mise@2024.12.15", "--right", "uv@0.5.5", "--hide", "clang")
    done = pydiff("compare", "host", UWSGI, *sides, "-f", "json", env=environment(tmp_path))
    assert done.code == 1, done.err
    run = record(done)
    assert run["verdict"] == "divergent"
    assert run["sides"]["right"]["build"]["class"] == "compiler-not-found"
    divergence = run["divergence"]
    assert (divergence["right"]["tool"], divergence["right"]["exit_code"]) == ("clang", 127)
    (finding,) = run["findings"]
    compiler = {one["name"]: one for one in finding["suspects"]}["CC"]
    assert (compiler["left"], compiler["right"]) == ("cc -pthread", "clang -pthread")
    assert compiler["read_by"] == ["uwsgiconfig.py:39"]


@pytest.mark.clang
def test_a_mirror_over_http(tmp_path: Path, releases: Path, version: str) -> None:
    """Mise takes the .tar.gz, uv the full .tar.zst; a second run asks the mirror for no archive and installs nothing."""
    needs_compiler()
    needs_clang()
    needs_index()
    with serving(releases) as mirror:
        env = environment(tmp_path, PYDIFF_MIRROR=mirror.url)
        arguments = ("compare", version, UWSGI, "--left", "mise@2024.12.15", "--right", "uv@0.5.5", "-f", "json")
        done = pydiff(*arguments, env=env)
        assert done.code == 1, done.err
        run = record(done)
        assert_link_failure(run, "3.9")
        names = [run["sides"][side]["asset"]["name"].rpartition("-")[2] for side in ("left", "right")]
        assert names == ["install_only_stripped.tar.gz", "full.tar.zst"]
        verified = [run["sides"][side]["asset"]["verified"] for side in ("left", "right")]
        assert "SHA256SUMS" in verified[0]
        assert "list" in verified[1]
        before = snapshot_of(tmp_path / "cache")
        mirror.asked.clear()
        again = pydiff("compare", version, "--left", "mise@2024.12.15", "--right", "uv@0.5.5", "-f", "json", env=env)
        assert again.code == 1, again.err
        assert [one.path for one in mirror.asked if ".tar." in one.path] == []
        assert snapshot_of(tmp_path / "cache") == before


def snapshot_of(cache: Path) -> dict[str, int]:
    """Everything that was downloaded, extracted or read, with the time of its last change."""
    return {
        str(path): path.stat().st_mtime_ns
        for room in ("archives", "installations", "snapshots", "sources", "wheels")
        for path in (cache / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.closed_internet
def test_no_setting_at_all_in_a_closed_internet(tmp_path: Path, releases: Path, version: str) -> None:
    """`pydiff compare 3.9.18 uwsgi==2.0.28` as a user types it: the default hosts answer, over https.

    uv is on PATH (a release newer than pydiff's tables, so its list is asked for at its tag); mise is not, so the newest
    known one is assumed and its list asked for live. Both rewrite sysconfig: the builds agree.
    """
    needs_compiler()
    needs_index()
    needs_bwrap()
    www, packages, uv = tmp_path / "www", tmp_path / "packages", tmp_path / "uv"
    lists = {
        "raw.githubusercontent.com/astral-sh/uv/0.13.9/crates/uv-python/download-metadata.json": "download-metadata.json",
        f"mise-versions.jdx.dev/tools/python-precompiled-{TRIPLE}.gz": f"python-precompiled-{TRIPLE}.gz",
    }
    for place, name in lists.items():
        (www / place).parent.mkdir(parents=True)
        shutil.copy(releases / name, www / place)
    shutil.copytree(releases / TAG, www / f"github.com/astral-sh/python-build-standalone/releases/download/{TAG}")
    # Its folder makes the host exist; what it lacks is asked of GitHub next.
    (www / "releases.astral.sh").mkdir()
    pip = [sys.executable, "-m", "pip", "--quiet"]
    subprocess.run([*pip, "download", "--no-deps", "--no-binary", ":all:", "-d", packages, UWSGI], check=True)
    subprocess.run(
        [*pip, "download", "--only-binary", ":all:", "--python-version", "3.9", "-d", packages, "setuptools"],
        check=True,
    )
    subprocess.run([*pip, "install", "--no-deps", "--target", uv, "uv==0.13.9"], check=True)
    env = environment(tmp_path, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(packages))
    env["PATH"] = f"{uv / 'bin'}:{env['PATH']}"
    done = closed_internet.run(www, [PYDIFF, "compare", version, UWSGI, "-f", "json"], tmp_path / "scratch", env)
    assert done.returncode == 0, done.stderr
    run = record(Done(done.returncode, done.stdout, done.stderr))
    assert run["verdict"] == "same"
    left, right = run["sides"]["left"], run["sides"]["right"]
    assert (left["build"]["outcome"], right["build"]["outcome"]) == ("built", "built")
    assert right["manager"] == {**right["manager"], "version": "0.13.9", "why": "found on PATH"}
    assert left["manager"]["why"].startswith("newest known")
    asked = closed_internet.requests(tmp_path / "scratch")
    wanted = f"GET github.com/astral-sh/python-build-standalone/releases/download/{TAG}/cpython-3.9"
    assert {line.rpartition("-")[2] for line in asked if line.startswith(wanted)} == {
        "install_only_stripped.tar.gz found",
        "full.tar.zst found",
    }
    assert any(re.match(rf"GET releases\.astral\.sh/.*{TAG}.* absent", line) for line in asked)


def test_trees_alone(tmp_path: Path) -> None:
    env = environment(tmp_path)
    done = pydiff("compare", "host", "--left", "mise@2024.12.15", "--right", "uv@0.5.5", "-f", "json", env=env)
    assert done.code == 1, done.err
    run = record(done)
    assert run["request"]["package"] is None
    assert run["divergence"] is None
    assert run["sandbox"] is None
    assert {one["subject"] for one in run["differences"] if one["severity"] == "breaks"} >= {"CC", "AR", "LIBDIR"}
    same = pydiff("diff", "uv@0.5.5:host", "uv@0.5.5:host", env=env)
    assert same.code == 0
    assert "the same for a build" in same.out


def test_wheels_that_differ_say_in_what(tmp_path: Path) -> None:
    """A package that writes what sysconfig says into itself: both sides build, and the wheels do not mean the same."""
    needs_index()
    package = tmp_path / "writes"
    package.mkdir()
    (package / "setup.py").write_text(
        "import sysconfig\nfrom pathlib import Path\nfrom setuptools import setup\n"
        "Path('writes.py').write_text('LIBDIR = %r' % sysconfig.get_config_var('LIBDIR'))\n"
        "setup(name='writes', version='1', py_modules=['writes'])\n"
    )
    sides = ("--left", "mise@2024.12.15", "--right", "uv@0.5.5")
    done = pydiff("compare", "host", str(package), *sides, "-f", "json", env=environment(tmp_path))
    assert done.code == 1, done.err
    run = record(done)
    assert run["headline"].endswith("but the wheels differ in meaning")
    assert [side["build"]["outcome"] for side in run["sides"].values()] == ["built", "built"]
    assert "the wheels differ: ! contents differ: writes.py" in run["notes"]
    alike = pydiff(
        "compare",
        "host",
        str(package),
        "--left",
        "uv@0.5.10",
        "--right",
        "uv@0.5.14",
        "-f",
        "json",
        env=environment(tmp_path),
    )
    assert alike.code == 0, alike.err
    assert "builds alike" in alike.json["headline"]
