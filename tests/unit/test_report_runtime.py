"""The rows about what an interpreter said when it was run."""

from __future__ import annotations

import pytest

from pydiff.model.snapshot import Fact, Facts, Snapshot
from pydiff.report.runtime import in_a_row, sections
from pydiff.report.sheet import Sheet, render_sheet

RUNTIME: Facts = {
    "sandbox": "bwrap",
    "version": "3.9.18 (main, May 9 2026) \n[GCC 12.2.0]",
    "implementation": "CPython 3.9.18",
    "prefix": "/opt/py",
    "exec_prefix": "/opt/py",
    "base_prefix": "/opt/py",
    "gil": True,
    "libpython": ["/opt/py/lib/libpython3.9.so.1.0"],
    "paths.include": "/opt/py/include/python3.9",
    "paths.platlib": "/usr/local/lib/python3.9/dist-packages",
    "ssl.version": "OpenSSL 3.0.19",
    "ssl.cafile": "/usr/lib/ssl/cert.pem",
    "ssl.capath": "/usr/lib/ssl/certs",
    "ssl.certificates": "folder",
    "sqlite.version": "3.40.1",
    "expat.version": "expat_2.5.0",
    "readline": "libedit",
    "tags.count": 768,
    "tags.builds": "cp39-cp39-linux_x86_64",
    "tags.platforms": ["linux_x86_64", "manylinux_2_36_x86_64", "manylinux_2_35_x86_64"],
    "module/math": "shared",
    "module/_struct": "builtin",
    "module/zlib": "ImportError: libz.so.1: no",
    "module/binascii": "ImportError: libz.so.1: no",
    "module/_gdbm": "ModuleNotFoundError: No module named '_gdbm'",
    "module/_sha2": "ModuleNotFoundError: No module named '_sha2'",
}


def rows(facts: Facts) -> tuple[str, dict[str, str]]:
    (section,) = sections(Snapshot("/opt/py", "3.9.18", {"runtime": facts}, {}))
    return section.title, {str(name): str(text) for name, text in section.rows}


def test_what_it_says() -> None:
    title, said = rows(RUNTIME)
    assert title == "what it says when it runs, in the sandbox (bwrap)"
    assert said == {
        "is": "CPython 3.9.18 [GCC 12.2.0]",
        "prefix": "/opt/py",
        "libpython": "lib/libpython3.9.so.1.0",
        "wheels": "cp39-cp39-linux_x86_64, accepts 768 tags up to manylinux_2_36_x86_64",
        "headers": "include/python3.9",
        "installs to": "/usr/local/lib/python3.9/dist-packages",
        "libraries": "OpenSSL 3.0.19, SQLite 3.40.1, expat 2.5.0, libedit",
        "certificates": "/usr/lib/ssl/certs",
        "modules": "2 extension modules imported, no _gdbm",
        "does not import": "zlib, binascii: ImportError: libz.so.1: no",
    }


def test_what_is_out_of_the_ordinary() -> None:
    odd: Facts = {"sandbox": "none", "gil": False, "libpython": [], "base_prefix": "/usr", "ssl.certificates": "none"}
    title, said = rows(
        {**RUNTIME, **odd, "tags.count": None, "platform": "linux-x86_64", "unanswered.tags.accepts": "SyntaxError: x"}
    )
    assert title == "what it says when it runs, without a sandbox"
    assert said["is"] == "CPython 3.9.18, without the GIL [GCC 12.2.0]"
    assert said["prefix"] == "/usr (base_prefix), /opt/py (prefix)"
    assert said["libpython"] == "part of the interpreter"
    assert said["wheels"] == "linux-x86_64; its tags could not be asked: SyntaxError: x"
    assert said["certificates"] == "none in /usr/lib/ssl/cert.pem nor /usr/lib/ssl/certs"


def test_not_asked_not_run_and_no_answer() -> None:
    (section,) = sections(Snapshot("/opt/py", "3.9.18", {}, {}))
    assert (section.title, section.rows) == ("when it runs", (("why", "not asked (--no-run)"),))
    assert rows({"skipped": "a Python for windows-x86"}) == ("not run", {"why": "a Python for windows-x86"})
    assert rows({"error": "exit status 3"}) == ("does not run", {"why": "exit status 3"})


def test_in_a_row_what_matters_most() -> None:
    def row(facts: Facts) -> object:
        return in_a_row(Snapshot("/opt/py", "3.9.18", {"runtime": facts}, {}))

    assert in_a_row(Snapshot("/opt/py", "3.9.18", {}, {})) == ("when it runs", "not asked (--no-run)")
    assert row({"error": "exit status 3"}) == ("does not run", "exit status 3")
    assert row({"skipped": "another platform's"}) == ("not run", "another platform's")
    assert row({**RUNTIME, "module/_ssl": "ImportError: no"}) == (
        "does not import",
        "zlib, binascii: ImportError: libz.so.1: no; _ssl: ImportError: no",
    )
    well = {name: fact for name, fact in RUNTIME.items() if not str(fact).startswith("ImportError")}
    dated = {**well, "ssl.version": "OpenSSL 3.0.19 27 Jan 2026"}
    assert row(dated) == ("when it runs", "OpenSSL 3.0.19; 2 extension modules imported, no _gdbm")


@pytest.mark.parametrize("odd", [None, 1, True, "text", ["list"], {"a": "b"}])
def test_answers_of_any_form_are_shown(odd: Fact) -> None:
    snapshot = Snapshot(
        "/opt/py", "3.9.18", {"runtime": {"sandbox": "bwrap", **dict.fromkeys(list(RUNTIME)[1:], odd)}}, {}
    )
    in_a_row(snapshot)
    assert render_sheet(Sheet(tuple(sections(snapshot)), {}), "terminal")
