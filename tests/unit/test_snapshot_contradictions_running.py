"""What the files claim against what the interpreter says when it runs: made-up answers, each the smallest that is a finding or is none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import pytest

from pydiff.model.snapshot import Contradiction, Fact, Facts, Snapshot
from pydiff.snapshot.beside import Beside, Machine
from pydiff.snapshot.contradictions import KINDS, accepted, certificates, elsewhere, running, variables

ABOUT_RUNNING = (running.find, elsewhere.find, accepted.find, variables.find, certificates.find)
LOST = "ImportError: libssl.so.3: cannot open shared object file: No such file or directory"
SHARED: Fact = {"state": "shared", "decided": "lib-dynload holds it"}
STDLIB_OF_THE_OTHER = "/opt/other/lib/python3.9"


@dataclass(frozen=True, slots=True)
class Told:
    """A sound Python and what it answers; tests take parts away and put others in."""

    runtime: Facts = field(
        default_factory=lambda: {
            "sandbox": "bwrap",
            "base_prefix": "/opt/py",
            "libpython": ["/opt/py/lib/libpython3.9.so.1.0"],
            "variable.CC": "cc  -pthread",
            "variable.prefix": "/opt/py",
            "ssl.cafile": "/etc/ssl/cert.pem",
            "ssl.capath": "/etc/ssl/certs",
            "ssl.certificates": "folder",
            "module/_ssl": "shared",
            "module/_hashlib": "shared",
            "module/_tkinter": "ModuleNotFoundError: No module named '_tkinter'",
            "module/math": "builtin",
            "tags.builds": "cp39-cp39-linux_x86_64",
            "tags.platforms": [
                "linux_x86_64",
                "manylinux_2_36_x86_64",
                "manylinux_2_17_x86_64",
                "manylinux2014_x86_64",
            ],
            "tags.accepts": ["cp39-cp39-{platform}", "py3-none-any"],
        }
    )
    sysconfig: Facts = field(
        default_factory=lambda: {
            "MACHDEP": "linux",
            "prefix": "/opt/py",
            "INCLUDEPY": "/opt/py/include/python3.9",
            "CC": "cc -pthread",
        }
    )
    extensions: Facts = field(
        default_factory=lambda: {
            "_ssl": SHARED,
            "_hashlib": SHARED,
            "_tkinter": {"state": "absent"},
            "math": {"state": "builtin", "decided": "listed in config.c"},
        }
    )
    tags: Facts = field(
        default_factory=lambda: {
            "builds": "cp39-cp39-linux_x86_64",
            "platforms": ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64"],
            "accepts": ["cp39-cp39-{platform}", "py3-none-any"],
        }
    )
    binaries: Facts = field(default_factory=dict)
    files: tuple[str, ...] = ("lib/libpython3.9.so.1.0", "include/python3.9/Python.h", "bin/python3.9")
    prefix: str = "/opt/py"

    def says(self, **said: Fact) -> Told:
        """`tags__builds` is `tags.builds`; `_ssl` alone is the module."""
        names = {
            f"module/{name}" if name.startswith("_") else name.replace("__", "."): one for name, one in said.items()
        }
        return replace(self, runtime={**self.runtime, **names})

    def find(self, *paths: str) -> list[Contradiction]:
        """The findings on a machine that has `paths`."""
        families = {name: getattr(self, name) for name in ("sysconfig", "extensions", "tags", "binaries", "runtime")}
        files: Facts = {path: {"kind": "file"} for path in self.files}
        machine = Machine(
            exists=lambda path: path in paths,
            platform="linux",
            arch="x86_64",
            loads=lambda _: "",
            glibc="2.36",
            real=lambda path: path.replace("/link/", "/opt/"),
        )
        beside = Beside(Snapshot(self.prefix, "3.9.18", {**families, "files": files}, {}), machine)
        return [one for find in ABOUT_RUNNING for one in find(beside)]


def told(found: Collection[Contradiction]) -> list[tuple[str, str, str]]:
    for one in found:
        assert one.consequence
        assert not one.said or next(iter(one.said)) == one.subject
    return [(one.severity, one.subject, one.found) for one in found]


def test_they_are_among_the_kinds() -> None:
    assert set(ABOUT_RUNNING) <= set(KINDS)


def test_a_sound_python_has_none() -> None:
    assert Told().find() == []


@pytest.mark.parametrize(
    "runtime", [{}, {"skipped": "a Python for windows-x86 does not run here"}, {"sandbox": "bwrap"}]
)
def test_nobody_asked_and_nothing_is_claimed(runtime: Facts) -> None:
    assert replace(Told(), runtime=runtime).find() == []


def test_an_interpreter_that_gives_no_answer() -> None:
    reason = "bin/python3.9 gave no answer: Fatal Python error"
    assert told(replace(Told(), runtime={"error": reason}).find()) == [("breaks", "error", reason)]


def test_modules_that_are_there_and_do_not_import_once_for_each_reason() -> None:
    found = Told().says(_hashlib=LOST, _ssl=LOST, _tkinter=LOST).find()
    assert told(found) == [("breaks", "module/_ssl", LOST)]
    assert list(found[0].said) == ["module/_ssl", "module/_hashlib"], "what the tree does not have is not missed"
    assert found[0].remedies == ("install the system's package that has libssl.so.3",)
    assert "`import _ssl` fails" in found[0].consequence


def test_a_module_that_no_installer_needs_is_no_break() -> None:
    found = Told().says(_hashlib="ImportError: undefined symbol: X").find()
    assert told(found) == [("changes", "module/_hashlib", "ImportError: undefined symbol: X")]
    assert found[0].remedies == ()


def test_a_library_that_the_tree_has_elsewhere() -> None:
    (one,) = replace(Told().says(_ssl=LOST), files=(*Told().files, "libs/libssl.so.3")).find()
    assert one.remedies == ("LD_LIBRARY_PATH=/opt/py/libs",)


def test_what_the_files_told_already_is_not_told_again() -> None:
    dynload = "lib/python3.9/lib-dynload/_ssl.so"
    binaries: Facts = {dynload: {"format": "elf", "kind": "dyn", "needed": ["libssl.so.3"]}}
    assert replace(Told().says(_ssl=LOST), binaries=binaries).find() == []
    too_new = "ImportError: /lib/libc.so.6: version `GLIBC_2.38' not found (required by _ssl.so)"
    assert len(Told().says(_ssl=too_new).find()) == 1
    needing: Facts = {dynload: {"format": "elf", "kind": "dyn", "needed": [], "glibc": "2.38"}}
    assert replace(Told().says(_ssl=too_new), binaries=needing).find() == []


def test_a_copied_python_leads_to_the_one_it_was_copied_from() -> None:
    sysconfig: Facts = {
        **Told().sysconfig,
        "prefix": "/opt/other",
        "INCLUDEPY": "/opt/other/include/python3.9",
        "LDFLAGS": "-L/opt/other/lib",
        "LIBDIR": "/opt/other2/lib",
    }
    copied = replace(Told(), sysconfig=sysconfig)
    (one,) = copied.find(STDLIB_OF_THE_OTHER)
    assert told([one]) == [("breaks", "prefix", "this Python is in /opt/py, and another is in /opt/other")]
    assert list(one.said) == ["prefix", "INCLUDEPY", "LDFLAGS"]
    assert copied.find() == [], "a place that is not there is told by `places`"
    assert replace(copied, sysconfig={**sysconfig, "MACHDEP": "darwin"}).find(STDLIB_OF_THE_OTHER) == []


def test_a_prefix_behind_a_link_is_the_same_place() -> None:
    linked = replace(Told(), sysconfig={**Told().sysconfig, "prefix": "/link/py"})
    assert linked.says(base_prefix="/link/py").find("/link/py/lib/python3.9") == []


def test_another_prefix_at_run_time() -> None:
    assert told(Told().says(base_prefix="/usr/local").find()) == [
        ("breaks", "base_prefix", "the interpreter is in /opt/py")
    ]


def test_another_pythons_library_at_run_time() -> None:
    other = Told().says(libpython=["/opt/other/lib/libpython3.9.so.1.0"])
    (one,) = other.find()
    assert told([one]) == [("changes", "libpython", "the tree has lib/libpython3.9.so.1.0")]
    assert one.remedies == ("LD_LIBRARY_PATH=/opt/py/lib",)
    fixed: Facts = {"bin/python3.9": {"format": "elf", "kind": "dyn", "needed": [], "rpath": ["/opt/other/lib"]}}
    (one,) = replace(other, binaries=fixed).find()
    assert one.remedies == (), "the loader looks into an RPATH first"
    (one,) = replace(other, files=("bin/python3.9",)).find()
    assert (one.found, one.remedies) == ("it is not in /opt/py", ())
    usr = replace(other, prefix="/usr", sysconfig={"MACHDEP": "linux"}).says(base_prefix="/usr")
    assert usr.find() == [], "a system keeps it in a folder of its own"


def test_wheels_that_an_installer_refuses() -> None:
    found = Told().says(tags__platforms=["linux_x86_64"]).find()
    assert told(found) == [
        ("changes", "manylinux_2_17_x86_64", "an installer that asks the interpreter does not accept it")
    ]
    assert list(found[0].said) == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    assert "_manylinux" in found[0].remedies[0]
    found = Told().says(tags__accepts=["py3-none-any"]).find()
    assert [(one.subject, one.remedies) for one in found] == [("cp39-cp39-{platform}", ())]
    (one,) = Told().says(tags__builds="cp39-cp39-linux_i686").find()
    assert (one.severity, one.subject, one.says) == ("breaks", "builds", "cp39-cp39-linux_x86_64")


def test_tags_that_could_not_be_asked() -> None:
    runtime = {name: one for name, one in Told().runtime.items() if not name.startswith("tags.")}
    assert replace(Told(), runtime=runtime).find() == []


def test_a_variable_that_the_interpreter_reads_from_elsewhere() -> None:
    compiled = "lib/python3.9/__pycache__/_sysconfigdata__linux_.cpython-39.pyc"
    module = "lib/python3.9/_sysconfigdata__linux_.py"
    changed = replace(Told(), files=(*Told().files, module)).says(
        variable__CC="clang", variable__prefix="/x", cache_tag="cpython-39"
    )
    (one,) = changed.find()
    assert one.remedies == ()
    (one,) = changed.find(f"/opt/py/{compiled}")
    assert told([one]) == [("changes", "CC", "the interpreter says clang")]
    assert one.said == {"CC": "CC=cc -pthread"}
    assert one.remedies == (f"remove /opt/py/{compiled}: the interpreter reads it in place of the module",)
    mac = replace(Told(), sysconfig={**Told().sysconfig, "MACHDEP": "darwin"})
    assert mac.says(variable__CC="clang").find() == [], "there sysconfig adapts to the compiler"


def test_no_certificates() -> None:
    none = Told().says(ssl__certificates="none")
    (one,) = none.find("/etc/pki/tls/certs/ca-bundle.crt")
    assert told([one]) == [("breaks", "ssl.cafile", "no such file, and no certificate in /etc/ssl/certs")]
    assert one.remedies == ("SSL_CERT_FILE=/etc/pki/tls/certs/ca-bundle.crt",)
    (one,) = none.find()
    assert "ca-certificates" in one.remedies[0]
    assert none.find("/etc/ssl/cert.pem") == [], "only the sandbox did not see it"


@pytest.mark.parametrize("odd", [None, 1, True, "text", ["list"], {"a": "b"}])
def test_answers_of_any_form_are_survived(odd: Fact) -> None:
    """A hostile interpreter answers what it likes."""
    replace(Told(), runtime=dict.fromkeys([*Told().runtime, "error"], odd)).find()
    replace(Told(), runtime=dict.fromkeys(Told().runtime, odd)).find()
