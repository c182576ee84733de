"""Pinning, caching and comparing build requirements; pip itself is replaced."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.build import requirements
from pydiff.build.bench import Bench, Clock, Surroundings
from pydiff.build.environment import PythonFacts
from pydiff.build.pip import PipError, error_line, find_pip
from pydiff.build.requirements import Target, WheelSet, checked, differences, missing, resolve_all
from pydiff.build.sandbox import LEVELS, View
from pydiff.errors import RequirementsError
from pydiff.model.build import Requirement
from pydiff.model.settings import Settings


def facts(version: str) -> PythonFacts:
    tag = "cp" + "".join(version.split(".")[:2])
    return PythonFacts(version, tag, "/p", "/p", f"/p/lib/{tag}", "/v/lib", "/v/lib", "/v/bin")


class FakePip:
    """Answers downloads: which versions exist for which Python tag; notes what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Path, **available: dict[str, str]) -> None:
        self.available = available
        self.root = root
        self.asked: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        monkeypatch.setattr(requirements, "download", self.download)

    def download(
        self,
        _bench: Bench,
        target: tuple[str, PythonFacts],
        wanted: Sequence[str],
        pins: Sequence[str],
        _config: object,
        _as_of: object,
    ) -> tuple[list[Path], list[str]]:
        tag = target[1].tag
        self.asked.append((tag, tuple(wanted), tuple(pins)))
        found = []
        for name, version in self.available[tag].items():
            if any(pin.startswith(f"{name}==") and pin != f"{name}=={version}" for pin in pins):
                raise PipError(f"Could not find a version that satisfies {name}")
            wheel = self.root / f"{name}-{version}-py3-none-any.whl"
            with zipfile.ZipFile(wheel, "w") as file:
                file.writestr(f"{name}.py", version)
            found.append(wheel)
        return found, []

    def target(self, side: str, version: str) -> Target:
        around = Surroundings(LEVELS[-1], (), {}, threading.Event(), 60.0)
        bench = Bench(side, around, self.root, self.root, self.root / "log.txt", View(""), Clock())
        return Target(side, "/p/bin/python", facts(version), lambda: bench)


def test_sides_of_one_version_share_one_resolution(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"setuptools": "80.0"})
    sets = resolve_all(["setuptools"], [pip.target("left", "3.9.18"), pip.target("right", "3.9.20")], settings)
    assert sets["left"] == sets["right"]
    assert len(pip.asked) == 1
    (pinned,) = sets["left"].requirements
    assert (pinned.name, pinned.version, len(pinned.sha256)) == ("setuptools", "80.0", 64)
    assert all(path.is_file() for path in sets["left"].paths())


def test_newer_side_gets_the_versions_of_the_older(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"a": "1.0", "tomli": "2.0"}, cp313={"a": "1.0"})
    sets = resolve_all(["a"], [pip.target("left", "3.13.0"), pip.target("right", "3.9.18")], settings)
    assert [asked[0] for asked in pip.asked] == ["cp39", "cp313"]
    assert pip.asked[1][2] == ("a==1.0", "tomli==2.0")
    assert differences(sets) == ["build requirement tomli: left not needed, right 2.0"]


def test_no_common_version_is_noted_not_hidden(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp38={"a": "1.0"}, cp313={"a": "2.0"})
    sets = resolve_all(["a"], [pip.target("left", "3.8.1"), pip.target("right", "3.13.0")], settings)
    assert "have no common versions" in sets["right"].notes[0]
    assert differences(sets) == ["build requirement a: left 1.0, right 2.0"]


def test_second_time_downloads_nothing_even_offline(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"a": "1.0"})
    first = resolve_all(["a"], [pip.target("left", "3.9.1")], settings)
    assert resolve_all(["a"], [pip.target("left", "3.9.1")], replace(settings, offline=True)) == first
    assert len(pip.asked) == 1
    assert not [path for path in (settings.cache_dir / "wheels").iterdir() if path.name.startswith(".")]


def test_damaged_wheel_in_the_cache_is_fetched_again(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"a": "1.0"})
    first = resolve_all(["a"], [pip.target("left", "3.9.1")], settings)
    first["left"].paths()[0].write_bytes(b"rotten")
    again = resolve_all(["a"], [pip.target("left", "3.9.1")], settings)
    assert len(pip.asked) == 2
    assert zipfile.is_zipfile(again["left"].paths()[0])


def test_offline_without_cache_says_so(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"a": "1.0"})
    with pytest.raises(RequirementsError, match="not in the cache and pydiff is offline"):
        resolve_all(["a"], [pip.target("left", "3.9.1")], replace(settings, offline=True))
    assert pip.asked == []


def test_pips_error_is_passed_on(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    pip = FakePip(monkeypatch, tmp_path, cp39={"a": "1.0"})
    with pytest.raises(RequirementsError, match=r"\(a\) cannot be resolved for Python 3.9.1: Could not find") as caught:
        resolve_all(["a"], [pip.target("left", "3.9.1")], settings, ["a==0.5"])
    assert "log.txt" in caught.value.hint


def test_requirements_that_are_none_are_refused() -> None:
    assert checked(["b>=1", "a ; python_version<'4'", "b>=1"], "it") == ('a; python_version < "4"', "b>=1")
    for text in ("--index-url=http://evil.example", "-e .", "a b", "", "../local"):
        with pytest.raises(RequirementsError, match="which is not a requirement"):
            checked([text], "the package's pyproject.toml")


def test_missing_compares_with_the_pins() -> None:
    have = [Requirement("Foo.Bar", "2.0rc1", "", ""), Requirement("baz", "1.0", "", "")]
    assert missing(["foo-bar>=1", "baz"], have) == []
    assert missing(["foo_bar>=3", "baz[extra]", "new"], have) == ["foo_bar>=3", "baz[extra]", "new"]


@given(st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1.0", "2.0"])))
def test_equal_sets_have_no_differences(versions: dict[str, str]) -> None:
    found = WheelSet(tuple(Requirement(name, version, "", "") for name, version in versions.items()), "")
    assert differences({"left": found, "right": found}) == []
    assert missing([f"{name}=={version}" for name, version in versions.items()], found.requirements) == []


def test_error_line_prefers_the_cause() -> None:
    log = (
        "WARNING: something\n"
        "ERROR: Ignored the following yanked versions: 3\n"
        "ERROR: Could not find a version that satisfies the requirement a>=9 (from versions: 1, 2)\n"
        "ERROR: No matching distribution found for a>=9\n"
    )
    assert error_line(log) == "Could not find a version that satisfies the requirement a>=9 (from versions: 1, 2)"
    assert error_line("ERROR: No matching distribution found for x\n") == "No matching distribution found for x"
    assert error_line("nothing\n") == ""


def test_old_python_uses_the_pip_of_its_tree(tmp_path: Path) -> None:
    bundled = tmp_path / "ensurepip" / "_bundled"
    bundled.mkdir(parents=True)
    old = replace(facts("3.7.1"), stdlib=str(tmp_path))
    with pytest.raises(PipError, match=r"no pip for Python 3\.7"):
        find_pip(old)
    for name in ("pip-9.0-py3-none-any.whl", "pip-22.0.4-py3-none-any.whl", "setuptools-56.0.0-py3-none-any.whl"):
        (bundled / name).touch()
    assert find_pip(old).name == "pip-22.0.4-py3-none-any.whl"
    assert find_pip(facts("3.12.1")).name.startswith("pip-")
