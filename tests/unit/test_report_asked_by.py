"""Without a build, who is known to ask for a difference is told; with one, only who was seen to."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pydiff.model.record import Difference
from pydiff.report import render
from runs import a_run, trees_only

ONE = Difference(
    family="sysconfig", subject="CC", left="cc", right="clang", severity="breaks", asked_by=["setuptools", "meson"]
)


@pytest.mark.parametrize("format_name", ["terminal", "markdown"])
def test_of_two_trees(format_name: str) -> None:
    text = " ".join(render(replace(trees_only(), differences=[ONE]), format_name, width=160).split())
    assert "asked for by" in text
    assert "setuptools, meson" in text
    assert "read by" not in text.replace("no common build backend reads", "")


@pytest.mark.parametrize("format_name", ["terminal", "markdown"])
def test_of_two_builds(format_name: str) -> None:
    read = replace(ONE, read_by=["setup.py:7"])
    text = render(replace(a_run(), differences=[read]), format_name, width=160)
    assert "setup.py:7" in text
    assert "asked for by" not in text
    assert "meson" not in text
