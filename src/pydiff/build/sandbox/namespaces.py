"""Run a command in namespaces of its own: `python -I -S namespaces.py ORDER PROGRAM ARG...`

A program of its own (standard library only), run by the `unshare` level. ORDER is the JSON that unshare.py makes. It does with a few
system calls what util-linux's `unshare` and `mount` would need a process per mount for, and it drops the capabilities afterwards.

Three processes: the outer one waits; the first in the new PID namespace makes the mounts and stays as its init, so that its death ends
everything; the third is the command.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE = 4096, 16384, 1 << 18, 1 << 19
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
LAST_CAPABILITY = 63

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    arguments = (source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    check(libc.mount(*arguments), f"mount {target}")


def enter_namespaces(*, network: bool) -> None:
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | (0 if network else CLONE_NEWNET)
    if libc.unshare(flags | CLONE_NEWUSER) != 0:
        if uid != 0:
            check(-1, "unshare")
        check(libc.unshare(flags), "unshare")  # root in a container that forbids user namespaces
        return
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def make_read_only(folder: str) -> None:
    """`folder` and everything mounted below it."""
    attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY, 0, 0, 0)
    arguments = (AT_FDCWD, folder.encode(), AT_RECURSIVE, attributes, ctypes.c_size_t(len(attributes)))
    if libc.syscall(SYS_MOUNT_SETATTR, *arguments) == 0:
        return
    for line in Path("/proc/self/mountinfo").read_text().splitlines():  # Linux before 5.12
        fields = line.split()
        target = fields[4].encode().decode("unicode_escape")
        if target == folder or target.startswith(folder + "/"):
            kept = sum(
                flag
                for word, flag in (("nosuid", MS_NOSUID), ("nodev", MS_NODEV), ("noexec", MS_NOEXEC))
                if word in fields[5].split(",")
            )
            mount("none", target, "", MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def bind(source: str, target: str, *, writable: bool) -> None:
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    elif not Path(target).exists():
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    mount(source, target, "", MS_BIND | MS_REC)
    if not writable:
        make_read_only(target)


def build_root(order: dict[str, Any]) -> None:
    """A read-only copy of `/` on the stage, with the ordered mounts, becomes the root."""
    stage = order["stage"]
    mount("none", "/", "", MS_REC | MS_SLAVE)
    mount("/", stage, "", MS_BIND | MS_REC)
    mount("none", stage, "", MS_REC | MS_PRIVATE)
    make_read_only(stage)
    if Path("/dev/shm").is_dir():  # noqa: S108 - replaced by a private one
        mount("tmpfs", stage + "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV)  # noqa: S108 - as above
    with suppress(PermissionError):  # a container that covers parts of /proc: the outer one stays, read-only
        mount("proc", stage + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    for step in order["steps"]:
        target = stage + step["target"]
        if step["kind"] == "empty":
            mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
        else:
            bind(step["source"], target, writable=step["kind"] == "write")
    os.chdir(stage)
    check(libc.syscall(SYS_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "umount the old root")
    os.chdir("/")


SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217, "armv7l": 218, "i686": 217}


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14s", b"lo", 0, b"")
        (flags,) = struct.unpack_from("h", fcntl.ioctl(probe, SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14s", b"lo", flags | IFF_UP, b""))


def become(argv: list[str], cwd: str) -> NoReturn:
    """Give up every privilege, then run the command."""
    os.setsid()
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails above the kernel's last one, which is the end of it
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores the last two; a build must not
        signal.signal(number, signal.SIG_DFL)
    os.chdir(cwd)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell on purpose


def be_init(order: dict[str, Any], argv: list[str]) -> int:
    """The first process of the namespace: set up, start the command, collect orphans until the command has ended."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    check(libc.sethostname(order["host"].encode(), len(order["host"])), "sethostname")
    build_root(order)
    if not order["network"]:
        raise_loopback()
    return wait_for(start(lambda: become(argv, order["cwd"]), argv[0]))


def start(action: Callable[[], None], name: str) -> int:
    child = os.fork()
    if child == 0:
        try:
            action()
        except OSError as error:
            sys.stderr.write(f"{name}: {error.strerror}\n")
        os._exit(127)
    return child


def wait_for(child: int) -> int:
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def main() -> int:
    order, argv = json.loads(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the command is told; these two stay until it has ended
    try:
        enter_namespaces(network=order["network"])
    except OSError as error:
        sys.stderr.write(f"namespaces: {error.strerror}\n")
        return 126
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after unshare, which clears it
    return wait_for(start(lambda: os._exit(be_init(order, argv)), "namespaces"))


if __name__ == "__main__":
    sys.exit(main())
