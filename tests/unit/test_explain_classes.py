"""Each class by its real wording, and by what looks like it and is something else."""

from __future__ import annotations

import pytest

from builds_support import (
    NO_COMPILER_LOG,
    action,
    built,
    failed,
    record,
    timed_out,
    uwsgi_left,
    uwsgi_right_link_failure,
    uwsgi_right_no_clang,
)
from pydiff.explain import CLASSES, classify
from pydiff.explain.classes.link_libpython import LinkLibpythonNotFound
from pydiff.explain.failure import failure_of
from pydiff.model.build import Action, BuildRecord, NotRun

HEADER = (
    "a.c:1:10: fatal error: Python.h: No such file or directory\n    1 | #include <Python.h>\ncompilation terminated.\n"
)
TRACEBACK = 'Traceback (most recent call last):\n  File "/build/src/setup.py", line 3, in <module>\n    x\n'


def of_log(*lines: str) -> tuple[str, str]:
    return classify(record([], failed(), log="\n".join(lines) + "\n"))


def of_command(
    stderr: str,
    *,
    exit_code: int | None = 1,
    argv: tuple[str, ...] = ("cc", "-c", "a.c", "-o", "a.o"),
    log: str = "",
    before: tuple[Action, ...] = (),
    after: tuple[Action, ...] = (),
) -> tuple[str, str]:
    command = action(argv, exit_code=exit_code, stderr=stderr)
    return classify(record([*before, command, *after], failed(), log=log))


def test_names_are_unique_and_unknown_is_last() -> None:
    names = [one.name for one in CLASSES]
    assert len(names) == len(set(names))
    assert names[-1] == "unknown"


def test_builds_that_did_not_fail_have_no_class() -> None:
    assert classify(uwsgi_left()) == ("", "")
    assert classify(record([], built())) == ("", "")
    assert classify(BuildRecord(NotRun("interrupted"))) == ("", "")


def test_uwsgi_without_clang_is_seen_through_its_own_words() -> None:
    name, line = classify(uwsgi_right_no_clang())
    assert name == "compiler-not-found"
    assert line.startswith("clang -pthread -dumpfullversion -dumpversion")


def test_uwsgis_words_alone_prove_nothing() -> None:
    assert of_log(*NO_COMPILER_LOG.splitlines()) == ("unknown", "Exception: you need a C compiler to build uWSGI")


def test_uwsgi_with_clang() -> None:
    name, line = classify(uwsgi_right_link_failure())
    assert name == "link-libpython-not-found"
    assert line == "/usr/bin/ld: cannot find -lpython3.9: No such file or directory"


@pytest.mark.parametrize(
    ("name", "stderr"),
    [
        ("missing-header", HEADER),
        ("missing-header", "a.c:1:10: fatal error: 'graphviz/cgraph.h' file not found\n"),
        ("unknown-compiler-flag", "gcc: error: unrecognized command-line option \u2018-fdebug-default-version=4\u2019\n"),
        ("unknown-compiler-flag", "clang: error: unknown argument: '-fprofile-update=atomic'\n"),
        ("unknown-compiler-flag", "cc1: error: bad value (\u2018x86-64-v9\u2019) for \u2018-march=\u2019 switch\n"),
        ("link-libpython-not-found", "/usr/bin/ld: cannot find -lpython3.13t: No such file or directory\n"),
        ("link-libpython-not-found", "ld: warning: search path '/install/lib' not found\nld: library 'python3.12' not found\n"),
        ("link-libpython-not-found", "ld.lld: error: unable to find library -lpython3.10\n"),
        ("link-libpython-not-found", "cc: error: /install/lib/python3.9/config-3.9/libpython3.9.a: No such file or directory\n"),
        ("missing-system-lib", "/usr/bin/ld: cannot find -lpcre: No such file or directory\n"),
        ("missing-system-lib", "ld: library not found for -lssl\n"),
        ("python-version-incompatible-source", "a.c:9:10: fatal error: longintrepr.h: No such file or directory\n"),
        ("python-version-incompatible-source", "a.c:9:10: error: \u2018PyThreadState\u2019 {aka \u2018struct _ts\u2019} has no member named \u2018curexc_type\u2019\n"),
        ("runtime-libpython-not-found", "cc1: error while loading shared libraries: libpython3.9.so.1.0: cannot open shared object file: No such file\n"),
        ("unknown", "a.c:1:1: error: expected ';'\n"),
        ("unknown", "a.c:1:1: error: x\ncc1: note: unrecognized command-line option \u2018-Wno-foo\u2019 may have been intended to silence earlier diagnostics\n"),
        ("unknown", ""),
    ],
)  # fmt: skip
def test_what_a_command_said(name: str, stderr: str) -> None:
    assert of_command(stderr)[0] == name


@pytest.mark.parametrize("tool", ["clang", "/usr/bin/x86_64-linux-gnu-g++", "musl-clang", "gcc-12", "c++"])
def test_compilers_that_do_not_exist(tool: str) -> None:
    assert of_command("", exit_code=127, argv=(tool, "-c", "a.c"))[0] == "compiler-not-found"


@pytest.mark.parametrize("tool", ["llvm-ar", "/tools/llvm/bin/llvm-ar", "ar", "gcc-ar-12"])
def test_archivers_that_do_not_exist(tool: str) -> None:
    assert of_command("", exit_code=127, argv=(tool, "rcs", "libx.a"))[0] == "archiver-not-found"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("compiler-not-found", ["error: command 'clang' failed: No such file or directory"]),
        ("compiler-not-found", ["unable to execute 'musl-clang': No such file or directory", "error: command 'musl-clang' failed with exit status 1"]),
        ("compiler-not-found", ["/bin/sh: 1: clang: not found"]),
        ("compiler-not-found", ["../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc'], ['clang']]"]),
        ("compiler-not-found", ["FileNotFoundError: [Errno 2] No such file or directory: '/usr/bin/aarch64-linux-gnu-gcc'"]),
        ("archiver-not-found", ["error: command '/tools/llvm/bin/llvm-ar' failed: No such file or directory"]),
        ("archiver-not-found", ["make: /tools/clang-linux64/bin/llvm-ar: No such file or directory"]),
        ("unknown", ["error: command 'cmake' failed: No such file or directory"]),
        ("unknown", ["FileNotFoundError: [Errno 2] No such file or directory: 'README.cc'"]),
        ("missing-system-lib", ["Package 'libffi', required by 'virtual:world', not found", "No package 'libffi' found"]),
        ("missing-system-lib", ["Error: pg_config executable not found."]),
        ("missing-system-lib", ["OSError: mysql_config not found"]),
        ("distutils-removed", [TRACEBACK, "ModuleNotFoundError: No module named 'distutils'"]),
        ("distutils-removed", [TRACEBACK, "ModuleNotFoundError: No module named 'distutils.msvccompiler'"]),
        ("undeclared-build-dep", [TRACEBACK, "ModuleNotFoundError: No module named 'numpy'"]),
        ("unknown", [TRACEBACK, "ModuleNotFoundError: No module named 'pkg_resources'"]),
        ("unknown", [TRACEBACK, "ModuleNotFoundError: No module named '_ctypes'"]),
        ("python-version-incompatible-source", [TRACEBACK, "ModuleNotFoundError: No module named 'imp'"]),
        ("python-version-incompatible-source", [TRACEBACK, "ModuleNotFoundError: No module named 'ConfigParser'"]),
        ("python-version-incompatible-source", [TRACEBACK, "NameError: name 'file' is not defined"]),
        ("python-version-incompatible-source", [TRACEBACK, "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?"]),
        ("python-version-incompatible-source", [TRACEBACK, "AttributeError: module 'configparser' has no attribute 'SafeConfigParser'"]),
        ("python-version-incompatible-source", ["error in setup command: use_2to3 is invalid."]),
        ("unknown", [TRACEBACK, "NameError: name 'version' is not defined"]),
        ("network-in-build", [TRACEBACK, "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>"]),
        ("network-in-build", ["Cloning into 'x'...", "fatal: unable to access 'https://example.org/x/': Could not resolve host: example.org"]),
        ("runtime-libpython-not-found", ["tool: error while loading shared libraries: libpython3.9.so.1.0: cannot open shared object file: No such file or directory"]),
        ("runtime-libpython-not-found", [TRACEBACK, "ImportError: libpython3.13.so.1.0: cannot open shared object file: No such file or directory"]),
        ("missing-header", [HEADER, "error: command '/usr/bin/gcc-12' failed with exit code 1"]),
        ("unknown", [TRACEBACK, "KeyError: 'PATH'"]),
        ("unknown", ["something went wrong"]),
        ("unknown", []),
    ],
)  # fmt: skip
def test_what_a_log_said(name: str, lines: list[str]) -> None:
    assert of_log(*lines)[0] == name


def test_unknown_gives_the_best_line_there_is() -> None:
    assert of_log("a", "KeyError: 'PATH'")[1] == "KeyError: 'PATH'"
    assert of_log()[1] == "build_wheel exited with status 1"
    assert of_command("a.c:1:1: error: expected ';'\n")[1] == "a.c:1:1: error: expected ';'"


def test_a_header_that_was_only_tried_is_not_the_class() -> None:
    log = HEADER + TRACEBACK + "ModuleNotFoundError: No module named 'numpy'\n"
    assert of_log(*log.splitlines())[0] == "undeclared-build-dep"
    probe = action(["cc", "-c", "conftest.c", "-o", "conftest.o"], exit_code=1, stderr=HEADER)
    assert classify(record([probe], failed(), log=log))[0] == "undeclared-build-dep"


def test_an_optional_extension_that_failed_before_something_else_did() -> None:
    good = action(["cc", "-c", "b.c", "-o", "b.o"])
    assert of_command(HEADER, after=(good,), log=TRACEBACK + "RuntimeError: no version\n")[0] == "unknown"
    assert of_command(HEADER, after=(good,))[0] == "missing-header"


def test_a_probe_that_failed_before_the_real_failure() -> None:
    probe = action(
        ["cc", "-o", "conftest", "conftest.c", "-lfoo"], exit_code=1, stderr="ld: cannot find -lfoo: No such file\n"
    )
    assert of_command(HEADER, before=(probe, action(["cc", "-c", "b.c", "-o", "b.o"])))[0] == "missing-header"


def test_a_configure_that_stops_at_its_probe() -> None:
    probe = action(
        ["cc", "-o", "conftest", "conftest.c", "-lfoo"], exit_code=1, stderr="ld: cannot find -lfoo: No such file\n"
    )
    assert classify(record([probe], failed(), log="configure: error: foo is required\n"))[0] == "missing-system-lib"


def test_a_compiler_that_was_tried_and_replaced() -> None:
    tried = action(["clang", "--version"], exit_code=127)
    assert of_command(HEADER, before=(tried, action(["cc", "-c", "b.c", "-o", "b.o"])))[0] == "missing-header"


def test_timeouts() -> None:
    name, line = classify(timed_out([action(["cc", "-c", "a.c", "-o", "a.o"], exit_code=None)]))
    assert name == "timeout"
    assert line == "stopped after 60 s while compiling `a.o`"
    assert classify(timed_out([]))[1] == "stopped after 60 s"


def test_a_timeout_error_in_a_log_is_no_timeout() -> None:
    assert of_log(TRACEBACK, "TimeoutError: timed out")[0] == "unknown"


def test_requirements_that_cannot_be_installed() -> None:
    assert classify(record([], failed("pip exited with status 1", "install-requirements"))) == (
        "unknown",
        "pip exited with status 1",
    )


@pytest.mark.parametrize(
    ("argv", "title"),
    [
        (("cc", "-o", "x", "-L/install/lib", "-lpython3.9"), "the linker does not find libpython3.9; it looks in `/install/lib`"),
        # A linker that a compiler called: which of its folders the build passed cannot be told.
        (("ld", "-o", "x", "-L/install/lib", "-L/usr/lib/gcc/x86_64-linux-gnu/13", "-lpython3.9"), "the linker does not find libpython3.9"),
        (("/usr/bin/ld.lld", "-o", "x", "-L/usr/lib", "-lpython3.9"), "the linker does not find libpython3.9"),
    ],
)  # fmt: skip
def test_only_folders_that_the_build_passed_are_named(argv: tuple[str, ...], title: str) -> None:
    command = action(argv, exit_code=1, stderr="/usr/bin/ld: cannot find -lpython3.9: No such file or directory\n")
    failure = failure_of(record([command], failed()))
    assert failure is not None
    match = LinkLibpythonNotFound().match(failure)
    assert match is not None
    assert match.title == title
