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
# Options that always take the next word; those that take more are in `_SEVERAL`.
_SEPARATE = frozenset({
    "-isysroot", "-isystem", "-iquote", "-idirafter", "-iprefix", "-iwithprefix", "-iwithprefixbefore", "-iwithsysroot", "-iframework",
    "-imultilib", "-include", "-include-pch", "-imacros", "-cxx-isystem", "-isystem-after", "-arch", "-framework", "-weak_framework",
    "-force_load", "-weak_library", "-reexport_framework", "-o", "-x", "-MF", "-MT", "-MQ", "-MJ", "-u", "-T", "-z", "-e", "-A", "-G",
    "-Xassembler", "-Xpreprocessor", "-Xclang", "-Xarch_x86_64", "-Xarch_arm64", "-Xarch_host", "-Xarch_device", "-mllvm", "-target",
    "--target", "--sysroot", "--param", "-specs", "-undefined", "-install_name", "-current_version", "-compatibility_version",
    "-bundle_loader", "-exported_symbols_list", "-unexported_symbols_list", "-R", "-rpath", "-dumpbase", "-aux-info", "-wrapper", "-sdk",
    "-allowable_client", "-client_name", "-image_base", "-multiply_defined", "-umbrella", "-init", "-serialize-diagnostics",
})  # fmt: skip
# The linker's own options that take the next linker word, as in -Wl,-rpath,x.
_LINKER_SEPARATE = frozenset({
    "-rpath", "--rpath", "-rpath-link", "--rpath-link", "-soname", "--soname", "-h", "-z", "-m", "-T", "-e", "--entry", "-u", "--undefined",
    "-L", "-l", "-F", "-I", "-Map", "--Map", "--version-script", "-version-script", "--exclude-libs", "-exclude-libs", "--dynamic-linker",
    "-dynamic-linker", "--dynamic-list", "--defsym", "-defsym", "--wrap", "-wrap", "--retain-symbols-file", "--require-defined", "--sysroot",
    "--script", "--default-script", "-dT", "-R", "-Y", "-y", "-b", "--format", "--oformat", "-plugin", "-plugin-opt", "--section-start",
    "-Ttext", "-Tdata", "-Tbss", "--hash-style", "-init", "-fini", "-A", "-G", "-a", "-c", "-o", "-f", "--auxiliary", "--filter",
    # Apple's.
    "-install_name", "-headerpad", "-current_version", "-compatibility_version", "-syslibroot", "-exported_symbols_list",
    "-unexported_symbols_list", "-exported_symbol", "-unexported_symbol", "-undefined", "-stack_size", "-stack_addr", "-framework",
    "-weak_framework", "-reexport_framework", "-force_load", "-weak_library", "-reexport_library", "-lto_library", "-object_path_lto",
    "-order_file", "-pagezero_size", "-image_base", "-macosx_version_min", "-sdk_version", "-umbrella", "-arch", "-multiply_defined",
})  # fmt: skip
# Options of either that take several words.
_SEVERAL = {"-sectcreate": 3, "-segaddr": 2, "-segprot": 3, "-platform_version": 3, "-sectalign": 3, "-alias": 2}
# The first that matches decides. Sources: the option indexes of GCC 14, Clang 18, GNU ld 2.42, and Apple's ld(1).
_KINDS: tuple[tuple[FlagKind, str], ...] = (
    (
        "hardening",
        r"-[DU]_FORTIFY_SOURCE|-Wp,-[DU]_FORTIFY_SOURCE|-D_GLIBCXX_ASSERTIONS|-f(?:no-)?(?:stack-protector|stack-clash|cf-protection|hardened)",
    ),
    (
        "hardening",
        r"-mbranch-protection|-mshstk|-mharden|-f(?:no-)?(?:sanitize|trivial-auto-var-init|zero-call-used-regs|strict-flex-arrays)",
    ),
    (
        "hardening",
        r"-fPIE$|-fpie$|-pie$|-no-pie$|-(?:Wl,-)?z[, ](?:relro|now|norelro|lazy|noexecstack|execstack|separate-code|noseparate-code)|-Wl,(?:-pie|-no-pie)",
    ),
    # What only makes the result of the link faster, never what is linked: before "linker", which stops builds.
    (
        "optimisation",
        r"-Wl,(?:-O\d?$|-Bsymbolic-(?:non-weak-)?functions$|--sort-common|--?hash-style,|--(?:no-)?relax$)",
    ),
    ("rpath", r"-Wl,--?rpath|-Wl,-R|-rpath\b|-R(?!pass)"),
    ("library-path", r"-L|-F|-iframework |-Wl,-[LF]"),
    ("library", r"(?:-Wl,)?-(?:(?:hidden|weak|needed|reexport|lazy|upward|merge)[-_])?l(?!to_library|oad\b)"),
    (
        "library",
        r"(?:-Wl,)?-(?:(?:weak|reexport)_)?framework[ ,]|(?:-Wl,)?-(?:force_load|weak_library|reexport_library)[ ,]",
    ),
    ("library", r"[^-].*\.(?:a|lib|tbd|dylib|dll)$|[^-].*\.so(?:\.\d+)*$"),
    ("define", r"-D|-U|-Wp,-[DU]"),
    (
        "include",
        r"-I|-i(?:system|quote|dirafter|nclude|macros|sysroot|prefix|withprefix|withsysroot|multilib)|--sysroot|-nostdinc|-cxx-isystem",
    ),
    (
        "linker",
        r"-Wl,|-Xlinker|-shared|-static|-dynamic|-bundle|-rdynamic|-export[-_]dynamic|-fuse-ld|-nostdlib|-nodefaultlibs|-nostartfiles|-undefined|-nolibc",
    ),
    (
        "linker",
        r"-install_name|-current_version|-compatibility_version|-(?:un)?exported_symbols|-T |-z |-e |-u |-B|-s$|-headerpad|-sectcreate|-dead_strip|-Z",
    ),
    (
        "warning",
        r"-W(?!p,|a,)|-w$|-pedantic|-Q?unused-arguments|-f(?:no-)?(?:diagnostics|color-diagnostics|caret-diagnostics)|-Qunused",
    ),
    (
        "debug",
        r"-g(?!nu)|-f(?:no-)?debug|-f(?:file|macro|debug|coverage|profile)-prefix-map|-f(?:no-)?(?:asynchronous-)?unwind-tables",
    ),
    (
        "optimisation",
        r"-O|-f(?:no-)?(?:lto|fat-lto|use-linker-plugin|profile|wrapv|semantic-interposition|omit-frame-pointer|strict-aliasing|auto-profile)",
    ),
    (
        "optimisation",
        r"-f(?:no-)?(?:unroll|inline|fast-math|vectorize|tree|reorder|plt|strict-overflow|bolt|split|function-sections|data-sections|partition|whole-program)",
    ),
    (
        "optimisation",
        r"-m(?:tune=|no-omit-leaf-frame-pointer|omit-leaf-frame-pointer|llvm )|-pg?$|-f(?:no-)?(?:math|finite|common|ipa|gcse)",
    ),
    ("abi", r"-m|-arch |-target|--target|-pthread|-std=|-stdlib=|-ansi$|-x "),
    (
        "abi",
        r"-f(?:no-)?(?:PIC|pic|visibility|short-|pack-struct|exceptions|rtti|abi|signed-|unsigned-|tls-model|gnu|char8_t|ms-|objc|openmp|threadsafe)",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_WRAPPERS = frozenset({"ccache", "sccache", "distcc", "icecc", "env", "xcrun", "libtool"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
# Of the references that a variable can begin with, those that stand for a program: $(CC), ${LDSHARED}.
_REFERENCE = re.compile(r"\$[({](?!\w*(?:CC|CXX|LD|AR|SHARED|RANLIB|LIBTOOL)[)}])")
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
    # Nothing but wrappers, their options and assignments has come: the next word is the program.
    awaited = True
    for text in _joined(words):
        kind = classify(text)
        if awaited and kind == "other" and _is_program(text):
            kind = "compiler"
            awaited = text.rpartition("/")[2] in _WRAPPERS
        elif not (flags and _ASSIGNMENT.match(text)) and not (flags and text.startswith("-sdk ")):
            awaited = False
        flags.append(Flag(text, kind))
    return flags


def _is_program(text: str) -> bool:
    """Whether a word at the start of a command can be what is run, and not an option, a file or a list of flags by reference."""
    if not text or text.startswith(("-", "@")) or _REFERENCE.match(text):
        return False
    return not text.endswith((".o", ".c", ".cc", ".cpp", ".cxx", ".s", ".S", ".obj")) and "=" not in text


def classify(text: str) -> FlagKind:
    """What a flag in canonical spelling is for, wherever it stands."""
    return next((kind for kind, pattern in _COMPILED if pattern.match(text)), "other")


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Each option with its arguments in one text."""
    position = 0
    while position < len(words):
        word = words[position]
        if word.startswith("-Wl,") or (word == "-Xlinker" and position + 1 < len(words)):
            linker, position = _linker_words(words, position)
            yield from _linker_flags(linker)
            continue
        glued = word in _GLUED
        count = 1 if glued or word in _SEPARATE else _SEVERAL.get(word, 0)
        taken = words[position : position + 1 + count]
        yield ("" if glued else " ").join(taken)
        position += len(taken)


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
        if equals and name in _LINKER_SEPARATE:
            yield f"-Wl,{name},{value}"
            position += 1
            continue
        taken = words[position : position + 1 + (1 if word in _LINKER_SEPARATE else _SEVERAL.get(word, 0))]
        yield f"-Wl,{','.join(taken)}"
        position += len(taken)


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
