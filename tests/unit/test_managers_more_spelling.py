"""The architecture beside the version, as rye and pdm write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.errors import SpecError
from pydiff.managers import parse_spec
from pydiff.model.target import Target


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pydiff.managers.spec.this_machine", lambda: Target("linux", "x86_64", "gnu"))


@pytest.mark.parametrize(
    ("text", "request_text", "target"),
    [
        ("rye:cpython@3.12.2", "3.12.2", "linux-x86_64-gnu"),
        ("rye:cpython-x86@3.12.2", "3.12.2", "linux-x86-gnu"),
        ("rye@0.33.0:cpython-x86@3.12", "3.12", "linux-x86-gnu"),
        ("rye:cpython-x86-windows@3.12.2", "3.12.2", "windows-x86"),
        ("rye:cpython-aarch64-macos@3.12", "3.12", "macos-aarch64"),
        ("rye:cpython-x86@3.12#windows-x86_64", "3.12", "windows-x86"),
        ("rye:cpython-aarch64@3.12#linux-x86_64-musl", "3.12", "linux-aarch64-musl"),
        ("pdm:cpython@3.12-32", "3.12", "linux-x86-gnu"),
        ("pdm:3.12-32", "3.12", "linux-x86-gnu"),
        ("pdm:3.13t-aarch64", "3.13t", "linux-aarch64-gnu"),
        ("uv:3.9.20+20241016", "3.9.20+20241016", "linux-x86_64-gnu"),
        ("pdm:3.12-x86_64#linux-x86_64_v3-gnu", "3.12", "linux-x86_64_v3-gnu"),
    ],
)
def test_spellings(text: str, request_text: str, target: str) -> None:
    spec = parse_spec(text)
    assert (str(spec.request), str(spec.target)) == (request_text, target)


@pytest.mark.parametrize("text", ["rye:cpython-foo@3.12", "rye:cpython-x86-dos@3.12", "pdm:3.12-64"])
def test_no_such_architecture(text: str) -> None:
    with pytest.raises(SpecError, match="unknown") as caught:
        parse_spec(text)
    assert "cpython-x86@3.12.2" in caught.value.hint


@given(st.from_regex(r"(rye|pdm):(cpython(-\w{0,6}){0,3}@)?[\d.t]{0,6}(-\w{0,6})?(#[\w-]{0,12})?", fullmatch=True))
def test_whatever_is_written(text: str) -> None:
    try:
        spec = parse_spec(text)
    except SpecError:
        return
    assert spec.manager in {"rye", "pdm"}
