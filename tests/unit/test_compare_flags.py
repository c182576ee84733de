"""Flags with their arguments, none lost, in order."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydiff.compare.flags import Flag, FlagKind, changed, classify, split, tokenise
from snapshot_support import LINUX, MACOS, released


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
        ("-Wl,-stack_size,1000000 -Wl,-headerpad,40", ["-Wl,-stack_size,1000000", "-Wl,-headerpad,40"]),
        ("-Wl,-platform_version,macos,10.9,11.0,-x", ["-Wl,-platform_version,macos,10.9,11.0", "-Wl,-x"]),
        ("-sectcreate __TEXT __info Info.plist -O2", ["-sectcreate __TEXT __info Info.plist", "-O2"]),
        ("-mllvm -x86-asm-syntax=intel", ["-mllvm -x86-asm-syntax=intel"]),
        ("@flags.rsp '@with space.rsp' -L @dir", ["@flags.rsp", "@with space.rsp", "-L@dir"]),
        ("-o", ["-o"]),
        ("-sectcreate a", ["-sectcreate a"]),
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
        ("-Wl,-O1", "optimisation"),
        ("-Wl,-Bsymbolic-functions", "optimisation"),
        ("-Wl,--hash-style,gnu", "optimisation"),
        ("-Wl,-Bsymbolic", "linker"),
        ("-Wl,-export-dynamic", "linker"),
        ("-Wl,-stack_size,1000000", "linker"),
        ("-Wl,-hidden-lz", "library"),
        ("-weak_framework Tk", "library"),
        ("-Wl,-rpath-link,/x", "rpath"),
        ("-Wl,-L/x", "library-path"),
        ("-Wp,-D_FORTIFY_SOURCE=2", "hardening"),
        ("-fcf-protection", "hardening"),
        ("-z relro", "hardening"),
        ("-Wp,-DX", "define"),
        ("-mtune=generic", "optimisation"),
        ("-mno-omit-leaf-frame-pointer", "optimisation"),
        ("-fno-omit-frame-pointer", "optimisation"),
        ("-stdlib=libc++", "abi"),
        ("-fvisibility=hidden", "abi"),
        ("-iwithsysroot /x", "include"),
        ("-fdebug-prefix-map=a=b", "debug"),
        ("-export-dynamic", "linker"),
        ("-Rpass=inline", "other"),
        ("@flags.rsp", "other"),
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


@pytest.mark.parametrize(
    ("command", "programs"),
    [
        ("gcc -pthread", ["gcc"]),
        ("/opt/bin/ccache /usr/bin/gcc -c x.c", ["/opt/bin/ccache", "/usr/bin/gcc"]),
        ("env A=1 B=2 clang -O2 gcc", ["env", "clang"]),
        ("xcrun -sdk macosx clang x.c", ["xcrun", "clang"]),
        ("$(CC) -pthread", ["$(CC)"]),
        ("${LDSHARED} -O2", ["${LDSHARED}"]),
        ("$(BASECFLAGS) -O2", []),
        ("@flags.rsp gcc", []),
        ("A=1 gcc", []),
        ("", []),
        ("'' gcc", []),
    ],
)
def test_what_is_run(command: str, programs: list[str]) -> None:
    assert [flag.text for flag in tokenise(command) if flag.kind == "compiler"] == programs


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


# Every way to write it, the one spelling that it gets, and what it is for.
_SPELLINGS: tuple[tuple[tuple[str, ...], str, FlagKind], ...] = (
    (("-L/x", "-L /x", "'-L' /x", '-L"/x"'), "-L/x", "library-path"),
    (("-I/p q".replace(" ", "\\ "), "-I '/p q'", '"-I/p q"'), "-I/p q", "include"),
    (("-lm", "-l m"), "-lm", "library"),
    (("-DA=1", "-D A=1", "-D'A'=1"), "-DA=1", "define"),
    (("-isysroot /S", "-isysroot '/S'"), "-isysroot /S", "include"),
    (("-march=x86-64-v2", "'-march=x86-64-v2'"), "-march=x86-64-v2", "abi"),
    (
        (
            "-Wl,-rpath,/r",
            "-Wl,-rpath=/r",
            "-Wl,-rpath -Wl,/r",
            "-Xlinker -rpath -Xlinker /r",
            "-Wl,-rpath -Xlinker /r",
        ),
        "-Wl,-rpath,/r",
        "rpath",
    ),
    (("-Wl,-z,now", "-Wl,-z -Wl,now", "-Xlinker -z -Xlinker now"), "-Wl,-z,now", "hardening"),
    (("-Wl,--exclude-libs,ALL", "-Wl,--exclude-libs=ALL"), "-Wl,--exclude-libs,ALL", "linker"),
    (("-framework CoreFoundation",), "-framework CoreFoundation", "library"),
    (("-arch arm64",), "-arch arm64", "abi"),
    (("@flags.rsp", '"@flags.rsp"'), "@flags.rsp", "other"),
    (("-O3",), "-O3", "optimisation"),
    (("-Wall",), "-Wall", "warning"),
    (("-g",), "-g", "debug"),
    (("-fstack-protector-strong",), "-fstack-protector-strong", "hardening"),
    (("$(shell pkg-config --libs x)",), "$(shell pkg-config --libs x)", "other"),
)
_WRITTEN = st.sampled_from(_SPELLINGS).flatmap(
    lambda one: st.tuples(st.sampled_from(one[0]), st.just(Flag(one[1], one[2])))
)


@given(st.lists(_WRITTEN, max_size=15), st.sampled_from([" ", "  ", "\t", " \n "]))
def test_however_it_is_written_every_flag_comes_out_once_and_in_order(
    written: list[tuple[str, Flag]], space: str
) -> None:
    assert tokenise(space.join(text for text, _ in written)) == [flag for _, flag in written]


@given(st.lists(_WRITTEN, max_size=8), st.lists(_WRITTEN, max_size=8))
def test_spelling_is_no_difference_and_what_differs_is_told(
    left: list[tuple[str, Flag]], right: list[tuple[str, Flag]]
) -> None:
    one, other = (tokenise(" ".join(text for text, _ in side)) for side in (left, right))
    removed, added = changed(one, other)
    assert (not removed and not added) == ([flag for _, flag in left] == [flag for _, flag in right])


@given(st.lists(st.text(alphabet="ab-LWl,=@x/ ", min_size=1, max_size=8), max_size=10))
def test_no_letter_of_a_word_is_lost(words: list[str]) -> None:
    """What -Wl, and -Xlinker say, and which separator stands between an option and its argument, is spelling; the rest comes out."""

    def letters(texts: list[str]) -> str:
        return "".join(texts).replace("-Wl,", "").translate(str.maketrans("", "", ",= "))

    assert letters([flag.text for flag in tokenise(words)]) == letters(words)


def test_every_flag_of_the_real_releases_is_known() -> None:
    names = (
        "CFLAGS",
        "CPPFLAGS",
        "LDFLAGS",
        "LDSHARED",
        "CC",
        "CXX",
        "CCSHARED",
        "LINKFORSHARED",
        "LIBS",
        "PY_CFLAGS_NODIST",
        "PY_LDFLAGS_NODIST",
    )
    for release in (LINUX, MACOS):
        variables = released(release, "sysconfig")
        flags = [flag for name in names for flag in tokenise(str(variables.get(name) or ""))]
        assert {flag.text for flag in flags if flag.kind == "other"} == set()
        assert len(flags) > 30


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
