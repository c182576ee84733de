"""Wheels are compared by what they install and link, not by their bytes."""

from __future__ import annotations

from dataclasses import replace

from builds_support import LEFT, RIGHT, built, failed, record
from pydiff.compare.builds.wheels import compare_wheels
from pydiff.model.build import BinaryFacts, Built, WheelFacts


def test_run_paths_inside_each_prefix_are_the_same() -> None:
    left = record([], built(runpath=[LEFT["prefix"] + "/lib"]), places=LEFT)
    right = record([], built(runpath=[RIGHT["prefix"] + "/lib"]), places=RIGHT)
    assert compare_wheels(left, right) == []


def test_run_path_of_the_build_machine() -> None:
    left = record([], built(runpath=[LEFT["prefix"] + "/lib"]), places=LEFT)
    right = record([], built(runpath=["/install/lib"]), places=RIGHT)
    assert compare_wheels(left, right) == ["- uwsgi: RUNPATH {prefix}/lib", "+ uwsgi: RUNPATH /install/lib"]


def test_no_run_path_at_all() -> None:
    left, right = record([], built(runpath=["/x"])), record([], built())
    assert compare_wheels(left, right) == ["- uwsgi: RUNPATH /x", "+ uwsgi: RUNPATH (none)"]


def test_order_of_run_paths_counts_and_that_of_needed_does_not() -> None:
    left, right = record([], built(runpath=["/a", "/b"])), record([], built(runpath=["/b", "/a"]))
    assert compare_wheels(left, right) == ["- uwsgi: RUNPATH /a:/b", "+ uwsgi: RUNPATH /b:/a"]
    assert compare_wheels(record([], built(needed=["x", "y"])), record([], built(needed=["y", "x"]))) == []


def test_names_of_two_pythons_are_the_same_files() -> None:
    def wheel(version: str) -> Built:
        name = f"_fast.cpython-{version}-x86_64-linux-gnu.so"
        facts = WheelFacts(
            "w.whl",
            "0",
            (f"cp{version}-cp{version}-linux_x86_64",),
            (name,),
            (BinaryFacts(name, (f"libpython3.{version[1:]}.so.1.0",)),),
        )
        return Built(facts, "w.whl")

    assert compare_wheels(record([], wheel("39")), record([], wheel("310"))) == []


def test_names_with_a_hash_of_the_library() -> None:
    left, right = (
        record([], built(files=["p.libs/libz-0123abcd.so.1"])),
        record([], built(files=["p.libs/libz-89ef4567.so.1"])),
    )
    assert compare_wheels(left, right) == []


def test_tags_files_and_needed() -> None:
    left = record([], built(files=["a.py", "b.py"], needed=["libc.so.6", "libz.so.1"]))
    other = built(files=["a.py", "c.py"])
    right = record([], replace(other, wheel=replace(other.wheel, tags=("py3-none-any",))))
    assert compare_wheels(left, right) == [
        "- tag cp39-cp39-linux_x86_64",
        "+ tag py3-none-any",
        "- file b.py",
        "+ file c.py",
        "- uwsgi: NEEDED libz.so.1",
    ]


def test_nothing_to_compare_unless_both_built() -> None:
    assert compare_wheels(record([], built()), record([], failed())) == []
    assert compare_wheels(record([], failed()), record([], built())) == []


def holding(contents: dict[str, str], *, binary: str = "") -> Built:
    facts = WheelFacts("w.whl", "0", (), tuple(contents), (BinaryFacts(binary),) if binary else (), contents)
    return Built(facts, "w.whl")


def test_members_with_another_meaning() -> None:
    left, right = record([], holding({"a.py": "1", "b.py": "2"})), record([], holding({"a.py": "1", "b.py": "3"}))
    assert compare_wheels(left, right) == ["! contents differ: b.py"]
    assert compare_wheels(left, left) == []


def test_a_script_on_one_side_and_a_binary_on_the_other() -> None:
    left, right = record([], holding({"bin/x": "1"})), record([], holding({"bin/x": "1"}, binary="bin/x"))
    assert compare_wheels(left, right) == ["! contents differ: bin/x"]
