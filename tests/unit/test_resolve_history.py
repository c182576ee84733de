"""A history says what asking every release one by one says, no more and no less."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pydiff import data, managers
from pydiff.errors import NoSuchBuildError, SpecError
from pydiff.managers import history as ask
from pydiff.managers.histories import Refused, hash_known
from pydiff.managers.interface import Manager
from pydiff.managers.registry import MANAGERS
from pydiff.managers.uv import UV
from pydiff.model.resolution import Compiled, ManagerChoice, Prebuilt, Resolution
from pydiff.model.settings import Settings
from pydiff.model.spec import Spec

GNU = "linux-x86_64-gnu"
TARGETS = (GNU, "linux-x86_64_v3-gnu", "linux-aarch64-gnu", "linux-x86_64-musl", "macos-aarch64", "windows-x86_64")


@pytest.fixture
def nowhere() -> Settings:
    return Settings(cache_dir=Path("/nowhere"), state_dir=Path("/nowhere"))


def history(text: str, settings: Settings) -> managers.History:
    return ask(managers.parse_spec(text), settings)


def one_by_one(manager: str, request: str, settings: Settings) -> dict[str, object]:
    """Version -> what `resolve` makes of that release alone, on the day it came out; up to `settings.as_of`."""
    said: dict[str, object] = {}
    for version, day in data.releases(manager):
        if settings.as_of and day > settings.as_of.isoformat():
            continue
        try:
            spec = managers.parse_spec(f"{manager}@{version}:{request}")
            answer = managers.resolve(spec, replace(settings, as_of=date.fromisoformat(day), offline=True))
        except NoSuchBuildError as error:
            said[version] = ("refused", str(error).replace(f"{manager} {version}", manager).replace(day, "day"))
        except SpecError:
            continue
        else:
            said[version] = told(answer)
    return said


def told(answer: Resolution) -> object:
    match answer:
        case Prebuilt(asset=asset):
            own = f"{answer.manager.name} {answer.manager.version}'s list"
            borrowed = asset.hash_source.startswith("uv ") and asset.hash_source != own
            known = asset.sha256, "other" if borrowed else "own" if asset.sha256 else ""
            # What is kept of a full archive is nothing that another kind of archive could show.
            layout = answer.unpacking if asset.flavor == "full" else replace(answer.unpacking, full="whole")
            does = answer.changes, answer.install_name, layout
            return asset.name, asset.urls, known, does
        case Compiled(version=version):
            return "compiled", version
        case _:
            raise AssertionError(answer)


def compare(text: str, manager: str, alone: dict[str, object], settings: Settings) -> None:
    """The rows cover every release once, in order; they end exactly where two neighbours differ."""
    versions = [version for version, _ in data.releases(manager) if version in alone]
    ends = [number for number, (one, next_one) in enumerate(pairwise(versions)) if alone[one] != alone[next_one]]
    expected = list(zip([0, *(end + 1 for end in ends)], [*ends, len(versions) - 1], strict=True))
    if all(isinstance(said, tuple) and said[0] == "refused" for said in alone.values()):
        with pytest.raises(NoSuchBuildError):
            history(text, settings)
        return
    found = history(text, settings)
    days = dict(data.releases(manager))
    assert [(row.first.version, row.last.version, row.releases) for row in found.rows] == [
        (versions[first], versions[last], last - first + 1) for first, last in expected
    ]
    assert all((row.first.day, row.last.day) == (days[row.first.version], days[row.last.version]) for row in found.rows)
    for row in found.rows:
        said = alone[row.first.version]
        if isinstance(row.answer, Refused):
            assert isinstance(said, tuple)
            assert said[0] == "refused"
        else:
            assert told(row.answer) == said


BUILDS = st.sampled_from(data.uv_minors()).flatmap(lambda minor: st.sampled_from(data.uv_builds(minor)))
FLAGS = {"": "", "freethreaded": "t", "debug": "d", "freethreaded+debug": "td"}


@given(BUILDS, st.booleans(), st.sampled_from((*TARGETS, None)))
@examples(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_exact_at_their_boundaries(
    nowhere: Settings, build: data.ListedBuild, exact: bool, target: str | None
) -> None:
    version = build.version if exact else ".".join(build.version.split(".")[:2])
    request = f"{version}{FLAGS[build.variant]}#{target or build.target}"
    compare(f"uv:{request}", "uv", one_by_one("uv", request, nowhere), nowhere)


@pytest.mark.parametrize("request_text", ["3.9", "3.9.7", "3.9.12", "3.13t", "3.14.0rc2", "3.12"])
def test_uv_release_by_release(request_text: str, nowhere: Settings) -> None:
    request = f"{request_text}#{GNU}"
    compare(f"uv:{request}", "uv", one_by_one("uv", request, nowhere), nowhere)


def test_what_is_known_of_uv_3_9(nowhere: Settings) -> None:
    """Boundaries read in uv's own sources."""
    rows = history(f"uv:3.9#{GNU}", nowhere).rows
    starts = {row.first.version: row.answer for row in rows}
    # No change of the archive, only of what is done to it, at 0.2.34, 0.5.9, 0.5.10 (with the URL), 0.5.12, 0.5.14, 0.5.30, 0.6.15, ...
    assert {"0.2.34", "0.5.9", "0.5.10", "0.5.12", "0.5.14", "0.5.30", "0.6.15", "0.7.2", "0.7.10"} <= set(starts)
    assert {"0.7.19", "0.8.14", "0.8.20", "0.10.8", "0.11.19"} <= set(starts)
    december = next(row for row in rows if row.first.day <= "2024-12-02" <= row.last.day)
    assert (december.first.version, december.last.version) == ("0.4.23", "0.5.6")
    answer = december.answer
    assert isinstance(answer, Prebuilt)
    assert (answer.asset.version, answer.asset.tag) == ("3.9.20", "20241016")
    assert (answer.asset.sha256 or "").startswith("44d9d016")
    assert (answer.manager.version, answer.manager.why) == ("0.4.23", "released on 2024-10-17")


def test_a_hash_that_the_list_lacked(nowhere: Settings) -> None:
    """The old archives had no hash in uv's list until 0.10.12; and 0.4.21 did not list them at all."""
    rows = {row.first.version: row.answer for row in history(f"uv:3.9.7#{GNU}", nowhere).rows}
    assert isinstance(rows["0.4.21"], Refused)
    assert "has no 3.9.7" in rows["0.4.21"].reason
    assert not isinstance(rows["0.4.22"], Refused)
    assert hash_known(rows["0.4.22"]) == "elsewhere"
    assert not isinstance(rows["0.10.12"], Refused)
    assert hash_known(rows["0.10.12"]) == "own"


@pytest.mark.parametrize(
    ("manager", "source", "known"),
    [
        ("uv", "uv 0.5.5's list", "own"),
        ("uv", "uv 0.5.50's list", "elsewhere"),
        ("mise", "uv 0.5.5's list", "elsewhere"),
        ("rye", "rye 0.5.5's list", "own"),
        ("pdm", "pbs-installer 2025.2.12's list", "own"),
        ("pdm", "uv 0.5.5's list", "elsewhere"),
        ("pipx", "", ""),
    ],
)
def test_whose_hash_it_is(manager: str, source: str, known: str, nowhere: Settings) -> None:
    answer = managers.resolve(managers.parse_spec(f"uv@0.5.5:3.9#{GNU}"), nowhere)
    assert isinstance(answer, Prebuilt)
    asset = replace(answer.asset, hash_source=source, sha256=answer.asset.sha256 if source else None)
    assert hash_known(replace(answer, asset=asset, manager=ManagerChoice(manager, "0.5.5", "given"))) == known


def test_refusals_are_one_row(nowhere: Settings) -> None:
    first, second, *_ = history(f"uv:3.13t#{GNU}", nowhere).rows
    assert isinstance(first.answer, Refused)
    assert (first.first.version, first.last.version, second.first.version) == ("0.2.22", "0.4.20", "0.4.21")


def test_up_to_a_day(nowhere: Settings) -> None:
    whole = history(f"uv:3.9#{GNU}", nowhere).rows
    cut = history(f"uv:3.9#{GNU}", replace(nowhere, as_of=date(2024, 12, 2))).rows
    assert cut[-1].last.version == "0.5.5"
    assert cut[:-1] == whole[: len(cut) - 1]
    assert cut[-1].first == whole[len(cut) - 1].first


def test_mise_is_asked_as_of_the_day_of_each_release(nowhere: Settings) -> None:
    early = replace(nowhere, as_of=date(2024, 3, 1))
    found = history(f"mise:3.9#{GNU}", early)
    tags = [row.answer.asset.tag for row in found.rows if isinstance(row.answer, Prebuilt)]
    assert tags == ["20240107", "20240224"]
    assert re.search(
        r"mise 2024\.1\.3\d takes cpython-3\.9\.18\+20240224\S+ when it is asked as of 2024-02-", found.notes[0]
    )
    assert "as of the day it came out" in found.notes[0]


@pytest.mark.parametrize("name", [one.name for one in MANAGERS if one.versioned])
def test_every_versioned_manager_has_a_history(name: str, nowhere: Settings) -> None:
    """Over the first releases of each that can be imitated and that had a 3.12."""
    manager = next(one for one in MANAGERS if one.name == name)
    days = [day for version, day in data.releases(name) if imitable(manager, version, nowhere) and day > "2024-01-26"]
    until = replace(nowhere, as_of=date.fromisoformat(days[12]))
    alone = one_by_one(name, f"3.12#{GNU}", until)
    assert len(alone) > 12
    assert any(isinstance(said, tuple) and said[0] != "refused" for said in alone.values())
    compare(f"{name}:3.12#{GNU}", name, alone, until)


def imitable(manager: Manager, version: str, settings: Settings) -> bool:
    try:
        manager.choose_version(managers.parse_spec(f"{manager.name}@{version}:3.12"), settings)
    except SpecError:
        return False
    return True


class Growing:
    """A manager that takes whatever the day offers."""

    name = "growing"
    versioned = True
    requests = UV.requests

    def choose_version(self, spec: Spec, _settings: Settings) -> ManagerChoice:
        return ManagerChoice(self.name, spec.manager_version or "1.0.0", "given")

    def resolve(self, spec: Spec, choice: ManagerChoice, settings: Settings) -> Resolution:
        assert settings.as_of is not None
        assert settings.offline
        assert not settings.mirror
        if settings.as_of < date(2024, 2, 1):
            raise NoSuchBuildError(f"growing {choice.version} has nothing on {settings.as_of} (1, 2)", hint="wait")
        month = f"{settings.as_of:%Y.%m} of growing {choice.version}"
        return Compiled(spec, choice, "3.9.1", f"built in {month.split(' ', maxsplit=1)[0]} (as {choice.version})")


@pytest.fixture
def growing(monkeypatch: pytest.MonkeyPatch) -> None:
    days = ("2024-01-01", "2024-01-09", "2024-02-05", "2024-02-06", "2024-03-01")
    rows = tuple((f"1.0.{number}", day) for number, day in enumerate(days))
    monkeypatch.setattr("pydiff.managers.histories.named", lambda _name: Growing())
    monkeypatch.setattr("pydiff.managers.histories.data.releases", lambda _name: rows)


@pytest.mark.usefixtures("growing")
def test_any_manager_of_the_protocol(nowhere: Settings) -> None:
    spec = replace(managers.parse_spec("uv:3.9"), manager="growing", text="growing:3.9")
    found = ask(spec, replace(nowhere, mirror="https://elsewhere"))
    assert [(row.first.version, row.last.version, type(row.answer)) for row in found.rows] == [
        ("1.0.0", "1.0.1", Refused),
        ("1.0.2", "1.0.3", Compiled),
        ("1.0.4", "1.0.4", Compiled),
    ]
    assert found.notes[0].startswith("a history is made from the managers' own lists")
    assert found.notes[1].endswith("growing 1.0.0 compiles 3.9.1 when it is asked as of 2024-03-01")


@pytest.mark.usefixtures("growing")
def test_nothing_but_refusals(nowhere: Settings) -> None:
    spec = replace(managers.parse_spec("uv:3.9"), manager="growing", text="growing:3.9")
    with pytest.raises(NoSuchBuildError) as caught:
        ask(spec, replace(nowhere, as_of=date(2024, 1, 31)))
    assert "no release of growing from 1.0.0 to 1.0.1 has an answer to 'growing:3.9': growing 1.0.0 has nothing" in str(
        caught.value
    )
    assert caught.value.hint == "wait"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("pbs:3.9", "pbs has no versions, so 'pbs:3.9' has no history", "uv, mise"),
        ("path:/usr/bin/python3", "path has no versions", "--at DATE"),
        ("uv@0.5.5:3.9", "'uv@0.5.5:3.9' names one", "write `uv:3.9`"),
    ],
)
def test_specs_without_a_history(text: str, message: str, hint: str, nowhere: Settings) -> None:
    with pytest.raises(SpecError, match=message) as caught:
        history(text, nowhere)
    assert hint in caught.value.hint


def test_no_release_has_it(nowhere: Settings) -> None:
    with pytest.raises(NoSuchBuildError, match=r"no release of uv from 0\.2\.22 to .* has an answer to 'uv:3\.6'"):
        history("uv:3.6", nowhere)


def test_before_the_first_release(nowhere: Settings) -> None:
    with pytest.raises(SpecError, match=r"on 2024-04-29 the newest uv was 0\.1\.39"):
        history("uv:3.9", replace(nowhere, as_of=date(2024, 4, 29)))


def test_a_local_interpreter_has_one_too(nowhere: Settings) -> None:
    rows = history("uv:host", nowhere).rows
    assert {"0.2.22", "0.2.34", "0.5.9", "0.5.10"} <= {row.first.version for row in rows}


def fastest(call: Callable[[], object], rounds: int = 3) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def test_it_is_fast(nowhere: Settings) -> None:
    """A tenth of a second on the machine this was written on; the limit leaves room for a busy one."""
    assert fastest(lambda: history(f"uv:3.9#{GNU}", nowhere)) < 1.0
    spec = managers.parse_spec(f"uv@0.5.5:3.9#{GNU}")
    assert fastest(lambda: managers.resolve(spec, nowhere)) < 0.02
