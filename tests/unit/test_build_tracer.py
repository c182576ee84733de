"""The tracer, in the Python that runs the tests (other versions: integration)."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pydiff.build.recorder import Window, collect_bypasses, install_tracer


def trace(code: str, root: Path, **env: str) -> tuple[list[dict[str, object]], list[dict[str, object]], str]:
    """Run `code` as setup.py with the tracer; its reads, its attempts and its output."""
    site, record = root / "site", root / "record"
    for folder in (site, record):
        folder.mkdir(exist_ok=True)
    install_tracer(site, str(root / "shims"))
    script = root / "setup.py"
    script.write_text(textwrap.dedent(code))
    start = f"import site, sys; site.addsitedir({str(site)!r}); import runpy; runpy.run_path({str(script)!r})"
    environment = {"PATH": "/usr/bin:/bin", "PYDIFF_RECORD": str(record), **env}
    done = subprocess.run(
        [sys.executable, "-I", "-c", start, str(root)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

    def lines(kind: str) -> list[dict[str, object]]:
        texts = [line for path in record.glob(f"{kind}-*.jsonl") for line in path.read_text().splitlines()]
        return sorted(map(json.loads, texts), key=lambda one: float(one["time"]))

    return lines("reads"), lines("attempts"), done.stdout


def test_reads_by_name_are_noted_with_their_reader(tmp_path: Path) -> None:
    reads, attempts, output = trace(
        """\
        import sysconfig
        a = sysconfig.get_config_var("LIBDIR")
        b, c = sysconfig.get_config_vars("CC", "NO_SUCH_VARIABLE")
        d = sysconfig.get_config_vars()["VERSION"]
        e = sysconfig.get_config_vars().get("AR")
        again = sysconfig.get_config_var("LIBDIR")
        print(a == again, c, d, e)
        """,
        tmp_path,
    )
    assert [(read["name"], read["line"]) for read in reads] == [
        ("LIBDIR", 2),
        ("CC", 3),
        ("NO_SUCH_VARIABLE", 3),
        ("VERSION", 4),
        ("AR", 5),
        ("LIBDIR", 6),
    ]
    assert all(str(read["file"]).endswith("setup.py") for read in reads)
    assert reads[2]["value"] == "None"
    assert not attempts
    assert output.startswith("True None 3.")


def test_bulk_copies_are_not_reads(tmp_path: Path) -> None:
    reads, _, output = trace(
        """\
        import collections, copy, json, pickle, sysconfig
        variables = sysconfig.get_config_vars()
        dict(variables); variables.copy(); {**variables}; list(variables.items()); copy.copy(variables)
        dict(collections.ChainMap(variables)); json.dumps(variables, default=str); pickle.dumps(variables)
        sysconfig.get_paths(); sysconfig.get_platform()
        print(isinstance(variables, dict))
        """,
        tmp_path,
    )
    assert reads == []
    assert output == "True\n"


def test_a_view_over_the_variables_is_no_reader(tmp_path: Path) -> None:
    """Older setuptools (62 to 74 for certain) look at them through a mapping of their own, and copy that to install what they built."""
    view = tmp_path / "setuptools" / "_distutils" / "_collections.py"
    view.parent.mkdir(parents=True)
    view.write_text(
        textwrap.dedent(
            """\
            class Stack:
                def __init__(self, scope):
                    self.scope = scope
                def keys(self):
                    return self.scope.keys()
                def __getitem__(self, name):
                    return self.scope[name]
            """
        )
    )
    reads, _, output = trace(
        """\
        import runpy, sys, sysconfig
        Stack = runpy.run_path(sys.argv[1] + "/setuptools/_distutils/_collections.py")["Stack"]
        print(len(dict(Stack(sysconfig.get_config_vars()))) > 100)
        """,
        tmp_path,
    )
    assert (reads, output) == ([], "True\n")


def test_changes_to_the_variables_are_seen_by_all(tmp_path: Path) -> None:
    """Old builds change the dictionary to change the compiler."""
    _, _, output = trace(
        """\
        import sysconfig
        sysconfig.get_config_vars()["CC"] = "mine"
        print(sysconfig.get_config_var("CC"), sysconfig.get_config_vars("CC"), sysconfig.get_config_vars()["CC"])
        """,
        tmp_path,
    )
    assert output == "mine ['mine'] mine\n"


def test_calls_of_absent_tools_are_noted(tmp_path: Path) -> None:
    _, attempts, _ = trace(
        """\
        import os, subprocess, sys
        def quietly(*arguments, **options):
            try:
                subprocess.run(*arguments, stderr=subprocess.DEVNULL, **options)
            except FileNotFoundError:
                pass
        quietly(["clang-99", "-c", "x.c"])
        quietly("A=1 B='x y' tcc -c 'a b.c' && llvm-ar-99 rc x", shell=True)
        quietly(["/no/such/gcc", "-v"])
        quietly(["no-such-program"])
        quietly(["true"])
        quietly("echo cc | cat; echo ld >/dev/null; cat </dev/null 2> clang-99", shell=True, cwd=sys.argv[1])
        os.system("ld.lld-99 --version 2>/dev/null")
        if os.fork() == 0:
            try:
                os.execvp("meson", ["meson", "setup"])
            except OSError:
                os._exit(0)
        os.wait()
        """,
        tmp_path,
        PATH="/usr/bin:/bin",
    )
    assert [attempt["argv"] for attempt in attempts] == [
        ["clang-99", "-c", "x.c"],
        ["tcc", "-c", "a b.c"],
        ["llvm-ar-99", "rc", "x"],
        ["/no/such/gcc", "-v"],
        ["ld.lld-99", "--version"],
        ["meson", "setup"],
    ]
    assert (tmp_path / "clang-99").exists()  # the redirection was no command
    assert {str(attempt["cwd"]) for attempt in attempts} == {str(Path.cwd())}


def test_environment_of_the_call_decides_what_exists(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    tool = tmp_path / "bin" / "clang-99"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    _, attempts, _ = trace(
        f"""\
        import subprocess
        subprocess.run(["clang-99"], env={{"PATH": {str(tmp_path / "bin")!r}}})
        subprocess.run("clang-99", env={{"PATH": {str(tmp_path / "bin")!r}}}, shell=True)
        """,
        tmp_path,
    )
    assert attempts == []


def test_calls_by_absolute_path_are_counted_once(tmp_path: Path) -> None:
    for folder in ("shims", "tools"):
        (tmp_path / folder).mkdir()
        for name in ("gcc", "ld", "other"):
            tool = tmp_path / folder / name
            tool.write_text("#!/bin/sh\n")
            tool.chmod(0o755)
    _, attempts, _ = trace(
        f"""\
        import os, subprocess
        shims, tools = {str(tmp_path / "shims")!r}, {str(tmp_path / "tools")!r}
        for program in ("gcc", tools + "/gcc", shims + "/gcc", tools + "/other"):
            subprocess.run([program, "-c"])
            subprocess.run([program, "-c"], close_fds=False)  # by os.posix_spawn
        subprocess.run("A=1 " + tools + "/ld x && gcc", shell=True)
        for run, program in ((os.execv, tools + "/gcc"), (os.execvp, "gcc")):
            if os.fork() == 0:
                run(program, ["gcc"])
            os.wait()
        """,
        tmp_path,
        PATH=f"{tmp_path}/shims:{tmp_path}/tools:/usr/bin:/bin",
    )
    assert attempts == []
    found = collect_bypasses([Window("build_wheel", tmp_path / "record", 0, 1)])
    assert found == {f"{tmp_path}/tools/gcc": 3, f"{tmp_path}/tools/ld": 1}


def test_forged_notes_of_bypasses_are_left_out(tmp_path: Path) -> None:
    lines = [
        '{"program": 3}',
        '{"program": "/bin/rm"}',
        '{"program": "/\\u001b[2J/gcc"}',
        "[",
        '{"program": "/bin/cc"}',
    ]
    (tmp_path / "bypasses-1.jsonl").write_text("\n".join(lines))
    assert collect_bypasses([Window("build_wheel", tmp_path, 0, 1)]) == {"/bin/cc": 1}


@pytest.mark.parametrize("record", ["", "/no/such/folder"])
def test_nothing_breaks_where_nothing_can_be_noted(record: str, tmp_path: Path) -> None:
    code = "import sysconfig, subprocess\nprint(sysconfig.get_config_var('VERSION'))\nsubprocess.run('clang-99 2>/dev/null', shell=True)\n"
    reads, attempts, output = trace(code, tmp_path, PYDIFF_RECORD=record)
    assert (reads, attempts) == ([], [])
    assert output.startswith("3.")


def test_text_given_to_exec_is_attributed_to_who_ran_it(tmp_path: Path) -> None:
    """Uwsgi runs its plugins' build scripts so: `<string>` alone would name nothing that a reader can open."""
    reads, _, _ = trace(
        """\
        text = "import sysconfig\\n\\nsysconfig.get_config_var('LIBDIR')"
        exec(text, {})
        """,
        tmp_path,
    )
    (read,) = reads
    assert str(read["file"]).endswith("setup.py")
    assert (read["line"], read["inner"]) == (2, 3)
