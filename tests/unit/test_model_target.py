"""Targets and the triples of PBS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.target import RELEASED, Target, this_machine


@pytest.mark.parametrize("text", RELEASED)
def test_every_released_target_survives_both_spellings(text: str) -> None:
    target = Target.parse(text)
    assert str(target) == text
    assert Target.from_triple(target.triple) == target


@pytest.mark.parametrize(
    ("triple", "text"),
    [
        ("i686-pc-windows-msvc-shared", "windows-x86"),
        ("x86_64-pc-windows-msvc-static", "windows-x86_64"),
        ("x86_64_v3-unknown-linux-musl", "linux-x86_64_v3-musl"),
        ("ppc64le-unknown-linux-gnu", "linux-powerpc64le-gnu"),
    ],
)
def test_triples_of_other_eras(triple: str, text: str) -> None:
    assert str(Target.from_triple(triple)) == text


@pytest.mark.parametrize(
    "triple", ["", "x86_64", "pdp11-unknown-linux-gnu", "x86_64_v9-unknown-linux-gnu", "x86_64-none"]
)
def test_unknown_triples_are_refused(triple: str) -> None:
    with pytest.raises(ValueError, match="not a python-build-standalone triple"):
        Target.from_triple(triple)


@given(st.text(max_size=30))
def test_parse_raises_only_value_errors(text: str) -> None:
    try:
        target = Target.parse(text)
    except ValueError:
        return
    assert Target.parse(str(target)) == target


def test_this_machine_has_a_name_that_can_be_parsed() -> None:
    assert Target.parse(str(this_machine())) == this_machine()
