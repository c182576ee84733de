"""Facts that were read from files, beside what the real loader, compiler and interpreters of this machine say."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import packaging
import pytest

from pydiff.install.tree import FolderTree
from pydiff.model.resolution import InPlace, Installation, ManagerChoice
from pydiff.model.settings import Settings
from pydiff.model.snapshot import Facts, Snapshot
from pydiff.model.spec import InterpreterRequest, Spec
from pydiff.model.target import this_machine
from pydiff.snapshot.binary import elf
from pydiff.snapshot.inplace import own_tree
from pydiff.snapshot.probe import probe
from pydiff.snapshot.tags import accepted, manylinux
from pydiff.snapshot.take import take
from support import needs_clang, needs_compiler, needs_interpreter

# The oldest that the packaging of today runs on is 3.9.
MINORS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def compiled(folder: Path, source: str, *flags: str, name: str, compiler: str = "cc") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-x", "c", "-", "-o", path, *flags], input=source, text=True, check=True, cwd=folder)
    return path


def snapshot_of(minor: str) -> tuple[Path, Snapshot]:
    python = needs_interpreter(minor)
    version = subprocess.run(
        [python, "-IS", "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    prefix = python.parent.parent
    return python, take(own_tree(prefix, version), prefix=str(prefix), version=version)


@pytest.mark.compiler
@pytest.mark.parametrize("tags", ["--enable-new-dtags", "--disable-new-dtags"])
def test_what_is_found_in_the_tree_is_what_the_loader_finds(tmp_path: Path, tags: str) -> None:
    needs_compiler()
    source = "int f(void) { return 1; }"
    libraries = {"lib/liba.so": "int a(void) { return 1; }", "lib/deep/libb.so": "int b(void) { return 2; }"}
    for name, text in libraries.items():
        compiled(tmp_path, text, "-shared", "-fPIC", f"-Wl,-soname,{Path(name).name}", name=name)
    compiled(
        tmp_path,
        source,
        "-shared",
        "-fPIC",
        "-Wl,--no-as-needed",
        "-Llib/deep",
        "-lb",
        f"-Wl,{tags}",
        name="lib/libc1.so",
    )
    (tmp_path / "lib/python3.9").mkdir()
    (tmp_path / "lib/python3.9/os.py").touch()
    compiled(
        tmp_path, "int main(void) { return 0; }", "-Wl,--no-as-needed", "-Llib", "-Llib/deep", "-la", "-lc1", "-lb",
        f"-Wl,{tags}", "-Wl,-rpath,$ORIGIN/../lib:$ORIGIN/../lib/deep", name="bin/python3.9",
    )  # fmt: skip
    found = take(FolderTree(tmp_path), prefix=str(tmp_path), version="3.9.18").families["binaries"]
    main, middle = found["bin/python3.9"], found["lib/libc1.so"]
    assert isinstance(main, dict)
    assert isinstance(middle, dict)
    assert set(main["resolved"]) == _really_found(tmp_path / "bin/python3.9", tmp_path)  # type: ignore[arg-type]
    # Loaded by the program already, whatever its own search would have given.
    assert "unreached" not in middle


def _really_found(program: Path, below: Path) -> set[str]:
    traced = subprocess.run(
        [program], env={**os.environ, "LD_TRACE_LOADED_OBJECTS": "1"}, capture_output=True, text=True, check=True
    ).stdout
    pairs = re.findall(r"(\S+) => (\S+)", traced)
    return {f"{name} -> {os.path.normpath(path)}" for name, path in pairs if path.startswith(str(below))}


@pytest.mark.compiler
@pytest.mark.parametrize("tags", ["--enable-new-dtags", "--disable-new-dtags"])
def test_only_an_rpath_is_inherited(tmp_path: Path, tags: str) -> None:
    """An extension that names a library of the tree and no folder: it loads with the interpreter's RPATH and not with its RUNPATH."""
    needs_compiler()
    compiled(tmp_path, "int a(void) { return 1; }", "-shared", "-fPIC", "-Wl,-soname,liba.so", name="lib/liba.so")
    extension = "lib/python3.9/lib-dynload/x.so"
    compiled(tmp_path, "int a(void); int x(void) { return a(); }", "-shared", "-fPIC", "-Llib", "-la", name=extension)
    (tmp_path / "lib/python3.9/os.py").touch()
    loading = f'#include <dlfcn.h>\nint main(void) {{ return dlopen("{tmp_path}/{extension}", RTLD_NOW) == 0; }}'
    program = compiled(tmp_path, loading, f"-Wl,{tags}", "-Wl,-rpath,$ORIGIN/../lib", "-ldl", name="bin/python3.9")
    loads = subprocess.run([program], check=False).returncode == 0
    fact = take(FolderTree(tmp_path), prefix=str(tmp_path), version="3.9.18").families["binaries"][extension]
    assert isinstance(fact, dict)
    assert ("resolved" in fact) == loads
    assert ("unreached" in fact) != loads
    assert loads == (tags == "--disable-new-dtags")


@pytest.mark.compiler
def test_levels_that_the_linker_wrote(tmp_path: Path) -> None:
    needs_compiler()
    program = "int main(void) { return 0; }"
    plain = elf.read(compiled(tmp_path, program, name="plain").read_bytes()).facts
    third = elf.read(compiled(tmp_path, program, "-Wl,-z,x86-64-v3", name="third").read_bytes()).facts
    # What a compiler's own start files say goes into every program.
    assert (plain.get("cpu_needed", "x86-64"), third["cpu_needed"]) == ("x86-64", "x86-64-v3")
    marched = compiled(tmp_path, program, "-march=x86-64-v3", "-nostdlib", "-shared", "-fPIC", name="marched.so")
    assert "cpu_needed" not in elf.read(marched.read_bytes()).facts, "what the file does not say is not guessed"


@pytest.mark.compiler
def test_objects_for_link_time_optimisation(tmp_path: Path) -> None:
    needs_compiler()
    source = "int f(void) { return 1; }"
    for name, compiler, flags in _lto_compilers():
        compiled(tmp_path, source, "-c", *flags, name=f"{name}.o", compiler=compiler)
    subprocess.run(["ar", "rc", "all.a", *sorted(path.name for path in tmp_path.glob("*.o"))], check=True, cwd=tmp_path)
    found = take(FolderTree(tmp_path), prefix=str(tmp_path), version="3.9.18").families["binaries"]
    kinds = {path: fact["format"] for path, fact in found.items() if isinstance(fact, dict)}
    gcc = found.get("gcc.o")
    if isinstance(gcc, dict):
        assert gcc["lto"] == "gcc"
    clang = found.get("clang.o")
    if isinstance(clang, dict):
        assert kinds["clang.o"] == "llvm-bitcode"
        assert re.fullmatch(r"LLVM\d+\.\d+\.\d+.*", str(clang["producer"]))
        archive = found["all.a"]
        assert isinstance(archive, dict)
        assert f"llvm-bitcode {clang['producer']}: 1" in archive["holds"]  # type: ignore[operator]


def _lto_compilers() -> Sequence[tuple[str, str, tuple[str, ...]]]:
    needs_clang()
    return (("gcc", "gcc", ("-flto",)), ("clang", "clang", ("-flto",)), ("plain", "gcc", ()))


_ASKED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from packaging import tags
print(json.dumps({"tags": [str(tag) for tag in tags.sys_tags()], "builtin": list(sys.builtin_module_names)}))
"""


def _asked(python: Path) -> Mapping[str, list[str]]:
    """By the same `packaging` for all, since an older one in an interpreter's pip lacks tags that later ones have."""
    folder = Path(packaging.__file__).parent.parent
    answer = subprocess.run([python, "-I", "-c", _ASKED, folder], capture_output=True, text=True, check=True).stdout
    told: Mapping[str, list[str]] = json.loads(answer)
    return told


def _expanded(accepts: Sequence[str], platforms: Sequence[str]) -> set[str]:
    expanded = set()
    for one in accepts:
        interpreters, abi, platform = one.split("-")
        for name in interpreters.split("."):
            expanded |= {f"{name}-{abi}-{each}" for each in (platforms if platform == "{platform}" else [platform])}
    return expanded


@pytest.mark.interpreters
@pytest.mark.parametrize("minor", MINORS)
def test_tags_are_those_of_the_real_interpreter(minor: str) -> None:
    python, snapshot = snapshot_of(minor)
    facts = snapshot.families["tags"]
    real = _asked(python)["tags"]
    accepts, platforms = facts["accepts"], facts["platforms"]
    assert isinstance(accepts, list)
    assert isinstance(platforms, list)
    assert _expanded(accepts, platforms) <= set(real), "on the oldest machine, nothing that this one does not accept"
    assert facts["builds"] in real
    glibc = int(os.confstr("CS_GNU_LIBC_VERSION").split(".")[1])  # type: ignore[union-attr]
    arch = str(facts["builds"]).rpartition("linux_")[2]
    version = (3, int(minor.split(".")[1]))
    # On a machine with this one's glibc they are the same, one by one.
    assert _expanded(accepted(version, [f"cp{version[0]}{version[1]}"]), list(manylinux(arch, glibc))) == set(real)


@pytest.mark.interpreters
@pytest.mark.parametrize("minor", MINORS)
def test_builtin_modules_by_symbols_are_those_of_the_real_interpreter(minor: str) -> None:
    """As for an archive without config.c: the functions of libpython alone."""
    python = needs_interpreter(minor)
    library = next((python.parent.parent / "lib").glob(f"libpython{minor}.so.*"))
    binary = elf.read(library.read_bytes())
    real = set(_asked(python)["builtin"])
    # Those are initialised by the interpreter itself, not by a function of that name.
    own = {"builtins", "sys", "_imp", "_warnings", "gc", "marshal", "_ast", "_tokenize", "_contextvars", "_typing"}
    assert real - own <= binary.modules
    shared = {path.name.split(".")[0] for path in python.parent.parent.glob(f"lib/python{minor}/lib-dynload/*.so")}
    assert not (binary.modules & shared) - real


@pytest.mark.interpreters
def test_the_probe_bears_out_what_was_read(settings: Settings) -> None:
    python, snapshot = snapshot_of("3.9")
    spec = Spec(f"path:{python}", "path", "", InterpreterRequest(str(python)), this_machine())
    resolution = InPlace(spec, ManagerChoice("path", "", "given"), str(python), snapshot.python_version)
    facts = probe(Installation(snapshot.prefix, str(python), snapshot.python_version, "", resolution), settings)
    assert "error" not in facts
    assert str(facts["version"]).startswith(snapshot.python_version)
    assert facts["paths.stdlib"] == f"{snapshot.prefix}/lib/python3.9"
    assert facts["libpython"] == [f"{snapshot.prefix}/lib/libpython3.9.so.1.0"]
    states: Facts = snapshot.families["extensions"]
    probed = {name.removeprefix("module/"): value for name, value in facts.items() if name.startswith("module/")}
    for name, value in probed.items():
        state = states[name]
        assert isinstance(state, dict)
        if value in {"builtin", "shared"}:
            assert state["state"] == value, name
        else:
            # A module may be there and not be importable: a library that it needs is not on this machine.
            assert state["state"] == "absent" or "cannot open shared object" in str(value), name
