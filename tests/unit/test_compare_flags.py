"""Flags with their arguments, none lost, in order."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.compare.flags import Flag, changed, classify, split, tokenise


def texts(command: str | list[str]) -> list[str]:
    return [flag.text for flag in tokenise(command)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("-L /x -I/y -D A=1 -lm -l m", ["-L/x", "-I/y", "-DA=1", "-lm", "-lm"]),
        (
            "-isysroot /S -arch x86_64 -framework CoreFoundation",
            ["-isysroot /S", "-arch x86_64", "-framework CoreFoundation"],
        ),
        ("-Wl,-rpath,/z,-z,now,--as-needed", ["-Wl,-rpath,/z", "-Wl,-z,now", "-Wl,--as-needed"]),
        ("-Xlinker -rpath -Xlinker /z", ["-Wl,-rpath,/z"]),
        ("-Wl,-rpath -Wl,/z -Wl,-rpath=/y", ["-Wl,-rpath,/z", "-Wl,-rpath,/y"]),
        ("-Wl,--exclude-libs=ALL -Wl,--exclude-libs,ALL", ["-Wl,--exclude-libs,ALL"] * 2),
        ("-DX='a b' \"-I/p q\"", ["-DX=a b", "-I/p q"]),
        ("-L$(LIBDIR) $(shell pkg-config --libs x) ${Y}", ["-L$(LIBDIR)", "$(shell pkg-config --libs x)", "${Y}"]),
        ("-o", ["-o"]),
        ("-L", ["-L"]),
        ("-Xlinker", ["-Xlinker"]),
        ("-Wl,", ["-Wl,"]),
        ("", []),
    ],
)
def test_arguments_stay_with_their_flags(command: str, expected: list[str]) -> None:
    assert texts(command) == expected


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        ("-DNDEBUG", "define"),
        ("-D_FORTIFY_SOURCE=2", "hardening"),
        ("-U_FORTIFY_SOURCE", "hardening"),
        ("-fstack-protector-strong", "hardening"),
        ("-Wl,-z,relro", "hardening"),
        ("-I/x", "include"),
        ("-isysroot /S", "include"),
        ("-L/x", "library-path"),
        ("-lpython3.9", "library"),
        ("-framework CoreFoundation", "library"),
        ("libpython3.9.a", "library"),
        ("/x/libpython3.9.so.1.0", "library"),
        ("-Wl,-rpath,/x", "rpath"),
        ("-O3", "optimisation"),
        ("-flto=thin", "optimisation"),
        ("-fno-semantic-interposition", "optimisation"),
        ("-march=x86-64-v2", "abi"),
        ("-arch arm64", "abi"),
        ("-mmacosx-version-min=10.15", "abi"),
        ("-pthread", "abi"),
        ("-fPIC", "abi"),
        ("-Wall", "warning"),
        ("-Werror=format-security", "warning"),
        ("-g", "debug"),
        ("-fdebug-default-version=4", "debug"),
        ("-Wl,--exclude-libs,ALL", "linker"),
        ("-shared", "linker"),
        ("-undefined dynamic_lookup", "linker"),
        ("-fno-such-thing", "other"),
        ("-o x.so", "other"),
    ],
)
def test_kinds(flag: str, kind: str) -> None:
    assert classify(flag) == kind


def test_only_the_program_is_a_compiler() -> None:
    assert [flag.kind for flag in tokenise("ccache gcc -pthread x.c y")] == [
        "compiler",
        "compiler",
        "abi",
        "other",
        "other",
    ]
    assert [flag.kind for flag in tokenise("-g gcc")] == ["debug", "other"]


def test_an_open_quote_is_no_error() -> None:
    assert split("-DX=\"a -lm it's") == ['-DX="a', "-lm", "it's"]


_WORDS = st.text(alphabet="abIL-=,./ '\"\\$()é\n", max_size=12)


@given(st.lists(_WORDS, max_size=8))
def test_split_agrees_with_the_shell_on_quoted_words(words: list[str]) -> None:
    assert split(shlex.join(words)) == words


@given(st.text(alphabet="ab-LIWl,= '\"\\$()\n", max_size=60))
def test_no_text_breaks_the_tokeniser(text: str) -> None:
    tokenise(text)


def _pieces(words: list[str]) -> list[str]:
    """Words taken apart so far that spelling no longer shows: what the tokeniser must neither lose nor reorder."""
    return (
        "".join(word.replace("-Wl,", "").replace("-Xlinker", "") for word in words)
        .replace(",", "")
        .replace("=", "")
        .replace(" ", "")
        .split()
    )


_FLAGS = st.sampled_from(
    [
        "-L",
        "-I",
        "/x",
        "-lm",
        "-Wl,-rpath,/y",
        "-Wl,-z",
        "-Wl,now",
        "-Xlinker",
        "-rpath",
        "-isysroot",
        "-O2",
        "gcc",
        "a.o",
        "-DA=1",
    ]
)


@given(st.lists(_FLAGS, max_size=12))
def test_no_flag_is_lost_and_order_is_kept(words: list[str]) -> None:
    # A last -Xlinker hands on nothing; it stays as it is, and the comparison below does not look at it.
    assert _pieces([flag.text for flag in tokenise(words)]) == _pieces(words)


_LISTS = st.lists(st.sampled_from("abcd").map(lambda name: Flag(f"-{name}", "other")), max_size=8)


@given(_LISTS, _LISTS)
def test_what_did_not_change_is_the_same_sequence_on_both_sides(left: list[Flag], right: list[Flag]) -> None:
    removed, added = changed(left, right)
    assert len(left) - len(removed) == len(right) - len(added)
    assert (removed, added) == ([], []) if left == right else removed or added
    for flags, taken in ((left, removed), (right, added)):
        rest = iter(flags)
        assert all(flag in rest for flag in taken), "in the order of the side"


def test_a_flag_that_moved_is_told() -> None:
    removed, added = changed(tokenise("-L/a -L/b -lm"), tokenise("-L/b -L/a -lm"))
    assert [flag.text for flag in removed] == [flag.text for flag in added]
    assert len(removed) == 1
