"""What `pydiff inspect` says of one tree: facts on one screen, then the findings, worst first, everything on demand."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from pydiff.model.packed_names import pack
from pydiff.model.resolution import InPlace, Installation, ManagerChoice, Repack
from pydiff.model.selection import NOTHING_SELECTED, Selection
from pydiff.model.snapshot import Contradiction, Fact, Facts, Snapshot
from pydiff.model.spec import HostRequest, InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.report.inspection import render_inspection
from pydiff.report.screen import LINES

SYSCONFIG: Facts = {
    "CC": "clang  -pthread",
    "CFLAGS": "-O3 -march=x86-64-v2 -g -Wall",
    "LDFLAGS": "-L/x -Wl,-z,now",
    "HOST_GNU_TYPE": "x86_64-unknown-linux-gnu",
    "AR": "",
}
FAMILIES: dict[str, Facts] = {
    "sysconfig": SYSCONFIG,
    "files": {path: {"kind": "file"} for path in ("lib/libpython3.9.so.1.0", "lib/libpython3.9.a", "bin/python3.9")},
    "binaries": {
        "bin/python3.9": {
            "format": "elf",
            "kind": "dyn",
            "needed": ["$ORIGIN/../lib/libpython3.9.so.1.0"],
            "glibc": "2.9",
        },
        "lib/libpython3.9.so.1.0": {"format": "elf", "kind": "dyn", "glibc": "2.17"},
    },
    "bundled": {"pip": "24.0", "setuptools": "absent"},
}
NAMES = {"LIBDIR": "/install/lib", **{f"V{number}": f"/install/{number}" for number in range(12)}}
WORST = Contradiction(
    "sysconfig", "LIBDIR", "/install/lib", "no such folder", "links fail", ("LDFLAGS=-L/p/lib", "uv"), "breaks", NAMES
)
LEAST = Contradiction("sysconfig", "abs_srcdir", "/build/x", "no such folder", "nobody asks", (), "cosmetic")


def rendered(
    *found: Contradiction,
    format_name: str = "terminal",
    selection: Selection = NOTHING_SELECTED,
    errors: dict[str, str] | None = None,
    width: int | None = None,
    families: dict[str, Facts] | None = None,
    prefix: str = "/opt/py",
) -> str:
    interpreter = "/opt/py/bin/python3.9"
    spec = Spec(f"path:{interpreter}", "path", "", InterpreterRequest(interpreter), this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), interpreter, "3.9.18")
    installation = Installation("/opt/py", interpreter, "3.9.18", "", resolution)
    snapshot = Snapshot(prefix, "3.9.18", families or FAMILIES, errors or {})
    return render_inspection(installation, snapshot, found, format_name, width, selection=selection)


def test_one_screen_the_findings_first() -> None:
    assert rendered(WORST, LEAST).splitlines() == [
        "path:/opt/py/bin/python3.9: 2 contradictions: 1 can break a build, 1 cosmetic",
        "breaks  LIBDIR, V0, V1, V2, V3 +8  /install/lib: no such folder",
        "                                   remedy: LDFLAGS=-L/p/lib",
        "        1 more                     with --all",
        "",
        "what builds ask of it",
        "python        3.9.18 in /opt/py",
        "libpython     the interpreter asks for one; libpython3.9.so.1.0, libpython3.9.a",
        "CC            clang -pthread",
        "flags         optimisation -O3; abi -march=x86-64-v2; hardening -Wl,-z,now; library-path -L/x; debug -g",
        "glibc floor   2.17",
        "packaging     pip 24.0",
        "when it runs  not asked (--no-run)",
        "",
        "all of it: pydiff inspect path:/opt/py/bin/python3.9 --all",
        "a part: --family sysconfig, --subject 'CC*', --severity breaks",
    ]


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 90])
def test_never_more_than_one_screen(count: int, width: int) -> None:
    found = [
        replace(WORST, says="/install/" * 30, remedies=(f"take another one {number} " * 30,)) for number in range(count)
    ]
    running: Facts = {"sandbox": "bwrap", "module/_ssl": "ImportError: " + "x " * 300, "module/_csv": "shared"}
    many = {**FAMILIES, "runtime": running}
    text = rendered(*found, LEAST, width=width, errors={"binaries": "lib/x.so: no ELF " * 20}, families=many)
    lines = text.rstrip("\n").split("\n")
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= width
    assert adds_up(text, count + 1)


def adds_up(text: str, count: int) -> bool:
    """Whether the findings that are shown and those that are not are as many as the headline says."""
    shown = sum(line.startswith(("breaks ", "changes ", "cosmetic ")) for line in text.splitlines())
    more = re.search(r"^ +(\d+) more +with --all$", text, re.MULTILINE)
    return shown + (int(more[1]) if more else 0) == count


@pytest.mark.parametrize("cosmetic", [0, 1, 5])
@pytest.mark.parametrize("worse", [0, 1, 3, 4, 7])
def test_the_first_screen_adds_up(worse: int, cosmetic: int) -> None:
    found = [WORST] * worse + [LEAST] * cosmetic
    for width in (40, 80, 200):
        assert adds_up(rendered(*found, width=width), worse + cosmetic)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_what_is_to_be_copied_is_whole(width: int) -> None:
    prefix = "/tmp/a-folder/that/has/a-long-name/cpython-3.9.20-linux-x86_64-gnu/install"
    elsewhere = "/tmp/another-folder/that/is-not-in-the-prefix/and-has/a-long-name/too/lib"
    one = replace(WORST, remedies=(f"LDFLAGS=-L{prefix}/lib",), says=f"{prefix}-not/lib")
    two = replace(WORST, remedies=(f"LDFLAGS=-L{elsewhere}",))
    text = rendered(one, two, width=width, prefix=prefix)
    assert max(map(len, text.splitlines())) <= width
    assert "LDFLAGS=-L{prefix}/lib" in text
    joined = "".join(line.strip() for line in text.splitlines())
    assert f"LDFLAGS=-L{elsewhere}" in joined
    assert f"{{prefix}}{prefix}" in re.sub(r"(?<=\{prefix\}) +", "", joined)
    assert "{prefix}-not" not in text
    assert "{prefix}" not in rendered(one, two, width=300, prefix=prefix)


def test_what_it_says_when_it_runs_is_one_row() -> None:
    facts: Facts = {"sandbox": "bwrap", "module/_csv": "shared"}
    (line,) = [
        line for line in rendered(families={**FAMILIES, "runtime": facts}).splitlines() if "when it runs" in line
    ]
    assert "1 extension" in line


def test_no_contradiction() -> None:
    assert rendered().startswith("path:/opt/py/bin/python3.9: no contradiction found\n")


def test_a_cut_text_is_redacted_before_it_is_cut() -> None:
    secret = replace(WORST, says="https://user:hunter2hunter2@host.example/" + "x" * 200)
    for width in range(60, 160, 7):
        assert "hunter2" not in rendered(secret, width=width)


def test_in_markdown_the_worst_in_full_and_the_cosmetic_in_a_line() -> None:
    text = rendered(WORST, LEAST, format_name="markdown")
    assert text.startswith("### path:/opt/py/bin/python3.9: 2 contradictions: 1 can break a build, 1 cosmetic")
    assert "1 of 2, breaks a build that asks for it - sysconfig: LIBDIR and 12 more" in text
    assert "V0, V1, V2, V3, V4, V5, V6, V7 and 4 more" in text
    assert text.index("LDFLAGS=-L/p/lib") < text.index("| uv |")
    assert "nobody asks" not in text


def test_everything_on_demand() -> None:
    text = rendered(WORST, LEAST, selection=Selection(everything=True))
    assert text.index("nobody asks") < text.index("what builds ask of it")
    assert "x86_64-unknown-linux-gnu" in text
    assert "V11: /install/11" in text
    assert "files: 3 facts" in text
    assert "needed: $ORIGIN/../lib/libpython3.9.so.1.0" in text


@pytest.mark.parametrize(
    ("selection", "first", "there", "gone"),
    [
        (Selection(families=("bundled",)), "0 of 2 contradictions, 2 of 12 facts: family bundled", "pip         24.0", "LIBDIR"),
        (Selection(subjects=("LIB*",)), "1 of 2 contradictions, 0 of 12 facts: subject LIB*", "V11: /install/11", "pip"),
        (Selection(subjects=("CC",)), "0 of 2 contradictions, 1 of 12 facts: subject CC", "clang  -pthread", "CFLAGS"),
        (Selection(severity="breaks"), "1 of 2 contradictions: severity breaks", "links fail", "abs_srcdir"),
        (Selection(severity="cosmetic"), "2 of 2 contradictions: any severity", "nobody asks", "pip"),
        (Selection(families=("tags",)), "none of 2 contradictions and 12 facts matches: family tags", "", "LIBDIR"),
    ],
)  # fmt: skip
def test_a_part_on_demand(selection: Selection, first: str, there: str, gone: str) -> None:
    text = rendered(WORST, LEAST, selection=selection)
    assert text.splitlines()[0] == f"path:/opt/py/bin/python3.9: {first}"
    assert there in text
    assert gone not in text


def test_markdown_and_what_could_not_be_read() -> None:
    text = rendered(WORST, format_name="markdown", errors={"binaries": "lib/x.so: no ELF"})
    assert text.startswith("### path:/opt/py/bin/python3.9")
    assert "| known remedy | `LDFLAGS=-L/p/lib` |" in text or "LDFLAGS=-L/p/lib" in text
    assert "### could not be read" in text


def test_json_holds_everything() -> None:
    data = json.loads(rendered(WORST, LEAST, format_name="json"))
    assert data["python"] == {"version": "3.9.18", "prefix": "/opt/py"}
    assert [one["severity"] for one in data["contradictions"]] == ["breaks", "cosmetic"]
    assert data["contradictions"][0]["said"]["V11"] == "/install/11"
    assert data["contradictions"][0]["remedies"] == ["LDFLAGS=-L/p/lib", "uv"]
    assert data["facts"]["sysconfig"]["CC"] == "clang  -pthread"
    assert data["summary"]["glibc floor"] == "2.17"


def test_what_was_seen_in_memory_goes_before_what_the_program_file_asks_for() -> None:
    def libpython(seen: list[str], *found: Contradiction) -> str:
        text = rendered(*found, families={**FAMILIES, "runtime": {"sandbox": "bwrap", "libpython": seen}})
        return (
            next(line for line in text.splitlines() if line.startswith("libpython"))
            .partition("the interpreter ")[2]
            .partition(";")[0]
        )

    other = Contradiction("runtime", "libpython", "/else/libpython3.9.so.1.0", "the tree has its own", "so")
    assert libpython(["/opt/py/lib/libpython3.9.so.1.0"]) == "loads it"
    assert libpython(["/else/libpython3.9.so.1.0"], other) == "loads /else/libpython3.9.so.1.0"
    assert libpython([]) == "holds its own"


@pytest.mark.parametrize("format_name", ["terminal", "markdown", "json"])
@pytest.mark.parametrize("selection", [NOTHING_SELECTED, Selection(everything=True), Selection(subjects=("CC",))])
def test_a_repacked_interpreter_is_said_to_be_one(format_name: str, selection: Selection) -> None:
    spec = Spec("uv@0.5.5:host", "uv", "0.5.5", HostRequest(), this_machine())
    resolution = Repack(spec, ManagerChoice("uv", "0.5.5", "given"), "/usr/bin/python3.9", "3.9.18", (), "x")
    installation = Installation("/opt/py", "/opt/py/bin/python3.9", "3.9.18", "", resolution)
    text = render_inspection(
        installation, Snapshot("/opt/py", "3.9.18", FAMILIES, {}), (), format_name, selection=selection
    )
    assert "not a release" in text
    assert "repacked" in text
    assert "local interpreter" in text


def test_compressed_names_are_not_shown() -> None:
    fact: Fact = {"exports": 2, "exports_sha256": "12ab", "exports_names": pack(["PyLong_Type", "PyList_Type"])}
    text = rendered(selection=Selection(everything=True), families={**FAMILIES, "binaries": {"lib/x.so": fact}})
    assert "lib/x.so  exports: 2, exports_sha256: 12ab\n" in text + "\n"


def test_an_equals_sign_only_before_a_whole_value() -> None:
    facts: Facts = {"CONFIG_ARGS": "'--with-x=/tools/deps' '--y'", "SIZEOF_LONG": 8}
    said = {"LIBDIR": "/install/lib", "CONFIG_ARGS": "/tools/deps", "SIZEOF_LONG": "SIZEOF_LONG=8", "gone": "x"}
    one = replace(WORST, said=said)
    sysconfig: Facts = {"LIBDIR": "/install/lib", **facts}
    text = rendered(one, selection=Selection(everything=True), families={**FAMILIES, "sysconfig": sysconfig})
    lines = [line.strip().removeprefix("all of them").strip() for line in text.splitlines()]
    for line in ("LIBDIR = /install/lib", "CONFIG_ARGS names /tools/deps", "SIZEOF_LONG=8", "gone: x"):
        assert line in lines
