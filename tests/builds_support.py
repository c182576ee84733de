"""Build records as a recording of uwsgi 2.0.28 shows them: two probes, a probe through stdin, 135 objects on two threads, one link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydiff.model.build import (
    Action,
    BinaryFacts,
    BuildRecord,
    Built,
    Failed,
    Outcome,
    SysconfigRead,
    TimedOut,
    WheelFacts,
)

LEFT = {
    "prefix": "/opt/mise/installs/python/3.9.18",
    "src": "/build/src",
    "venv": "/build/venv",
    "tmp": "/build/tmp",
}
RIGHT = {
    "prefix": "/opt/uv/python/cpython-3.9.18-linux-x86_64-gnu",
    "src": "/build/src",
    "venv": "/build/venv",
    "tmp": "/build/tmp",
}
LINK_ERROR = (
    "/usr/bin/ld: cannot find -lpython3.9: No such file or directory\ncollect2: error: ld returned 1 exit status\n"
)
NO_COMPILER_LOG = """\
using profile: buildconf/default.ini
detected include path: ['/usr/include', '/usr/local/include']
Traceback (most recent call last):
  File "/build/src/uwsgiconfig.py", line 753, in __init__
    gcc_version_components = gcc_version.split('.')
AttributeError: 'NoneType' object has no attribute 'split'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/build/src/uwsgiconfig.py", line 761, in __init__
    raise Exception("you need a C compiler to build uWSGI")
Exception: you need a C compiler to build uWSGI
"""
OBJECTS = [f"core/part{number}.c" for number in range(60)] + [f"plugins/python/part{number}.c" for number in range(75)]


def action(
    argv: Sequence[str], *, exit_code: int | None = 0, stderr: str = "", index: int = 0, **rest: object
) -> Action:
    """One call of argv[0]; `real` is empty when the exit code says that there is no such program."""
    made = Action(
        index=index,
        phase="build_wheel",
        tool=argv[0].rpartition("/")[2],
        argv=tuple(argv),
        cwd="/build/src",
        exit_code=exit_code,
        started=index * 0.1,
        seconds=0.05,
        real="" if exit_code == 127 else f"/usr/bin/{argv[0]}",
        stderr=stderr,
    )
    return replace(made, **rest)  # type: ignore[arg-type]


def numbered(actions: Sequence[Action]) -> tuple[Action, ...]:
    """In time, a tenth of a second apart."""
    return tuple(replace(one, index=index, started=index * 0.1) for index, one in enumerate(actions))


def record(
    actions: Sequence[Action],
    outcome: Outcome,
    *,
    log: str = "",
    places: dict[str, str] = LEFT,
    reads: Sequence[SysconfigRead] = (),
) -> BuildRecord:
    return BuildRecord(
        outcome=outcome, seconds=20.0, actions=numbered(actions), reads=tuple(reads), log=log, places=places
    )


def failed(message: str = "build_wheel exited with status 1", phase: str = "build_wheel") -> Failed:
    return Failed(phase, message)


def built(
    *, runpath: Sequence[str] = (), needed: Sequence[str] = ("libc.so.6",), files: Sequence[str] = ("uwsgi",)
) -> Built:
    facts = WheelFacts(
        name="uwsgi-2.0.28-cp39-cp39-linux_x86_64.whl",
        sha256="0" * 64,
        tags=("cp39-cp39-linux_x86_64",),
        files=tuple(files),
        binaries=(BinaryFacts("uwsgi", tuple(needed), tuple(runpath)),),
    )
    return Built(facts, "uwsgi-2.0.28-cp39-cp39-linux_x86_64.whl")


def probes(compiler: str) -> list[Action]:
    preprocessor = "cpp" if compiler == "cc" else "clang"
    fake = ["-v"] if compiler == "cc" else ["-xc", "core/clang_fake.c", "-v"]
    return [
        action([compiler, "-pthread", "-dumpfullversion", "-dumpversion"]),
        action([preprocessor, *fake]),
        action([compiler, "-pthread", "-xc", "-", "-o", "/dev/null"]),
    ]


def compiles(compiler: str, *, date: str, prefix: str, swapped: bool = False) -> list[Action]:
    made = [
        action([
            compiler, "-pthread", "-c", "-O2", "-I.", "-Wall", "-DUWSGI_ZLIB", '-DUWSGI_VERSION="2.0.28"',
            f'-DUWSGI_BUILD_DATE="{date}"', f"-I{prefix}/include/python3.9", "-o", f"{source[:-2]}.o", source,
        ])
        for source in OBJECTS
    ]  # fmt: skip
    if swapped:  # two threads take turns, never twice alike
        made[0::2], made[1::2] = made[1::2] + made[-1:], made[0:-1:2]
    return made


def link(compiler: str, libdir: str, *, exit_code: int | None = 0, stderr: str = "") -> Action:
    objects = [f"{source[:-2]}.o" for source in OBJECTS]
    argv = [
        compiler,
        "-pthread",
        "-o",
        "uwsgi",
        f"-L{libdir}",
        f"-Wl,-rpath,{libdir}",
        *objects,
        "-lpthread",
        "-lm",
        "-rdynamic",
        "-ldl",
        "-lpython3.9",
    ]
    return action(argv, exit_code=exit_code, stderr=stderr)


def uwsgi_left(**changes: object) -> BuildRecord:
    """Under mise 2024.12.15: cc, and LIBDIR as it is."""
    lib = LEFT["prefix"] + "/lib"
    commands = [
        *probes("cc"),
        *compiles("cc", date="22 November 2026 12:36:50", prefix=LEFT["prefix"]),
        link("cc", lib),
    ]
    reads = (
        SysconfigRead("CC", "cc -pthread", "uwsgiconfig.py:39"),
        SysconfigRead("LIBS", "-lpthread -ldl  -lutil -lm", "uwsgiplugin.py:40"),
        SysconfigRead("LIBDIR", lib, "uwsgiplugin.py:88"),
    )
    made = record(
        commands, built(runpath=[lib]), places=LEFT, reads=reads, log="*** uWSGI is ready, launch it with ./uwsgi ***\n"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def uwsgi_right_no_clang(**changes: object) -> BuildRecord:
    """Under uv 0.5.5 on a machine without clang: two attempts, then uwsgi's own words."""
    commands = [
        action(["clang", "-pthread", "-dumpfullversion", "-dumpversion"], exit_code=127, stderr="clang: not found\n"),
        action(["clang", "-xc", "core/clang_fake.c", "-v"], exit_code=127, stderr="clang: not found\n"),
    ]
    reads = (SysconfigRead("CC", "clang -pthread", "uwsgiconfig.py:39"),)
    made = record(commands, failed(), places=RIGHT, reads=reads, log=NO_COMPILER_LOG)
    return replace(made, **changes)  # type: ignore[arg-type]


def uwsgi_right_link_failure(**changes: object) -> BuildRecord:
    """Under uv 0.5.5 on a machine with clang: everything compiles, the link looks in /install/lib."""
    commands = [
        *probes("clang"),
        *compiles("clang", date="22 November 2026 12:37:31", prefix=RIGHT["prefix"]),
        link("clang", "/install/lib", exit_code=1, stderr=LINK_ERROR),
    ]
    reads = (
        SysconfigRead("CC", "clang -pthread", "uwsgiconfig.py:39"),
        SysconfigRead("LIBS", "-lpthread -ldl  -lutil -lm", "uwsgiplugin.py:40"),
        SysconfigRead("LIBDIR", "/install/lib", "uwsgiplugin.py:88"),
    )
    log = "*** uWSGI linking ***\n" + LINK_ERROR + "*** error linking uWSGI ***\n"
    return replace(record(commands, failed(), places=RIGHT, reads=reads, log=log), **changes)  # type: ignore[arg-type]


def uwsgi_right_built(libdir: str, compiler: str = "clang", *, swapped: bool = True) -> BuildRecord:
    """Under a uv whose sysconfig names clang, where the link worked."""
    commands = [
        *probes(compiler),
        *compiles(compiler, date="22 November 2026 12:37:31", prefix=RIGHT["prefix"], swapped=swapped),
        link(compiler, libdir),
    ]
    return record(commands, built(runpath=[libdir]), places=RIGHT)


def timed_out(actions: Sequence[Action], limit: float = 60.0) -> BuildRecord:
    return record(actions, TimedOut("build_wheel", limit), places=RIGHT)
