"""What the remedies say of each manager, held against what pydiff itself knows that the manager does."""

from __future__ import annotations

import pytest

from pydiff.managers import eras
from pydiff.managers.changes import PatchPkgConfig, PatchSysconfig
from pydiff.managers.hatch import HATCH
from pydiff.managers.interface import Python
from pydiff.managers.mise import MISE
from pydiff.managers.pdm import PDM
from pydiff.managers.pipx import PIPX
from pydiff.managers.poetry import POETRY
from pydiff.managers.rye import RYE
from pydiff.managers.uv import UV
from pydiff.model.resolution import ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.target import Target
from pydiff.snapshot.contradictions import remedies

ALL = {manager.name: manager for manager in (UV, MISE, RYE, POETRY, HATCH, PIPX, PDM)}
TOUCHES = {"sysconfig", "pkgconfig", "install-name"}


def touched(name: str, version: str, settings: Settings) -> set[str]:
    """What this version changes of all that there are remedies for, on macOS, where there is most to change."""
    python = Python("3.12.12", "", "20251217", Target.parse("macos-aarch64"))
    made = ALL[name].treat(ManagerChoice(name, version, "given"), settings).changes(python)
    return {change.name for change in made} & TOUCHES


@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("uv", "0.5.8", set()),
        ("uv", "0.5.9", {"sysconfig"}),
        ("uv", "0.5.13", {"sysconfig"}),
        ("uv", "0.5.14", {"sysconfig", "pkgconfig"}),
        ("uv", "0.5.19", TOUCHES),
        ("mise", "2024.12.14", set()),
        ("mise", "2024.12.15", {"sysconfig"}),
        ("pdm", "2.26.2", set()),
        ("pdm", "2.26.3", {"sysconfig", "pkgconfig"}),
    ],
)
def test_the_version_that_a_remedy_names_is_the_first(
    name: str, version: str, found: set[str], settings: Settings
) -> None:
    assert touched(name, version, settings) == found


@pytest.mark.parametrize("name", ["rye", "poetry", "hatch", "pipx"])
def test_who_leaves_everything_as_released(name: str, settings: Settings) -> None:
    assert touched(name, "99.0.0", settings) == set()
    for said in (remedies.PLACES, remedies.SYSROOT, remedies.PKGCONFIG, remedies.INSTALL_NAME):
        assert name in said[-1]


def test_each_remedy_says_something_of_every_manager() -> None:
    tools = [
        remedies.tool("cc", regressed=True, cross=cross, plain=plain)
        for cross, plain in ((False, True), (False, False), (True, False))
    ]
    for said in (remedies.PLACES, remedies.SYSROOT, remedies.PKGCONFIG, remedies.INSTALL_NAME, *tools):
        assert [name for name in ALL if name not in " ".join(said)] == []


@pytest.mark.parametrize(
    ("said", "where", "patched"),
    [
        (remedies.PLACES, ("LIBDIR", "/install/lib"), "/opt/py/lib"),
        (remedies.SYSROOT, ("CFLAGS", "-isysroot /X.sdk -O3"), "-isysroot /X.sdk -O3"),
        (remedies.tool("cc", regressed=True, cross=False, plain=True), ("CC", "clang -pthread"), "cc -pthread"),
        (remedies.tool("c++", regressed=True, cross=False, plain=True), ("CXX", "clang++"), "c++"),
        (remedies.tool("ar", regressed=False, cross=False, plain=True), ("AR", "/tools/llvm/bin/llvm-ar"), "ar"),
        (remedies.tool("cc", regressed=True, cross=True, plain=False), ("CC", "musl-clang"), "musl-clang"),
        (
            remedies.tool("cc", regressed=True, cross=False, plain=False),
            ("CC", "/tools/llvm/bin/clang"),
            "/tools/llvm/bin/clang",
        ),
        (
            remedies.tool("cc", regressed=True, cross=True, plain=False),
            ("CC", "/usr/bin/aarch64-linux-gnu-gcc"),
            "/usr/bin/aarch64-linux-gnu-gcc",
        ),
    ],
)
def test_what_pdm_patches(said: tuple[str, ...], where: tuple[str, str], patched: str) -> None:
    name, value = where
    assert PatchSysconfig().patched(name, value, "/opt/py") == patched
    (of_pdm,) = [one for one in said if "pdm" in one]
    assert of_pdm.startswith("pdm: 2.26.3 and newer write") is (patched != value)
    assert ("leave it as released" in of_pdm) is (patched == value)


def test_pdm_and_pkg_config_files() -> None:
    assert PatchPkgConfig().reads("lib/pkgconfig/python3.pc")
    assert any(one.startswith("pdm: 2.26.3 and newer write") for one in remedies.PKGCONFIG)


@pytest.mark.parametrize(
    ("word", "first"), [("clang", "0.5.10"), ("musl-clang", "0.7.10"), ("/usr/bin/aarch64-linux-gnu-gcc", "0.6.15")]
)
def test_since_when_uv_writes_cc(word: str, first: str) -> None:
    """The sentences name 0.5.10 and 0.7.10; one cross compiler alone came earlier."""
    steps = [version for version, table in eras.UV_COMPILERS.steps if word in table["CC"]]
    assert steps[0] == first
    assert not any("/tools" in known for _, table in eras.UV_COMPILERS.steps for known in table["CC"])
