"""What `pydiff inspect` says of one tree: facts on one screen, then the findings, worst first, everything on demand."""

from __future__ import annotations

import json

from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.snapshot import Contradiction, Facts, Snapshot
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.report.inspection import render_inspection

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
    *found: Contradiction, format_name: str = "terminal", everything: bool = False, errors: dict[str, str] | None = None
) -> str:
    interpreter = "/opt/py/bin/python3.9"
    spec = Spec(f"path:{interpreter}", "path", "", InterpreterRequest(interpreter), this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), interpreter, "3.9.18")
    installation = Installation("/opt/py", interpreter, "3.9.18", "", resolution)
    snapshot = Snapshot("/opt/py", "3.9.18", FAMILIES, errors or {})
    return render_inspection(installation, snapshot, found, format_name, None, everything=everything)


def test_the_facts_come_first_and_fit_one_screen() -> None:
    first = rendered().split("\n\n")[0].splitlines()
    assert len(first) <= 20
    assert first[0] == "path:/opt/py/bin/python3.9"
    rows = dict(line.split("  ", 1) for line in first[1:])
    assert {name: text.strip() for name, text in rows.items()} == {
        "python": "3.9.18 in /opt/py",
        "triple": "x86_64-unknown-linux-gnu",
        "libpython": "libpython3.9.so.1.0, libpython3.9.a; the interpreter loads it",
        "CC": "clang -pthread",
        "flags": "optimisation -O3; abi -march=x86-64-v2; hardening -Wl,-z,now; library-path -L/x; debug -g",
        "glibc floor": "2.17",
        "packaging": "pip 24.0",
    }


def test_no_contradiction() -> None:
    assert rendered().endswith("no contradiction found\n")


def test_the_worst_in_full_and_the_cosmetic_in_a_line() -> None:
    text = rendered(WORST, LEAST)
    assert "2 contradictions: 1 can break a build, 1 cosmetic" in text
    assert "1 of 2, breaks a build that asks for it - sysconfig: LIBDIR and 12 more" in text
    assert "V0, V1, V2, V3, V4, V5, V6, V7 and 4 more" in text
    assert text.index("known remedy  LDFLAGS=-L/p/lib") < text.index("              uv")
    assert "abs_srcdir  /build/x: no such folder" in text
    assert "nobody asks" not in text


def test_everything_on_demand() -> None:
    text = rendered(WORST, LEAST, everything=True)
    assert "nobody asks" in text
    assert "V11 = /install/11" in text
    assert "files: 3 facts" in text
    assert "needed: $ORIGIN/../lib/libpython3.9.so.1.0" in text


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
