"""A remedy that cannot help is not given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pydiff.model.asset import Asset
from pydiff.model.resolution import InPlace, ManagerChoice, Prebuilt, Repack, Resolution
from pydiff.model.snapshot import Contradiction
from pydiff.model.spec import HostRequest, InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.snapshot.contradictions import remedies
from pydiff.snapshot.contradictions.fitting import fitting

BY_HAND = "LDFLAGS=-L/opt/py/lib"
ALL = tuple(
    one
    for many in (
        remedies.PLACES, remedies.DEPENDENCIES, remedies.SYSROOT, remedies.PKGCONFIG, remedies.INSTALL_NAME,
        remedies.tool("cc", regressed=True, cross=False, plain=True), remedies.tool("cc", regressed=True, cross=True, plain=True),
        remedies.tool("cc", regressed=False, cross=False, plain=False),
    )
    for one in many
)  # fmt: skip
SPEC = Spec("uv@0.5.5:host", "uv", "0.5.5", HostRequest(), this_machine())
HOST = Repack(SPEC, ManagerChoice("uv", "0.5.5", "given"), "/usr/bin/python3", "3.9.18", (), "x")


def given(manager: str) -> Resolution:
    spec = Spec("path:/x", manager, "", InterpreterRequest("/x"), this_machine())
    return InPlace(spec, ManagerChoice(manager, "", "given"), "/x", "3.9.18")


def release(tag: str, version: str = "0.5.5") -> Resolution:
    name = f"cpython-3.9.20+{tag}-x86_64-unknown-linux-gnu-install_only.tar.gz"
    asset = Asset(name, "3.9.20", tag, "x86_64-unknown-linux-gnu", (), "install_only")
    return Prebuilt(SPEC, ManagerChoice("uv", version, "given"), asset, (), "x")


def left(resolution: Resolution, *known: str) -> tuple[str, ...]:
    finding = Contradiction("pkgconfig", "x.pc", "/install", "no such folder", "so", known)
    (one,) = fitting([finding], resolution)
    assert replace(one, remedies=known) == finding
    return one.remedies


@pytest.mark.parametrize("resolution", [HOST, given("pyenv")])
def test_what_was_built_here_has_no_newer_release_and_no_manager(resolution: Resolution) -> None:
    assert left(resolution, BY_HAND, *ALL) == (BY_HAND,)


def test_of_a_given_interpreter_nothing_is_known() -> None:
    assert left(given("path"), BY_HAND, *ALL) == (BY_HAND, *ALL)


@pytest.mark.parametrize(("tag", "told"), [("20250204", True), ("20250205", False), ("20251010", False)])
def test_a_release_that_is_new_enough(tag: str, told: bool) -> None:
    kept = left(release(tag), *remedies.PKGCONFIG)
    assert (remedies.PKGCONFIG[0] in kept) is told
    assert any("take a newer release" in one for one in kept) is told
    assert remedies.PKGCONFIG[1] in kept


@pytest.mark.parametrize(("version", "told"), [("0.5.8", True), ("0.5.9", False), ("0.11.1", False)])
def test_a_manager_that_is_new_enough(version: str, told: bool) -> None:
    assert (remedies.PLACES[0] in left(release("20241016", version), *remedies.PLACES)) is told
    assert (remedies.SYSROOT[1] in left(release("20241016", version), *remedies.SYSROOT)) is told
    regressed = remedies.tool("cc", regressed=True, cross=False, plain=True)
    assert regressed[0] in left(release("20241016", version), *regressed)
