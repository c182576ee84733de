"""Places become roles, and come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.model.roles import Roles

PYENV = Roles({
    "prefix": "/srv/pyenv/versions/3.9.18",
    "X.Y": "3.9",
    "X.Y.Z": "3.9.18",
    "multiarch": "x86_64-linux-gnu",
    "src": "/build/uwsgi",
    "venv": "/build/uwsgi/.venv",
    "tmp": "/tmp",
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-L/srv/pyenv/versions/3.9.18/lib", "-L{prefix}/lib"),
        ("-Wl,-rpath,/srv/pyenv/versions/3.9.18/lib:/tmp", "-Wl,-rpath,{prefix}/lib:{tmp}"),
        ("'--prefix=/srv/pyenv/versions/3.9.18'", "'--prefix={prefix}'"),
        ("-isystem/build/uwsgi/x", "-isystem{src}/x"),
        ("/build/uwsgi/.venv/bin", "{venv}/bin"),
        ("lib/python3.9/config-3.9-x86_64-linux-gnu", "lib/python{X.Y}/config-{X.Y}-{multiarch}"),
        ("_ssl.cpython-39-x86_64-linux-gnu.so", "_ssl.cpython-{XY}-{multiarch}.so"),
        ("python39.dll cp39-cp39", "python{XY}.dll cp{XY}-cp{XY}"),
        ("libpython3.9.so.1.0", "libpython{X.Y}.so.1.0"),
        ("man1/python3.9.1", "man1/python{X.Y}.1"),
        ("/usr/src/Python-3.9.18", "/usr/src/Python-{X.Y.Z}"),
        ("in /tmp.", "in {tmp}."),
        # What only looks like one.
        ("/a/tmp /tmpx /tmp.old /tmp-1 x/tmp", "/a/tmp /tmpx /tmp.old /tmp-1 x/tmp"),
        ("13.9 3.90 3.9.1 python3.91", "13.9 3.90 3.9.1 python3.91"),
        ("cpython-390 abc39", "cpython-390 abc39"),
        ("x86_64-linux-gnux32", "x86_64-linux-gnux32"),
    ],
)
def test_places(text: str, expected: str) -> None:
    assert PYENV.normalise(text) == expected
    assert PYENV.restore(expected) == text


def test_a_shared_prefix_owns_only_what_is_pythons() -> None:
    roles = Roles({"prefix": "/usr", "X.Y": "3.11"})
    text = "/usr /usr/lib /usr/lib/python3.11/os.py /usr/bin/python3 -I/usr/include /usr/bin/mkdir /usr/include/ncurses /usr/lib/gcc"
    expected = (
        "{prefix} {prefix}/lib {prefix}/lib/python{X.Y}/os.py {prefix}/bin/python3 -I{prefix}/include /usr/bin/mkdir"
    )
    assert roles.normalise(text) == f"{expected} /usr/include/ncurses /usr/lib/gcc"


def test_places_that_say_nothing_are_left_out() -> None:
    roles = Roles({"prefix": "/", "src": "", "tmp": "relative/path", "X.Y": ""})
    assert roles.normalise("/ relative/path /x") == "/ relative/path /x"


def test_a_trailing_slash_makes_no_difference() -> None:
    assert Roles({"src": "/build/x/"}).normalise("/build/x/a /build/x") == "{src}/a {src}"


def test_versions_that_contain_each_other() -> None:
    assert (
        Roles({"X.Y": "3.1"}).normalise("python3.1 python3.10 python31 python310")
        == "python{X.Y} python3.10 python{XY} python310"
    )


# Everything that stands at the edges of places, and pieces of the places themselves.
_PLACES = (
    "/srv/pyenv/versions/3.9.18",
    "/build/uwsgi",
    "/.venv",
    "/tmp",
    "python",
    "cpython-",
    "39",
    "3.9",
    "3.9.18",
    "x86_64-linux-gnu",
)
_PIECES = st.sampled_from([*_PLACES, *"/-_.:,= '\"LIx93{}$()"])
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)


@given(_TEXTS)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = PYENV.normalise(text)
    assert PYENV.normalise(once) == once


@given(_TEXTS)
def test_restoring_gives_the_text_back(text: str) -> None:
    assert PYENV.restore(PYENV.normalise(text)) == text


_NAMES = st.text(alphabet="ab/.-_3{}9", min_size=1, max_size=12)


@given(st.dictionaries(st.sampled_from(["prefix", "src", "tmp", "home"]), _NAMES.map(lambda name: f"/{name}")), _TEXTS)
def test_any_places_at_all(places: dict[str, str], text: str) -> None:
    roles = Roles(places)
    assert roles.restore(roles.normalise(text)) == text


COMPILED = Roles({
    "prefix": "/tmp/python-build.7/out",
    "X.Y": "3.9",
    "X.Y.Z": "3.9.18",
    "build": "/tmp/python-build.7/Python-3.9.18",
    "python-source": "/tmp/python-build.7/src",
    "srcdir": "..",
    "tmp": "/tmp/python-build.7",
})  # fmt: skip
WINDOWS = Roles({
    "prefix": "C:\\Users\\me\\py",
    "tmp": "C:\\Users\\me\\AppData\\Local\\Temp\\build-1",
    "build": "C:\\Users\\me\\AppData\\Local\\Temp\\build-1\\PCbuild",
    "X.Y": "3.11",
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LD_LIBRARY_PATH=/tmp/python-build.7/Python-3.9.18", "LD_LIBRARY_PATH={build}"),
        ("-L/tmp/python-build.7/deps /tmp/python-build.7/out/lib", "-L{tmp}/deps {prefix}/lib"),
        # One folder of macOS with two names.
        ("/private/tmp/python-build.7/x", "/private{tmp}/x"),
        ("-I/private/tmp/python-build.7", "-I/private{tmp}"),
        ("x/private/tmp/python-build.7", "x/private/tmp/python-build.7"),
        ("-ffile-prefix-map=/tmp/python-build.7/src=.", "-ffile-prefix-map={python-source}=."),
        # WASM_STDLIB of CPython is `.` and the prefix.
        ("./tmp/python-build.7/out/lib", ".{prefix}/lib"),
        ("../tmp/python-build.7/out/lib", "../tmp/python-build.7/out/lib"),
        ("-I../Include ../Modules/makesetup", "-I{srcdir}/Include {srcdir}/Modules/makesetup"),
        (
            "../.. ../Other ../../Include a../Include ../Modulesx",
            "../.. ../Other ../../Include a../Include ../Modulesx",
        ),
    ],
)
def test_places_of_a_compilation(text: str, expected: str) -> None:
    assert COMPILED.normalise(text) == expected
    assert COMPILED.normalise(expected) == expected
    assert COMPILED.restore(expected) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"C:\Users\me\py\Lib", r"{prefix}\Lib"),
        (r"c:\Users\me\py\Lib", r"{prefix:c}\Lib"),
        ("C:/Users/me/py/Lib", "{prefix:/}/Lib"),
        ("-Lc:/Users/me/py", "-L{prefix:c/}"),
        (r"C:\Users\me\AppData\Local\Temp\build-1\PCbuild\x", r"{build}\x"),
        (r"C:\Users\me\AppData\Local\Temp\build-1\out", r"{tmp}\out"),
        (
            r"C:\Users\me\python XC:\Users\me\py C:\Users\me\py.old",
            r"C:\Users\me\python XC:\Users\me\py C:\Users\me\py.old",
        ),
    ],
)
def test_places_of_windows_in_each_spelling(text: str, expected: str) -> None:
    assert WINDOWS.normalise(text) == expected
    assert WINDOWS.restore(expected) == text


def test_a_drive_is_no_place() -> None:
    assert Roles({"prefix": "C:\\", "tmp": "D:\\\\", "src": "E:/"}).values == {}


@pytest.mark.parametrize("srcdir", ["", "/usr/src/python", "Python-3.9", ".. ", ".../x"])
def test_a_srcdir_that_is_no_way_up_is_left_out(srcdir: str) -> None:
    assert "srcdir" not in Roles({"srcdir": srcdir}).values


_COMPILING = st.sampled_from([
    *("/tmp", "/python-build.7", "/Python-3.9.18", "/out", "/src", "/private", "..", ".", "../Include", "/Modules", "-I", "{build}"),
    *("C:", "c:", "\\Users", "/Users", "\\me\\py", "/me/py", "\\me\\AppData\\Local\\Temp\\build-1", "\\PCbuild", "/PCbuild"),
    *"/\\-_.:,= LI39{}",
])  # fmt: skip


@given(st.sampled_from([COMPILED, WINDOWS]), st.lists(_COMPILING, max_size=12).map("".join))
def test_roles_of_a_compilation_and_of_windows_come_back_and_stay(roles: Roles, text: str) -> None:
    once = roles.normalise(text)
    assert roles.normalise(once) == once
    if not any(f"{{{role}}}" in text for role in roles.values):
        assert roles.restore(once) == text


_PARTS = st.lists(st.sampled_from(["tmp", "var", "private", "python-3.9", "b", "src.d"]), min_size=1, max_size=4)
_PLACES_ANYWHERE = st.one_of(
    _PARTS.map(lambda parts: "/" + "/".join(parts)),
    st.tuples(st.sampled_from("cCdD"), st.sampled_from("\\/"), _PARTS).map(
        lambda it: f"{it[0]}:{it[1]}{it[1].join(it[2])}"
    ),
)
_ROLES = st.sampled_from(["prefix", "build", "python-source", "tmp", "tmp~1"])


@given(st.dictionaries(_ROLES, _PLACES_ANYWHERE, min_size=1), st.sampled_from([".", "..", "../.."]), st.data())
def test_places_inside_each_other(places: dict[str, str], srcdir: str, data: st.DataObject) -> None:
    """Made of the places themselves, in every spelling, so that each text holds some."""
    roles = Roles({**places, "srcdir": srcdir, "X.Y": "3.9"})
    spelled = [
        *places.values(),
        *(text.swapcase() for text in places.values()),
        *(text.replace("\\", "/") for text in places.values()),
    ]
    pieces = st.sampled_from(
        [*spelled, "/private", "/Include", srcdir, "-I", "/", "\\", ".", " ", ":", "=", "python", "3.9"]
    )
    text = "".join(data.draw(st.lists(pieces, max_size=8)))
    once = roles.normalise(text)
    assert roles.normalise(once) == once
    assert roles.restore(once) == text
