"""What is left when later releases of the real uv are told to install what an earlier one installed, against `uv@FIRST,LATER:ARCHIVE`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from conformance_inputs import input_named
from conformance_plugin import Conforms
from conformance_trees import Listing, installed, listing
from conformance_uv import given, install
from pydiff.model.settings import Settings
from support import needs_bwrap

CHAINS = (
    "0.2.22,0.4.20",  # goes over nothing
    "0.2.22,0.5.5",  # bin/python is missing and becomes an absolute link
    "0.5.5,0.5.5",
    "0.5.5,0.5.10,0.13.9",  # unpatched until then
    "0.5.9,0.5.9,0.5.10",  # backslashes double each time
    "0.5.10,0.5.12",  # no longer
    "0.5.14,0.5.14,0.5.30",  # .pc files lose a line end each time
    "0.6.15,0.7.2",  # CC stays clang, then does not
    "0.8.14,0.13.9",  # BUILD
)
INPUTS = ("tools", "escapes", "pkgconfig", "words")


def both(chain: str, name: str, room: Path, settings: Settings) -> tuple[Listing, Listing]:
    """(what the real ones leave, what pydiff lays) at one prefix."""
    releases = chain.split(",")
    form = "install_only" if releases[0] == "0.2.22" else "full"
    offered = given(releases[0], input_named(name), form, room)
    prefix = installed(f"uv@{chain}:{offered.path}", replace(settings, offline=True))
    ours = listing(prefix)
    shutil.rmtree(prefix)
    for release in releases:
        done = install(release, offered, room, prefix.parent)
        assert done.returncode == 0, done.stderr
    return listing(prefix), ours


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("chain", CHAINS)
def test_again(chain: str, name: str, tmp_path: Path, settings: Settings, conforms: Conforms) -> None:
    needs_bwrap()
    real, ours = both(chain, name, tmp_path, settings)
    conforms("uv, again", chain, name, real, ours)


BELOW = """
import json, sys
from pathlib import Path
from conformance_trees import differences
from pydiff.model.settings import Settings
from test_conformance_uv_again import both
room, settings = Path(sys.argv[1]), Settings(cache_dir=Path("/install/cache"), state_dir=Path("/install/state"))
real, ours = both(sys.argv[2], "words", room, settings)
print(json.dumps([list(map(str, differences(real, ours))), real["lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"].data.decode()]))
"""


@pytest.mark.parametrize("chain", ["0.5.10", "0.5.10,0.5.10", "0.5.10,0.13.9", "0.13.9,0.13.9"])
def test_a_prefix_below_install(chain: str, tmp_path: Path) -> None:
    """There a rewritten path looks like one that has to be rewritten, and does so again each time."""
    needs_bwrap()
    roots = [path for path in Path("/").iterdir() if path.name not in {"install", "proc", "dev"}]
    links = [word for path in roots if path.is_symlink() for word in ("--symlink", str(path.readlink()), str(path))]
    binds = [word for path in roots if not path.is_symlink() for word in ("--bind", str(path), str(path))]
    (tmp_path / "install").mkdir()
    sandbox = (
        "bwrap",
        *links,
        *binds,
        "--dev",
        "/dev",
        "--proc",
        "/proc",
        "--bind",
        str(tmp_path / "install"),
        "/install",
    )
    done = subprocess.run(
        [*sandbox, sys.executable, "-c", BELOW, str(tmp_path), chain],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    differing, text = json.loads(done.stdout)
    assert differing == []
    (prefix,) = re.findall(r'^    "prefix": "(.*)",$', text, re.MULTILINE)
    assert prefix.count("/cache/installations/") == len(chain.split(",")), "each run takes what the one before wrote"
