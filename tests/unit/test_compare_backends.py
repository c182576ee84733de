"""Who asks for what: the tables, and the order that they give to differences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.compare import compare_trees, declared, ordered, readers_of
from pydiff.compare.backends import BACKENDS, Span, variables_of
from pydiff.compare.severity import BREAKS, CHANGES
from pydiff.model.record import Difference, Severity
from pydiff.model.snapshot import Snapshot


def differing(
    subject: str,
    severity: Severity = "breaks",
    family: str = "sysconfig",
    read_by: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Difference:
    return Difference(
        family=family, subject=subject, left="l", right="r", severity=severity, read_by=list(read_by), also=list(also)
    )


def test_readers_are_named_the_most_common_first() -> None:
    assert readers_of("CC") == ("setuptools", "scikit-build-core", "uWSGI")
    assert readers_of("LIBDIR")[:2] == ("setuptools", "meson")
    assert "PyO3" in readers_of("LIBDIR")
    assert readers_of("abs_srcdir") == ()
    assert readers_of("whatever", "pkgconfig") == ("meson", "autotools")
    assert readers_of("CC", "files") == ()


def test_every_backend_is_in_the_order_and_works_through_known_ones() -> None:
    names = {backend.name for backend in BACKENDS}
    assert len(names) == len(BACKENDS)
    for backend in BACKENDS:
        assert set(backend.works_through) <= names
        assert all(backend.name in readers_of(variable) for variable in backend.variables)
        assert all(variable in backend.variables for variable in backend.spans or {})


def test_who_works_through_another_asks_for_what_that_asks_for() -> None:
    assert variables_of("setuptools") < variables_of("cffi") < variables_of("cffi") | {"X"}
    assert "SOABI" in variables_of("scikit-build-core")
    assert {"LIBPL", "LDSHARED"} <= variables_of("uWSGI")


@pytest.mark.parametrize(
    ("version", "asked"),
    [("40.8.0", False), ("72.0.0", False), ("72.2.0", True), ("84.2.1", True), ("", True)],
)
def test_releases_of_setuptools_that_link_cxx_on_their_own(version: str, asked: bool) -> None:
    assert ("LDCXXSHARED" in variables_of("setuptools", version)) is asked
    assert "CC" in variables_of("setuptools", version)


def test_a_span_holds_its_ends() -> None:
    assert [Span("70", "75.6.0").holds(one) for one in ("69.5.1", "70.0", "75.6.0", "75.6.1")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("backend", "requires", "package", "expected"),
    [
        ("setuptools.build_meta:__legacy__", [], "", "setuptools"),
        ("setuptools.build_meta", ["setuptools", "cffi>=1.17"], "", "cffi"),
        ("setuptools.build_meta", ["setuptools-rust>=1.4", "setuptools"], "", "setuptools-rust"),
        ("setuptools.build_meta", ["Cython", "numpy"], "", "setuptools"),
        ("mesonpy", ["meson-python", "cffi"], "", "meson"),
        ("scikit_build_core.build", ["scikit-build-core", "cmake>=3.15"], "", "scikit-build-core"),
        ("maturin", ["maturin>=1,<2"], "", "maturin"),
        ("hatchling.build", ["hatchling"], "", None),
        ("", ["scikit_build", "cmake"], "", "scikit-build"),
        ("", [], "", None),
        ("setuptools.build_meta:__legacy__", [], "uWSGI", "uWSGI"),
    ],
)
def test_what_a_package_declares(backend: str, requires: list[str], package: str, expected: str | None) -> None:
    assert declared(backend, requires, package) == expected


def test_what_a_backend_asks_for_comes_first_within_its_severity_and_says_by_whom() -> None:
    given_ones = [
        differing("abs_srcdir"),
        differing("CC"),
        differing("X", "changes"),
        differing("EXT_SUFFIX", "changes"),
    ]
    told = ordered(given_ones)
    assert [one.subject for one in told] == ["CC", "abs_srcdir", "EXT_SUFFIX", "X"]
    assert told[0].asked_by == ["setuptools", "scikit-build-core", "uWSGI"]
    assert told[1].asked_by == []
    assert [one.read_by for one in told] == [[]] * 4, "what is known in general was not seen in a build"


def test_the_declared_backend_first_and_recorded_reads_before_it() -> None:
    given_ones = [
        differing("CC"),
        differing("LIBPC"),
        differing("Z", read_by=["setup.py:1"]),
        differing("a.pc:prefix", family="pkgconfig"),
    ]
    assert [one.subject for one in ordered(given_ones, "meson")] == ["Z", "LIBPC", "a.pc:prefix", "CC"]
    assert [one.subject for one in ordered(given_ones, "setuptools")] == ["Z", "CC", "LIBPC", "a.pc:prefix"]


def test_a_difference_that_several_share_is_asked_for_when_one_of_them_is() -> None:
    shared = differing("AAA", also=["AR", "B"])
    assert ordered([differing("X"), shared])[0].asked_by == ["setuptools"]


def test_what_breaks_builds_is_asked_for_by_someone() -> None:
    """The severities are those of variables that somebody reads; these few are read by scripts of packages, not by a backend."""
    unread = {name for name in BREAKS if not readers_of(name)}
    assert unread == {
        "RANLIB",
        "LD",
        "BLDSHARED",
        "LINKCC",
        "LDFLAGS_SHARED",
        "BINLIBDEST",
        "CONFINCLUDEDIR",
        "INSTSONAME",
    }
    asked = frozenset[str]().union(*(backend.variables for backend in BACKENDS))
    assert {"CC", "LIBDIR", "INCLUDEPY", "EXT_SUFFIX"} <= asked & (BREAKS | CHANGES)


_DIFFERENCES = st.lists(
    st.builds(
        differing,
        st.sampled_from(["CC", "LIBDIR", "X", "LIBPC", "EXT_SUFFIX"]),
        st.sampled_from(["breaks", "changes", "cosmetic"]),
        st.sampled_from(["sysconfig", "pkgconfig", "files"]),
        read_by=st.sampled_from([[], ["setup.py:1"]]),
    ),
    max_size=12,
)


@given(_DIFFERENCES, st.sampled_from([None, *(backend.name for backend in BACKENDS)]))
def test_ordering_loses_nothing_and_is_settled(given_ones: list[Difference], backend: str | None) -> None:
    told = ordered(given_ones, backend)
    assert sorted(map(repr, (one.subject + one.family for one in told))) == sorted(
        map(repr, (one.subject + one.family for one in given_ones))
    )
    assert ordered(told, backend) == told
    ranks = [("breaks", "changes", "cosmetic").index(one.severity) for one in told]
    assert ranks == sorted(ranks)


def test_the_answer_of_compare_trees_is_in_this_order() -> None:
    left = Snapshot("/a", "3.9.1", {"sysconfig": {"BLDSHARED": "x", "CC": "x"}}, {})
    right = Snapshot("/b", "3.9.1", {"sysconfig": {"BLDSHARED": "y", "CC": "y"}}, {})
    assert [one.subject for one in ordered(compare_trees(left, right))] == ["CC", "BLDSHARED"]


@pytest.mark.parametrize(
    ("path", "compiled"),
    [
        ("include/python{X.Y}/", True),
        ("include/python{X.Y}/cpython/object.h", True),
        ("include/python{X.Y}/internal/pycore_gc.h", False),
        ("lib/python{X.Y}/os.py", False),
        ("include/python{X.Y}", False),
    ],
)
def test_public_headers_are_asked_for_by_what_compiles_c(path: str, compiled: bool) -> None:
    readers = readers_of(path, "files")
    assert ({"setuptools", "meson", "CMake"} <= {*readers}) is compiled
    assert not {"PyO3", "maturin"} & {*readers}
