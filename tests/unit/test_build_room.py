"""What a build sees: environment, mounts, hidden files; and what is read of its wheel."""

from __future__ import annotations

import sys
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.build import environment
from pydiff.build.bench import Bench, CommandError, Surroundings, clean_environment, open_bench, system_path
from pydiff.build.environment import PythonFacts, _check_names, fill, renew
from pydiff.build.sandbox import LEVELS, Mount, View, make_farms, system_python_libraries
from pydiff.build.sandbox.mounts import emptied, plan
from pydiff.build.wheel import keep_wheel, read_wheel
from pydiff.cache import remove_tree

ALLOWED = {
    *("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "SOURCE_DATE_EPOCH", "PYTHONNOUSERSITE", "VIRTUAL_ENV"),
    "PYTHONPYCACHEPREFIX",
}


@given(name=st.text("ABCDEFGHIJ_", min_size=1, max_size=8))
def test_nothing_of_the_users_environment_reaches_a_build(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp() / "bench"
    around = Surroundings(LEVELS[0], (), {"CFLAGS": "-O0"}, threading.Event(), 1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"X{name}", "secret")
        patch.setenv("CC", "secret")
        environment = clean_environment(open_bench("left", around, root / "work", root / "run", ()))
    assert set(environment) <= {*ALLOWED, "CFLAGS"}
    assert "secret" not in environment.values()
    assert environment["HOME"] == "/tmp/build/home"


def test_path_keeps_the_machines_folders_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, tools = tmp_path / "home", tmp_path / "tools"
    for folder in (home / "bin", tools):
        folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    entries = [str(home / "bin"), f"{home}/../home/bin", str(tools), "relative", "", "/no/such", str(tools)]
    monkeypatch.setenv("PATH", ":".join([*entries, str(Path(sys.executable).parent)]))
    found = system_path()
    assert found[0] == str(tools)
    assert found.count(str(tools)) == 1
    assert "/usr/bin" in found
    assert not any(str(home) in entry or not entry.startswith("/") for entry in found)
    assert str(Path(sys.executable).parent) not in found


def test_home_and_tmp_are_emptied_and_the_tree_is_put_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    tree = home / ".cache" / "tree"
    (tree / "bin").mkdir(parents=True)
    (tmp_path / "alias").symlink_to(home)
    monkeypatch.setenv("HOME", str(home))
    view = View("/stage", (Mount("/w", "/tmp/build/src", writable=True),), (str(tree), str(tree / "bin"), "/usr/lib"))
    steps = plan(view)
    targets = [(step.kind, step.target) for step in steps]
    assert ("empty", "/tmp") in targets
    assert ("read", str(tree)) in targets
    assert ("read", str(tree / "bin")) not in targets  # the tree has it
    assert ("read", "/usr/lib") not in targets  # never hidden
    assert targets[-1] == ("write", "/tmp/build/src")
    assert not any(target.startswith(str(home)) and kind == "empty" for kind, target in targets) or (
        targets.index(("empty", str(home))) < targets.index(("read", str(tree)))
    )
    aliased = plan(View("/stage", exposed=(f"{tmp_path}/alias/.cache/tree",)))
    assert {step.target for step in aliased if step.kind == "read"} == {f"{tmp_path}/alias/.cache/tree", str(tree)}


def test_name_resolution_survives_only_where_there_is_a_network() -> None:
    assert "/run" not in emptied(network=True)
    assert ("/run" in emptied(network=False)) == Path("/run").is_dir()


def test_home_that_is_the_root_folder_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/")
    assert "/" not in emptied(network=False)


def test_farm_has_everything_but_the_hidden(tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    (folder / "sub").mkdir(parents=True)
    for name in ("libpython3.11.so.1.0", "libz.so"):
        (folder / name).write_text(name)
    (folder / "libpython3.11.so").symlink_to("libpython3.11.so.1.0")
    (folder / "libpython3.11.a").symlink_to("../nowhere.a")
    hidden = system_python_libraries(["3.11", "3.9"], [str(folder)])
    assert hidden == [f"{folder}/libpython3.11.so", f"{folder}/libpython3.11.a"]
    assert system_python_libraries(["3.1"], [str(folder)]) == []
    (farm,) = make_farms([*hidden, f"{folder}/not-there"], tmp_path / "farms")
    assert (farm.directory, farm.mounted) == (str(folder), ("sub",))
    assert list(farm.hidden) == sorted(hidden)
    assert sorted(path.name for path in Path(farm.links).iterdir()) == ["libpython3.11.so.1.0", "libz.so", "sub"]
    assert Path(farm.links, "libz.so").readlink() == Path(farm.original, "libz.so")
    steps = [(step.target, step.source) for step in plan(View("/stage", farms=(farm,)))][-4:]
    assert steps == [
        (farm.place, farm.spine),
        (farm.original, str(folder)),
        (str(folder), farm.links),
        (f"{folder}/sub", f"{folder}/sub"),
    ]


def test_wheel_facts_of_a_pure_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "out" / "alpha-1.0-py2.py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as file:
        for name in ("alpha/__init__.py", "alpha/RECORD", "alpha-1.0.dist-info/RECORD", "alpha-1.0.dist-info/WHEEL"):
            file.writestr(name, "")
    found, kept = keep_wheel(wheel, tmp_path / "run")
    assert found.tags == ("py2-none-any", "py3-none-any")
    assert found.files == ("alpha-1.0.dist-info/WHEEL", "alpha/RECORD", "alpha/__init__.py")
    assert found.binaries == ()
    assert kept.read_bytes() == wheel.read_bytes()
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [wheel.name]


def test_wheel_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "alpha-1.0-py3-none-any.whl"
    broken.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(CommandError, match="is not a wheel"):
        read_wheel(broken)


def test_damaged_binary_in_a_wheel_is_no_crash(tmp_path: Path) -> None:
    wheel = tmp_path / "odd name.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("a.so", b"\x7fELF" + b"\0" * 10)
    found = read_wheel(wheel)
    assert found.tags == ()
    assert [(binary.path, binary.needed) for binary in found.binaries] == [("a.so", ())]


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "a/../../evil.py", "a\\b"])
def test_requirement_wheel_cannot_leave_the_virtualenv(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as file:
        info = zipfile.ZipInfo("x")
        info.filename = name
        file.writestr(info, "")
    with pytest.raises(ValueError, match="outside the virtualenv"):
        _check_names(tmp_path / "a.whl")


def make_bench(root: Path) -> tuple[Bench, PythonFacts]:
    """A bench with a virtualenv's folders, and what its Python would say."""
    around = Surroundings(LEVELS[0], (), {}, threading.Event(), 1.0)
    bench = open_bench("left", around, root / "work", root / "run", ())
    venv = bench.inside("venv")
    site = f"{venv}/lib/python3.11/site-packages"
    (bench.host("venv") / "lib/python3.11/site-packages").mkdir(parents=True)
    (bench.host("venv") / "bin").mkdir()
    return bench, PythonFacts("3.11.7", "t", venv, "/usr", "/usr/lib/python3.11", site, site, f"{venv}/bin")


def make_wheel(folder: Path) -> Path:
    wheel = folder / "alpha-1.0-py3-none-any.whl"
    info = "alpha-1.0.dist-info"
    members = {
        "alpha/x.py": "",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\n",
        f"{info}/entry_points.txt": "[console_scripts]\nalpha = alpha.x:main\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(wheel, "w") as file:
        for name, text in members.items():
            file.writestr(name, text)
    return wheel


def test_wheels_and_tracer_are_put_into_the_virtualenv(tmp_path: Path) -> None:
    bench, facts = make_bench(tmp_path)
    (bench.host("venv") / "lib64").symlink_to("lib")
    fill(bench, facts, [make_wheel(tmp_path)])
    site = bench.host("venv") / "lib/python3.11/site-packages"
    assert (site / "alpha/x.py").is_file()
    assert (bench.host("venv") / "bin/alpha").is_file()
    assert repr(bench.inside("shims")) in (site / "_pydiff_tracer.py").read_text()


@pytest.mark.parametrize(
    "planted",
    [
        "lib",
        "lib/python3.11/site-packages",
        "lib/python3.11/site-packages/alpha",
        "lib/python3.11/site-packages/alpha-1.0.dist-info",
        "lib/python3.11/site-packages/_pydiff_tracer.py",
        "lib/python3.11/site-packages/_pydiff_tracer.pth",
        "bin",
        "bin/alpha",
        "",
    ],
)
def test_planted_link_does_not_lead_out_of_the_virtualenv(planted: str, tmp_path: Path) -> None:
    bench, facts = make_bench(tmp_path)
    wheel = make_wheel(tmp_path)
    outside = tmp_path / "outside"
    place = bench.host("venv") / planted
    # A link to a file that does not exist is followed when it is written.
    target = outside / "new" if place.suffix or planted == "bin/alpha" else outside
    (outside / "python3.11" / "site-packages").mkdir(parents=True)
    before = sorted(outside.rglob("*"))
    if place.is_dir():
        remove_tree(place)
    place.symlink_to(target)
    with pytest.raises(CommandError, match="the environment was tampered with"):
        fill(bench, facts, [wheel])
    assert bench.clock.phase == "install-requirements"
    assert sorted(outside.rglob("*")) == before


def test_folder_exchanged_for_a_link_is_not_emptied(tmp_path: Path) -> None:
    bench, _ = make_bench(tmp_path)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("")
    remove_tree(bench.host("home"))
    bench.host("home").symlink_to(tmp_path / "precious")
    with pytest.raises(CommandError, match="tampered with: home is no longer a folder"):
        renew(bench, "/no/such/python")
    assert (tmp_path / "precious" / "file").exists()


def test_fresh_virtualenv_has_fresh_home_and_tmp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench, facts = make_bench(tmp_path)
    for name in ("venv", "home", "tmp"):
        (bench.host(name) / "left" / "behind").mkdir(parents=True)
        (bench.host(name) / "file").write_text("")
    monkeypatch.setattr(environment, "create_environment", lambda *_: facts)
    assert renew(bench, "python") == facts
    assert [list(bench.host(name).iterdir()) for name in ("venv", "home", "tmp")] == [[], [], []]
