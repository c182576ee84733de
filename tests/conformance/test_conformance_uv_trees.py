"""What the real uv leaves on disk, release by release and archive by archive, against pydiff's installation of the same archive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance_inputs import INPUTS, Input, input_named
from conformance_plugin import Conforms
from conformance_trees import installed, listing, umask
from conformance_uv import FOLDERS, MIRRORS, RELEASES, can_be_given, given, install
from pydiff.errors import InstallError
from pydiff.managers.versions import key
from pydiff.model.settings import Settings
from support import needs_bwrap

# Every input goes to RELEASES; these are the other sides of what began or ended there, each with what tells the two sides apart. Before
# 0.13.0 the nearest is 0.12.20, not 0.12.24. Not run: 0.4.24, which changed what is done on Windows, and 0.5.19, which changed libraries for
# macOS, of which no input has one.
NEIGHBOURS = {
    "0.2.33": ("tools",),
    "0.5.8": ("tools", "escapes"),
    "0.5.11": ("escapes",),
    "0.5.13": ("pkgconfig",),
    "0.5.28": ("hard-links",),
    "0.5.29": ("pkgconfig",),
    "0.7.1": ("tools",),
    "0.7.9": ("cross",),
    "0.7.18": ("cross",),
    "0.8.13": ("tools",),
    "0.8.19": ("cross",),
    "0.13.1": ("hard-links",),
}
# One that no program would choose by itself, so that what depends on it is seen.
UMASK = 0o027
# What uv says, and what pydiff says, of archives that uv fails on.
FAILS = {
    "hard-links": ("", "hard link"),
    "no-sysconfig": ("missing a `_sysconfigdata_` file", "has no _sysconfigdata_*.py"),
    "no-header": ("missing a header comment", "its header comment is missing"),
    "float": ("Unexpected character: .", "expected `,` or `}`"),
    "values": ("Unrecognized escape sequence: t", "unrecognized escape"),
    "newline-escape": ("Unrecognized escape sequence: n", "unrecognized escape"),
}
# What may depend on the form of the archive; the rest is given as a full archive only where there is no other way.
BOTH_FORMS = {"tools", "modes", "links", "hard-links", "freethreaded", "windows"}


def forms(release: str, one: Input) -> list[str]:
    possible = [form for form in ("install_only", "full") if can_be_given(release, one, form)]
    return possible if one.name in BOTH_FORMS else possible[:1]


PAIRS = (
    *((release, one) for release in RELEASES for one in INPUTS),
    *((release, input_named(name)) for release, names in NEIGHBOURS.items() for name in names),
)
CASES = [(release, one, form) for release, one in PAIRS for form in forms(release, one)]


@pytest.mark.parametrize(
    ("release", "one", "form"), CASES, ids=lambda part: part.name if isinstance(part, Input) else part
)
def test_tree(
    release: str,
    one: Input,
    form: str,
    tmp_path: Path,
    settings: Settings,
    conforms: Conforms,
    refused: Callable[[str, str, str], None],
) -> None:
    if key(release) < min(FOLDERS, MIRRORS):
        needs_bwrap()
    offered = given(release, one, form, tmp_path)
    spec, offline = f"uv@{release}:{offered.path}", replace(settings, offline=True)
    table, label = "uv, neighbours" if release in NEIGHBOURS else "uv", f"{one.name} {form}"
    said = ""
    try:
        with umask(UMASK):
            prefix = installed(spec, offline)
    except InstallError as error:
        said = str(error)
    if said:
        uv_says, pydiff_says = FAILS[one.name]
        assert pydiff_says in said
        real = install(release, offered, tmp_path, tmp_path / "pythons")
        assert real.returncode != 0
        assert uv_says in real.stderr
        refused(table, release, label)
        return
    assert prefix.name == offered.key
    ours = listing(prefix)
    shutil.rmtree(prefix)
    with umask(UMASK):
        # The prefix is the same one, so that nothing has to be translated.
        real = install(release, offered, tmp_path, prefix.parent)
    assert real.returncode == 0, real.stderr
    conforms(table, release, label, listing(prefix), ours)
