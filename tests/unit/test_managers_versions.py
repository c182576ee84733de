"""Which version of a manager is imitated, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff import data
from pydiff.errors import SpecError
from pydiff.managers import parse_spec, resolve, uv
from pydiff.managers.mise import MISE
from pydiff.managers.uv import UV
from pydiff.managers.versions import Eras, key, on_path, released_after
from pydiff.model.resolution import ManagerChoice, Resolution
from pydiff.model.settings import Settings


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def choose(text: str, settings: Settings) -> ManagerChoice:
    return (MISE if text.startswith("mise") else UV).choose_version(parse_spec(text), settings)


@pytest.mark.usefixtures("bin_folder")
def test_given_then_day_then_newest(settings: Settings) -> None:
    newest = data.releases("uv")[-1][0]
    december = replace(settings, as_of=date(2024, 12, 2))
    assert choose("uv@0.5.9:3.9", december) == ManagerChoice("uv", "0.5.9", "given")
    assert choose("uv:3.9", december) == ManagerChoice("uv", "0.5.5", "current on 2024-12-02")
    assert choose("mise:3.9", december) == ManagerChoice("mise", "2024.11.37", "current on 2024-12-02")
    assert choose("uv:3.9", settings) == ManagerChoice("uv", newest, "newest known to pydiff")


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("echo 'uv 0.5.5 (1f7b20f56 2024-11-27)'", "0.5.5"),
        (
            "printf '  _ __\\n | mise |\\n2024.11.37 linux-x64 (2024-11-30)\\n'; echo 'version 2099.1.1 available' >&2",
            "2024.11.37",
        ),
        ("exit 1", ""),
        ("echo uv; exit 0", ""),
    ],
)
def test_a_program_on_path(bin_folder: Path, body: str, version: str) -> None:
    program(bin_folder, "uv", body)
    assert on_path("uv") == version


def test_found_on_path(bin_folder: Path, settings: Settings) -> None:
    program(bin_folder, "uv", "echo uv 0.6.15")
    assert choose("uv:3.9", settings) == ManagerChoice("uv", "0.6.15", "found on PATH")
    assert choose("uv:3.9", replace(settings, as_of=date(2024, 12, 2))).version == "0.5.5"


def test_a_program_that_does_not_answer(bin_folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bin_folder, "uv", "exec /bin/sleep 30")
    monkeypatch.setattr("pydiff.managers.versions.SECONDS", 0.2)
    assert choose("uv:3.9", settings).why == "newest known to pydiff"


def test_too_old_on_path(bin_folder: Path, settings: Settings) -> None:
    program(bin_folder, "uv", "echo uv 0.1.39")
    with pytest.raises(SpecError, match=r"the uv on PATH is 0\.1\.39; before 0\.2\.22"):
        choose("uv:3.9", settings)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("uv@0.1.39:3.9", "uv 0.1.39 cannot be imitated: before 0.2.22", "the oldest that can is uv@0.2.22"),
        ("mise@2024.1.29:3.9", "before 2024.1.30 mise compiled every Python", "mise@2024.1.30"),
        ("uv@0.5.99:3.9", "there is no uv 0.5.99", "nearest: 0.5.31 and 0.6.0; pydiff knows 0.2.22 to"),
        ("mise@2024.99.0:3.9", "there is no mise 2024.99.0", "nearest: 2024."),
    ],
)
def test_versions_that_cannot_be(text: str, message: str, hint: str, settings: Settings) -> None:
    with pytest.raises(SpecError) as caught:
        choose(text, settings)
    assert message in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("uv@0.5.5:3.9", []),
        ("uv@0.5.10:3.9", ["uv 0.5.10 was released on 2024-12-17, after 2024-12-02"]),
        ("uv@0.5.5,0.5.10:3.9", ["uv 0.5.10 was released on 2024-12-17, after 2024-12-02"]),
        (
            "uv@0.5.9,0.5.10:3.9",
            [
                "uv 0.5.9 was released on 2024-12-13, after 2024-12-02",
                "uv 0.5.10 was released on 2024-12-17, after 2024-12-02",
            ],
        ),
        ("mise@2024.12.15:3.9.20", ["mise 2024.12.15 was released on 2024-12-19, after 2024-12-02"]),
        ("uv:3.9", []),
        ("pbs:3.9.20+20241016", []),
    ],
)
@pytest.mark.usefixtures("bin_folder")
def test_a_version_of_a_later_day_is_said_to_be_one(text: str, notes: list[str], settings: Settings) -> None:
    day = replace(settings, as_of=date(2024, 12, 2), offline=True)
    assert after(resolve(parse_spec(f"{text}#linux-x86_64-gnu"), day)) == notes


def test_without_a_day_no_version_is_late(settings: Settings) -> None:
    spec = parse_spec("uv@0.5.10:3.9#linux-x86_64-gnu")
    assert after(resolve(spec, replace(settings, offline=True))) == []


def test_a_version_unknown_to_the_tables_is_late_too() -> None:
    newest, day = data.releases("uv")[-1]
    late = ManagerChoice("uv", "99.0.0", "given")
    (note,) = released_after(late, date(2024, 12, 2))
    assert note == f"uv 99.0.0 is newer than {newest} of {day}, so of after 2024-12-02"
    assert released_after(late, date(2999, 1, 1)) == (), "nothing is known of that time"


def after(answer: Resolution) -> list[str]:
    return [note for note in answer.notes if "after 2" in note]


def test_a_version_newer_than_the_tables_is_taken(settings: Settings) -> None:
    assert choose("uv@99.0.0:3.9", settings) == ManagerChoice("uv", "99.0.0", "given")


@pytest.mark.parametrize(("day", "newest"), [(date(2020, 1, 1), "not released yet"), (date(2024, 4, 29), "0.1.39")])
def test_days_before_the_first(day: date, newest: str, settings: Settings) -> None:
    with pytest.raises(SpecError, match=f"on {day} the newest uv was {newest}") as caught:
        choose("uv:3.9", replace(settings, as_of=day))
    assert "uv 0.2.22 is of 2024-07-07" in caught.value.hint


def test_every_tool_knows_its_first() -> None:
    assert uv.TOOL.first in dict(data.releases("uv"))


VERSIONS = st.tuples(*[st.integers(0, 30)] * 3)


@given(st.lists(VERSIONS, unique=True), VERSIONS)
def test_an_era_is_the_last_that_began(starts: list[tuple[int, ...]], version: tuple[int, ...]) -> None:
    steps = tuple((".".join(map(str, start)), start) for start in sorted(starts))
    expected = max((start for start in starts if start <= version), default=None)
    assert Eras(None, steps).at(".".join(map(str, version))) == expected


def test_versions_compare_as_numbers() -> None:
    assert key("0.10.0") > key("0.9.30")
