"""What a loader finds in the tree, by each system's own order."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.tree import Entry
from pydiff.snapshot.binary.interface import BinaryFact
from pydiff.snapshot.interface import About
from pydiff.snapshot.layout import find_layout
from pydiff.snapshot.loading import linkage
from pydiff.snapshot.survey import Item

LIBRARY = "libpython3.9.so.1.0"
MUSL = "/lib/ld-musl-x86_64.so.1"


def found(
    facts: Mapping[str, BinaryFact], *, links: Mapping[str, str] | None = None, system: str = "elf"
) -> dict[str, BinaryFact]:
    base = "Lib/os.py" if system == "pe" else "lib/python3.9/os.py"
    entries = [Entry(path, "file", 0o755) for path in (*facts, base)]
    entries += [Entry(path, "link", 0o777, target=target) for path, target in (links or {}).items()]
    items = {entry.path: Item(entry) for entry in entries}
    about = About("/opt/py", "3.9.18", items, find_layout(items, "3.9.18"))
    return dict(linkage(about, {path: {"format": system, **fact} for path, fact in facts.items()}))


def test_rpath_before_and_runpath_after_the_environment() -> None:
    told = found(
        {
            "bin/python3.9": {"needed": [LIBRARY], "rpath": ["$ORIGIN/../lib"]},
            "lib/a.so": {"needed": ["libc.so.6"], "runpath": ["${ORIGIN}/x", "/usr/y"]},
            f"lib/{LIBRARY}": {"needed": ["libc.so.6"]},
        }
    )
    assert told["bin/python3.9"] == {
        "search": ["/opt/py/lib", "LD_LIBRARY_PATH", "system"],
        "resolved": [f"{LIBRARY} -> /opt/py/lib/{LIBRARY}"],
    }
    assert told["lib/a.so"] == {"search": ["LD_LIBRARY_PATH", "/opt/py/lib/x", "/usr/y", "system"]}
    assert f"lib/{LIBRARY}" not in told, "it needs nothing of the tree"


def test_an_extension_inherits_the_rpath_of_the_interpreter_and_not_its_runpath() -> None:
    extension: BinaryFact = {"needed": [LIBRARY]}
    path = "lib/python3.9/lib-dynload/x.so"
    library: dict[str, BinaryFact] = {f"lib/{LIBRARY}": {}}
    by_rpath = found({"bin/python3.9": {"needed": [], "rpath": ["$ORIGIN/../lib"]}, path: extension, **library})
    assert by_rpath[path] == {
        "search": ["/opt/py/lib", "LD_LIBRARY_PATH", "system"],
        "resolved": [f"{LIBRARY} -> /opt/py/lib/{LIBRARY}"],
    }
    by_runpath = found({"bin/python3.9": {"needed": [], "runpath": ["$ORIGIN/../lib"]}, path: extension, **library})
    assert by_runpath[path] == {"search": ["LD_LIBRARY_PATH", "system"], "unreached": [LIBRARY]}
    own = found({"bin/python3.9": {"rpath": ["$ORIGIN/../lib"]}, path: {**extension, "runpath": ["/x"]}, **library})
    assert own[path] == {"search": ["LD_LIBRARY_PATH", "/x", "system"], "unreached": [LIBRARY]}, (
        "its RUNPATH ends all RPATHs"
    )


def test_what_the_interpreter_has_loaded_is_there() -> None:
    told = found(
        {
            "bin/python3.9": {"needed": [LIBRARY], "runpath": ["$ORIGIN/../lib"]},
            f"lib/{LIBRARY}": {},
            "lib/python3.9/lib-dynload/x.so": {"needed": [LIBRARY]},
        }
    )
    assert "lib/python3.9/lib-dynload/x.so" not in told


def test_musl_takes_either_after_the_environment_and_inherits_both() -> None:
    told = found(
        {
            "bin/python3.9": {"needed": [LIBRARY], "runpath": ["$ORIGIN/../lib"], "interpreter": MUSL},
            "lib/a/x.so": {"needed": [LIBRARY, "libc.so"], "rpath": ["/y"]},
            f"lib/{LIBRARY}": {},
        }
    )
    assert told["bin/python3.9"]["search"] == ["LD_LIBRARY_PATH", "/opt/py/lib", "system"]
    assert told["lib/a/x.so"]["search"] == ["LD_LIBRARY_PATH", "/y", "/opt/py/lib", "system"]
    assert told["lib/a/x.so"]["resolved"] == [f"{LIBRARY} -> /opt/py/lib/{LIBRARY}"]


def test_a_needed_path_and_links() -> None:
    name = "$ORIGIN/../lib/libpython3.9.so"
    told = found(
        {"bin/python3.9": {"needed": [name]}, f"lib/{LIBRARY}": {}},
        links={"lib/libpython3.9.so": LIBRARY, "bin/python3": "python3.9"},
    )
    assert told["bin/python3.9"]["resolved"] == [f"{name} -> /opt/py/lib/libpython3.9.so"]
    assert (
        "unreached"
        in found(
            {"bin/python3.9": {"needed": ["libx.so"], "rpath": ["$ORIGIN"]}, "lib/libx.so": {}},
            links={"bin/libx.so": "/outside/libx.so", "lib/loop": "loop"},
        )["bin/python3.9"]
    ), "a link out of the tree leads to nothing in it"


def test_mac() -> None:
    told = found(
        {
            "bin/python3.9": {
                "needed": ["@executable_path/../lib/libpython3.9.dylib", "/usr/lib/libSystem.B.dylib"],
                "rpath": ["@loader_path/../x"],
            },
            "lib/libpython3.9.dylib": {"soname": "/install/lib/libpython3.9.dylib"},
            "x/liba.dylib": {},
            "lib/libSystem.B.dylib": {},
            "lib/python3.9/lib-dynload/m.so": {"needed": ["@rpath/liba.dylib", "@loader_path/n.so"]},
            "lib/python3.9/lib-dynload/n.so": {"needed": ["/install/lib/libb.dylib", "@rpath/missing.dylib"]},
            "lib/libb.dylib": {},
        },
        system="macho",
    )
    assert told["bin/python3.9"]["resolved"] == [
        "@executable_path/../lib/libpython3.9.dylib -> /opt/py/lib/libpython3.9.dylib"
    ]
    assert "unreached" not in told["bin/python3.9"], "the system's own libraries are the system's"
    assert told["lib/python3.9/lib-dynload/m.so"] == {
        "search": ["/opt/py/x"],
        "resolved": [
            "@rpath/liba.dylib -> /opt/py/x/liba.dylib",
            "@loader_path/n.so -> /opt/py/lib/python3.9/lib-dynload/n.so",
        ],
    }
    assert told["lib/python3.9/lib-dynload/n.so"]["unreached"] == ["/install/lib/libb.dylib"]


def test_windows_looks_beside_the_module_and_beside_the_interpreter() -> None:
    told = found(
        {
            "python.exe": {"needed": ["python39.dll", "KERNEL32.dll"]},
            "python39.dll": {},
            "DLLs/_ssl.pyd": {"needed": ["LIBSSL-3.dll", "PYTHON39.dll", "tcl.dll"]},
            "DLLs/libssl-3.dll": {},
            "tcl/tcl.dll": {},
        },
        system="pe",
    )
    assert told["python.exe"] == {"resolved": ["python39.dll -> /opt/py/python39.dll"]}
    assert told["DLLs/_ssl.pyd"] == {
        "resolved": ["LIBSSL-3.dll -> /opt/py/DLLs/libssl-3.dll", "PYTHON39.dll -> /opt/py/python39.dll"],
        "unreached": ["tcl.dll"],
    }


TEXTS = st.lists(st.text(alphabet="$ORIGIN{}/.@rpathlibx", max_size=12), max_size=4)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["elf", "macho", "pe"]))
def test_no_text_breaks_it(needed: list[str], rpath: list[str], runpath: list[str], system: str) -> None:
    fact: BinaryFact = {"needed": needed, "rpath": rpath, "runpath": runpath}
    told = found({"bin/python3.9": fact, "lib/x": fact}, links={"lib/l": "../l", "l": "lib/l"}, system=system)
    for one in told.values():
        resolved = one.get("resolved", [])
        assert isinstance(resolved, list)
        assert all(" -> /opt/py/" in text for text in resolved)
