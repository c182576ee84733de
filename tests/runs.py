"""Run records for tests: `a_run(**changes)` is a whole one, small and of one piece; `uwsgi_run(kind)` holds real divergences."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from builds_support import LEFT, RIGHT, uwsgi_left, uwsgi_right_built, uwsgi_right_link_failure, uwsgi_right_no_clang
from pydiff.compare.builds import compare_builds
from pydiff.explain import Evidence, classify, explain
from pydiff.model.build import BuildRecord, Built
from pydiff.model.record import (
    ActionRecord,
    AssetRecord,
    BuildSummary,
    Difference,
    Divergence,
    Finding,
    ManagerRecord,
    PythonRecord,
    Remedy,
    Request,
    RequirementRecord,
    Run,
    SandboxRecord,
    SideRecord,
    Sides,
    Suspect,
    WheelRecord,
)

ASSET = AssetRecord(
    name="cpython-3.9.20+20241016-x86_64-unknown-linux-gnu-install_only_stripped.tar.gz",
    version="3.9.20",
    tag="20241016",
    triple="x86_64-unknown-linux-gnu",
    flavor="install_only_stripped",
    url="https://releases.example/20241016/cpython-3.9.20.tar.gz",
    sha256="44d9d0160000000000000000000000000000000000000000000000000000abcd",
    verified="uv 0.5.5's list",
)


def a_side(
    label: str = "uv 0.5.5",
    *,
    build: BuildSummary | None = None,
    changes: list[str] | None = None,
    asset: AssetRecord | None = ASSET,
    **rest: object,
) -> SideRecord:
    """`label` is `NAME VERSION`."""
    name, _, version = label.partition(" ")
    side = SideRecord(
        spec=f"{name}@{version}:3.9" if version else f"{name}:3.9",
        label=label,
        asset=asset,
        manager=ManagerRecord(name=name, version=version, why="given", changes=changes or []),
        python=PythonRecord(version="3.9.20", prefix=f"/opt/pydiff/installations/{name}"),
        build=build
        or BuildSummary(
            outcome="built", actions=2, seconds=3.0, wheel=WheelRecord(name="p-1-py3-none-any.whl", sha256="0" * 64)
        ),
    )
    return replace(side, **rest)


def an_action(*argv: str, exit_code: int | None = 0, stderr: str = "") -> ActionRecord:
    return ActionRecord(
        index=1,
        phase="build_wheel",
        tool=argv[0],
        argv=list(argv),
        cwd="/build/src",
        exit_code=exit_code,
        seconds=0.1,
        stderr=stderr,
    )


def a_run(**changes: object) -> Run:
    """`p==1` builds under mise 2024.12.15 and fails to link under uv 0.5.5; any field can be replaced."""
    error = "/usr/bin/ld: cannot find -lpython3.9: No such file or directory"
    run = Run(
        id="20241202-120000-p==1-abcd",
        pydiff="0.1.0",
        created="2024-12-02T12:00:00+00:00",
        verdict="divergent",
        headline="p==1 builds under mise 2024.12.15 and fails under uv 0.5.5",
        request=Request(python="3.9", package="p==1", argv=["compare", "3.9", "p==1"]),
        sides=Sides(
            left=a_side("mise 2024.12.15", changes=["sysconfig rewritten: /install paths, clang -> cc, AR=ar", "bin/python link"]),
            right=a_side("uv 0.5.5", build=BuildSummary(outcome="failed", class_="link-libpython-not-found", actions=2, seconds=2.0, phase="build_wheel", error=error, log="right.log")),
        ),
        differences=[
            Difference(family="sysconfig", subject="LIBDIR", left="{prefix}/lib", right="/install/lib", severity="breaks", read_by=["setup.py:66"]),
            Difference(family="sysconfig", subject="CFLAGS", left="-O3 -march=x86-64", right="-O3", severity="changes", detail="-march=x86-64"),
            Difference(family="files", subject="BUILD", left=None, right="8 bytes", severity="cosmetic"),
        ],
        divergence=Divergence(
            phase="build_wheel",
            kind="outcome",
            left=an_action("cc", "-o p.so", "-L{prefix}/lib", "p.o", "-lpython3.9"),
            right=an_action("clang", "-o p.so", "-L/install/lib", "p.o", "-lpython3.9", exit_code=1, stderr=f"{error}\ncollect2: error: ld returned 1 exit status\n"),
            summary="uv 0.5.5 fails linking `p.so` (exit status 1); the same step under mise 2024.12.15 succeeds with `cc`.",
            agreed=1,
            tokens=["- cc", "+ clang", "- -L{prefix}/lib", "+ -L/install/lib"],
        ),
        findings=[
            Finding(
                class_="link-libpython-not-found",
                title="the linker does not find libpython3.9; it looks in `/install/lib`",
                side="right",
                evidence=[error, "libpython3.9.so is in {prefix}/lib"],
                suspects=[Suspect(kind="sysconfig", name="LIBDIR", left="{prefix}/lib", right="/install/lib", why="`-L/install/lib` in the command that failed is this folder", read_by=["setup.py:66"])],
                remedy=Remedy(env={"LDFLAGS": "-L{prefix}/lib"}, action="install this Python again with uv 0.5.9 or newer, which rewrites LIBDIR"),
            )
        ],
        environment={"system": "Debian GNU/Linux 12 (bookworm)", "machine": "x86_64", "cc": "cc (Debian 12.2.0-14) 12.2.0", "clang": "absent"},
        sandbox=SandboxRecord(level="bwrap", network=False),
        requirements=[RequirementRecord(name="setuptools", version="75.6.0", sha256="1" * 64)],
        source={"package": "p==1", "url": "https://files.example/p-1.tar.gz", "sha256": "2" * 64},
        timings={"resolve": 0.1, "build": 5.0},
    )  # fmt: skip
    return replace(run, **changes)


def trees_only(**changes: object) -> Run:
    """As of `pydiff diff`: no package, nothing built."""
    not_run = BuildSummary(outcome="not-run")
    run = a_run(
        headline="mise 2024.12.15 and uv 0.5.5 differ: 1 that can break a build and 1 that can change what is built",
        request=Request(python="3.9", package=None, argv=["compare", "3.9"]),
        sides=Sides(
            left=a_side("mise 2024.12.15", build=not_run, changes=["sysconfig rewritten"]), right=a_side(build=not_run)
        ),
        divergence=None,
        findings=[],
        sandbox=None,
        requirements=[],
        source={},
    )
    return replace(run, **changes)


def uwsgi_run(kind: Literal["link", "no-clang", "both-built"] = "link") -> Run:
    """The package uwsgi 2.0.28 as it was recorded, through compare and explain."""
    left = uwsgi_left()
    right = {
        "link": uwsgi_right_link_failure,
        "no-clang": uwsgi_right_no_clang,
        "both-built": lambda: uwsgi_right_built("/install/lib"),
    }[kind]()
    labels = ("mise 2024.12.15", "uv 0.5.5")
    divergence = compare_builds(left, right, labels=labels)
    asset = AssetRecord(
        name="cpython-3.9.18+20240101-x86_64-unknown-linux-gnu-install_only.tar.gz", version="3.9.18", tag="20240101",
        triple="x86_64-unknown-linux-gnu", flavor="install_only", url="", sha256="3" * 64, repacked=True,
    )  # fmt: skip
    changes = ["sysconfig rewritten: /install paths, clang -> cc, AR=ar (50 variables)", "bin/python link"]
    sides = Sides(
        left=_built_side(a_side(labels[0], asset=asset, changes=changes), left, LEFT["prefix"]),
        right=_built_side(a_side(labels[1], asset=asset), right, RIGHT["prefix"]),
    )
    how = (
        "builds under both mise 2024.12.15 and uv 0.5.5, but the wheels differ in meaning"
        if kind == "both-built"
        else "builds under mise 2024.12.15 and fails under uv 0.5.5"
    )
    return a_run(
        id="20241202-120000-uwsgi-2.0.28-abcd",
        headline=f"uwsgi==2.0.28 {how}",
        request=Request(
            python="host",
            package="uwsgi==2.0.28",
            argv=["compare", "host", "uwsgi==2.0.28", "--left", "mise@2024.12.15:host", "--right", "uv@0.5.5:host"],
        ),
        sides=sides,
        differences=sysconfig_differences(),
        divergence=divergence,
        findings=explain(Evidence(left, right, *labels, divergence=divergence)),
    )


def _built_side(side: SideRecord, record: BuildRecord, prefix: str) -> SideRecord:
    class_, error = classify(record)
    built = isinstance(record.outcome, Built)
    summary = BuildSummary(
        outcome="built" if built else "failed",
        class_=class_,
        actions=len(record.actions),
        seconds=record.seconds,
        wheel=WheelRecord(name="uwsgi-2.0.28-cp39-cp39-linux_x86_64.whl", sha256="4" * 64) if built else None,
        phase="" if built else "build_wheel",
        error=error,
        log="right.log",
    )
    python = PythonRecord(version="3.9.18", prefix=prefix)
    return replace(side, build=summary, python=python)


def sysconfig_differences() -> list[Difference]:
    """What 50 rewritten variables look like."""
    found = [
        Difference(family="sysconfig", subject="LIBDIR", left="{prefix}/lib", right="/install/lib", severity="breaks", count=3, also=["LIBDEST", "SCRIPTDIR"], read_by=["uwsgiplugin.py:88"]),
        Difference(family="sysconfig", subject="CC", left="cc -pthread", right="clang -pthread", severity="breaks", detail="-clang +cc", read_by=["uwsgiconfig.py:39"]),
        Difference(family="sysconfig", subject="AR", left="ar", right="/tools/llvm/bin/llvm-ar", severity="breaks"),
        Difference(family="sysconfig", subject="LDSHARED", left="cc -pthread -shared -Wl,--exclude-libs,ALL", right="clang -pthread -shared  -Wl,--exclude-libs,ALL", severity="breaks", detail="-clang +cc"),
    ]  # fmt: skip
    found += [
        Difference(
            family="sysconfig",
            subject=f"PATH_{number}",
            left=f"{{prefix}}/lib/{number}",
            right=f"/install/lib/{number}",
            severity="changes",
        )
        for number in range(20)
    ]
    found += [
        Difference(family="sysconfig", subject=f"SPACES_{number}", left="-a -b", right=" -a  -b", severity="cosmetic")
        for number in range(25)
    ]
    return [
        *found,
        Difference(
            family="files", subject="bin/python", left="link to {prefix}/bin/python3.9", right=None, severity="changes"
        ),
    ]
