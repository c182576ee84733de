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
