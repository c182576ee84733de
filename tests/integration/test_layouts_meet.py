"""Real Pythons of different versions, makers and layouts beside each other: what does not meet is counted, and nothing is told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydiff.compare import compare_trees
from pydiff.compare.places import places
from pydiff.install.tree import FolderTree
from pydiff.model.record import Difference
from pydiff.model.snapshot import Snapshot
from pydiff.snapshot.inplace import own_tree
from pydiff.snapshot.take import take
from snapshot_support import released_linux
from support import missing, needs_interpreter


def pyenv(minor: str) -> Snapshot:
    python = needs_interpreter(minor)
    version = python.parent.parent.name
    if version.count(".") != 2 or not (python.parent.parent / "lib" / f"python{minor}" / "os.py").is_file():
        missing(f"no Python {minor} that has a prefix of its own")
    return take(own_tree(python.parent.parent, version), prefix=str(python.parent.parent), version=version)


def of_files(found: list[Difference]) -> list[Difference]:
    return [one for one in found if one.family == "files"]


def alone(found: list[Difference]) -> int:
    """Files of one side only."""
    return sum(one.count for one in of_files(found) if (one.left is None) != (one.right is None))


def test_two_versions_of_pyenv_meet() -> None:
    left, right = pyenv("3.9"), pyenv("3.10")
    found = compare_trees(left, right)
    # Without alignment every file below lib/python3.9 would be on one side only.
    assert alone(found) < len(left.families["files"]) // 20
    built = {"abs_builddir", "abs_srcdir", "RUNSHARED", "COVERAGE_INFO", "TESTPYTHON"}
    assert not built & {name for one in found for name in (one.subject, *one.also)}
    texts = [text for one in found for text in (one.subject, one.left, one.right, one.detail) if text]
    for snapshot in (left, right):
        assert not [text for text in texts if snapshot.prefix in text or places(snapshot)["build"] in text]


def test_pyenv_and_a_released_tree_of_one_version_meet() -> None:
    left, right = released_linux(), pyenv("3.9")
    found = compare_trees(left, right)
    names = {one.subject for one in found}
    assert "abs_builddir" not in names
    library = {path for path in left.families["files"] if path.startswith("lib/python3.9/") and path.endswith(".py")}
    missing_there = {path for path in library if path not in right.families["files"] and "-packages/" not in path}
    assert len(missing_there) < len(library) // 20


def test_the_systems_python_and_pyenv_meet() -> None:
    system = Path("/usr/bin/python3")
    if not system.exists() or not list(Path("/usr/lib").glob("*/libpython3.*.so*")):
        missing("no Debian's Python in /usr")
    minor = system.resolve().name.removeprefix("python")
    version = f"{minor}.0"
    left = take(own_tree(Path("/usr"), version), prefix="/usr", version=version)
    right = pyenv(minor)
    found = of_files(compare_trees(left, right))
    rooms = {one.subject: one for one in found if one.detail == "the same room in another layout"}
    assert rooms.keys() == {"lib/{multiarch}/", "include/{multiarch}/python{X.Y}/pyconfig.h"}
    told = {one.subject: (one.left, one.right) for one in found}
    # What is there under another name, or in another folder, is on neither side alone.
    for path in (
        "bin/{multiarch}-python{X.Y}-config", "lib/python{X.Y}/_sysconfigdata__{multiarch}.py", "lib/pkgconfig/",
        "lib/libpython{X.Y}.so.1.0", "lib/{multiarch}/libpython{X.Y}.so.1.0",
    ):  # fmt: skip
        assert None not in told.get(path, ())


@pytest.mark.parametrize("minor", ["3.11", "3.12"])
def test_a_tree_and_itself_as_windows_has_it(minor: str, tmp_path: Path) -> None:
    """The real files, moved to where Windows keeps them: nothing of the standard library is lost or new."""
    left = pyenv(minor)
    stdlib = Path(left.prefix) / "lib" / f"python{minor}"
    for path in ("os.py", "json/tool.py", "asyncio/base_events.py", "ctypes/util.py", "encodings/ascii.py"):
        target = tmp_path / "Lib" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((stdlib / path).read_bytes())
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "Python.h").write_bytes(
        (Path(left.prefix) / f"include/python{minor}/Python.h").read_bytes()
    )
    right = take(FolderTree(tmp_path), prefix=str(tmp_path), version=left.python_version)
    found = of_files(compare_trees(left, right))
    assert [one for one in found if one.left is None] == []
    rooms = {one.right: one.count for one in found if one.detail == "the same room in another layout"}
    assert rooms == {"5 files in Lib/": 5, "include/Python.h": 1}
