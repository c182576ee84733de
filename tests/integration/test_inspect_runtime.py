"""The runtime probe in the product: healthy Pythons of this machine, broken ones, hostile ones, and `diff`, which runs nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import Done, environment, pydiff
from pbs_archives import asset_name, python_items, write_archive
from pydiff import build
from pydiff.build.sandbox import LEVELS, refusal
from pydiff.errors import RequirementsError
from pydiff.model.settings import Settings
from pydiff.pipeline import Comparison, StoppedError, compare
from support import missing, needs_interpreter

KINDS = {"runtime", "tags"}
HERE = "x86_64-unknown-linux-gnu"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path)


def inspected(spec: str, env: dict[str, str], *options: str) -> dict[str, Any]:
    done = pydiff("inspect", spec, "-f", "json", *options, env=env)
    assert done.code == 0, done.err
    answer: dict[str, Any] = done.json
    return answer


def findings(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["subject"]: one for one in answer["contradictions"] if one["family"] in KINDS}


def healthy(answer: dict[str, Any]) -> None:
    """No finding about running, and the static families say in every point what the interpreter says."""
    facts = answer["facts"]
    runtime = facts["runtime"]
    assert "error" not in runtime
    assert "skipped" not in runtime
    assert findings(answer) == {}
    assert not [one for one in answer["contradictions"] if one["found"].startswith("the interpreter says")]
    for subject, said in runtime.items():
        kind, _, module = subject.partition("/")
        if kind == "module":
            state = facts["extensions"][module]["state"]
            assert said == state or (state == "absent" and said.startswith("ModuleNotFoundError")), subject
    if "tags.accepts" in runtime:
        assert runtime["tags.builds"] == facts["tags"]["builds"]
        assert runtime["tags.accepts"] == facts["tags"]["accepts"]
        assert set(facts["tags"]["platforms"]) <= set(runtime["tags.platforms"])


@pytest.mark.interpreters
@pytest.mark.parametrize("minor", ["3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13"])
def test_of_a_healthy_pyenv_the_files_and_the_interpreter_say_the_same(minor: str, env: dict[str, str]) -> None:
    healthy(inspected(f"path:{needs_interpreter(minor)}", env))


def test_of_the_systems_python_and_of_a_venv(env: dict[str, str]) -> None:
    healthy(inspected(f"path:{sys.executable}", env))
    if not Path("/usr/bin/python3").exists():
        missing("no system Python")
    healthy(inspected("path:/usr/bin/python3", env))


@pytest.mark.parametrize("spec", ["uv@0.5.5:host", "uv:host", "mise:host"])
def test_of_a_tree_as_managers_lay_it(spec: str, env: dict[str, str]) -> None:
    answer = inspected(spec, env)
    healthy(answer)
    prefix = answer["facts"]["runtime"]["base_prefix"]
    assert prefix == answer["python"]["prefix"]


@pytest.mark.sandbox
@pytest.mark.parametrize("level", [one.level for one in LEVELS])
def test_every_level_of_the_sandbox_gives_the_same_answer(level: str, env: dict[str, str]) -> None:
    sandbox = next(one for one in LEVELS if one.level == level)
    if why := refusal(sandbox):
        missing(why)
    answer = inspected(f"path:{sys.executable}", env, "--sandbox", level)
    assert answer["facts"]["runtime"]["sandbox"] == level
    healthy(answer)


def test_no_run(env: dict[str, str]) -> None:
    done = pydiff("inspect", f"path:{sys.executable}", "--no-run", "-f", "json", env=env)
    assert "runtime" not in done.json["facts"]
    for options, told in (((), "when it runs  "), (("--all",), "what it says when it runs, in the sandbox")):
        asked = pydiff("inspect", f"path:{sys.executable}", *options, env=env).out
        assert told in asked
        assert "not asked" not in asked
        silent = pydiff("inspect", f"path:{sys.executable}", "--no-run", *options, env=env).out
        assert "not asked (--no-run)" in silent
        assert "extension modules imported" not in silent


@pytest.fixture
def copied(tmp_path: Path) -> Iterator[Path]:
    """A Python 3.9 of this machine, copied with `cp` to where it was not built for."""
    prefix = needs_interpreter("3.9").parent.parent
    place = tmp_path / "copied"
    shutil.copytree(prefix, place, symlinks=True, ignore=shutil.ignore_patterns("test", "site-packages", "idlelib"))
    yield place
    shutil.rmtree(place)


def dynload(prefix: Path, module: str) -> Path:
    (found,) = (prefix / "lib/python3.9/lib-dynload").glob(f"{module}.cpython-*.so")
    return found


@pytest.mark.interpreters
def test_a_copied_python_runs_with_the_library_of_the_one_it_was_copied_from(copied: Path, env: dict[str, str]) -> None:
    answer = inspected(f"path:{copied}/bin/python3.9", env)
    original = needs_interpreter("3.9").parent.parent
    home = str(Path.home())
    told = {one["subject"]: one for one in answer["contradictions"]}
    assert told["prefix"]["says"].replace("~", home) == str(original)
    assert told["libpython"]["says"].replace("~", home) == str(original / "lib/libpython3.9.so.1.0")
    loader = subprocess.run(["ldd", copied / "bin/python3.9"], check=True, capture_output=True, text=True).stdout
    assert str(original) in loader
    remedy = told["libpython"]["remedies"][0].removeprefix("LD_LIBRARY_PATH=")
    followed = subprocess.run(
        ["ldd", copied / "bin/python3.9"], check=True, capture_output=True, text=True, env={"LD_LIBRARY_PATH": remedy}
    ).stdout
    assert f"{copied}/lib/libpython3.9" in followed


@pytest.mark.interpreters
def test_modules_that_cannot_be_loaded(copied: Path, env: dict[str, str]) -> None:
    """A symbol that nothing has (the files do not tell), a file that is cut off, and a library that is gone (the files do tell)."""
    for module, name, other in (
        ("_struct", b"PyModule_Create2", b"PyModule_CreateQ"),
        ("zlib", b"libz.so.1", b"libq.so.1"),
    ):
        path = dynload(copied, module)
        data = path.read_bytes()
        assert name in data
        path.write_bytes(data.replace(name, other))
    cut = dynload(copied, "_bz2")
    cut.write_bytes(cut.read_bytes()[:40])
    answer = inspected(f"path:{copied}/bin/python3.9", env)
    runtime, told = answer["facts"]["runtime"], findings(answer)
    assert "undefined symbol: PyModule_CreateQ" in runtime["module/_struct"]
    assert told["module/_struct"]["severity"] == "breaks"
    assert told["module/_struct"]["found"] == runtime["module/_struct"]
    assert "file too short" in runtime["module/_bz2"]
    assert told["module/_bz2"]["severity"] == "changes"
    assert "libq.so.1: cannot open shared object file" in runtime["module/zlib"]
    assert "module/zlib" not in told
    assert [one["says"] for one in answer["contradictions"] if "libq" in one["says"]] == ["needs libq.so.1"]
    shown = pydiff("inspect", f"path:{copied}/bin/python3.9", "--all", env=env).out
    assert re.search(r"does not import +zlib: ImportError: libq\.so\.1", shown)


@pytest.mark.interpreters
def test_what_a_distribution_can_do_to_its_python(copied: Path, env: dict[str, str]) -> None:
    """Forbid wheels, keep a compiled module beside a file that was changed later, look for certificates where there are none."""
    stdlib = copied / "lib/python3.9"
    (stdlib / "_manylinux.py").write_text("def manylinux_compatible(*_):\n    return False\n")
    (variables,) = stdlib.glob("_sysconfigdata_*.py")
    # As builds that shall be reproducible compile: whether the source has changed since is not looked at.
    subprocess.run(
        [
            copied / "bin/python3.9",
            "-c",
            f"import py_compile as p; p.compile({str(variables)!r}, invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)",
        ],
        check=True,
    )
    variables.write_text(re.sub(r"'CC': '[^']*'", "'CC': 'cc -of-the-manager'", variables.read_text()))
    with (stdlib / "ssl.py").open("a") as file:
        file.write("\n_real = get_default_verify_paths\n")
        file.write(
            "def get_default_verify_paths():\n    return _real()._replace(openssl_cafile='/no/cert.pem', openssl_capath='/no')\n"
        )
    answer = inspected(f"path:{copied}/bin/python3.9", env)
    told = {one["subject"]: one for one in answer["contradictions"]}
    assert told["CC"]["says"] == "CC=cc -of-the-manager"
    assert told["CC"]["found"].startswith("the interpreter says ")
    assert "__pycache__/_sysconfigdata_" in told["CC"]["remedies"][0]
    assert told["ssl.cafile"]["says"] == "/no/cert.pem"
    refused = next(one for name, one in told.items() if name.startswith("manylinux"))
    assert "linux_x86_64" not in refused["said"]
    assert all(name.startswith("manylinux") for name in refused["said"])


def archive(folder: Path, script: str, triple: str = HERE) -> Path:
    """A release whose interpreter is a shell script."""
    items = [
        type(item)(item.name, f"#!/bin/sh\n{script}\n".encode(), item.kind, item.link, item.mode)
        if item.name.endswith("bin/python3.9")
        else item
        for item in python_items()
    ]
    return write_archive(folder / asset_name(triple=triple), items)


def test_a_broken_interpreter_is_a_finding_and_not_an_error(env: dict[str, str], tmp_path: Path) -> None:
    answer = inspected(f"pbs:{archive(tmp_path, 'echo no such luck; exit 3')}", env, "--sandbox", "none")
    assert answer["facts"]["runtime"]["error"].endswith("gave no answer: no such luck")
    assert findings(answer)["error"]["severity"] == "breaks"


def test_another_platforms_python_is_not_run_and_says_so(env: dict[str, str], tmp_path: Path) -> None:
    path = archive(tmp_path, f"touch {tmp_path}/mark", "aarch64-apple-darwin")
    done: Done = pydiff("inspect", f"pbs:{path}", "--sandbox", "none", env=env)
    assert done.code == 0, done.err
    assert re.search(r"not run +a Python for macos-aarch64 does not run on linux-", done.out)
    assert not (tmp_path / "mark").exists()


def test_diff_runs_nothing_of_what_it_compares(env: dict[str, str], tmp_path: Path) -> None:
    """Two releases whose interpreter leaves a mark; that it would is shown by the command that does run it."""
    mark = tmp_path / "mark"
    specs = [f"pbs:{archive(tmp_path / side, f'touch {mark}-{side}; echo {side}')}" for side in ("left", "right")]
    done = pydiff("diff", *specs, "-f", "json", env=env)
    assert done.code in {0, 1}, done.err
    assert not [one for one in done.json["differences"] if one["family"] == "runtime"]
    assert pydiff("inspect", specs[0], "--no-run", env=env).code == 0
    assert pydiff("diff", *specs, env=env).code == done.code, "of a tree that is on disk too"
    assert not list(tmp_path.glob("mark*"))
    assert pydiff("inspect", specs[0], "--sandbox", "none", env=env).code == 0
    assert [path.name for path in tmp_path.glob("mark*")] == ["mark-left"]


@pytest.mark.interpreters
def test_compare_asks_both_where_a_package_is_built_and_neither_where_not(
    copied: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that is stopped at once leaves what was found before it."""

    def stopped(*_: object) -> None:
        raise RequirementsError("no build in this test", hint="")

    monkeypatch.setattr(build, "build_pair", stopped)
    path = dynload(copied, "_struct")
    path.write_bytes(path.read_bytes().replace(b"PyModule_Create2", b"PyModule_CreateQ"))
    left, right = f"path:{needs_interpreter('3.9')}", f"path:{copied}/bin/python3.9"
    with pytest.raises(StoppedError) as error:
        compare(Comparison(left, right, "3.9", "no-such-package"), settings)
    found = {one.subject: one for one in error.value.run.differences if one.family == "runtime"}
    assert found["module/_struct"].severity == "breaks"
    assert found["module/_struct"].left == "shared"
    assert "undefined symbol" in str(found["module/_struct"].right)
    assert found["libpython"].severity == "changes"
    trees = compare(Comparison(left, right, "3.9"), settings).run
    assert not [one for one in trees.differences if one.family == "runtime"]
