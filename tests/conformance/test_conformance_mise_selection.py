"""What the real mise chooses from the real lists of a day - PBS's names and pyenv's definitions - against what pydiff says it would."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest

from conformance_inputs import GNU, archive, input_named
from conformance_mise import LISTS, Answer, World
from conformance_plugin import Note
from conformance_table import IDENTICAL
from pydiff import data
from pydiff.errors import NoSuchBuildError
from pydiff.managers import eras, mise_list, parse_spec, python_build, resolve
from pydiff.model.resolution import Compiled, Prebuilt
from pydiff.model.settings import Settings
from pydiff.model.target import Target
from support import needs_bwrap

DAYS = (
    ("2024.9.0", date(2024, 9, 3)),
    ("2024.9.0", date(2024, 10, 8)),  # the list of versions ends in 3.13.0t
    ("2024.9.0", date(2025, 1, 10)),  # the list of archives has full ones
    ("2024.10.7", date(2024, 10, 15)),
    ("2024.11.0", date(2024, 12, 3)),
    ("2024.11.1", date(2024, 12, 3)),
    ("2024.11.8", date(2024, 11, 11)),
    ("2024.11.37", date(2024, 12, 2)),
    ("2024.11.37", date(2024, 12, 3)),  # pyenv knows 3.9.21, which PBS has not released
    ("2024.11.37", date(2024, 12, 5)),
    ("2024.12.10", date(2024, 12, 14)),
    ("2024.12.15", date(2024, 12, 19)),
    ("2025.7.1", date(2025, 7, 1)),
    ("2025.8.20", date(2025, 9, 2)),
    ("2026.3.8", date(2026, 3, 24)),  # the first day with free-threaded install_only archives
    ("2026.4.20", date(2026, 4, 22)),
    ("2026.9.15", date(2026, 7, 18)),
)
REQUESTS = (
    *("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15", "3.99", "2.7", "2.6"),
    *(
        "3.9.12",
        "3.9.8",
        "3.9.99",
        "3.9.21",
        "3.13.0",
        "3.13.0t",
        "3.13t",
        "3.13.0rc2",
        "3.14.0rc2",
        "3.14.0a5",
        "3.15.0a1",
    ),
)
# Told what it is told of itself on other machines (MISE_PYTHON_PRECOMPILED_ARCH and _OS). The interpreter of such a machine cannot start
# here, but which archive mise asks for can be seen. On Windows it never compiles; on Alpine it would, unless told not to.
TARGETS = (
    "macos-aarch64",
    "macos-x86_64",
    "linux-aarch64-gnu",
    "linux-x86_64_v3-gnu",
    "linux-x86_64-musl",
    "windows-x86_64",
)
TOLD_NOT_TO_COMPILE = ("linux-x86_64-musl", "windows-x86_64")


def world_of(release: str, day: date, folder: Path, target: str = "linux-x86_64-gnu") -> tuple[World, Settings]:
    """A mise that sees both lists as they were, and pydiff's settings for the same."""
    settings = Settings(folder / "cache", folder / "state", offline=True, as_of=day)
    asked = mise_list.platform(release, Target.parse(target))
    world = World(release, folder / "world")
    world.offer(mise_list.offered(release, asked, settings).names, triple=asked)
    known = sorted(data.pyenv_definitions().on(day.isoformat()), key=_as_in_pyenv)
    world.definitions(["3.9-dev", "miniconda3-latest", *known, "pypy3.10-7.3.17"])
    hidden = day >= date(2024, 10, 13)
    world.offer_page(f"{LISTS}/python", "".join(f"{name}\n" for name in known if not (hidden and name.endswith("t"))))
    return world, settings


def _as_in_pyenv(name: str) -> tuple[list[int], str]:
    """The order of `python-build --definitions`: by the numbers, then as text, in which `3.13.0t` comes after `3.13.0`."""
    return [int(part) for part in re.findall(r"\d+", name)[:3]], f"{name}."


def chosen_by_mise(answer: Answer) -> str:
    """The archive's name, `compiles VERSION`, or "nothing"."""
    assert answer.code
    if answer.archives:
        (name,) = dict.fromkeys(answer.archives)
        return name
    return f"compiles {answer.compiled[0]}" if answer.compiled else "nothing"


def chosen_by_pydiff(spec: str, settings: Settings) -> str:
    try:
        found = resolve(parse_spec(spec), settings)
    except NoSuchBuildError:
        return "nothing"
    if isinstance(found, Prebuilt):
        assert found.unpacking == eras.MISE_UNPACKING.at(found.manager.version)
        return found.asset.name
    assert isinstance(found, Compiled)
    return f"compiles {found.version}"


@pytest.mark.parametrize(("release", "day"), DAYS, ids=str)
def test_by_default(release: str, day: date, tmp_path: Path, note: Note) -> None:
    needs_bwrap()
    world, settings = world_of(release, day, tmp_path)
    answers = world.run_all([f"install python@{request}" for request in REQUESTS])
    real = dict(zip(REQUESTS, map(chosen_by_mise, answers), strict=True))
    ours = {request: chosen_by_pydiff(f"mise@{release}:{request}#linux-x86_64-gnu", settings) for request in REQUESTS}
    assert real == ours
    note("mise", release, "selection", IDENTICAL)


@pytest.mark.parametrize("release", ["2024.11.37", "2024.12.15", "2026.9.15"])
@pytest.mark.parametrize("target", TARGETS)
def test_for_other_machines(release: str, target: str, tmp_path: Path, note: Note) -> None:
    needs_bwrap()
    world, settings = world_of(release, date(2025, 1, 10), tmp_path, target)
    arch, _, system = mise_list.platform(release, Target.parse(target)).partition("-")
    told = {"PYTHON_COMPILE": "0"} if target in TOLD_NOT_TO_COMPILE else {}
    requests = ("3.9", "3.13", "3.11.4")
    answers = world.run_all(
        [f"install python@{request}" for request in requests],
        {"PYTHON_PRECOMPILED_ARCH": arch, "PYTHON_PRECOMPILED_OS": system, **told},
    )
    for request, answer in zip(requests, answers, strict=True):
        found = resolve(parse_spec(f"mise@{release}:{request}#{target}"), settings)
        real = chosen_by_mise(answer)
        assert real.startswith("cpython-")
        if isinstance(found, Compiled):
            assert target == "linux-x86_64-musl"
            assert found.reason.endswith(f"told python.compile=false it would take {real}")
        else:
            assert isinstance(found, Prebuilt)
            assert found.asset.name == real
            assert found.asset.urls[0].split("://")[1] in answer.asked[-1]
    note("mise", release, "selection for other machines", IDENTICAL)


@pytest.mark.parametrize("release", ["2024.10.7", "2024.12.10", "2024.12.15", "2026.9.15"])
def test_where_pbs_builds_nothing(release: str, tmp_path: Path) -> None:
    """On a 32-bit ARM it asks for `arm`: it compiles while there was one list for all, and fails since each platform has its own."""
    needs_bwrap()
    world, settings = world_of(release, date(2025, 1, 10), tmp_path)
    answer = world.run("install", "python@3.9", PYTHON_PRECOMPILED_ARCH="arm")
    assert chosen_by_mise(answer) == chosen_by_pydiff(f"mise@{release}:3.9#linux-armv7-gnueabihf", settings)


@pytest.mark.parametrize("release", ["2024.9.0", "2024.11.37", "2026.9.15"])
def test_on_alpine(release: str, tmp_path: Path) -> None:
    needs_bwrap()
    world, settings = world_of(release, date(2024, 12, 2), tmp_path)
    alpine = tmp_path / "os-release"
    alpine.write_text('NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n')
    place = os.path.realpath("/etc/os-release")
    inside = ("bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--ro-bind", str(alpine), place)
    (answer,) = world.run_all(["install python@3.9.20"], inside=inside)
    assert chosen_by_mise(answer) == "compiles 3.9.20", answer.said
    assert chosen_by_pydiff(f"mise@{release}:3.9.20#linux-x86_64-musl", settings) == "compiles 3.9.20"


@pytest.mark.parametrize(("release", "asks"), [("2026.3.8", False), ("2026.4.20", True), ("2026.9.15", True)])
def test_attestations(release: str, asks: bool, tmp_path: Path) -> None:
    """A build that has none (the closed internet answers 404) is refused since 2026.3.18."""
    needs_bwrap()
    name = f"cpython-3.9.21+20250106-{GNU}-install_only_stripped.tar.gz"
    world = World(release, tmp_path / "world")
    world.offer([name], [archive(input_named("json"), tmp_path / name)])
    answer = world.run("install", "python@3.9.21", PYTHON_COMPILE="0", PYTHON_GITHUB_ATTESTATIONS="1")
    assert (answer.code != 0) == asks, answer.said
    assert ("No GitHub artifact attestations found for python@3.9.21" in answer.said) == asks
    settings = Settings(tmp_path / "cache", tmp_path / "state", offline=True, as_of=date(2025, 1, 10))
    found = resolve(parse_spec(f"mise@{release}:3.9.21#linux-x86_64-gnu"), settings)
    assert isinstance(found, Prebuilt)
    assert found.asset.name == name
    assert any("python.github_attestations=false" in line for line in found.notes) == asks


@pytest.mark.parametrize("release", ["2024.9.0", "2024.10.7", "2024.11.37", "2026.3.8", "2026.9.15"])
def test_what_it_lists(release: str, tmp_path: Path) -> None:
    """`mise latest` goes by pyenv's definitions, and by the list of archives when it is told never to compile."""
    needs_bwrap()
    day = date(2024, 10, 16)
    world, settings = world_of(release, day, tmp_path)
    minors = ("3.9", "3.12", "3.13", "3.14")
    for minor, answer in zip(minors, world.run_all([f"latest python@{minor}" for minor in minors]), strict=True):
        assert answer.out.strip() == python_build.known(release, minor, (), settings).newest(minor)
    asked = mise_list.platform(release, Target.parse("linux-x86_64-gnu"))
    rows = mise_list.readable(mise_list.offered(release, asked, settings).names, release, asked)
    listed = World(release, world.folder).run("ls-remote", "python", PYTHON_COMPILE="0").out.split()
    assert {name for name in listed if not name.startswith("pypy")} == {row.version for row in rows}
