"""What the conformance suite compares and reports with: it must see every kind of difference, and explain none by accident."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import conformance_plugin
import deliberate
from conformance_inputs import INPUTS, archive, input_named
from conformance_plugin import Suite
from conformance_table import IDENTICAL, REFUSED, Row, page
from conformance_trees import Node, differences, listing, with_prefix
from deliberate import Deliberate


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "bin").mkdir(parents=True)
    (root / "bin/python").write_text(f"prefix={root}\n")
    (root / "bin/python").chmod(0o755)
    (root / "bin/link").symlink_to(root / "bin/python")
    return root


def test_every_kind_of_difference_is_seen(tree: Path) -> None:
    before = listing(tree)
    assert differences(before, listing(tree)) == []
    (tree / "bin/python").chmod(0o4755)
    (tree / "bin").chmod(0o700)
    (tree / "bin/link").unlink()
    (tree / "bin/link").symlink_to("python")
    (tree / "new").touch()
    found = differences(before, listing(tree))
    assert [difference.path for difference in found] == ["bin", "bin/link", "bin/python", "new"]
    assert [str(difference).partition(": ")[2][:20] for difference in found][3] == "real nothing, ours f"
    (tree / "bin/python").write_text("prefix=/other\n")
    assert "byte 8" in str(differences(before, listing(tree))[2])


def test_another_prefix(tree: Path) -> None:
    found = with_prefix(listing(tree), tree, "/p")
    assert found["bin/python"].data == b"prefix=/p\n"
    assert found["bin/link"] == Node("link", 0, b"/p/bin/python")


def test_only_what_is_listed_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Deliberate("meant", "uv", "because", path=r"bin/.*", since="0.5.9", until="0.6.0")
    monkeypatch.setattr(deliberate, "DELIBERATE", (entry,))
    changed = differences({"bin/x": Node("file", 0o644)}, {"bin/x": Node("file", 0o600)})
    assert deliberate.split("uv", "0.5.9", changed) == (["meant"], [])
    for manager, release in (("mise", "0.5.9"), ("uv", "0.5.8"), ("uv", "0.6.0")):
        assert deliberate.split(manager, release, changed) == ([], changed)
    assert list(deliberate.unused(["meant"])) == []
    assert list(deliberate.unused([])) == [entry]


def test_the_page() -> None:
    rows = [
        *(Row("uv", release, "json install_only", IDENTICAL) for release in ("0.5.9", "0.10.0", "0.5.10")),
        *(Row("uv", release, "json full", IDENTICAL) for release in ("0.5.9", "0.5.10")),
        Row("uv", "0.10.0", "json full", REFUSED),
        *(Row("uv", "0.10.0", f"more-{number}", IDENTICAL) for number in range(6)),
        Row("hatch", "1.0.0", "selection", "7 alike"),
    ]
    text = page(rows)
    assert "| release | selection |\n| --- | --- |\n| 1.0.0 | 7 alike |\n" in text
    assert "|  | 0.5.9 to 0.5.10 | 0.10.0 |\n" in text
    assert "| json | = | full: x, install_only: = |\n" in text
    assert "Releases: 0.5.9, 0.5.10, 0.10.0." in text
    assert "\n## Not judged\n\n- rye: " in text
    assert page(reversed(rows)) == text


def test_the_verdict_of_a_whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    met, unmet = (Deliberate(name, "uv", "because") for name in ("met", "unmet"))
    monkeypatch.setattr(deliberate, "DELIBERATE", (met,))
    monkeypatch.setattr(conformance_plugin, "PAGE", tmp_path / "docs" / "page.md")
    rows = [Row("uv", "0.5.9", "json", "met"), Row("uv", "0.5.9", "pprint", IDENTICAL)]
    assert Suite(rows=rows)._judge(), "no page yet"
    monkeypatch.setenv("PYDIFF_WRITE_TABLE", "1")
    assert not Suite(rows=rows)._judge()
    monkeypatch.delenv("PYDIFF_WRITE_TABLE")
    assert not Suite(rows=rows)._judge()
    other = Suite(rows=[*rows[1:], Row("uv", "0.5.9", "json", REFUSED)])
    assert other._judge()
    assert "deliberate difference never met: met (uv)" in other.said
    assert any("does not say what was seen" in line for line in other.said)
    assert "  seen: | 0.5.9 | = | x |" in other.said
    monkeypatch.setattr(deliberate, "DELIBERATE", (met, unmet))
    assert Suite(rows=rows)._judge()


def test_inputs(tmp_path: Path) -> None:
    assert len({one.name for one in INPUTS}) == len(INPUTS)
    names = {"a": "cpython-3.9.23+20250604-x86_64-unknown-linux-gnu-install_only.tar.gz"}
    names["b"] = "cpython-3.9.23+20250604-x86_64-unknown-linux-gnu-pgo+lto-full.tar.zst"
    for folder, name in names.items():
        packed = archive(input_named("json"), tmp_path / folder / name).read_bytes()
        assert packed[:2] == {"a": b"\x1f\x8b", "b": b"\x28\xb5"}[folder]
    assert all(re.fullmatch(r"[a-z-]+", one.name) for one in INPUTS)
