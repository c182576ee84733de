"""The shim, and reading what shims and tracer wrote."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.build.recorder import StepReader, Window, collect_actions, collect_reads, is_tool, make_shims
from pydiff.build.recorder.collect import STDERR_KEPT, read_call, shorten
from pydiff.build.recorder.steps import summary
from pydiff.model.build import Action


class Kitchen:
    """Fake tools, shims in front of them, and a record folder."""

    def __init__(self, root: Path) -> None:
        self.tools, self.shims, self.record = root / "tools", root / "shi'ms", root / "record"
        self.tools.mkdir()
        self.record.mkdir()
        self.began = time.time()

    def tool(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, *argv: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        make_shims(self.shims, str(self.shims), [self.tools])
        path = f"{self.shims}:{self.tools}:/usr/bin:/bin"
        environment = {"PATH": path, "PYDIFF_RECORD": str(self.record)}
        program = next(str(Path(d, argv[0])) for d in path.split(":") if Path(d, argv[0]).exists())
        return subprocess.run(
            [program, *argv[1:]], env=environment, capture_output=True, text=True, check=False, cwd=cwd or self.tools
        )

    def actions(self) -> tuple[Action, ...]:
        window = Window("build_wheel", self.record, self.began, time.time())
        return collect_actions([window], self.began)


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_call_is_recorded_as_it_was_made(kitchen: Kitchen, tmp_path: Path) -> None:
    kitchen.tool("cc", 'printf "%s\\n" out; echo warning >&2; exit 7')
    arguments = ["-DX=a b", "", "$(touch evil)", "two\nlines", "*", "'\"", "é\udcff"]
    done = kitchen.run("cc", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (7, "out\n", "warning\n")
    (action,) = kitchen.actions()
    assert action.argv[:-1] == ("cc", *arguments[:-1])
    assert action.argv[-1] == "é\\xff"
    assert (action.tool, action.exit_code, action.stderr) == ("cc", 7, "warning\n")
    assert (action.cwd, action.real, action.parent) == (str(tmp_path), str(kitchen.tools / "cc"), None)
    assert 0 <= action.started < 30
    assert 0 <= action.seconds < 30


def test_input_reaches_the_tool(kitchen: Kitchen) -> None:
    kitchen.tool("cc", "cat")
    make_shims(kitchen.shims, str(kitchen.shims), [kitchen.tools])
    environment = {"PATH": f"{kitchen.shims}:{kitchen.tools}:/usr/bin:/bin", "PYDIFF_RECORD": str(kitchen.record)}
    done = subprocess.run(
        [kitchen.shims / "cc", "-"], env=environment, input=b"int x;", capture_output=True, check=True
    )
    assert done.stdout == b"int x;"


def test_nested_calls_know_their_parent(kitchen: Kitchen) -> None:
    kitchen.tool("gcc", "as in.s && ld a.o")
    kitchen.tool("as", "exit 0")
    kitchen.tool("ld", "echo cannot find >&2; exit 1")
    assert kitchen.run("gcc").returncode == 1
    gcc, assembler, linker = kitchen.actions()
    assert [action.tool for action in (gcc, assembler, linker)] == ["gcc", "as", "ld"]
    assert (gcc.parent, assembler.parent, linker.parent) == (None, gcc.index, gcc.index)
    assert "cannot find" in gcc.stderr
    assert linker.exit_code == 1


def test_parallel_calls_do_not_mix(kitchen: Kitchen) -> None:
    kitchen.tool("cc", 'echo "err $1" >&2; exit $1')
    make_shims(kitchen.shims, str(kitchen.shims), [kitchen.tools])
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda number: kitchen.run("cc", str(number)).returncode, range(40)))
    assert codes == list(range(40))
    actions = kitchen.actions()
    assert sorted(int(action.argv[1]) for action in actions) == list(range(40))
    assert all(
        (action.exit_code, action.stderr) == (int(action.argv[1]), f"err {action.argv[1]}\n") for action in actions
    )


def test_killed_call_has_no_exit_code(kitchen: Kitchen) -> None:
    kitchen.tool("cc", "kill -9 $PPID")
    kitchen.run("cc", "x.c")
    (action,) = kitchen.actions()
    assert action.exit_code is None
    assert action.seconds >= 0


def test_tool_that_cannot_be_noted_runs_all_the_same(kitchen: Kitchen) -> None:
    kitchen.tool("cc", "echo ran; exit 3")
    kitchen.record.rmdir()
    done = kitchen.run("cc")
    assert (done.returncode, done.stdout) == (3, "ran\n")


def test_only_existing_tools_get_a_shim(kitchen: Kitchen) -> None:
    kitchen.tool("cc", "")
    kitchen.tool("gcc-12", "")
    kitchen.tool("python3", "")
    (kitchen.tools / "ar").write_text("not executable")
    hidden = {f"{os.path.realpath(kitchen.tools)}/gcc-12"}
    assert make_shims(kitchen.shims, str(kitchen.shims), [kitchen.tools, kitchen.tools / "none"], hidden) == 1
    assert make_shims(kitchen.shims, str(kitchen.shims), [kitchen.tools]) == 2
    names = sorted(path.name for path in kitchen.shims.iterdir() if not path.name.startswith("."))
    assert names == ["cc", "gcc-12"]
    assert not any(path.is_symlink() for path in kitchen.shims.iterdir())


KNOWN = (
    "cc c++ gcc gcc-12 g++-12.2 x86_64-linux-gnu-gcc x86_64-linux-gnu-gcc-12 aarch64-unknown-linux-gnu-ld clang clang-14 "
    "clang++-14 cpp ld ld.bfd ld.gold ld.lld ld.lld-14 lld ar llvm-ar llvm-ar-14 x86_64-linux-gnu-gcc-ar-12 ranlib nm strip as "
    "objcopy pkg-config x86_64-pc-linux-gnu-pkg-config cmake ninja make meson rustc cargo swig cython python3-config "
    "python3.11-config pg_config xml2-config swig4.0"
)
OTHERS = "python python3 sh ls gccgo cat accept ccache.conf clangd car bash make-thing add a.out"


@pytest.mark.parametrize("name", KNOWN.split())
def test_tools_are_known_by_their_many_names(name: str) -> None:
    assert is_tool(name)


@pytest.mark.parametrize("name", OTHERS.split())
def test_other_programs_are_left_alone(name: str) -> None:
    assert not is_tool(name)


def test_stderr_is_bounded(kitchen: Kitchen) -> None:
    kitchen.tool("cc", "i=0; while [ $i -lt 4000 ]; do echo 'line of noise' >&2; i=$((i+1)); done; echo last >&2")
    assert kitchen.run("cc").stderr.count("\n") == 4001
    (action,) = kitchen.actions()
    assert len(action.stderr) == STDERR_KEPT
    assert action.stderr.endswith("last\n")


def test_forged_records_do_no_harm(kitchen: Kitchen, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\0/\0cc\0cc\0secret\0")
    (kitchen.record / "1-0.call").symlink_to(tmp_path / "secret")
    os.mkfifo(kitchen.record / "2-0.call")
    (kitchen.record / "3-0.call").mkdir()
    (kitchen.record / "4-0.call").write_bytes(b"")
    (kitchen.record / "5-0.call").write_bytes(b"a\0b\0")
    (kitchen.record / "6-0.call").write_bytes(b"no such parent\0/\0/bin/cc\0cc\0-c\0")
    (kitchen.record / "6-0.exit").write_text("not a number")
    os.mkfifo(kitchen.record / "6-0.err")
    (kitchen.record / "attempts-1.jsonl").write_text(
        '{"argv": [], "cwd": "/", "time": 1}\n[[[\n{"argv": ["rm"], "cwd": "/", "time": 1}\n'
    )
    (kitchen.record / "reads-1.jsonl").write_text('{"name": 3}\nnull\n' + "[" * 100_000)
    (action,) = kitchen.actions()
    assert (action.argv, action.exit_code, action.parent) == (("cc", "-c"), None, None)
    assert collect_reads([Window("x", kitchen.record, 0, 1)], {}) == ()


@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_call_or_none(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.call"
    path.write_bytes(data)
    call = read_call(path)
    assert call is None or (call.argv and all("\0" not in word for word in call.argv))


words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(arguments=st.lists(words, max_size=6))
def test_written_arguments_come_back(arguments: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "back.call"
    path.write_bytes("".join(f"{word}\0" for word in ("", "/cwd", "/usr/bin/cc", "/s/cc", *arguments)).encode())
    call = read_call(path)
    assert call is not None
    assert call.argv == ("cc", *arguments)


def test_reads_keep_the_first_of_each_reader_in_time_order(tmp_path: Path) -> None:
    line = '{{"name": "{}", "value": "{}", "file": "{}", "line": 3, "inner": 0, "time": {}}}\n'.format
    (tmp_path / "reads-9.jsonl").write_text(
        line("CC", "gcc", "/b/src/setup.py", 2) + line("CC", "late", "/b/src/setup.py", 5)
    )
    (tmp_path / "reads-10.jsonl").write_text(line("LIBDIR", "/lib", "/b/venv/site/setuptools/x.py", 1))
    (tmp_path / "reads-11.jsonl").write_text(line("AR", "ar", "/b/src/run.py", 4).replace('"inner": 0', '"inner": 91'))
    reads = collect_reads([Window("w", tmp_path, 0, 9)], {"src": "/b/src", "site": "/b/venv/site"})
    assert [(read.name, read.value, read.reader) for read in reads] == [
        ("LIBDIR", "/lib", "setuptools/x.py:3"),
        ("CC", "gcc", "setup.py:3"),
        ("AR", "ar", "run.py:3 (line 91 of the code it runs)"),
    ]


def test_readers_paths_are_shortened() -> None:
    places = {"src": "/b/src", "site": "/b/venv/site", "stdlib": "/py/lib/python3.11"}
    assert shorten("/b/src/plugins/python/uwsgiplugin.py", places) == "plugins/python/uwsgiplugin.py"
    assert shorten("/py/lib/python3.11/distutils/x.py", places) == "distutils/x.py"
    assert shorten("/elsewhere/thing.py", places) == "thing.py"
    assert shorten("setup.py", places) == "setup.py"


def test_steps_are_told_once_and_without_nested_calls(kitchen: Kitchen) -> None:
    kitchen.tool("gcc", "as x.s")
    kitchen.tool("as", "")
    steps = StepReader("left")
    kitchen.run("gcc", "-c", "core/utils.c", "-o", "core/utils.o")
    assert [(step.side, step.number, step.summary) for step in steps.new_steps(kitchen.record)] == [
        ("left", 1, "gcc core/utils.o")
    ]
    assert steps.new_steps(kitchen.record) == []


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("cc", "-c", "core/utils.c"), "cc core/utils.c"),
        (("ar", "rc", "libpart.a", "part.o"), "ar libpart.a"),
        (("gcc", "--version"), "gcc --version"),
        (("make",), "make"),
        (("pkg-config", "--libs", "zlib"), "pkg-config zlib"),
        (("cc", "-o", "build/" + "x" * 60 + "/tiny.so"), "cc tiny.so"),
    ],
)
def test_summary_names_what_is_made(argv: tuple[str, ...], expected: str) -> None:
    assert summary(argv) == expected
