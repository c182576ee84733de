"""Command lines as flags with their arguments: what `-L x`, `-Wl,-rpath,x` and `-isysroot x` mean, in the order they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

FlagKind = Literal[
    "compiler",
    "define",
    "include",
    "library-path",
    "library",
    "rpath",
    "hardening",
    "optimisation",
    "abi",
    "warning",
    "debug",
    "linker",
    "other",
]


@dataclass(frozen=True, slots=True)
class Flag:
    text: str
    """With its argument, in one spelling: `-Lx` for `-L x`, `-isysroot x` with a space, `-Wl,-rpath,x` for `-Xlinker -rpath -Xlinker x`."""
    kind: FlagKind


# Options that take the next word when nothing is glued to them, and are the same thing glued: -L x is -Lx.
_GLUED = ("-L", "-I", "-D", "-U", "-l", "-F")
# Options that always take the next word.
_SEPARATE = frozenset({
    "-isysroot", "-isystem", "-iquote", "-idirafter", "-iprefix", "-include", "-imacros", "-arch", "-framework", "-weak_framework", "-o", "-x",
    "-MF", "-MT", "-MQ", "-u", "-T", "-z", "-e", "-Xassembler", "-Xpreprocessor", "-Xclang", "-Xarch_x86_64", "-Xarch_arm64", "-target",
    "--sysroot", "--param", "-undefined", "-install_name", "-current_version", "-compatibility_version", "-bundle_loader", "-R", "-rpath",
})  # fmt: skip
# The linker's own options that take the next linker word, as in -Wl,-rpath,x.
_LINKER_SEPARATE = frozenset({
    "-rpath", "--rpath", "-rpath-link", "--rpath-link", "-soname", "--soname", "-h", "-z", "-m", "-T", "-e", "-u", "-L", "-l", "-Map",
    "--version-script", "-version-script", "--exclude-libs", "-exclude-libs", "--dynamic-linker", "-dynamic-linker", "-install_name", "-headerpad",
    "-current_version", "-compatibility_version", "-syslibroot", "-R", "-exported_symbols_list", "-undefined", "-plugin", "--dynamic-list",
})  # fmt: skip
# The first that matches decides. Sources: the option indexes of GCC 14, Clang 18 and GNU ld 2.42.
_KINDS: tuple[tuple[FlagKind, str], ...] = (
    (
        "hardening",
        r"-[DU]_FORTIFY_SOURCE|-Wp,-[DU]_FORTIFY_SOURCE|-fstack-protector|-fstack-clash|-fcf-protection|-fhardened|-mbranch-protection",
    ),
    (
        "hardening",
        r"-fPIE$|-fpie$|-pie$|-no-pie$|-Wl,-z,(?:relro|now|norelro|lazy|noexecstack|execstack|separate-code)|-z (?:relro|now|noexecstack)",
    ),
    ("rpath", r"-Wl,--?rpath|-Wl,-R|-rpath\b|-R"),
    ("library-path", r"-L|-F|-Wl,-L"),
    ("library", r"-l|-framework |-weak_framework |-Wl,-l"),
    ("library", r"[^-].*\.(?:a|lib|tbd|dylib|dll)$|[^-].*\.so(?:\.\d+)*$"),
    ("define", r"-D|-U"),
    ("include", r"-I|-isystem|-iquote|-idirafter|-include|-imacros|-isysroot|--sysroot|-iprefix|-nostdinc"),
    (
        "linker",
        r"-Wl,|-Xlinker|-shared|-static|-bundle|-dynamiclib|-rdynamic|-fuse-ld|-nostdlib|-nodefaultlibs|-nostartfiles|-undefined",
    ),
    (
        "linker",
        r"-install_name|-current_version|-compatibility_version|-exported_symbols|-T |-z |-e |-u |-B|-s$|-Bsymbolic|-headerpad",
    ),
    ("warning", r"-W(?!p,|a,)|-w$|-pedantic|-Q?unused-arguments|-fdiagnostics"),
    ("debug", r"-g(?!nu)|-fdebug|-ffile-prefix-map|-fmacro-prefix-map|-gdwarf"),
    (
        "optimisation",
        r"-O|-f(?:no-)?(?:lto|fat-lto|use-linker-plugin|profile|wrapv|semantic-interposition|omit-frame-pointer|strict-aliasing)",
    ),
    (
        "optimisation",
        r"-f(?:no-)?(?:unroll|inline|fast-math|vectorize|tree|reorder|plt|strict-overflow|bolt|split|function-sections|data-sections)",
    ),
    (
        "abi",
        r"-m|-arch |-target|--target|-f(?:no-)?(?:PIC|pic|visibility|short-enums|exceptions|rtti|abi|signed-char|unsigned-char)|-pthread|-std=",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_WRAPPERS = frozenset({"ccache", "sccache", "distcc", "env", "xcrun", "libtool"})
_WORD = re.compile(
    r"""\s*((?:
        '[^']*' | "(?:\\.|[^"\\])*"      # quoted, closed
      | \$\([^()\s]*(?:\s[^()]*)?\)      # a make variable or function stays whole: $(shell x y)
      | \\. | [^\s]                      # anything else, a lone quote among it
    )+)""",
    re.VERBOSE | re.DOTALL,
)
_PIECE = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|(.)""", re.DOTALL)


def split(text: str) -> list[str]:
    """Words as a shell would split them; an unclosed quote stands for itself instead of being an error."""
    return [_unquoted(match[1]) for match in _WORD.finditer(text)]


def _unquoted(word: str) -> str:
    if not any(mark in word for mark in "'\"\\"):
        return word
    pieces = []
    for single, double, escaped, plain in _PIECE.findall(word):
        pieces.append(single or re.sub(r'\\(["\\$`])', r"\1", double) or escaped or plain)
    return "".join(pieces)


def tokenise(command: str | Sequence[str]) -> list[Flag]:
    """The flags of a command line or of a variable like CFLAGS, in order, none lost. Never raises."""
    words = split(command) if isinstance(command, str) else list(command)
    flags: list[Flag] = []
    for text in _joined(words):
        program = not text.startswith("-") and all(flag.kind == "compiler" and flag.text in _WRAPPERS for flag in flags)
        kind = classify(text)
        flags.append(Flag(text, "compiler" if program and kind == "other" and not _is_input(text) else kind))
    return flags


def classify(text: str) -> FlagKind:
    """What a flag in canonical spelling is for, wherever it stands."""
    return next((kind for kind, pattern in _COMPILED if pattern.match(text)), "other")


def _is_input(text: str) -> bool:
    return text.endswith((".o", ".c", ".cc", ".cpp", ".cxx", ".s", ".S", ".obj")) or "=" in text


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Each option with its argument in one text."""
    position = 0
    while position < len(words):
        word = words[position]
        following = words[position + 1] if position + 1 < len(words) else None
        if word.startswith("-Wl,") or (word == "-Xlinker" and following is not None):
            linker, position = _linker_words(words, position)
            yield from _linker_flags(linker)
            continue
        position += 1
        if following is not None and (word in _GLUED or word in _SEPARATE):
            position += 1
            yield word + ("" if word in _GLUED else " ") + following
        else:
            yield word


def _linker_words(words: Sequence[str], position: int) -> tuple[list[str], int]:
    """What an unbroken run of -Wl, and -Xlinker hands to the linker, and where it ends."""
    found: list[str] = []
    while position < len(words):
        if words[position].startswith("-Wl,"):
            found += words[position].removeprefix("-Wl,").split(",")
            position += 1
        elif words[position] == "-Xlinker" and position + 1 < len(words):
            found.append(words[position + 1])
            position += 2
        else:
            break
    return found, position


def _linker_flags(words: Sequence[str]) -> Iterator[str]:
    position = 0
    while position < len(words):
        word = words[position]
        name, equals, value = word.partition("=")
        position += 1
        if equals and name in _LINKER_SEPARATE:
            yield f"-Wl,{name},{value}"
        elif word in _LINKER_SEPARATE and position < len(words):
            yield f"-Wl,{word},{words[position]}"
            position += 1
        else:
            yield f"-Wl,{word}"


def changed(left: Sequence[Flag], right: Sequence[Flag]) -> tuple[list[Flag], list[Flag]]:
    """(what only the left has, what only the right has), in order. A flag that moved past another is in both."""
    start, stop = 0, 0
    shorter = min(len(left), len(right))
    while start < shorter and left[start] == right[start]:
        start += 1
    while stop < shorter - start and left[-1 - stop] == right[-1 - stop]:
        stop += 1
    middle_left, middle_right = left[start : len(left) - stop], right[start : len(right) - stop]
    removed: list[Flag] = []
    added: list[Flag] = []
    for tag, left_from, left_to, right_from, right_to in SequenceMatcher(
        None, middle_left, middle_right, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            removed += middle_left[left_from:left_to]
            added += middle_right[right_from:right_to]
    return removed, added
