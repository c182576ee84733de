"""Local interpreters packed, installed elsewhere and run; they build extensions and fail as released Pythons do."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from pbs_archives import prebuilt, serving
from pydiff.errors import PackError
from pydiff.events import DownloadProgress, Event, listening
from pydiff.fetch import fetch, pack
from pydiff.fetch.pack import LOCAL_TAG
from pydiff.fetch.pack.rewrite import read_sysconfigdata
from pydiff.install import install
from pydiff.model.asset import Asset, Flavor
from pydiff.model.resolution import Installation, ManagerChoice, Repack
from pydiff.model.settings import Settings
from pydiff.model.spec import HostRequest, Spec
from pydiff.model.target import this_machine
from support import missing, needs_bwrap, needs_compiler, needs_interpreter

CLEAN = {"PATH": os.defpath, "LC_ALL": "C"}


def _installed(asset: Asset, settings: Settings) -> Installation:
    resolution = prebuilt(asset, install_name="python")
    return install(resolution, fetch(resolution, settings), settings)


def _run(python: str, *arguments: str, **variables: str) -> str:
    done = subprocess.run(
        [python, *arguments], env={**CLEAN, **variables}, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Asset:
    return pack(needs_interpreter("3.9"), tmp_path_factory.mktemp("packed"))


@pytest.fixture(scope="module")
def installed(packed: Asset, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("installed")
    return _installed(packed, Settings(folder / "cache", folder / "state"))


@pytest.mark.interpreters
def test_the_name_and_the_hash_are_a_releases(packed: Asset) -> None:
    assert packed.name == f"cpython-{packed.version}+{LOCAL_TAG}-{this_machine().triple}-install_only.tar.gz"
    assert packed.sha256 == hashlib.sha256(Path(packed.path).read_bytes()).hexdigest()
    assert packed.repacked_from


@pytest.mark.interpreters
def test_the_shape_is_a_releases(packed: Asset) -> None:
    with tarfile.open(packed.path) as tar:
        members = {member.name: member for member in tar}
    names = list(members)
    for path in (
        "bin/python3.9",
        "include/python3.9/Python.h",
        "include/python3.9/pyconfig.h",
        "lib/libpython3.9.so.1.0",
        "lib/python3.9/os.py",
        "lib/python3.9/lib-dynload/.empty",
        "lib/pkgconfig/python-3.9.pc",
        "lib/python3.9/site-packages/pip/__init__.py",
    ):
        assert members[f"python/{path}"].isreg(), path
    assert members["python/bin/python"].linkname == members["python/bin/python3"].linkname == "python3.9"
    assert members["python/lib/libpython3.9.so"].linkname == "libpython3.9.so.1.0"
    assert {member.mtime for member in members.values()} == {1_704_067_200}
    assert {(member.uid, member.uname) for member in members.values()} == {(0, "root")}
    for name in names:
        assert "__pycache__" not in name
        assert "/test/" not in name
        assert not name.endswith((".a", ".pyc"))
    site = {
        name.split("/")[4].split("-")[0] for name in names if name.startswith("python/lib/python3.9/site-packages/")
    }
    assert site == {"README.txt", "pip"}


@pytest.mark.interpreters
def test_the_variables_are_a_releases(installed: Installation) -> None:
    path = Path(installed.prefix, "lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py")
    text = path.read_text()
    assert text.startswith("# system configuration generated and used by the sysconfig module\nbuild_time_vars = {\n")
    values = read_sysconfigdata(text, str(path))
    assert values["CC"] == "clang -pthread"
    assert values["CXX"] == "clang++ -pthread"
    assert values["AR"] == "/tools/llvm/bin/llvm-ar"
    assert values["LDSHARED"] == "clang -pthread -shared  -Wl,--exclude-libs,ALL"
    assert values["LIBDIR"] == values["prefix"] + "/lib" == "/install/lib"  # type: ignore[operator]
    assert "-march" not in str(values["CFLAGS"])
    # The home of whoever packed it is in no text of the archive.
    home = str(Path(installed.resolution.asset.repacked_from).parent.parent)  # type: ignore[union-attr]
    for folder in ("bin", "lib/pkgconfig", "lib/python3.9/config-3.9-x86_64-linux-gnu"):
        for file in Path(installed.prefix, folder).iterdir():
            data = file.read_bytes()
            assert data.startswith(b"\x7fELF") or home.encode() not in data, file
    assert home not in text


@pytest.mark.interpreters
def test_it_runs_where_it_was_never_built(installed: Installation) -> None:
    code = """
        import ctypes, json, sqlite3, ssl, sys, sysconfig
        maps = {line.split()[-1] for line in open("/proc/self/maps") if "libpython" in line}
        print(json.dumps([sys.prefix, sysconfig.get_config_var("LIBDIR"), sysconfig.get_path("include"), sorted(maps)]))
    """
    said = json.loads(_run(installed.python, "-c", textwrap.dedent(code)))
    prefix = installed.prefix
    assert said == [prefix, "/install/lib", f"{prefix}/include/python3.9", [f"{prefix}/lib/libpython3.9.so.1.0"]]
    assert _run(f"{prefix}/bin/python", "--version") == f"Python {installed.version}\n"
    assert prefix in _run(f"{prefix}/bin/pip3", "--version")
    assert _run(f"{prefix}/bin/python3.9-config", "--includes").split()[0] == f"-I{prefix}/include/python3.9"


@pytest.mark.interpreters
def test_it_makes_environments(installed: Installation, tmp_path: Path) -> None:
    _run(installed.python, "-m", "venv", str(tmp_path / "venv"))
    base = _run(str(tmp_path / "venv/bin/python"), "-c", "import sys, pip; print(sys.base_prefix)")
    assert base.strip() == installed.prefix


@pytest.mark.interpreters
@pytest.mark.compiler
def test_it_builds_extensions_when_told_a_compiler(installed: Installation, tmp_path: Path) -> None:
    needs_compiler()
    (tmp_path / "spam.c").write_text(
        '#include <Python.h>\nstatic struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "spam", 0, -1, 0};\n'
        "PyMODINIT_FUNC PyInit_spam(void) { return PyModule_Create(&m); }\n"
    )
    include = _run(installed.python, "-c", "import sysconfig; print(sysconfig.get_path('include'))").strip()
    suffix = _run(installed.python, "-c", "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))").strip()
    subprocess.run(
        ["cc", "-shared", "-fPIC", f"-I{include}", "spam.c", "-o", f"spam{suffix}"], cwd=tmp_path, check=True
    )
    assert "spam" in _run(installed.python, "-c", "import spam; print(spam)", PYTHONPATH=str(tmp_path))


@pytest.mark.interpreters
@pytest.mark.compiler
def test_a_link_with_its_libdir_fails_as_in_the_ticket(installed: Installation, tmp_path: Path) -> None:
    """Uwsgi links with -L$LIBDIR -lpythonX.Y; under an unpatched release that folder does not exist."""
    needs_compiler()
    code = "import sysconfig as s; print('-L' + s.get_config_var('LIBDIR'), '-lpython' + s.get_config_var('VERSION'))"
    flags = _run(installed.python, "-c", code).split()
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    command = ["cc", "main.c", "-o", "main", "-Wl,--no-as-needed", *flags]
    failed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=CLEAN)
    assert failed.returncode != 0
    assert "cannot find -lpython3.9" in failed.stderr
    subprocess.run([*command, f"-L{installed.prefix}/lib"], cwd=tmp_path, check=True, env=CLEAN)


@pytest.mark.interpreters
def test_the_same_files_give_the_same_bytes(packed: Asset, tmp_path: Path) -> None:
    heard: list[Event] = []
    with listening(heard.append):
        again = pack(needs_interpreter("3.9"), tmp_path)
    assert again.sha256 == packed.sha256
    assert [child.name for child in tmp_path.iterdir()] == [packed.name]
    last = heard[-1]
    assert isinstance(last, DownloadProgress)
    assert last.received == last.total == Path(again.path).stat().st_size


@pytest.mark.interpreters
def test_a_full_archive(tmp_path: Path, settings: Settings) -> None:
    asset = pack(needs_interpreter("3.9"), tmp_path, flavor="full", tag="20241016")
    assert asset.name.endswith("-pgo+lto-full.tar.zst")
    assert asset.build_options == ("pgo", "lto")
    with (
        Path(asset.path).open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        first = next(member for member in tar if not member.isdir())
        assert first.name == "python/PYTHON.json"
        extracted = tar.extractfile(first)
        assert extracted is not None
        described = json.load(extracted)
    assert described["python_exe"] == "install/bin/python3.9"
    assert described["target_triple"] == asset.triple
    assert described["python_config_vars"]["LIBDIR"] == "/install/lib"
    made = _installed(asset, settings)
    assert (Path(made.prefix) / "bin").is_dir()
    assert not (Path(made.prefix) / "PYTHON.json").exists()
    for key in ("stdlib", "include", "purelib"):
        assert (Path(made.prefix) / described["python_paths"][key].removeprefix("install/")).is_dir()
    assert _run(made.python, "--version") == f"Python {asset.version}\n"


@pytest.mark.interpreters
@pytest.mark.parametrize("flavor", ["install_only", "full"])
def test_over_real_http(tmp_path: Path, settings: Settings, flavor: Flavor) -> None:
    """What the main job does with a mirror: download, verify, extract, run."""
    asset = pack(needs_interpreter("3.9"), tmp_path / LOCAL_TAG, flavor=flavor)
    (tmp_path / LOCAL_TAG / "SHA256SUMS").write_text(f"{asset.sha256}  {asset.name}\n")
    with serving(tmp_path) as mirror:
        remote = replace(asset, path="", sha256=None, hash_source="")
        resolution = prebuilt(remote, install_name="python")
        archive = fetch(resolution, replace(settings, mirror=mirror.url))
    assert archive.verified.startswith("SHA256SUMS of the release")
    made = install(resolution, archive, settings)
    assert _run(made.python, "-c", "import ssl, ctypes, sqlite3; print('runs')") == "runs\n"


@pytest.mark.interpreters
def test_a_standalone_build_is_packed_as_well(packed: Asset, installed: Installation, tmp_path: Path) -> None:
    """Whoever runs pydiff with a Python from uv has `host` stand for one of these; nothing of it is lost."""
    again = pack(Path(installed.python), tmp_path)
    with tarfile.open(packed.path) as first, tarfile.open(again.path) as second:
        assert second.getnames() == first.getnames()
        name = "python/lib/python3.9/_sysconfigdata__linux_x86_64-linux-gnu.py"
        one, two = first.extractfile(name), second.extractfile(name)
        assert one is not None
        assert two is not None
        assert one.read() == two.read()


@pytest.mark.interpreters
def test_stripped(packed: Asset, tmp_path: Path, settings: Settings) -> None:
    asset = pack(needs_interpreter("3.9"), tmp_path, flavor="install_only_stripped")
    assert Path(asset.path).stat().st_size < Path(packed.path).stat().st_size
    assert _run(_installed(asset, settings).python, "-c", "import ssl, ctypes; print('runs')") == "runs\n"


def _repack(interpreter: str) -> Repack:
    spec = Spec("host", "pbs", "", HostRequest(), this_machine())
    return Repack(spec, ManagerChoice("pbs", "", "given"), interpreter, "", (), "python")


def _packable(interpreter: str, settings: Settings) -> Installation:
    """A Python without a shared library cannot be packed; that is the machine's lack, not a failure."""
    resolution = _repack(interpreter)
    try:
        archive = fetch(resolution, settings)
    except PackError as error:
        missing(str(error))
        raise
    assert archive.verified == ""
    assert archive.asset.repacked_from == interpreter
    return install(resolution, archive, settings)


def test_the_interpreter_that_runs_the_tests_by_its_base(settings: Settings) -> None:
    made = _packable(sys.executable, settings)
    code = "import sys; print(sys.version_info[:3] == tuple(map(int, sys.argv[1].split('.'))), sys.prefix)"
    assert _run(made.python, "-c", code, made.version) == f"True {made.prefix}\n"


def test_an_interpreter_is_packed_once_until_it_changes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = _packable(sys.executable, settings)
    monkeypatch.setattr("pydiff.fetch.repack.pack", None)
    assert fetch(_repack(sys.executable), settings) == first.archive
    monkeypatch.setattr("pydiff.fetch.repack.PACK_FORMAT", -1)
    with pytest.raises(TypeError):
        fetch(_repack(sys.executable), settings)


def test_the_distributions_python(settings: Settings) -> None:
    """Debian's interpreter needs no libpython and keeps its headers and library elsewhere than most."""
    if not Path("/usr/bin/python3").exists():
        missing("no /usr/bin/python3")
    made = _packable("/usr/bin/python3", settings)
    minor = ".".join(made.version.split(".")[:2])
    said = _run(
        made.python,
        "-c",
        "import ssl, ctypes, sqlite3, sys, sysconfig as s; print(sys.prefix, s.get_config_var('LIBDIR'))",
    )
    assert said.split() == [made.prefix, "/install/lib"]
    assert Path(made.prefix, f"lib/libpython{minor}.so").resolve().name == f"libpython{minor}.so.1.0"
    assert b"x86_64-linux-gnu/python" not in Path(made.prefix, f"include/python{minor}/pyconfig.h").read_bytes()


def _fake(tmp_path: Path, **answers: object) -> Path:
    """An executable that answers the question as it is told."""
    real = subprocess.run(
        [sys.executable, "-I", "-S", "-c", __import__("pydiff.interpreter").interpreter._QUESTION],
        capture_output=True,
        check=True,
    )
    said = {**json.loads(real.stdout), **answers}
    (tmp_path / "said.json").write_text(json.dumps(said))
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\ncat {tmp_path}/said.json\n")
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"implementation": "PyPy"}, "is PyPy, not CPython"),
        ({"platform": "darwin"}, "only Linux interpreters"),
        ({"sysconfigdata": ""}, "no _sysconfigdata file"),
        ({"variables": {"LIBDIR": "/nowhere", "LDLIBRARY": "libpython3.9.a"}}, "no shared libpython"),
    ],
)
def test_what_cannot_be_packed(tmp_path: Path, answers: dict[str, object], message: str) -> None:
    interpreter = _fake(tmp_path, prefix=str(tmp_path), **answers)
    (tmp_path / "bin").mkdir()
    out = tmp_path / "out"
    with pytest.raises(PackError, match=message) as caught:
        pack(interpreter, out)
    assert caught.value.hint
    assert not out.exists() or not list(out.iterdir())


def test_what_is_no_interpreter_or_no_tag(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no interpreter at"):
        pack(tmp_path / "absent", tmp_path)
    with pytest.raises(PackError, match="is not a release tag"):
        pack(Path(sys.executable), tmp_path, tag="tomorrow")


@pytest.mark.interpreters
@pytest.mark.sandbox
def test_a_disk_that_is_really_full(packed: Asset, tmp_path: Path) -> None:
    """A cache on a tmpfs of 20 MB: the error says so, and nothing half-made has its final name."""
    needs_bwrap()
    code = """
        import sys
        from pathlib import Path
        sys.path.insert(0, sys.argv[1])
        from pbs_archives import prebuilt
        from pydiff.errors import CacheError
        from pydiff.fetch import fetch
        from pydiff.install import install
        from pydiff.model.asset import Asset
        from pydiff.model.settings import Settings

        path = Path(sys.argv[2])
        cache = Path(sys.argv[3])
        asset = Asset(path.name, sys.argv[4], "20990101", "x86_64-unknown-linux-gnu", (), "install_only", path=str(path))
        settings = Settings(cache, cache)
        resolution = prebuilt(asset)
        try:
            install(resolution, fetch(resolution, settings), settings)
        except CacheError as error:
            print(error, "|", error.hint)
        print(sorted(str(path.relative_to(cache)) for room in ("installations", "tmp") for path in (cache / room).iterdir()))
    """
    cache = tmp_path / "small"
    cache.mkdir()
    command = ["bwrap", "--dev-bind", "/", "/", "--size", "20000000", "--tmpfs", str(cache), sys.executable, "-c"]
    arguments = [str(Path(__file__).parent.parent), packed.path, str(cache), packed.version]
    done = subprocess.run([*command, textwrap.dedent(code), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    error, left = done.stdout.splitlines()
    assert "no space left while extracting" in error
    assert "PYDIFF_CACHE_DIR" in error
    assert left == "[]"
